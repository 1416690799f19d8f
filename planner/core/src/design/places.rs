//! Where blocks stand: which mean one and the same place, and what they are declared to fail with.

use std::collections::BTreeMap;

use lifeboat_model::{Address, Catalog, Domain};
use serde_json::Value;

use super::DesignError;
use crate::configuration::{Configuration, RepositoryBlock};

/// Returns an error for each block whose place an earlier block has.
///
/// A place is what cannot change without making another repository. Two names for one place would make a copy look
/// like a second place, which it is not. Places that only the system below can tell to be one, such as the two ends
/// of a symbolic link, are not seen here.
pub(super) fn shared(configuration: &Configuration, catalog: &Catalog) -> Vec<DesignError> {
    let mut places: BTreeMap<Place<'_>, &RepositoryBlock> = BTreeMap::new();
    let mut errors = Vec::new();
    for block in configuration.repositories.values() {
        let Some(place) = place(block, catalog) else {
            continue;
        };
        match places.get(&place) {
            None => {
                places.insert(place, block);
            }
            Some(other) => errors.push(DesignError::SamePlace {
                repository: block.address.clone(),
                other: other.address.clone(),
                at: block.at.clone(),
            }),
        }
    }
    errors
}

/// The attribute that the planner fills with the provider block of a repository: a region, an account.
const PROVIDER: &str = "provider";

/// A kind, and the values that tell one repository of it from another.
type Place<'a> = (&'a str, Vec<(&'a str, Option<String>)>);

fn place<'a>(block: &'a RepositoryBlock, catalog: &'a Catalog) -> Option<Place<'a>> {
    let kind = catalog.kind(block.address.kind.as_deref()?)?;
    let mut parts: Vec<_> = kind
        .attributes
        .iter()
        .filter(|spec| spec.forces_replacement)
        .map(|spec| {
            (
                spec.name.as_str(),
                block.attributes.get(&spec.name).map(Value::to_string),
            )
        })
        .collect();
    if parts.is_empty() && kind.attribute(PROVIDER).is_some() {
        // There is one in each region of each account, and nothing else tells them apart.
        parts.push((PROVIDER, Some(block.provider.to_string())));
    }
    (!parts.is_empty()).then_some((kind.name.as_str(), parts))
}

/// Returns the declared failure domains of every block that declares some, by the address of its resource.
pub(super) fn domains(
    configuration: &Configuration,
    resource_of: &BTreeMap<&Address, Address>,
) -> BTreeMap<Address, Vec<Domain>> {
    let providers = configuration.providers.values();
    let targets = configuration.targets.values();
    let repositories = configuration.repositories.values();
    let protections = configuration.protections.values();
    let of_providers = providers.map(|block| (&block.address, &block.domains));
    let of_targets = targets.map(|block| (&block.address, &block.domains));
    let of_repositories = repositories.map(|block| (&block.address, &block.domains));
    let of_protections = protections.filter_map(|block| {
        let resource = resource_of.get(&block.address)?;
        Some((resource, &block.domains))
    });
    of_providers
        .chain(of_targets)
        .chain(of_repositories)
        .chain(of_protections)
        .filter(|(_, domains)| !domains.is_empty())
        .map(|(address, domains)| (address.clone(), domains.clone()))
        .collect()
}
