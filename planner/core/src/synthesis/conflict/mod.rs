//! Why no design holds: a smallest set of promises and facts that exclude one another.
//!
//! Deletion filtering: one member after the other is left out for good if the rest is still infeasible without it. What
//! is left is infeasible, and leaving out any one of it makes it feasible; other such sets may exist.

mod filter;
mod member;
mod relax;
mod words;

#[cfg(test)]
pub(crate) use filter::is_feasible;
pub(crate) use filter::{Asked, Case, excludes, smallest};
pub(crate) use member::{Fact, Member};
pub(crate) use relax::Relaxed;
pub(crate) use words::words;

use lifeboat_model::Address;

use crate::configuration::Location;

/// Why the planner finds no design for a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The target.
    pub target: Address,
    /// What excludes one another; leaving out any one would do.
    pub because: Vec<Because>,
}

/// One of several things that exclude one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// What it says: a lower-case fragment without a final period.
    pub says: String,
    /// Where the configuration says it; none for a fact that it does not say.
    pub at: Option<Location>,
}
