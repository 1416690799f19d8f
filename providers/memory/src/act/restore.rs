//! Bringing recovery points back.

use std::sync::Arc;

use lifeboat_contract::{
    CallContext, Destination, ErrorClass, PathFailure, ProviderError, RestoreReport, RestoreRequest,
};
use lifeboat_model::RecoveryPointId;

use super::{go_on, point};
use crate::resolve::captured_by;
use crate::world::{Bytes, Dataset, Effect, Files, World};

/// Where scratch places are.
const SCRATCH: &str = "scratch/";

/// Brings a point back.
pub(crate) fn restore(
    world: &World,
    request: &RestoreRequest<'_>,
    context: &CallContext,
) -> Result<RestoreReport, ProviderError> {
    go_on(context)?;
    let protected = &request.protected;
    let (into, size, scratch) = match &request.destination {
        Destination::InPlace => {
            let (name, size) = captured_by(protected)?;
            (name, size, false)
        }
        Destination::At(name) => (name.clone(), None, false),
        Destination::Scratch(name) => (format!("{SCRATCH}{name}"), None, true),
    };
    let (dataset, report) = {
        let state = world.state();
        let point = point(&state, protected, request.point)?;
        let whole = state
            .contents
            .get(&point.content)
            .ok_or_else(|| no_content(request.point))?;
        let existing = state.dataset(&into, size).unwrap_or_default();
        let ours = existing.restored_by.as_ref() == Some(&context.token);
        if !existing.files.is_empty() && !ours && !request.overwrite {
            let message = format!("dataset `{into}` has data in it");
            return Err(ProviderError::new(ErrorClass::Conflict, message)
                .help("Choose another destination, or allow to overwrite."));
        }
        let wanted = wanted(whole, &request.paths)?;
        let mut files = Files::clone(&existing.files);
        let mut report = RestoreReport {
            into: into.clone(),
            entries: 0,
            restored_bytes: 0,
            failed: Vec::new(),
        };
        for (path, bytes) in wanted {
            if point.damaged.contains(path) {
                report.failed.push(PathFailure {
                    path: path.clone(),
                    message: "its data are damaged in the vault".to_owned(),
                });
                continue;
            }
            report.entries += 1;
            report.restored_bytes += bytes.0.len() as u64;
            files.insert(path.clone(), bytes.clone());
        }
        let dataset = Dataset {
            files: Arc::new(files),
            restored_by: Some(context.token.clone()),
            scratch: scratch || existing.scratch,
            ..Dataset::default()
        };
        (dataset, report)
    };
    context
        .progress
        .begin("restoring", Some(report.restored_bytes));
    context.progress.advance(report.restored_bytes);
    context.progress.end();
    world.commit(Effect::DatasetPut {
        name: into,
        dataset,
    })?;
    Ok(report)
}

fn no_content(id: &RecoveryPointId) -> ProviderError {
    let message = format!("the data of recovery point `{}` are lost", id.short());
    ProviderError::new(ErrorClass::Corrupt, message).help("Restore another recovery point.")
}

/// Returns the files that a restore of these paths brings back: each path alone, or all below it.
fn wanted<'a>(
    whole: &'a Files,
    paths: &[String],
) -> Result<Vec<(&'a String, &'a Bytes)>, ProviderError> {
    let below = |file: &str, path: &str| {
        let rest = file.strip_prefix(path.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if let Some(path) = paths
        .iter()
        .find(|path| !whole.keys().any(|file| below(file, path)))
    {
        let message = format!("the recovery point holds no `{path}`");
        return Err(ProviderError::new(ErrorClass::NotFound, message));
    }
    let all = paths.is_empty();
    let chosen = whole.iter();
    Ok(chosen
        .filter(|(file, _)| all || paths.iter().any(|path| below(file, path)))
        .collect())
}

/// Removes a scratch place of ours, given by where it is or by its name.
pub(crate) fn discard_scratch(world: &World, into: &str) -> Result<(), ProviderError> {
    let named = format!("{SCRATCH}{into}");
    let (into, found) = {
        let state = world.state();
        match state.dataset(into, None) {
            None if !into.starts_with(SCRATCH) => (named.as_str(), state.dataset(&named, None)),
            found => (into, found),
        }
    };
    if found.as_ref().is_some_and(|found| !found.scratch) {
        let message = format!("dataset `{into}` is not a scratch place of a restore");
        return Err(ProviderError::new(ErrorClass::Conflict, message));
    }
    if found.is_some() {
        world.commit(Effect::DatasetGone {
            name: into.to_owned(),
        })?;
    }
    Ok(())
}
