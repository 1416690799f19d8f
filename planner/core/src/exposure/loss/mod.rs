//! What one copy of one target gives in one failure scope: whether it survives, and how much is lost with it.
//!
//! The way: [`survives`] looks at the failure domains of the copy and of all that it needs; `flow` says how old the
//! newest point can be and how far apart points are; `kept` up to which age a retention is sure to hold a point;
//! `corruption` and `account` how much is lost when a bad write or an attacker is found late. Every finite bound
//! carries its provenance and its assumptions; every formula tells its numbers to a [`Trace`], and builds no text for
//! a silent one.

mod account;
mod apart;
mod continuous;
mod corruption;
mod flow;
mod held;
mod kept;
mod survival;
mod telling;
#[cfg(test)]
mod tests;

pub use corruption::{dwell_within, thinning_curve};
pub use survival::survives;
pub(crate) use survival::{is_alive, is_locked, survival};

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{Bound, Goal, Provenance, Scope, Span};

use super::found::Found;
use super::graph::CopyGraph;
use super::trace::{Last, Told, Trace};

/// What one copy gives in one scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyLoss {
    /// Whether the copy can be used at all after such a failure. If not, the reason of `rpo` says why.
    pub survives: bool,
    /// The most that is lost, as time before the failure; for corruption and account, before the bad write.
    ///
    /// An unbounded one has a reason; a finite one has its reason in what [`why`] returns.
    pub rpo: Found,
    /// Corruption and account: the longest dwell at which a clean point is still kept. Unbounded in other scopes,
    /// where there is no dwell; zero for a copy that does not count.
    pub tolerated_dwell: Bound<Span>,
    /// Corruption and account: how far the data go back, the dwell included.
    pub rollback: Option<Bound<Span>>,
    /// What of this, and of a recovery from it, rests on places that nobody has named yet, as [`Found::assuming`] says it.
    pub places: Vec<Arc<str>>,
}

/// Returns what a copy gives in a scope at `as_of`.
///
/// Points that are seen to be older than the schedule allows count with the age that they have.
pub fn copy_loss<T: Trace>(
    graph: &CopyGraph,
    copy: usize,
    scope: Scope,
    goal: &Goal,
    as_of: Timestamp,
    trace: &mut T,
) -> CopyLoss {
    let survival = match survival(graph, copy, scope) {
        Ok(survival) => survival,
        Err(reason) => {
            trace.tell(|| Told {
                says: reason.to_string(),
                bound: Some(Bound::Unbounded),
                provenance: None,
            });
            return CopyLoss::none(scope, Found::unbounded(reason));
        }
    };
    let dwell = goal.detected_within.unwrap_or(Span::ZERO);
    let mut loss = match scope {
        Scope::Corruption => corruption::loss(graph, copy, dwell, as_of, trace),
        Scope::Account => account::loss(graph, copy, dwell, as_of, trace),
        Scope::Instance | Scope::Zone | Scope::Region => CopyLoss {
            survives: true,
            rpo: flow::age(graph, copy, Some(as_of), trace),
            tolerated_dwell: Bound::Unbounded,
            rollback: None,
            places: Vec::new(),
        },
    };
    for one in survival.assumed {
        loss.rpo.rests_on(&Provenance::Assumed, &one);
    }
    loss.rpo.takes_for_granted(&survival.places);
    loss.places = survival.places;
    loss
}

/// Returns the worst age of the newest usable point by the schedules alone, whatever is seen (model §3).
pub fn freshness<T: Trace>(graph: &CopyGraph, copy: usize, trace: &mut T) -> Found {
    flow::age(graph, copy, None, trace)
}

/// Returns in one line why a copy gives what it gives, with the numbers of the formula.
pub fn why(graph: &CopyGraph, copy: usize, scope: Scope, goal: &Goal, as_of: Timestamp) -> String {
    let mut last = Last::default();
    let loss = copy_loss(graph, copy, scope, goal, as_of, &mut last);
    if loss.rpo.bound == Bound::Unbounded {
        return loss.rpo.reason.into_owned();
    }
    last.says.unwrap_or_default()
}

impl CopyLoss {
    /// Returns that a copy is of no use in this scope.
    fn none(scope: Scope, rpo: Found) -> Self {
        let dwells = matches!(scope, Scope::Corruption | Scope::Account);
        Self {
            survives: false,
            rpo,
            tolerated_dwell: if dwells {
                Bound::Finite(Span::ZERO)
            } else {
                Bound::Unbounded
            },
            rollback: dwells.then_some(Bound::Unbounded),
            places: Vec::new(),
        }
    }
}
