//! Carrying out one planned change.

use std::collections::BTreeMap;

use lifeboat_model::{Address, Attributes};

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Makes it. If it is there already with our ownership mark, finishes it.
    Create,
    /// Changes it in place.
    Update,
    /// Destroys it. If it is gone already, succeeds.
    Delete,
}

/// One change of one resource.
#[derive(Clone, Debug)]
pub struct ChangeRequest<'a> {
    /// What is changed.
    pub address: &'a Address,
    /// Its kind.
    pub kind: &'a str,
    /// What is done.
    pub change: ChangeKind,
    /// The live attributes as planned on; none for a creation.
    pub before: Option<&'a Attributes>,
    /// The attributes afterwards; none for a deletion.
    pub after: Option<&'a Attributes>,
    /// The target that it protects.
    pub target: Option<&'a Address>,
    /// Attributes of the targets and repositories that the resource refers to.
    pub bindings: &'a BTreeMap<Address, Attributes>,
}
