//! What a refresh must look for before there can be a plan.

use std::collections::BTreeMap;

use lifeboat_model::{Address, Attributes, RecordedState};

use crate::design::Design;

/// One resource that a refresh looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// Its name.
    pub address: Address,
    /// Its kind.
    pub kind: String,
    /// The provider configuration that reads it.
    pub provider: Address,
    /// What identifies it: the recorded attributes where there are some, else the desired ones.
    pub attributes: Attributes,
    /// The target that it protects.
    pub target: Option<Address>,
}

/// Returns everything that is desired or recorded, in address order.
///
/// What is recorded is looked for where it was applied, not where the configuration now wants it.
pub fn read_items(design: &Design, recorded: &RecordedState) -> Vec<Sought> {
    let mut items: BTreeMap<&Address, Sought> = BTreeMap::new();
    for (address, desired) in &design.desired.resources {
        items.insert(
            address,
            Sought {
                address: address.clone(),
                kind: desired.kind.clone(),
                provider: desired.provider.clone(),
                attributes: desired.attributes.clone(),
                target: desired.target.clone(),
            },
        );
    }
    for (address, resource) in &recorded.resources {
        items.insert(
            address,
            Sought {
                address: address.clone(),
                kind: resource.kind.clone(),
                provider: resource.provider.clone(),
                attributes: resource.attributes.clone(),
                target: resource.target.clone(),
            },
        );
    }
    items.into_values().collect()
}

/// Returns the attributes of everything that the items of [`read_items`] refer to.
///
/// Recorded ones where there are some, so that what was applied is found where it is; desired ones else.
pub fn read_bindings(design: &Design, recorded: &RecordedState) -> BTreeMap<Address, Attributes> {
    let mut bindings: BTreeMap<Address, Attributes> = design
        .desired
        .resources
        .iter()
        .map(|(address, resource)| (address.clone(), resource.attributes.clone()))
        .collect();
    for (address, attributes) in &recorded.bindings {
        bindings
            .entry(address.clone())
            .or_insert_with(|| attributes.clone());
    }
    for (address, resource) in &recorded.resources {
        bindings.insert(address.clone(), resource.attributes.clone());
    }
    bindings
}
