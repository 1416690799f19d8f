//! Replicas, which stand in no vault.

use lifeboat_contract::{CallContext, ChangeKind, ChangeRequest, ProviderError};
use lifeboat_model::LiveResource;

use super::{given, gone};
use crate::live;
use crate::resolve::{dataset_of, text};
use crate::world::{Effect, Record, Stream, World};

/// Makes, changes or removes a replica. A new one, or one whose point was deleted, begins with what its dataset holds.
pub(super) fn change(
    world: &World,
    request: &ChangeRequest<'_>,
    context: &CallContext,
) -> Result<Option<LiveResource>, ProviderError> {
    let address = request.address;
    let (there, following) = {
        let state = world.state();
        let found = state.replicas.get(address);
        (
            found.is_some(),
            found.is_some_and(|found| found.stream.is_some()),
        )
    };
    if request.change == ChangeKind::Delete {
        if there {
            world.commit(Effect::ReplicaGone {
                address: address.clone(),
            })?;
        }
        return Ok(None);
    }
    if request.change == ChangeKind::Update && !there {
        return Err(gone(address));
    }
    let attributes = given(address, request.after)?;
    let dataset = dataset_of(address, attributes, request.bindings)?;
    world.commit(Effect::ReplicaPut {
        address: address.clone(),
        record: Record {
            kind: request.kind.to_owned(),
            attributes: attributes.clone(),
        },
    })?;
    if !following {
        let target = text(attributes, "target").unwrap_or("");
        world.commit(Effect::StreamBegun {
            vault: None,
            address: address.clone(),
            stream: Stream::begin(target, dataset, context.as_of),
        })?;
    }
    let state = world.state();
    let found = state.replicas.get(address);
    Ok(found.map(|found| live::replica(&state, address, found)))
}
