//! Checking recovery points where they are, and what a restore wrote.

use lifeboat_contract::{
    CallContext, Check, ProviderError, RestoredRequest, VerifyReport, VerifyRequest,
};

use crate::act::point;
use crate::catalog;
use crate::error::no_dataset;
use crate::resolve::vault_of;
use crate::world::{Point, State, World};

/// Checks every point of a protection.
pub(crate) fn verify(
    world: &World,
    request: &VerifyRequest<'_>,
    context: &CallContext,
) -> Result<VerifyReport, ProviderError> {
    let protected = &request.protected;
    world.seen_at(context.as_of, |state| {
        let held = if protected.kind == catalog::REPLICA {
            let replica = state.replicas.get(protected.address);
            let point = replica.and_then(|it| state.of_replica(protected.address, it));
            point.into_iter().collect()
        } else {
            let reference = vault_of(protected)?;
            state.held(reference.open_existing(state)?, protected.address)
        };
        Ok(checked(state, &held, request.read_data))
    })
}

fn checked(state: &State, held: &[Point], read_data: bool) -> VerifyReport {
    if held.is_empty() {
        return VerifyReport::default();
    }
    let lost: Vec<&str> = held
        .iter()
        .filter(|point| !state.contents.contains_key(&point.content))
        .map(|point| point.shown.id.short())
        .collect();
    let mut checks = vec![check("structure", held.len(), &lost)];
    if read_data {
        let wrong: Vec<&str> = held
            .iter()
            .filter(|point| {
                let read = state.content(point);
                read.and_then(|files| lifeboat_model::Digest::of(&*files).ok())
                    .is_none_or(|digest| digest != point.content)
            })
            .map(|point| point.shown.id.short())
            .collect();
        checks.push(check("data", held.len(), &wrong));
    }
    VerifyReport::of(checks)
}

fn check(name: &str, count: usize, wrong: &[&str]) -> Check {
    let detail = if wrong.is_empty() {
        format!("{count} recovery points are whole")
    } else {
        format!(
            "{} of {count} recovery points are damaged: {}",
            wrong.len(),
            wrong.join(", ")
        )
    };
    Check {
        name: name.to_owned(),
        passed: wrong.is_empty(),
        detail,
    }
}

/// Compares what a restore wrote with what was captured.
pub(crate) fn verify_restored(
    world: &World,
    request: &RestoredRequest<'_>,
    context: &CallContext,
) -> Result<VerifyReport, ProviderError> {
    world.seen_at(context.as_of, |state| compared(state, request))
}

fn compared(state: &State, request: &RestoredRequest<'_>) -> Result<VerifyReport, ProviderError> {
    let point = point(state, &request.protected, request.point)?;
    let restored = state
        .dataset(request.into, None)
        .ok_or_else(|| no_dataset(request.into))?;
    let captured = state
        .contents
        .get(&point.content)
        .cloned()
        .unwrap_or_default();
    let (mut missing, mut different) = (Vec::new(), Vec::new());
    for (path, bytes) in &*captured {
        match restored.files.get(path) {
            None => missing.push(path.as_str()),
            Some(found) if found != bytes => different.push(path.as_str()),
            Some(_) => {}
        }
    }
    let files = |name: &str, wrong: &[&str], what: &str| Check {
        name: name.to_owned(),
        passed: wrong.is_empty(),
        detail: if wrong.is_empty() {
            format!("{} files are as captured", captured.len())
        } else {
            format!(
                "{} of {} files are {what}: {}",
                wrong.len(),
                captured.len(),
                wrong.join(", ")
            )
        },
    };
    Ok(VerifyReport::of(vec![
        files("file list", &missing, "missing"),
        files("file content", &different, "different"),
    ]))
}
