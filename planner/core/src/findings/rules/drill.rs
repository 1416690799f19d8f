//! Restores that nobody has tried.

use lifeboat_model::{DrillRecord, Finding, Severity, Span};

use super::is_backup;
use crate::findings::inspect::{Subject, finding};

/// Returns the last drill of each backup of a target, and whether anything of it was ever applied.
fn drills<'a>(subject: &'a Subject<'_>) -> (bool, Vec<&'a DrillRecord>) {
    let recorded = &subject.inspection.recorded.resources;
    let backups = subject.graph.copies.iter().filter(|copy| is_backup(copy));
    let known: Vec<_> = backups
        .filter_map(|copy| recorded.get(&copy.address))
        .collect();
    let drills = known.iter().filter_map(|it| it.last_drill.as_ref());
    (!known.is_empty(), drills.collect())
}

/// What was never applied has nothing to drill yet, and is not told.
pub(super) fn never(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let (applied, drills) = drills(subject);
    if !applied || drills.iter().any(|drill| drill.passed) {
        return;
    }
    let message = match drills.iter().map(|drill| drill.at).max() {
        None => "no restore of it has ever been tried".to_owned(),
        Some(at) => format!(
            "no restore of it is known to work: the drill of {} failed",
            at.strftime("%Y-%m-%d")
        ),
    };
    found.push(finding(
        "never_drilled",
        Severity::Warning,
        subject.target(),
        message,
        "Run `lifeboat drill ADDRESS`.",
    ));
}

pub(super) fn overdue(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let Some(every) = subject.objective.and_then(|it| it.drill_every) else {
        return;
    };
    let (_, drills) = drills(subject);
    let passed = drills.iter().filter(|drill| drill.passed);
    let Some(last) = passed.map(|drill| drill.at).max() else {
        return;
    };
    let since = Span::between(last, subject.inspection.as_of);
    if since > every {
        found.push(finding(
            "drill_overdue",
            Severity::Warning,
            subject.target(),
            format!(
                "its last drill that passed was {} ago, and one is promised every {every}",
                since.rounded()
            ),
            "Run `lifeboat drill ADDRESS`.",
        ));
    }
}
