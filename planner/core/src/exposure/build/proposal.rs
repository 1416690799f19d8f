//! A protection that stands, or might.

use lifeboat_model::{Address, Attributes, Mechanism, ProtectionSpec, RecordedResource};

use super::standing::Vault;
use crate::exposure::graph::Holds;

/// A protection that does not stand and might: what it would give is [`Builder::copy`](super::Builder::copy).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proposed<'p> {
    /// The address of its resource: `target.x.y.snapshot["z"]`.
    pub(crate) address: &'p Address,
    /// Its mechanism.
    pub(crate) mechanism: Mechanism,
    /// How the mechanism works on the kind of the target.
    pub(crate) spec: &'p ProtectionSpec,
    /// The attributes of its resource, those included that the planner fills.
    pub(crate) attributes: &'p Attributes,
    /// The copy of the graph that it copies.
    pub(crate) source: Option<usize>,
    /// Whether a setting runs its schedule, where the mechanism has one.
    pub(crate) scheduled: bool,
}

/// What one copy is made from.
#[derive(Clone, Debug)]
pub(super) struct Site<'p> {
    pub(super) address: &'p Address,
    pub(super) mechanism: Mechanism,
    /// None where no provider knows how it works.
    pub(super) spec: Option<&'p ProtectionSpec>,
    pub(super) attributes: &'p Attributes,
    pub(super) source: Option<usize>,
    pub(super) timer: Timer<'p>,
    pub(super) vault: Option<Vault<'p>>,
    pub(super) holds: Holds,
    /// What is recorded of it: what was measured.
    pub(super) recorded: Option<&'p RecordedResource>,
}

/// What runs a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer<'p> {
    /// A setting that would be put beside it, on its own schedule.
    Own,
    /// A setting with this schedule.
    Standing(Option<&'p str>),
    /// Nothing.
    Missing,
}
