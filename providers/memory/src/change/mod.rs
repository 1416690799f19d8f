//! Carrying out one change.

mod lock;
mod replica;

use lifeboat_contract::{CallContext, ChangeKind, ChangeRequest, ErrorClass, ProviderError};
use lifeboat_model::{Address, Attributes, Digest, LiveResource};

use crate::act::may_delete;
use crate::error::{bad_attribute, no_vault};
use crate::read::foreign;
use crate::resolve::{VaultRef, dataset_of, text};
use crate::world::{Effect, Record, Stream, World};
use crate::{catalog, live};

/// Carries out a change, and returns what it left.
pub(crate) fn change(
    world: &World,
    request: &ChangeRequest<'_>,
    context: &CallContext,
) -> Result<Option<LiveResource>, ProviderError> {
    if let Some(attributes) = request.after {
        live::check(request.address, attributes)?;
    }
    match request.kind {
        catalog::VAULT => change_vault(world, request, context),
        kind if catalog::stands_in_vault(kind) => change_policy(world, request, context),
        catalog::REPLICA => replica::change(world, request, context),
        catalog::SCHEDULE => change_schedule(world, request),
        _ => Err(ProviderError::new(
            ErrorClass::Invalid,
            format!(
                "`{}` of kind `{}` is only read",
                request.address, request.kind
            ),
        )),
    }
}

fn given<'a>(
    address: &Address,
    attributes: Option<&'a Attributes>,
) -> Result<&'a Attributes, ProviderError> {
    attributes.ok_or_else(|| bad_attribute(&address.to_string(), "name", "given"))
}

fn change_vault(
    world: &World,
    request: &ChangeRequest<'_>,
    context: &CallContext,
) -> Result<Option<LiveResource>, ProviderError> {
    let address = request.address;
    let attributes = match request.change {
        ChangeKind::Delete => return delete_vault(world, request, context),
        ChangeKind::Create | ChangeKind::Update => given(address, request.after)?,
    };
    let reference = VaultRef::of(address, attributes)?;
    let opens = match (request.change, request.before) {
        (ChangeKind::Update, Some(before)) => VaultRef::of(address, before)?,
        _ => reference.clone(),
    };
    let name = reference.name.clone();
    let found = {
        let state = world.state();
        // A repeated update finds the vault under its new password already.
        let found = reference.open(&state).or_else(|_| opens.open(&state))?;
        if let Some(vault) = found.filter(|vault| vault.owner != *address) {
            return Err(foreign(&name, &vault.owner.to_string()));
        }
        found.map(|vault| vault.attributes.get("repository_id").cloned())
    };
    let mut attributes = attributes.clone();
    let effect = match found {
        None if request.change == ChangeKind::Update => return Err(no_vault(&name)),
        None => {
            let identity = format!("{name}\0{address}\0{}", context.token);
            let id = Digest::of_bytes(identity.as_bytes());
            attributes.insert("repository_id".to_owned(), id.as_str().into());
            Effect::VaultMade {
                name: name.clone(),
                owner: address.clone(),
                attributes,
                password: reference.key(),
            }
        }
        Some(id) => {
            attributes.insert("repository_id".to_owned(), id.unwrap_or_default());
            Effect::VaultSet {
                name: name.clone(),
                attributes,
                password: reference.key(),
            }
        }
    };
    world.commit(effect)?;
    let state = world.state();
    let vault = reference.open(&state)?;
    Ok(vault.map(|vault| live::vault(&state, vault)))
}

/// Removes a vault with every point in it, unless a guard or a lock keeps one.
fn delete_vault(
    world: &World,
    request: &ChangeRequest<'_>,
    context: &CallContext,
) -> Result<Option<LiveResource>, ProviderError> {
    let reference = VaultRef::of(request.address, given(request.address, request.before)?)?;
    let name = reference.name.clone();
    {
        let state = world.state();
        let Some(vault) = reference.open(&state)? else {
            return Ok(None);
        };
        if vault.owner != *request.address {
            return Err(foreign(&name, &vault.owner.to_string()));
        }
        for point in state.all_held(vault) {
            may_delete(vault, &point, context)?;
        }
    }
    world.commit(Effect::VaultGone { name })?;
    Ok(None)
}

fn change_policy(
    world: &World,
    request: &ChangeRequest<'_>,
    context: &CallContext,
) -> Result<Option<LiveResource>, ProviderError> {
    let address = request.address;
    if request.change == ChangeKind::Delete {
        remove_policy(world, request, context)?;
        return Ok(None);
    }
    let attributes = given(address, request.after)?;
    let reference = VaultRef::named_by(address, attributes, request.bindings)?;
    let (standing, archived) = {
        let state = world.state();
        let vault = reference.open_existing(&state)?;
        (
            vault.policies.get(address).cloned(),
            vault.streams.contains_key(address),
        )
    };
    if request.change == ChangeKind::Update && standing.is_none() {
        return Err(gone(address));
    }
    let record = Record {
        kind: request.kind.to_owned(),
        attributes: attributes.clone(),
    };
    if let Some(standing) = &standing {
        lock::may_change(address, standing, Some(&record))?;
    }
    world.commit(Effect::PolicyPut {
        vault: reference.name.clone(),
        address: address.clone(),
        record: record.clone(),
    })?;
    if request.kind == catalog::LOG && !archived {
        let dataset = dataset_of(address, attributes, request.bindings)?;
        let target = text(attributes, "target").unwrap_or("");
        world.commit(Effect::StreamBegun {
            vault: Some(reference.name.clone()),
            address: address.clone(),
            stream: Stream::begin(target, dataset, context.as_of),
        })?;
    }
    let state = world.state();
    let vault = reference.open_existing(&state)?;
    Ok(Some(live::policy(&state, address, &record, vault)))
}

/// Removes a protection, a lock or a guard. Points stay, but for those of a log, whose archive they are.
fn remove_policy(
    world: &World,
    request: &ChangeRequest<'_>,
    context: &CallContext,
) -> Result<(), ProviderError> {
    let address = request.address;
    let before = given(address, request.before)?;
    let reference = VaultRef::named_by(address, before, request.bindings)?;
    let archived = {
        let state = world.state();
        let Some(vault) = reference.open(&state)? else {
            return Ok(());
        };
        let Some(standing) = vault.policies.get(address) else {
            return Ok(());
        };
        lock::may_change(address, standing, None)?;
        let archived = vault.streams.contains_key(address);
        if archived {
            for point in state.held(vault, address) {
                may_delete(vault, &point, context)?;
            }
        }
        archived
    };
    if archived {
        world.commit(Effect::StreamGone {
            vault: Some(reference.name.clone()),
            address: address.clone(),
        })?;
    }
    world.commit(Effect::PolicyGone {
        vault: reference.name,
        address: address.clone(),
    })?;
    Ok(())
}

fn change_schedule(
    world: &World,
    request: &ChangeRequest<'_>,
) -> Result<Option<LiveResource>, ProviderError> {
    let address = request.address;
    let there = world.state().schedules.contains_key(address);
    if request.change == ChangeKind::Delete {
        if there {
            world.commit(Effect::ScheduleGone {
                address: address.clone(),
            })?;
        }
        return Ok(None);
    }
    if request.change == ChangeKind::Update && !there {
        return Err(gone(address));
    }
    let record = Record {
        kind: request.kind.to_owned(),
        attributes: given(address, request.after)?.clone(),
    };
    let live = live::schedule(&record);
    world.commit(Effect::SchedulePut {
        address: address.clone(),
        record,
    })?;
    Ok(Some(live))
}

fn gone(address: &Address) -> ProviderError {
    ProviderError::new(
        ErrorClass::NotFound,
        format!("`{address}` does not exist any more"),
    )
    .help("Plan again.")
}
