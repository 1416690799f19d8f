//! Retention that ends too early, or never.

use lifeboat_model::{Bound, Finding, Goal, Scope, Severity, Span};

use super::is_backup;
use crate::exposure::graph::{Copy, Holds};
use crate::exposure::loss::{copy_loss, freshness};
use crate::exposure::trace::Silent;
use crate::findings::inspect::{Subject, finding};

/// No copy is sure to keep a point for as long as wrong data may stay unnoticed.
pub(super) fn below_dwell(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let Some(dwell) = subject.dwell() else {
        return;
    };
    let goal = Goal {
        detected_within: Some(dwell),
        ..Goal::default()
    };
    let copies = subject.graph.copies.iter().enumerate();
    let reach = copies
        .filter(|(_, copy)| is_backup(copy) && copy.holds != Holds::Nothing)
        // What nobody runs is told elsewhere.
        .filter(|(index, _)| {
            freshness(subject.graph, *index, &mut Silent).bound != Bound::Unbounded
        })
        .map(|(index, _)| {
            let as_of = subject.inspection.as_of;
            copy_loss(
                subject.graph,
                index,
                Scope::Corruption,
                &goal,
                as_of,
                &mut Silent,
            )
            .tolerated_dwell
        })
        .max();
    let Some(Bound::Finite(reach)) = reach else {
        return;
    };
    if reach >= dwell {
        return;
    }
    found.push(finding(
        "retention_below_dwell",
        Severity::Warning,
        subject.target(),
        format!(
            "wrong data may stay unnoticed for {dwell}, and no copy is sure to reach further back than {}",
            reach.rounded()
        ),
        "Keep points for longer, or notice sooner.",
    ));
}

/// Points that outlive the day on which they must be gone.
pub(super) fn kept_past_deletion(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let backups = || subject.graph.copies.iter().filter(|copy| is_backup(copy));
    let ends = backups()
        .filter_map(|copy| copy.retention.delete_after)
        .min();
    let Some(end) = ends else {
        return;
    };
    for copy in backups() {
        let Some(message) = outlives(copy, end) else {
            continue;
        };
        found.push(finding(
            "kept_past_deletion",
            Severity::Warning,
            &copy.address,
            message,
            "Give all copies of a target the same `delete_after`, and no lock that is longer.",
        ));
    }
}

fn outlives(copy: &Copy, end: Span) -> Option<String> {
    if let Some(lock) = copy.lock.as_ref().filter(|lock| lock.lasts.value > end) {
        return Some(format!(
            "its points must be gone after {end} and cannot be deleted for {}",
            lock.lasts.value
        ));
    }
    match copy.retention.delete_after {
        Some(own) if own <= end => None,
        Some(own) => Some(format!(
            "it keeps points for {own}, and another copy of the same data says that they must be gone after {end}"
        )),
        None => Some(format!(
            "it never deletes, and another copy of the same data says that points must be gone after {end}"
        )),
    }
}
