//! Reading in bulk: one listing for each kind and place, matched in memory.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_contract::{ErrorClass, ProviderError, ReadItem, ReadRequest};
use lifeboat_model::{Address, Domain, LiveResource, LiveState, Need, ReadFailure};

use crate::error::bad_attribute;
use crate::resolve::{Bindings, VaultRef, address, text};
use crate::world::{Method, State, World};
use crate::{catalog, live};

/// What one listing covers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Datasets,
    Vaults,
    InVault(String),
    Schedules,
    Replicas,
}

/// Returns everything that is asked for.
pub(crate) fn read(world: &World, request: ReadRequest<'_>, as_of: Timestamp) -> LiveState {
    let mut answer = LiveState::default();
    let mut listings: BTreeMap<Place, Vec<(ReadItem, Option<VaultRef>)>> = BTreeMap::new();
    let ReadRequest { items, bindings } = request;
    let mut opened = Opened::new();
    for item in items {
        match listing_of(&item, bindings, &mut opened) {
            Ok((place, vault)) => listings.entry(place).or_default().push((item, vault)),
            Err(failure) => {
                answer.failures.insert(item.address, failure);
            }
        }
    }
    world.seen_at(as_of, |state| {
        for items in listings.into_values() {
            list((world, state), items, bindings, &mut answer);
        }
    });
    answer
}

/// Vaults by the address that refers to them, so that each secret is looked up once.
type Opened = BTreeMap<Address, Result<VaultRef, ReadFailure>>;

fn listing_of(
    item: &ReadItem,
    bindings: &Bindings,
    opened: &mut Opened,
) -> Result<(Place, Option<VaultRef>), ReadFailure> {
    live::check(&item.address, &item.attributes).map_err(|error| failure(&error))?;
    match item.kind.as_str() {
        catalog::DATASET => Ok((Place::Datasets, None)),
        catalog::REPLICA => Ok((Place::Replicas, None)),
        catalog::SCHEDULE => Ok((Place::Schedules, None)),
        catalog::VAULT => VaultRef::of(&item.address, &item.attributes)
            .map(|vault| (Place::Vaults, Some(vault)))
            .map_err(|error| failure(&error)),
        kind if catalog::stands_in_vault(kind) => {
            let repository = address(&item.address, &item.attributes, "repository")
                .map_err(|error| failure(&error))?;
            let open = || {
                VaultRef::named_by(&item.address, &item.attributes, bindings)
                    .map_err(|error| failure(&error))
            };
            let vault = opened.entry(repository).or_insert_with(open).clone()?;
            Ok((Place::InVault(vault.name.clone()), Some(vault)))
        }
        other => {
            let error = bad_attribute(&item.address.to_string(), "kind", "known")
                .because(format!("`{other}` is no kind of this provider"));
            Err(failure(&error))
        }
    }
}

fn list(
    (world, state): (&World, &State),
    items: Vec<(ReadItem, Option<VaultRef>)>,
    bindings: &Bindings,
    answer: &mut LiveState,
) {
    let page = world.faults().pages_of();
    let mut failed = None;
    for (index, (item, vault)) in items.into_iter().enumerate() {
        if index % page == 0 {
            failed = world.faults().request(Method::List);
        }
        if let Some(class) = failed {
            let message = format!("page {} of the listing fails as planned", index / page + 1);
            fail(answer, item, &ProviderError::new(class, message));
            continue;
        }
        match find(state, &item, vault.as_ref()) {
            Ok(Some(found)) => {
                answer.resources.insert(item.address, found);
            }
            Ok(None) => {
                if let Some(domains) = place(&item, bindings) {
                    let needs = needed(&item);
                    if !needs.is_empty() {
                        answer.needs.insert(item.address.clone(), needs);
                    }
                    answer.places.insert(item.address, domains);
                }
            }
            Err(error) => fail(answer, item, &error),
        }
    }
}

/// Returns the domains of the vault that something that does not exist yet is, or would stand in.
fn place(item: &ReadItem, bindings: &Bindings) -> Option<Vec<Domain>> {
    match item.kind.as_str() {
        catalog::VAULT => Some(live::domains(&item.attributes, "vault")),
        catalog::REPLICA => Some(live::domains_of_replica(&item.address, &item.attributes)),
        kind if catalog::stands_in_vault(kind) => {
            let repository = address(&item.address, &item.attributes, "repository").ok()?;
            Some(live::domains(bindings.get(&repository)?, "vault"))
        }
        _ => None,
    }
}

/// Returns what using the points of something that does not exist yet would take.
fn needed(item: &ReadItem) -> Vec<Need> {
    match item.kind.as_str() {
        catalog::VAULT => live::needs(&item.attributes, "vault"),
        catalog::REPLICA => live::needs(&item.attributes, "replica"),
        _ => Vec::new(),
    }
}

fn find(
    state: &State,
    item: &ReadItem,
    vault: Option<&VaultRef>,
) -> Result<Option<LiveResource>, ProviderError> {
    match (item.kind.as_str(), vault) {
        (catalog::VAULT, Some(reference)) => {
            let Some(found) = reference.open(state)? else {
                return Ok(None);
            };
            if found.owner != item.address {
                return Err(foreign(&reference.name, &found.owner.to_string()));
            }
            Ok(Some(live::vault(state, found)))
        }
        (kind, Some(reference)) => Ok(reference.open(state)?.and_then(|found| {
            let record = found.policies.get(&item.address)?;
            (record.kind == kind).then(|| live::policy(state, &item.address, record, found))
        })),
        (catalog::REPLICA, None) => {
            let found = state.replicas.get(&item.address);
            Ok(found.map(|found| live::replica(state, &item.address, found)))
        }
        (catalog::SCHEDULE, None) => Ok(state.schedules.get(&item.address).map(live::schedule)),
        (_, None) => {
            let name = text(&item.attributes, "name")
                .ok_or_else(|| bad_attribute(&item.address.to_string(), "name", "a text"))?;
            Ok(match state.datasets.get(name) {
                Some(Some(found)) => Some(live::dataset(&item.attributes, Some(found))),
                Some(None) => None,
                None => item
                    .attributes
                    .contains_key("size")
                    .then(|| live::dataset(&item.attributes, None)),
            })
        }
    }
}

/// Returns the error for a vault that somebody else made.
pub(crate) fn foreign(name: &str, owner: &str) -> ProviderError {
    let message = format!("vault `{name}` belongs to `{owner}`");
    ProviderError::new(ErrorClass::Conflict, message).help("Choose another name for the vault.")
}

fn fail(answer: &mut LiveState, item: ReadItem, error: &ProviderError) {
    answer.failures.insert(item.address, failure(error));
}

fn failure(error: &ProviderError) -> ReadFailure {
    ReadFailure {
        class: error.class.as_str().to_owned(),
        message: error.chain(),
        help: error.help.clone(),
    }
}
