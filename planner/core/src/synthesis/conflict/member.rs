//! What may be left out.

use lifeboat_model::{Address, Mechanism, Scope};

/// One promise, rule or fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Member {
    /// The RPO of a scope.
    Loss(Scope),
    /// The RTO of a scope.
    Time(Scope),
    /// The dwell of a scope.
    Dwell(Scope),
    /// The target's own retention.
    Retention,
    /// That nothing younger may be deleted.
    Immutable,
    /// A mechanism that must be used.
    Uses(Mechanism),
    /// A mechanism that must not.
    Forbids(Mechanism),
    /// The repositories that may be used.
    Repositories,
    /// Where its copies may stand.
    CopiesTo,
    /// What it may cost.
    MaxCost,
    /// How things are.
    Fact(Fact),
}

/// How things are, whatever the configuration wants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    /// How long it takes until a recovery is decided.
    Alarm,
    /// That a replica follows wrong writes.
    Follows,
    /// How long the offered locks last.
    Locks,
    /// Where the target stands.
    Target,
    /// How long a run of a mechanism takes.
    Takes(Mechanism),
    /// Where a repository stands, and what it needs; none for what stands in none.
    Place(Option<Address>),
    /// How long a restore from a repository takes.
    Comes(Option<Address>),
    /// How often a mechanism can run.
    Often(Mechanism),
    /// That nothing else is offered.
    Offer,
}
