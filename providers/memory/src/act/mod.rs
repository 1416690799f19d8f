//! Making, copying, deleting and restoring recovery points.

mod copy;
mod log;
mod restore;
mod snapshot;

use lifeboat_contract::{BackUpReport, CallContext, ErrorClass, Protected, ProviderError};
use lifeboat_model::{Digest, RecoveryPointId};

use crate::catalog;
use crate::resolve::{VaultRef, text, vault_of};
use crate::world::{Call, Effect, Files, Point, State, Vault, World};

pub(crate) use restore::{discard_scratch, restore};

/// Makes a recovery point, or copies those that are missing.
pub(crate) async fn back_up(
    world: &World,
    protected: &Protected<'_>,
    context: &CallContext,
    call: &Call<'_>,
) -> Result<BackUpReport, ProviderError> {
    match protected.kind {
        catalog::SNAPSHOT => snapshot::snapshot(world, protected, context),
        catalog::LOG => log::flush(world, protected, context),
        catalog::COPY => copy::copy(world, protected, context, call).await,
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

/// Deletes exactly these points, or none of them.
pub(crate) async fn delete_points(
    world: &World,
    protected: &Protected<'_>,
    points: &[RecoveryPointId],
    context: &CallContext,
    call: &Call<'_>,
) -> Result<(), ProviderError> {
    let doomed = if protected.kind == catalog::REPLICA {
        doomed_of_replica(world, protected, points)
    } else {
        doomed(world, protected, points, context)?
    };
    for effect in doomed {
        go_on(context)?;
        world.commit(effect)?;
        call.pass().await;
    }
    Ok(())
}

/// Returns what deletes these points of a vault.
///
/// With its last point the archive of a log goes as a whole, with its first one what is before the last.
fn doomed(
    world: &World,
    protected: &Protected<'_>,
    points: &[RecoveryPointId],
    context: &CallContext,
) -> Result<Vec<Effect>, ProviderError> {
    let reference = vault_of(protected)?;
    let state = world.state();
    let Some(vault) = reference.open(&state)? else {
        return Ok(Vec::new());
    };
    let held = state.held(vault, protected.address);
    let last = held.last().cloned();
    let mut found = held;
    found.retain(|point| points.contains(&point.shown.id));
    for point in &found {
        may_delete(vault, point, context)?;
    }
    let (vault, address) = (reference.name, protected.address.clone());
    let (Some(last), catalog::LOG, false) = (last, protected.kind, found.is_empty()) else {
        let gone = |point: Point| Effect::PointGone {
            vault: vault.clone(),
            protection: address.clone(),
            id: point.shown.id,
        };
        return Ok(found.into_iter().map(gone).collect());
    };
    Ok(vec![if points.contains(&last.shown.id) {
        Effect::StreamGone {
            vault: Some(vault),
            address,
        }
    } else {
        let from = last.shown.time;
        Effect::StreamCut {
            vault,
            address,
            from,
        }
    }])
}

fn doomed_of_replica(
    world: &World,
    protected: &Protected<'_>,
    points: &[RecoveryPointId],
) -> Vec<Effect> {
    let state = world.state();
    let found = state.replicas.get(protected.address);
    let held = found.and_then(|found| state.of_replica(protected.address, found));
    let doomed = held.filter(|point| points.contains(&point.shown.id));
    let gone = doomed.map(|_| Effect::StreamGone {
        vault: None,
        address: protected.address.clone(),
    });
    gone.into_iter().collect()
}

/// Fails where a guard or a lock keeps this point.
pub(crate) fn may_delete(
    vault: &Vault,
    point: &Point,
    context: &CallContext,
) -> Result<(), ProviderError> {
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
    protected: &Protected<'_>,
    id: &RecoveryPointId,
) -> Result<Point, ProviderError> {
    let found = if protected.kind == catalog::REPLICA {
        let replica = state.replicas.get(protected.address);
        replica
            .and_then(|replica| state.of_replica(protected.address, replica))
            .filter(|point| point.shown.id == *id)
    } else {
        let reference = vault_of(protected)?;
        let vault = reference.open_existing(state)?;
        state.named(vault, protected.address, id)
    };
    found.ok_or_else(|| {
        let message = format!(
            "`{}` holds no recovery point `{}`",
            protected.address,
            id.short()
        );
        ProviderError::new(ErrorClass::NotFound, message)
            .help("Run `lifeboat status` to see the recovery points.")
    })
}
