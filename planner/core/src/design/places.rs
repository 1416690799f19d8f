//! Repository blocks that mean one and the same place.

use std::collections::BTreeMap;

use lifeboat_model::Catalog;
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

/// A kind, and the values that tell one repository of it from another.
type Place<'a> = (&'a str, Vec<(&'a str, Option<String>)>);

fn place<'a>(block: &'a RepositoryBlock, catalog: &'a Catalog) -> Option<Place<'a>> {
    let kind = catalog.kind(block.address.kind.as_deref()?)?;
    let parts: Vec<_> = kind
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
    (!parts.is_empty()).then_some((kind.name.as_str(), parts))
}
