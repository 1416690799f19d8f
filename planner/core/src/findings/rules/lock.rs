//! Locks that end before anybody has noticed.

use lifeboat_model::{Bound, Finding, Scope, Severity};

use crate::exposure::loss::freshness;
use crate::exposure::trace::Silent;
use crate::findings::inspect::{Subject, finding};

/// A lock counts against an intruder only if it lasts `dwell + age of the newest point` (model.md §5).
pub(super) fn too_short(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let goals = subject.objective.map(|objective| &objective.goals);
    let goal = goals.and_then(|goals| {
        goals
            .get(&Scope::Account)
            .or_else(|| goals.get(&Scope::Corruption))
    });
    let Some(dwell) = goal.and_then(|goal| goal.detected_within) else {
        return;
    };
    for (index, copy) in subject.graph.copies.iter().enumerate() {
        let Some(lock) = &copy.lock else {
            continue;
        };
        let Bound::Finite(age) = freshness(subject.graph, index, &mut Silent).bound else {
            continue;
        };
        let needed = dwell + age;
        if lock.lasts.value >= needed {
            continue;
        }
        found.push(finding(
            "lock_too_short",
            Severity::Warning,
            &copy.address,
            format!(
                "its lock lasts {}, and a point must be safe for {} (unnoticed for {dwell}, and {} old by then)",
                lock.lasts.value,
                needed.rounded(),
                age.rounded()
            ),
            "Lock for longer, or notice sooner.",
        ));
    }
}
