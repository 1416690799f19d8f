//! Looking for data stores that no configuration names yet.

use std::collections::BTreeMap;

use lifeboat_model::Attributes;
use serde::{Deserialize, Serialize};

/// What a search for data stores is limited to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiscoverQuery {
    /// The regions to look in; empty means that of the provider's own block.
    pub regions: Vec<String>,
    /// Tags that a store must have, all of them.
    pub tags: BTreeMap<String, String>,
}

/// A data store that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovered {
    /// The kind of target that it would be.
    pub kind: String,
    /// What its owner calls it.
    pub name: String,
    /// The arguments of a target block that mean it.
    pub attributes: Attributes,
    /// Where it stands, as `regions` of a query names it.
    pub region: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// What protects it now, each a few words for a person: "automated backups, 7d".
    pub protected_by: Vec<String>,
}
