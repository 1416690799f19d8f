//! The three snapshots, and what is looked up in them.

use lifeboat_model::{
    Address, Attributes, Catalog, DesiredResource, KindRole, LiveResource, LiveState, Mechanism,
    PlanOptions, ProtectionSpec, RecordedResource, RecordedState,
};

use super::text;
use crate::design::Design;

/// Everything that a plan is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Snapshots<'a> {
    pub(crate) design: &'a Design,
    pub(crate) live: &'a LiveState,
    pub(crate) recorded: &'a RecordedState,
    pub(crate) catalog: &'a Catalog,
    pub(crate) options: &'a PlanOptions,
}

impl<'a> Snapshots<'a> {
    /// Returns what the configuration asks for at this address; under `destroy`, nothing that lifeboat writes.
    pub(crate) fn desired(&self, address: &Address) -> Option<&'a DesiredResource> {
        self.design
            .desired
            .resources
            .get(address)
            .filter(|resource| !(resource.managed && self.options.destroy))
    }

    pub(crate) fn live(&self, address: &Address) -> Option<&'a LiveResource> {
        self.live.resources.get(address)
    }

    pub(crate) fn recorded(&self, address: &Address) -> Option<&'a RecordedResource> {
        self.recorded.resources.get(address)
    }

    /// Returns whether the resource is managed now and shall not be any more.
    pub(crate) fn is_going(&self, address: &Address) -> bool {
        self.recorded(address).is_some() && !self.desired(address).is_some_and(|it| it.managed)
    }

    /// Returns what this address requires: as desired, and as recorded where it is going.
    pub(crate) fn requires(&self, address: &Address) -> &'a [Address] {
        match (self.desired(address), self.recorded(address)) {
            (Some(desired), _) => &desired.requires,
            (None, Some(recorded)) => &recorded.requires,
            (None, None) => &[],
        }
    }

    /// Returns how the mechanism at this address works; none for what is no protection.
    pub(crate) fn protection(&self, address: &Address) -> Option<&'a ProtectionSpec> {
        protection(self.catalog, address)
    }

    /// Returns what resources of this kind are for.
    pub(crate) fn role(&self, kind: &str) -> Option<KindRole> {
        self.catalog.kind(kind).map(|kind| kind.role)
    }

    /// Returns the repository that the resource is live in, or was when it was recorded.
    pub(crate) fn held_in(&self, address: &Address) -> Option<&'a str> {
        let live = self.live(address).map(|live| &live.attributes);
        let recorded = self.recorded(address).map(|recorded| &recorded.attributes);
        [live, recorded]
            .into_iter()
            .flatten()
            .find_map(|attributes: &'a Attributes| text(attributes, "repository"))
    }
}

/// Returns how the mechanism at a derived address works, from the kind of its target and its role.
pub(crate) fn protection<'a>(
    catalog: &'a Catalog,
    address: &Address,
) -> Option<&'a ProtectionSpec> {
    let mechanism: Mechanism = address.part.as_ref()?.role.parse().ok()?;
    catalog.protection(address.kind.as_deref()?, mechanism)
}
