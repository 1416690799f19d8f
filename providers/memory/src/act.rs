//! Making, copying, deleting and restoring recovery points.

use std::collections::BTreeSet;
use std::sync::Arc;

use lifeboat_contract::{
    BackUpReport, CallContext, Destination, ErrorClass, PathFailure, Protected, ProviderError,
    RestoreReport, RestoreRequest,
};
use lifeboat_model::{Digest, RecoveryPoint, RecoveryPointId};

use crate::catalog;
use crate::error::{no_dataset, no_vault};
use crate::resolve::{VaultRef, dataset_of, origin_of, text, vault_of};
use crate::world::{Call, Dataset, Effect, Files, Point, State, Vault, World};

/// Where scratch places are.
const SCRATCH: &str = "scratch/";

/// Makes a recovery point, or copies those that are missing.
pub(crate) async fn back_up(
    world: &World,
    protected: &Protected<'_>,
    context: &CallContext,
    call: &Call<'_>,
) -> Result<BackUpReport, ProviderError> {
    match protected.kind {
        catalog::SNAPSHOT => snapshot(world, protected, context),
        catalog::COPY => copy(world, protected, context, call).await,
        other => Err(ProviderError::new(
            ErrorClass::Invalid,
            format!(
                "`{}` of kind `{other}` makes no recovery points",
                protected.address
            ),
        )),
    }
}

/// Returns the vault, in which the protection must stand.
fn standing<'a>(
    protected: &Protected<'_>,
    reference: &VaultRef,
    state: &'a State,
) -> Result<&'a Vault, ProviderError> {
    let vault = reference.open_existing(state)?;
    if vault.policies.contains_key(protected.address) {
        return Ok(vault);
    }
    let message = format!(
        "`{}` does not stand in vault `{}`",
        protected.address, reference.name
    );
    Err(ProviderError::new(ErrorClass::NotFound, message).help("Run `lifeboat apply`."))
}

/// Returns an id that the same call in the same vault has again.
fn id(vault: &Vault, protected: &Protected<'_>, cause: &str) -> RecoveryPointId {
    let place = vault
        .attributes
        .get("repository_id")
        .and_then(serde_json::Value::as_str);
    let identity = format!("{}\0{}\0{cause}", place.unwrap_or(""), protected.address);
    RecoveryPointId(Digest::of_bytes(identity.as_bytes()).as_str().to_owned())
}

fn bytes_of(files: &Files) -> u64 {
    files.values().map(|bytes| bytes.0.len() as u64).sum()
}

fn room(vault: &Vault, name: &str, more: u64) -> Result<(), ProviderError> {
    let full = vault
        .capacity_bytes
        .is_some_and(|capacity| vault.used_bytes() + more > capacity);
    if full {
        let message = format!("vault `{name}` has no room for {more} more bytes");
        return Err(
            ProviderError::new(ErrorClass::Quota, message).help("Give the vault more room.")
        );
    }
    Ok(())
}

fn go_on(context: &CallContext) -> Result<(), ProviderError> {
    if context.cancel.is_cancelled() {
        return Err(ProviderError::new(
            ErrorClass::Interrupted,
            "stopped as asked",
        ));
    }
    Ok(())
}

fn snapshot(
    world: &World,
    protected: &Protected<'_>,
    context: &CallContext,
) -> Result<BackUpReport, ProviderError> {
    go_on(context)?;
    let reference = vault_of(protected)?;
    let (name, size) = dataset_of(protected)?;
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

async fn copy(
    world: &World,
    protected: &Protected<'_>,
    context: &CallContext,
    call: &Call<'_>,
) -> Result<BackUpReport, ProviderError> {
    let reference = vault_of(protected)?;
    let (origin, from) = origin_of(protected, world)?;
    let (missing, damaged) = missing(world, protected, &reference, &origin, &from)?;
    let total: u64 = missing
        .iter()
        .filter_map(|point| point.shown.size_bytes)
        .sum();
    context.progress.begin("copying", Some(total));
    for mut point in missing {
        go_on(context)?;
        {
            let state = world.state();
            let vault = standing(protected, &reference, &state)?;
            room(vault, &reference.name, point.shown.size_bytes.unwrap_or(0))?;
            let original = point.shown.id;
            point.shown.id = id(vault, protected, &original.0);
            point.shown.copy_of = Some(original);
        }
        point.shown.locked_until = None;
        point.shown.token = Some(context.token.clone());
        context
            .progress
            .advance(point.shown.size_bytes.unwrap_or(0));
        world.commit(Effect::PointPut {
            vault: reference.name.clone(),
            protection: protected.address.clone(),
            point,
            files: None,
        })?;
        call.pass().await;
    }
    context.progress.end();
    if let Some(id) = damaged {
        let message = format!("recovery point `{}` of `{from}` is damaged", id.short());
        return Err(ProviderError::new(ErrorClass::Corrupt, message)
            .help(format!("Run `lifeboat verify {from}`.")));
    }
    let state = world.state();
    let vault = standing(protected, &reference, &state)?;
    let held = vault.points.get(protected.address);
    let mut ours: Vec<&Point> = held.into_iter().flat_map(|held| held.values()).collect();
    ours.retain(|point| point.shown.token.as_ref() == Some(&context.token));
    ours.sort_by(|a, b| (a.shown.time, &a.shown.id).cmp(&(b.shown.time, &b.shown.id)));
    let entries = ours
        .iter()
        .filter_map(|point| state.contents.get(&point.content));
    Ok(BackUpReport {
        entries: entries.map(|files| files.len() as u64).sum(),
        source_bytes: ours.iter().filter_map(|point| point.shown.size_bytes).sum(),
        added_bytes: total,
        points: ours.into_iter().map(|point| point.shown.clone()).collect(),
        unreadable: Vec::new(),
    })
}

/// Returns the points of the origin that the copy lacks, oldest first, and a damaged one, which is not copied.
fn missing(
    world: &World,
    protected: &Protected<'_>,
    reference: &VaultRef,
    origin: &VaultRef,
    from: &lifeboat_model::Address,
) -> Result<(Vec<Point>, Option<RecoveryPointId>), ProviderError> {
    let state = world.state();
    let vault = standing(protected, reference, &state)?;
    let held = vault.points.get(protected.address);
    let copied: BTreeSet<&RecoveryPointId> = held
        .into_iter()
        .flat_map(|held| held.values())
        .filter_map(|point| point.shown.copy_of.as_ref())
        .collect();
    let source = origin.open_existing(&state)?;
    let (mut good, mut damaged) = (Vec::new(), None);
    for point in source
        .points
        .get(from)
        .into_iter()
        .flat_map(|held| held.values())
    {
        if copied.contains(&point.shown.id) {
            continue;
        }
        if point.damaged.is_empty() {
            good.push(point.clone());
        } else {
            damaged = Some(point.shown.id.clone());
        }
    }
    good.sort_by(|a, b| (a.shown.time, &a.shown.id).cmp(&(b.shown.time, &b.shown.id)));
    Ok((good, damaged))
}

/// Deletes exactly these points, or none of them.
pub(crate) async fn delete_points(
    world: &World,
    protected: &Protected<'_>,
    points: &[RecoveryPointId],
    context: &CallContext,
    call: &Call<'_>,
) -> Result<(), ProviderError> {
    let reference = vault_of(protected)?;
    let doomed = {
        let state = world.state();
        let Some(vault) = reference.open(&state)? else {
            return Ok(());
        };
        let held = vault.points.get(protected.address);
        let found = points
            .iter()
            .filter_map(|id| held.and_then(|held| held.get(id)));
        let doomed: Vec<Point> = found.cloned().collect();
        for point in &doomed {
            may_delete(vault, point, context)?;
        }
        doomed
    };
    for point in doomed {
        go_on(context)?;
        world.commit(Effect::PointGone {
            vault: reference.name.clone(),
            protection: protected.address.clone(),
            id: point.shown.id,
        })?;
        call.pass().await;
    }
    Ok(())
}

fn may_delete(vault: &Vault, point: &Point, context: &CallContext) -> Result<(), ProviderError> {
    let id = point.shown.id.short();
    let guard = vault.policies.iter().find(|(_, record)| {
        record.kind == catalog::GUARD
            && text(&record.attributes, "target") == Some(point.target.as_str())
    });
    if let Some((guard, record)) = guard {
        let why =
            text(&record.attributes, "reason").map_or(String::new(), |why| format!(": {why}"));
        let message = format!("recovery point `{id}` is guarded by `{guard}`{why}");
        return Err(ProviderError::new(ErrorClass::Denied, message).help("Remove the guard first."));
    }
    match point.shown.locked_until {
        Some(until) if until > context.as_of => {
            let message = format!("recovery point `{id}` is locked until {until}");
            Err(ProviderError::new(ErrorClass::Denied, message).help("Wait until the lock ends."))
        }
        _ => Ok(()),
    }
}

/// Returns a point that a protection holds.
pub(crate) fn point(
    state: &State,
    reference: &VaultRef,
    protected: &Protected<'_>,
    id: &RecoveryPointId,
) -> Result<Point, ProviderError> {
    let vault = reference.open_existing(state)?;
    let held = vault.points.get(protected.address);
    held.and_then(|held| held.get(id)).cloned().ok_or_else(|| {
        let message = format!(
            "`{}` holds no recovery point `{}`",
            protected.address,
            id.short()
        );
        ProviderError::new(ErrorClass::NotFound, message)
            .help("Run `lifeboat status` to see the recovery points.")
    })
}

/// Brings a point back.
pub(crate) fn restore(
    world: &World,
    request: &RestoreRequest<'_>,
    context: &CallContext,
) -> Result<RestoreReport, ProviderError> {
    go_on(context)?;
    let protected = &request.protected;
    let reference = vault_of(protected)?;
    let (into, size, scratch) = match &request.destination {
        Destination::InPlace => {
            let (name, size) = origin_dataset(world, protected, &reference, request.point)?;
            (name, size, false)
        }
        Destination::At(name) => (name.clone(), None, false),
        Destination::Scratch(name) => (format!("{SCRATCH}{name}"), None, true),
    };
    let (dataset, report) = {
        let state = world.state();
        let point = point(&state, &reference, protected, request.point)?;
        let whole = state
            .contents
            .get(&point.content)
            .ok_or_else(|| no_vault(&reference.name))?;
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

/// Returns the dataset that a point came from: the source of the protection, or of what a copy copies.
fn origin_dataset(
    world: &World,
    protected: &Protected<'_>,
    reference: &VaultRef,
    id: &RecoveryPointId,
) -> Result<(String, Option<u64>), ProviderError> {
    point(&world.state(), reference, protected, id)?;
    dataset_of(protected)
}

/// Returns the files that a restore of these paths brings back: each path alone, or all below it.
fn wanted<'a>(
    whole: &'a Files,
    paths: &[String],
) -> Result<Vec<(&'a String, &'a crate::world::Bytes)>, ProviderError> {
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

/// Removes a scratch place of ours.
pub(crate) fn discard_scratch(world: &World, into: &str) -> Result<(), ProviderError> {
    let found = world.state().dataset(into, None);
    let ours = found
        .as_ref()
        .map_or(into.starts_with(SCRATCH), |found| found.scratch);
    if !ours {
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
