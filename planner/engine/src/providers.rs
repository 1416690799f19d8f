//! The configured providers of a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat_contract::Provider;
use lifeboat_model::{Address, Catalog, KindRole};

/// The configured providers of a run, by the address of their block: `provider.local`, `provider.aws.dr`.
#[derive(Clone, Default)]
pub struct Providers {
    by_address: BTreeMap<Address, Arc<dyn Provider>>,
    catalog: Catalog,
}

impl Providers {
    /// Adds a provider under the address of its block; a later one of the same address takes its place.
    pub fn insert(&mut self, address: Address, provider: Arc<dyn Provider>) {
        self.catalog.merge(provider.catalog());
        self.by_address.insert(address, provider);
    }

    /// Returns the provider with this address.
    pub fn get(&self, address: &Address) -> Option<&Arc<dyn Provider>> {
        self.by_address.get(address)
    }

    /// Returns each provider with the address of its block.
    pub fn iter(&self) -> impl Iterator<Item = (&Address, &Arc<dyn Provider>)> {
        self.by_address.iter()
    }

    /// Returns what all of them know.
    pub const fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Returns what resources of this kind are for.
    pub(crate) fn role(&self, kind: &str) -> Option<KindRole> {
        self.catalog.kind(kind).map(|spec| spec.role)
    }
}
