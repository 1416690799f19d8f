//! Guards that refuse deletions while they stand.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{Address, Mechanism, OnRemove};

use super::{Snapshots, text};

/// The guards that stand when the plan is done, by target and by repository.
#[derive(Debug, Default)]
pub(super) struct Guards<'a> {
    by_target: BTreeMap<Address, Vec<(&'a Address, Option<&'a str>)>>,
    by_repository: BTreeMap<&'a str, &'a Address>,
}

/// Returns whether the address is that of a guard.
pub(crate) fn is_guard(address: &Address) -> bool {
    address
        .part
        .as_ref()
        .is_some_and(|part| part.role == Mechanism::Guard.as_str())
}

impl<'a> Guards<'a> {
    /// Collects the guards that are desired, and those that are live and that the plan does not destroy.
    pub(super) fn standing(
        snapshots: &Snapshots<'a>,
        is_acted_on: impl Fn(&Address) -> bool,
    ) -> Self {
        let mut guards = Self::default();
        let candidates: BTreeSet<&'a Address> = snapshots
            .design
            .desired
            .resources
            .keys()
            .chain(snapshots.recorded.resources.keys())
            .chain(snapshots.live.resources.keys())
            .filter(|address| is_guard(address))
            .collect();
        for address in candidates {
            let desired = snapshots.desired(address);
            let recorded = snapshots.recorded(address);
            let live = snapshots.live(address);
            let destroyed = desired.is_none()
                && recorded.is_some_and(|it| {
                    snapshots.options.destroy || it.on_remove == OnRemove::Destroy
                })
                && is_acted_on(address);
            if destroyed || (desired.is_none() && live.is_none()) {
                continue;
            }
            let attributes = desired
                .map(|it| &it.attributes)
                .or(live.map(|it| &it.attributes));
            let Some(attributes) = attributes else {
                continue;
            };
            let repository = text(attributes, "repository");
            let guarded = guards.by_target.entry(address.owner()).or_default();
            guarded.push((address, repository));
            if let Some(repository) = repository {
                guards.by_repository.entry(repository).or_insert(address);
            }
        }
        guards
    }

    /// Returns the guard over the points of this target in this repository.
    pub(super) fn over(
        &self,
        target: Option<&Address>,
        repository: Option<&str>,
    ) -> Option<&'a Address> {
        self.by_target
            .get(target?)?
            .iter()
            .find(|(_, guarded)| guarded.is_none() || *guarded == repository)
            .map(|(guard, _)| *guard)
    }

    /// Returns a guard over any points in this repository.
    pub(super) fn in_repository(&self, repository: &str) -> Option<&'a Address> {
        self.by_repository.get(repository).copied()
    }
}
