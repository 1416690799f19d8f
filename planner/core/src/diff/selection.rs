//! Restricting a plan to some addresses and what they require.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{Address, Block};

use super::Snapshots;

/// A selector that names nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{selector}` matches nothing in the configuration or the state")]
pub struct SelectionError {
    /// The selector.
    pub selector: Box<Address>,
    /// The address that resembles it most, if any does.
    pub nearest: Option<String>,
}

/// Returns the addresses to act on: those that the selectors name, what they require, and for what is going what
/// requires it and must go first. None means everything.
pub(super) fn selection<'a>(
    snapshots: &Snapshots<'a>,
) -> Result<Option<BTreeSet<&'a Address>>, SelectionError> {
    let selectors = &snapshots.options.targets;
    if selectors.is_empty() {
        return Ok(None);
    }
    let all: BTreeSet<&'a Address> = snapshots
        .design
        .desired
        .resources
        .keys()
        .chain(snapshots.recorded.resources.keys())
        .collect();
    let mut open: Vec<&'a Address> = Vec::new();
    for selector in selectors {
        let named = named(snapshots, &all, selector);
        if named.is_empty() {
            return Err(SelectionError {
                selector: Box::new(selector.clone()),
                nearest: nearest(snapshots, &all, selector),
            });
        }
        open.extend(named);
    }
    let dependents = dependents(snapshots);
    let mut selected: BTreeSet<&'a Address> = BTreeSet::new();
    while let Some(address) = open.pop() {
        if !selected.insert(address) {
            continue;
        }
        if snapshots.is_going(address) {
            open.extend(
                dependents
                    .get(address)
                    .into_iter()
                    .flatten()
                    .copied()
                    .filter(|dependent| snapshots.is_going(dependent)),
            );
        } else {
            open.extend(snapshots.requires(address));
        }
    }
    Ok(Some(selected))
}

fn named<'a>(
    snapshots: &Snapshots<'a>,
    all: &BTreeSet<&'a Address>,
    selector: &Address,
) -> Vec<&'a Address> {
    if selector.block == Block::Protection {
        let blocks = &snapshots.design.protections;
        return blocks
            .iter()
            .filter(|(block, _)| block.selected_by(selector))
            .flat_map(|(_, resource)| [resource].into_iter().chain(setting_of(all, resource)))
            .collect();
    }
    all.iter()
        .copied()
        .filter(|address| address.selected_by(selector))
        .collect()
}

/// Returns the setting that runs a protection: the schedule of the same name.
fn setting_of<'a>(all: &BTreeSet<&'a Address>, protection: &Address) -> Option<&'a Address> {
    let key = protection.part.as_ref()?.key.clone();
    all.get(&protection.owner().part("schedule", key)).copied()
}

/// Returns what requires each address, as desired or as recorded.
pub(super) fn dependents<'a>(snapshots: &Snapshots<'a>) -> BTreeMap<&'a Address, Vec<&'a Address>> {
    let mut dependents: BTreeMap<&'a Address, Vec<&'a Address>> = BTreeMap::new();
    for (address, desired) in &snapshots.design.desired.resources {
        for required in desired.requires.iter().chain(&desired.target) {
            dependents.entry(required).or_default().push(address);
        }
    }
    for (address, recorded) in &snapshots.recorded.resources {
        for required in recorded.requires.iter().chain(&recorded.target) {
            dependents.entry(required).or_default().push(address);
        }
    }
    dependents
}

fn nearest(
    snapshots: &Snapshots<'_>,
    all: &BTreeSet<&Address>,
    selector: &Address,
) -> Option<String> {
    let wanted = selector.to_string();
    let names: Vec<String> = all
        .iter()
        .copied()
        .chain(snapshots.design.protections.keys())
        .filter(|address| address.block == selector.block)
        .map(ToString::to_string)
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    similar::get_close_matches(wanted.as_str(), &names, 1, 0.6)
        .first()
        .map(|name| (*name).to_owned())
}
