//! Flushing a log.

use lifeboat_contract::{BackUpReport, CallContext, Protected, ProviderError};
use lifeboat_model::RecoveryPoint;

use super::{bytes_of, go_on, standing};
use crate::error::no_dataset;
use crate::resolve::{captured_by, text, vault_of};
use crate::world::{Effect, Stream, World};

/// Archives what is not archived yet, and answers with the last instant that can be restored then.
///
/// An archive that was deleted or had to drop log begins anew.
pub(super) fn flush(
    world: &World,
    protected: &Protected<'_>,
    context: &CallContext,
) -> Result<BackUpReport, ProviderError> {
    go_on(context)?;
    let reference = vault_of(protected)?;
    let (name, size) = captured_by(protected)?;
    let (begun, flushed) = {
        let state = world.state();
        let vault = standing(protected, &reference, &state)?;
        if state.dataset(&name, size).is_none() {
            return Err(no_dataset(&name));
        }
        let stream = vault.streams.get(protected.address);
        let begun = stream.is_some_and(|stream| !stream.broken);
        let flushed = stream.is_some_and(|it| it.token.as_ref() == Some(&context.token));
        (begun, begun && flushed)
    };
    if !begun {
        let target = text(protected.attributes, "target").unwrap_or("");
        world.commit(Effect::StreamBegun {
            vault: Some(reference.name.clone()),
            address: protected.address.clone(),
            stream: Stream::begin(target, (name, size), context.as_of),
        })?;
    }
    if !flushed {
        world.commit(Effect::StreamFlushed {
            vault: reference.name.clone(),
            address: protected.address.clone(),
            at: context.as_of,
            token: context.token.clone(),
        })?;
    }
    let state = world.state();
    let vault = standing(protected, &reference, &state)?;
    let last = state.held(vault, protected.address).pop();
    let files = last.as_ref().and_then(|point| state.content(point));
    let points: Vec<RecoveryPoint> = last.into_iter().map(|point| point.shown).collect();
    let files = files.unwrap_or_default();
    Ok(BackUpReport {
        points,
        unreadable: Vec::new(),
        entries: files.len() as u64,
        source_bytes: bytes_of(&files),
        added_bytes: 0,
    })
}
