//! A replica counted as a backup.

use lifeboat_model::{Finding, Severity, Span};

use super::{is_backup, is_replica};
use crate::exposure::graph::Logical;
use crate::findings::inspect::{Subject, finding};

pub(super) fn is_no_backup(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let copies = &subject.graph.copies;
    let dwell = subject.dwell().unwrap_or(Span::ZERO);
    let late = copies.iter().any(|copy| {
        matches!(&copy.logical, Logical::Follows(delay) if delay.value > Span::ZERO && delay.value >= dwell)
    });
    if copies.iter().any(is_backup) || late {
        return;
    }
    let Some(replica) = copies.iter().find(|copy| is_replica(copy)) else {
        return;
    };
    found.push(finding(
        "replica_is_no_backup",
        Severity::Warning,
        subject.target(),
        format!(
            "`{}` repeats every wrong write and every deletion, and nothing else holds older data",
            replica.address
        ),
        "Add a snapshot or a log in a repository.",
    ));
}
