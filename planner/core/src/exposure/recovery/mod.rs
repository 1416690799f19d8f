//! How long it takes to be back: one copy, the links that many share, and services.
//!
//! ```text
//! RTO(copy, scope) = detect + decide + max(provision, unarchive) + transfer + replay
//!                    + promote + repoint + warm + verify
//! ```
//!
//! Way of the data: `chain` says which copies a restore reads and how much of each; [`Load`] adds up who else reads
//! over the same links; `transfer` and `steps` turn that into time; [`service`] puts members and dependencies
//! together; [`inversions`] compares promises.
//!
//! Every sum is of integers (`u128` nanoseconds) and rounded up, so that no bound is too low by a rounding. A step
//! that is needed and not known makes the bound unbounded, and the reason names the step and the remedy.

mod bases;
mod chain;
mod cut;
mod inversion;
mod load;
mod moving;
mod needs;
mod order;
mod quantity;
mod service;
mod steps;
mod telling;
#[cfg(test)]
mod tests;
mod transfer;

pub use cut::Points;
pub use inversion::{Inversion, Promise, inversions};
pub use load::{Load, Yielding};
pub(crate) use moving::{Moving, rest};
pub use order::in_order;
pub use service::{Dependency, Member, Offer, Service, ServiceFound, service};

use lifeboat_model::{Bound, Scope};

use super::found::Found;
use super::graph::CopyGraph;
use super::trace::{Told, Trace};

/// Returns the longest time from the failure until the target works again from this copy: [`alarm`] and [`restore`].
///
/// Says nothing of whether the copy survives the scope, which is a question of loss; but a restore that calls a
/// control plane that the scope takes is infeasible, and the reason says which.
pub fn copy_recovery<T: Trace>(
    graph: &CopyGraph,
    copy: usize,
    scope: Scope,
    load: &Load,
    trace: &mut T,
) -> Found {
    trace.open();
    let alarm = alarm(graph, scope, trace);
    let restore = restore(graph, copy, scope, load, trace);
    let reason = restore.reason.clone();
    let mut found = alarm.and(restore);
    found.reason = reason;
    trace.close(|| {
        let by = graph.copies.get(copy).map(|it| it.address.to_string());
        let by = by.unwrap_or_default();
        told(
            match found.bound {
                Bound::Finite(time) => {
                    format!(
                        "`{}` is back from `{by}` within {}",
                        graph.target,
                        time.rounded()
                    )
                }
                Bound::Unbounded => format!(
                    "nothing limits how long `{}` takes to be back from `{by}`: {}",
                    graph.target, found.reason
                ),
            },
            &found,
        )
    });
    found
}

/// Returns the time from the failure until a recovery starts: `detect + decide`.
///
/// Nothing for corruption and account, where both are part of the dwell.
pub fn alarm<T: Trace>(graph: &CopyGraph, scope: Scope, trace: &mut T) -> Found {
    if matches!(scope, Scope::Corruption | Scope::Account) {
        return Found::zero();
    }
    let detect = steps::input(&graph.detect, "until somebody knows", trace);
    detect.and(steps::input(
        &graph.decide,
        "until the recovery is decided",
        trace,
    ))
}

/// Returns the time from the decision until the target works again from this copy.
///
/// `load` is of all that recover at the same time; the copy may be in it or not.
pub fn restore<T: Trace>(
    graph: &CopyGraph,
    copy: usize,
    scope: Scope,
    load: &Load,
    trace: &mut T,
) -> Found {
    if let Some(reason) = needs::infeasible(graph, copy, scope) {
        let found = Found::unbounded(reason);
        trace.tell(|| told(found.reason.clone().into_owned(), &found));
        return found;
    }
    steps::sum(graph, copy, scope, load, trace)
}

/// Returns a step of the derivation with what it comes to.
fn told(says: String, found: &Found) -> Told {
    Told {
        says,
        bound: Some(found.bound),
        provenance: Some(found.provenance.clone()),
    }
}
