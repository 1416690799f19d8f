//! Restores whose length nobody knows.

use lifeboat_model::{Finding, Severity};

use super::is_backup;
use crate::exposure::graph::Copy;
use crate::findings::inspect::{Subject, finding};

/// A recovery time is promised, and no copy says how fast it comes back.
pub(super) fn rate_unknown(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let promised = subject
        .objective
        .is_some_and(|objective| objective.goals.values().any(|goal| goal.rto.is_some()));
    let backups: Vec<&Copy> = subject
        .graph
        .copies
        .iter()
        .filter(|it| is_backup(it))
        .collect();
    let unknown = |copy: &&Copy| {
        let recovery = &copy.recovery;
        recovery.whole.is_none() && recovery.hops.iter().any(|hop| hop.rate.is_none())
    };
    if !promised || backups.is_empty() || !backups.iter().all(unknown) {
        return;
    }
    found.push(finding(
        "restore_rate_unknown",
        Severity::Warning,
        subject.target(),
        "a recovery time is promised, and nobody knows how fast a restore is".to_owned(),
        "Run a drill, or declare `restore_bandwidth` in an `assumptions` block.",
    ));
}
