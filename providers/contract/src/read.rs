//! Reading live resources in bulk.

use std::collections::BTreeMap;

use lifeboat_model::{Address, Attributes};

/// One resource to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadItem {
    /// Its name.
    pub address: Address,
    /// Its kind.
    pub kind: String,
    /// What identifies it: the recorded attributes where there are some, else the desired ones.
    pub attributes: Attributes,
    /// The target that it protects.
    pub target: Option<Address>,
}

/// Everything of one provider that a refresh looks for.
///
/// A provider lists once per kind and place and matches in memory; it makes no request per item where a bulk one
/// exists.
#[derive(Clone, Debug)]
pub struct ReadRequest<'a> {
    /// What to look for.
    pub items: Vec<ReadItem>,
    /// Attributes of the targets and repositories that the items refer to.
    pub bindings: &'a BTreeMap<Address, Attributes>,
}
