//! The kinds, and what may protect what.

use lifeboat_model::Catalog;

use crate::catalog::Scheduling;

/// Returns what the planner must know.
pub(crate) fn catalog(_scheduling: Scheduling) -> Catalog {
    Catalog::default()
}
