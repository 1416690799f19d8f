//! Status as text: problems first, then a table, then the verdict.

use jiff::Timestamp;
use lifeboat_model::{Mechanism, Span};

use super::Style;
use super::canvas::{Canvas, Line, Table, Tone, wrap};
use super::moment::{age, ago, brief, count, size};
use super::status::{ProtectionStatus, StatusReport, TargetStatus};

/// Returns how the protections stand as text: `lifeboat status`.
pub fn status_text(report: &StatusReport, style: Style) -> String {
    let mut canvas = Canvas::new(style);
    if report.targets.is_empty() {
        canvas.say(Tone::Plain, "Nothing is protected: the state is empty.");
        return canvas.finish();
    }
    problems(&mut canvas, report);
    canvas.gap();
    let mut table = Table::indent(2);
    table.head(&["PROTECTION", "NEWEST", "POINTS", "VERIFIED", "NEXT RUN"]);
    for target in &report.targets {
        rows(&mut table, target, report.as_of, style);
    }
    table.write(&mut canvas);
    canvas.gap();
    verdict(&mut canvas, report);
    canvas.finish()
}

fn problems(canvas: &mut Canvas, report: &StatusReport) {
    if report.is_well() {
        return;
    }
    canvas.say(Tone::Bad, "Problems:");
    let mark = canvas.style.mark(false);
    let mut last = None;
    for (address, text) in report.problems() {
        if last != Some(address) {
            last = Some(address);
            canvas.line(
                Line::indent(2)
                    .tone(Tone::Bad, mark)
                    .plain(" ")
                    .tone(Tone::Strong, address.to_string()),
            );
        }
        for part in wrap(text, canvas.style.width.saturating_sub(4).max(20)) {
            canvas.line(Line::indent(4).plain(part));
        }
    }
}

fn rows(table: &mut Table, target: &TargetStatus, as_of: Timestamp, style: Style) {
    let mut promise = Vec::new();
    if let Some(goal) = target.rpo_goal {
        promise.push(format!("rpo {}", brief(goal)));
    }
    if let Some(every) = target.drill_every {
        promise.push(format!("a drill every {}", brief(every)));
    }
    let promise = match (&target.objective, promise.is_empty()) {
        (Some(name), false) => format!("   {name}: {}", promise.join(", ")),
        (Some(name), true) => format!("   {name}"),
        (None, _) => String::new(),
    };
    table.whole(
        Line::default()
            .tone(Tone::Strong, target.target.to_string())
            .plain(promise),
    );
    for protection in &target.protections {
        row(table, target, protection, as_of, style);
    }
}

fn row(
    table: &mut Table,
    target: &TargetStatus,
    protection: &ProtectionStatus,
    as_of: Timestamp,
    style: Style,
) {
    let address = protection.address.to_string();
    let name = address
        .strip_prefix(&format!("{}.", target.target))
        .unwrap_or(&address)
        .to_owned();
    let (tone, newest) = match (protection.newest_age, target.rpo_goal) {
        (None, _) => (Tone::Bad, "none".to_owned()),
        (Some(age), None) => (Tone::Plain, brief(age)),
        (Some(age), Some(goal)) => fresh(age, goal, style),
    };
    let verified = match &protection.last_verify {
        None => (Tone::Faint, "never".to_owned()),
        Some(record) => (
            if record.passed { Tone::Good } else { Tone::Bad },
            format!("{} {}", age(record.at, as_of), style.mark(record.passed)),
        ),
    };
    let next = match protection.next_run {
        None if is_copy(protection) => (Tone::Plain, "after its source".to_owned()),
        None => (Tone::Faint, "by hand".to_owned()),
        Some(due) if due <= as_of => (Tone::Warn, format!("due{}", by_whom(protection))),
        Some(due) => (
            Tone::Plain,
            format!("{}{}", age(due, as_of), by_whom(protection)),
        ),
    };
    let points = (Tone::Plain, protection.points.to_string());
    table.row([(Tone::Plain, name), (tone, newest), points, verified, next]);
    let drill = Line::indent(4);
    table.whole(match &protection.last_drill {
        None => drill.tone(Tone::Faint, "no drill yet"),
        Some(record) => drill
            .plain(format!("last drill {}: ", ago(record.at, as_of)))
            .tone(
                if record.passed { Tone::Good } else { Tone::Bad },
                if record.passed { "passed" } else { "failed" },
            )
            .plain(format!(
                " in {}, the point was {} old, {}",
                brief(record.took),
                brief(record.point_age),
                size(Some(record.restored_bytes))
            )),
    });
}

/// Returns whether the protection copies what another one makes, and so runs after it.
fn is_copy(protection: &ProtectionStatus) -> bool {
    let part = protection.address.part.as_ref();
    part.is_some_and(|part| part.role == Mechanism::Copy.as_str())
}

/// Returns a note where lifeboat installed no schedule.
const fn by_whom(protection: &ProtectionStatus) -> &'static str {
    if protection.scheduled {
        ""
    } else {
        ", not by lifeboat"
    }
}

fn fresh(age: Span, goal: Span, style: Style) -> (Tone, String) {
    let met = age <= goal;
    let tone = if met { Tone::Good } else { Tone::Warn };
    (tone, format!("{} {}", brief(age), style.mark(met)))
}

fn verdict(canvas: &mut Canvas, report: &StatusReport) {
    let protections: usize = report.targets.iter().map(|t| t.protections.len()).sum();
    let all = format!(
        "{} of {}",
        count(protections, "protection"),
        count(report.targets.len(), "target")
    );
    let source = if report.live {
        ""
    } else {
        " Recovery points are those of the state; the repositories were not read."
    };
    if report.is_well() {
        canvas.paragraph("", Tone::Good, &format!("No problems in {all}.{source}"));
    } else {
        let n = count(report.problems().count(), "problem");
        canvas.paragraph("", Tone::Bad, &format!("{n} in {all}.{source}"));
    }
}
