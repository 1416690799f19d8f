//! What waits for what, and that nothing waits for itself.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{Address, DesiredState};

/// A node of the walk: its address and how many of its requirements were followed.
type Frame<'a> = (&'a Address, usize);

/// Returns the first chain in which each resource requires the next, and the last the first.
///
/// Takes time in proportion to resources and requirements; recursion-free, for long chains.
pub(super) fn cycle(desired: &DesiredState) -> Option<Vec<Address>> {
    let mut done: BTreeSet<&Address> = BTreeSet::new();
    for start in desired.resources.keys() {
        if done.contains(start) {
            continue;
        }
        let mut path: Vec<Frame<'_>> = vec![(start, 0)];
        let mut places: BTreeMap<&Address, usize> = [(start, 0)].into();
        while let Some((address, next)) = path.last_mut() {
            let requirement = desired
                .resources
                .get(*address)
                .and_then(|resource| resource.requires.get(*next));
            *next += 1;
            let Some(requirement) = requirement else {
                done.insert(address);
                places.remove(*address);
                path.pop();
                continue;
            };
            if let Some(place) = places.get(requirement) {
                return Some(
                    path.iter()
                        .skip(*place)
                        .map(|(address, _)| (*address).clone())
                        .collect(),
                );
            }
            if !done.contains(requirement) {
                places.insert(requirement, path.len());
                path.push((requirement, 0));
            }
        }
    }
    None
}
