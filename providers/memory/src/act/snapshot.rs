//! Capturing a dataset.

use std::collections::BTreeSet;
use std::sync::Arc;

use lifeboat_contract::{BackUpReport, CallContext, PathFailure, Protected, ProviderError};
use lifeboat_model::{Digest, RecoveryPoint};

use super::{bytes_of, go_on, id, room, standing};
use crate::error::no_dataset;
use crate::resolve::{captured_by, text, vault_of};
use crate::world::{Dataset, Effect, Files, Point, World};

/// Makes a recovery point, or finds the one that a call with the same token made.
pub(super) fn snapshot(
    world: &World,
    protected: &Protected<'_>,
    context: &CallContext,
) -> Result<BackUpReport, ProviderError> {
    go_on(context)?;
    let reference = vault_of(protected)?;
    let (name, size) = captured_by(protected)?;
    let (effect, report) = {
        let state = world.state();
        let vault = standing(protected, &reference, &state)?;
        let id = id(vault, protected, &context.token);
        let done = vault
            .points
            .get(protected.address)
            .and_then(|held| held.get(&id));
        if let Some(done) = done {
            let files = state.content(done).unwrap_or_default();
            return Ok(report(vec![done.shown.clone()], &files, 0));
        }
        let dataset = state
            .dataset(&name, size)
            .ok_or_else(|| no_dataset(&name))?;
        let mut files = Files::clone(&dataset.files);
        files.retain(|path, _| !dataset.unreadable.contains(path));
        let bytes = bytes_of(&files);
        room(vault, &reference.name, bytes)?;
        let content = Digest::of(&files).unwrap_or_default();
        let known = state.contents.contains_key(&content);
        let files = Arc::new(files);
        let point = Point {
            shown: RecoveryPoint {
                id,
                time: context.as_of,
                size_bytes: Some(bytes),
                locked_until: None,
                token: Some(context.token.clone()),
                copy_of: None,
            },
            target: text(protected.attributes, "target")
                .unwrap_or("")
                .to_owned(),
            content,
            damaged: BTreeSet::new(),
        };
        let mut report = report(
            vec![point.shown.clone()],
            &files,
            if known { 0 } else { bytes },
        );
        report.unreadable = unreadable(&dataset);
        let effect = Effect::PointPut {
            vault: reference.name.clone(),
            protection: protected.address.clone(),
            point,
            files: (!known).then_some(files),
        };
        (effect, report)
    };
    context
        .progress
        .begin("backing up", Some(report.source_bytes));
    context.progress.advance(report.source_bytes);
    context.progress.end();
    world.commit(effect)?;
    Ok(report)
}

fn report(points: Vec<RecoveryPoint>, files: &Files, added_bytes: u64) -> BackUpReport {
    BackUpReport {
        points,
        unreadable: Vec::new(),
        entries: files.len() as u64,
        source_bytes: bytes_of(files),
        added_bytes,
    }
}

fn unreadable(dataset: &Dataset) -> Vec<PathFailure> {
    let there = dataset
        .unreadable
        .iter()
        .filter(|path| dataset.files.contains_key(*path));
    there
        .map(|path| PathFailure {
            path: path.clone(),
            message: "permission denied".to_owned(),
        })
        .collect()
}
