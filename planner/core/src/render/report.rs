//! What backing up, restoring, verifying and drilling came to.

use jiff::Timestamp;
use lifeboat_model::{Address, RecoveryPoint, Span};
use serde::Serialize;

use super::Style;
use super::canvas::{Canvas, Line, Table, Tone};
use super::moment::{age, brief, count, size, utc};

/// A path that could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathProblem {
    /// The path.
    pub path: String,
    /// What the system said.
    pub message: String,
}

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckResult {
    /// What.
    pub name: String,
    /// Whether it is as it should be.
    pub passed: bool,
    /// What was found.
    pub detail: String,
}

/// What `lifeboat backup run` did to one protection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BackUpView {
    /// The protection.
    pub address: Address,
    /// The new recovery points, oldest first.
    pub points: Vec<RecoveryPoint>,
    /// What is not in them because it could not be read.
    pub unreadable: Vec<PathProblem>,
    /// Files and directories looked at.
    pub entries: u64,
    /// Bytes of the source.
    pub source_bytes: u64,
    /// Bytes that the repository grew by.
    pub added_bytes: u64,
    /// From start to end.
    pub took: Span,
}

/// What `lifeboat restore` did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RestoreView {
    /// The protection whose copy was used.
    pub address: Address,
    /// The point that was restored.
    pub point: RecoveryPoint,
    /// Where the data now is.
    pub into: String,
    /// Files and directories restored.
    pub entries: u64,
    /// Bytes written.
    pub restored_bytes: u64,
    /// What could not be written.
    pub failed: Vec<PathProblem>,
    /// From start to end.
    pub took: Span,
}

/// What `lifeboat verify` found in one protection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifyView {
    /// The protection.
    pub address: Address,
    /// Whether every byte was read, or the structure only.
    pub read_data: bool,
    /// Whether something was checked and everything was as it should be.
    pub passed: bool,
    /// Each thing that was checked.
    pub checks: Vec<CheckResult>,
    /// From start to end.
    pub took: Span,
}

/// What `lifeboat drill` found with one protection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DrillView {
    /// The protection whose copy was used.
    pub address: Address,
    /// The point that was restored.
    pub point: RecoveryPoint,
    /// How old the point was when the drill began: the RPO that was really had.
    pub point_age: Span,
    /// From the start of the restore to the end of the verification: the RTO that was really had.
    pub took: Span,
    /// Bytes restored.
    pub restored_bytes: u64,
    /// Whether everything was as it should be.
    pub passed: bool,
    /// Each thing that was checked on what was restored.
    pub checks: Vec<CheckResult>,
    /// The tightest goals of the target's objective, RPO and RTO, where it has them.
    pub rpo_goal: Option<Span>,
    /// See `rpo_goal`.
    pub rto_goal: Option<Span>,
}

fn head(canvas: &mut Canvas, passed: bool, address: &Address, says: &str) {
    let mark = canvas.style.mark(passed);
    let tone = if passed { Tone::Good } else { Tone::Bad };
    canvas.line(
        Line::default()
            .tone(tone, mark)
            .plain(" ")
            .tone(Tone::Strong, address.to_string())
            .plain(format!(": {says}")),
    );
}

fn facts(canvas: &mut Canvas, rows: Vec<(&str, Tone, String)>) {
    let mut table = Table::indent(4);
    for (name, tone, value) in rows {
        table.row([(Tone::Faint, name.to_owned()), (tone, value)]);
    }
    table.write(canvas);
}

/// Paths that are named one by one, unless the style is verbose.
const NAMED: usize = 20;

fn paths(canvas: &mut Canvas, what: &str, problems: &[PathProblem]) {
    if problems.is_empty() {
        return;
    }
    let paths = count(problems.len(), "path");
    canvas.line(Line::indent(4).tone(Tone::Bad, format!("{paths} {what}:")));
    let most = if canvas.style.verbose {
        problems.len()
    } else {
        NAMED
    };
    for problem in problems.iter().take(most) {
        canvas.line(Line::indent(6).plain(format!("{}: {}", problem.path, problem.message)));
    }
    if let Some(left @ 1..) = problems.len().checked_sub(most) {
        canvas.line(Line::indent(6).tone(
            Tone::Faint,
            format!("and {left} more; all of them with --verbose"),
        ));
    }
}

fn checks(canvas: &mut Canvas, checks: &[CheckResult]) {
    let mut table = Table::indent(4);
    for check in checks {
        let tone = if check.passed { Tone::Good } else { Tone::Bad };
        table.row([
            (tone, canvas.style.mark(check.passed).to_owned()),
            (Tone::Plain, check.name.clone()),
            (Tone::Plain, check.detail.clone()),
        ]);
    }
    table.write(canvas);
}

fn dated(point: &RecoveryPoint, as_of: Timestamp) -> String {
    format!(
        "{}  {} ({} old)",
        point.id.short(),
        utc(point.time),
        age(point.time, as_of)
    )
}

/// Returns backups as text.
pub fn backup_text(backups: &[BackUpView], as_of: Timestamp, style: Style) -> String {
    let mut canvas = Canvas::new(style);
    for backup in backups {
        let whole = backup.unreadable.is_empty();
        let says = format!(
            "{} made in {}",
            count(backup.points.len(), "recovery point"),
            brief(backup.took)
        );
        head(&mut canvas, whole, &backup.address, &says);
        let mut rows: Vec<(&str, Tone, String)> = backup
            .points
            .iter()
            .map(|point| ("point", Tone::Warn, dated(point, as_of)))
            .collect();
        let entries = usize::try_from(backup.entries).unwrap_or(usize::MAX);
        let source = size(Some(backup.source_bytes));
        rows.push((
            "source",
            Tone::Plain,
            format!("{source} in {}", count(entries, "entry")),
        ));
        rows.push(("added", Tone::Plain, size(Some(backup.added_bytes))));
        facts(&mut canvas, rows);
        paths(
            &mut canvas,
            "could not be read, the rest is saved",
            &backup.unreadable,
        );
    }
    canvas.finish()
}

/// Returns a restore as text.
pub fn restore_text(restore: &RestoreView, as_of: Timestamp, style: Style) -> String {
    let mut canvas = Canvas::new(style);
    let whole = restore.failed.is_empty();
    let says = format!("restored in {}", brief(restore.took));
    head(&mut canvas, whole, &restore.address, &says);
    let entries = usize::try_from(restore.entries).unwrap_or(usize::MAX);
    let bytes = size(Some(restore.restored_bytes));
    facts(
        &mut canvas,
        vec![
            ("point", Tone::Warn, dated(&restore.point, as_of)),
            ("into", Tone::Plain, restore.into.clone()),
            (
                "restored",
                Tone::Plain,
                format!("{bytes} in {}", count(entries, "entry")),
            ),
        ],
    );
    paths(&mut canvas, "could not be written", &restore.failed);
    canvas.finish()
}

/// Returns verifications as text, with a verdict.
pub fn verify_text(verifications: &[VerifyView], style: Style) -> String {
    let mut canvas = Canvas::new(style);
    for one in verifications {
        let says = match (one.passed, one.checks.is_empty(), one.read_data) {
            (_, true, _) => "nothing could be checked".to_owned(),
            (true, _, true) => format!("every byte was read in {}", brief(one.took)),
            (true, _, false) => format!("the structure was checked in {}", brief(one.took)),
            (false, ..) => format!("not as it should be, after {}", brief(one.took)),
        };
        head(&mut canvas, one.passed, &one.address, &says);
        checks(&mut canvas, &one.checks);
    }
    canvas.gap();
    let passed = verifications.iter().filter(|one| one.passed).count();
    verdict(&mut canvas, "Verified", passed, verifications.len());
    canvas.finish()
}

/// Returns drills as text, with a verdict.
pub fn drill_text(drills: &[DrillView], style: Style) -> String {
    let mut canvas = Canvas::new(style);
    for drill in drills {
        let says = if drill.passed {
            "the drill passed"
        } else {
            "the drill failed"
        };
        head(&mut canvas, drill.passed, &drill.address, says);
        let against = |value: Span, goal: Option<Span>| match goal {
            None => (Tone::Plain, brief(value)),
            Some(goal) => {
                let met = value <= goal;
                let tone = if met { Tone::Good } else { Tone::Bad };
                let mark = canvas.style.mark(met);
                (
                    tone,
                    format!("{} {mark} (goal {})", brief(value), brief(goal)),
                )
            }
        };
        let (rpo_tone, rpo) = against(drill.point_age, drill.rpo_goal);
        let (rto_tone, rto) = against(drill.took, drill.rto_goal);
        let point = format!("{}  {}", drill.point.id.short(), utc(drill.point.time));
        facts(
            &mut canvas,
            vec![
                ("point", Tone::Warn, point),
                ("age of the point", rpo_tone, rpo),
                ("time to be back", rto_tone, rto),
                ("restored", Tone::Plain, size(Some(drill.restored_bytes))),
            ],
        );
        checks(&mut canvas, &drill.checks);
    }
    canvas.gap();
    let passed = drills.iter().filter(|drill| drill.passed).count();
    verdict(&mut canvas, "Drilled", passed, drills.len());
    canvas.finish()
}

fn verdict(canvas: &mut Canvas, done: &str, passed: usize, total: usize) {
    let tone = if passed == total {
        Tone::Good
    } else {
        Tone::Bad
    };
    canvas.say(
        tone,
        format!("{done}: {passed} of {} passed.", count(total, "protection")),
    );
}
