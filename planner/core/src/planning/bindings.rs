//! The attributes of what actions refer to.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{Action, Address, Attributes};

use crate::diff::Snapshots;

/// Returns the attributes of the targets, repositories and source protections that actions refer to.
///
/// Desired ones where the configuration has them, recorded ones for what is about to go.
pub(super) fn bindings(
    snapshots: &Snapshots<'_>,
    actions: &[Action],
) -> BTreeMap<Address, Attributes> {
    let mut seen: BTreeSet<&Address> = BTreeSet::new();
    let mut open: Vec<&Address> = actions
        .iter()
        .flat_map(|action| action.requires.iter().chain(&action.target))
        .collect();
    let mut bindings = BTreeMap::new();
    while let Some(address) = open.pop() {
        if !seen.insert(address) {
            continue;
        }
        let desired = snapshots.desired(address);
        let recorded = snapshots.recorded(address);
        let attributes = desired
            .map(|it| &it.attributes)
            .or(recorded.map(|it| &it.attributes))
            .or(snapshots.recorded.bindings.get(address));
        if let Some(attributes) = attributes {
            bindings.insert(address.clone(), attributes.clone());
        }
        open.extend(snapshots.requires(address));
        open.extend(desired.and_then(|it| it.target.as_ref()));
    }
    bindings
}
