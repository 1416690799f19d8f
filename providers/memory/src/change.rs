//! Carrying out one change.

use lifeboat_contract::{CallContext, ChangeKind, ChangeRequest, ErrorClass, ProviderError};
use lifeboat_model::{Address, Attributes, Digest, LiveResource};

use crate::act::may_delete;
use crate::error::{bad_attribute, no_vault};
use crate::read::foreign;
use crate::resolve::VaultRef;
use crate::world::{Effect, Record, World};
use crate::{catalog, live};

/// Carries out a change, and returns what it left.
pub(crate) fn change(
    world: &World,
    request: &ChangeRequest<'_>,
    context: &CallContext,
) -> Result<Option<LiveResource>, ProviderError> {
    match request.kind {
        catalog::VAULT => change_vault(world, request, context),
        catalog::SNAPSHOT | catalog::COPY | catalog::GUARD => change_policy(world, request),
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
    Ok(reference.open(&world.state())?.map(live::vault))
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
        for point in vault.points.values().flat_map(|held| held.values()) {
            may_delete(vault, point, context)?;
        }
    }
    world.commit(Effect::VaultGone { name })?;
    Ok(None)
}

fn change_policy(
    world: &World,
    request: &ChangeRequest<'_>,
) -> Result<Option<LiveResource>, ProviderError> {
    let address = request.address;
    if request.change == ChangeKind::Delete {
        let before = given(address, request.before)?;
        let reference = VaultRef::named_by(address, before, request.bindings)?;
        let there = reference
            .open(&world.state())?
            .is_some_and(|vault| vault.policies.contains_key(address));
        if there {
            world.commit(Effect::PolicyGone {
                vault: reference.name,
                address: address.clone(),
            })?;
        }
        return Ok(None);
    }
    let attributes = given(address, request.after)?;
    let reference = VaultRef::named_by(address, attributes, request.bindings)?;
    let there = reference
        .open_existing(&world.state())?
        .policies
        .contains_key(address);
    if request.change == ChangeKind::Update && !there {
        return Err(gone(address));
    }
    let record = Record {
        kind: request.kind.to_owned(),
        attributes: attributes.clone(),
    };
    world.commit(Effect::PolicyPut {
        vault: reference.name.clone(),
        address: address.clone(),
        record: record.clone(),
    })?;
    let state = world.state();
    let vault = reference.open_existing(&state)?;
    Ok(Some(live::policy(address, &record, vault)))
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
