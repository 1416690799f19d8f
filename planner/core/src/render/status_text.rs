//! Status as text: problems first, then a table, then the verdict.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use lifeboat_model::{Address, Mechanism, Scope, Span};

use super::canvas::{Canvas, Line, Table, Tone, wrap};
use super::measure::{below, bound};
use super::moment::{age, ago, brief, count, size};
use super::status::{ProtectionStatus, StatusReport, TargetStatus};
use super::status_goals::{GoalStatus, GoalVerdict};
use super::status_runs::Runner;
use super::wording::percent;
use super::{Style, status_goals};

/// Returns how the protections stand as text: `lifeboat status`.
pub fn status_text(report: &StatusReport, style: Style) -> String {
    let mut canvas = Canvas::new(style);
    if report.targets.is_empty() && report.services.is_empty() {
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
    for service in &report.services {
        let name = service.objective.as_ref();
        let promise = name.map_or_else(String::new, |name| format!("   {name}"));
        table.whole(
            Line::default()
                .tone(Tone::Strong, service.service.to_string())
                .plain(promise),
        );
        goals(&mut table, &service.service, &service.goals, style);
    }
    table.write(&mut canvas);
    canvas.gap();
    verdict(&mut canvas, report);
    canvas.finish()
}

/// Returns the goals that do not hold and the counts: `lifeboat status --objectives-only`.
pub fn status_objectives_text(report: &StatusReport, style: Style) -> String {
    let mut canvas = Canvas::new(style);
    let targets = report.targets.iter().map(|it| (&it.target, &it.goals));
    let services = report.services.iter().map(|it| (&it.service, &it.goals));
    for (address, goals) in targets.chain(services) {
        let problems = status_goals::problems(goals);
        if !problems.is_empty() {
            marked(&mut canvas, address);
        }
        let room = style.width.saturating_sub(4).max(20);
        for part in problems.iter().flat_map(|text| wrap(text, room)) {
            canvas.line(Line::indent(4).plain(part));
        }
    }
    if report.goals == 0 {
        canvas.say(Tone::Plain, "Objectives: none.");
    }
    verdict(&mut canvas, report);
    canvas.finish()
}

/// Writes what the following lines are about, with the mark of something that does not hold.
fn marked(canvas: &mut Canvas, address: &Address) {
    canvas.line(
        Line::indent(2)
            .tone(Tone::Bad, canvas.style.mark(false))
            .plain(" ")
            .tone(Tone::Strong, address.to_string()),
    );
}

fn problems(canvas: &mut Canvas, report: &StatusReport) {
    if report.is_well() {
        return;
    }
    canvas.say(Tone::Bad, "Problems:");
    let mut last = None;
    for (address, text) in report.problems() {
        if last != Some(address) {
            last = Some(address);
            marked(canvas, address);
        }
        for part in wrap(text, canvas.style.width.saturating_sub(4).max(20)) {
            canvas.line(Line::indent(4).plain(part));
        }
    }
}

fn rows(table: &mut Table, target: &TargetStatus, as_of: Timestamp, style: Style) {
    let drills = target
        .drill_every
        .map(|every| format!(": a drill every {}", brief(every)));
    let promise = target
        .objective
        .as_ref()
        .map(|name| format!("   {name}{}", drills.unwrap_or_default()))
        .unwrap_or_default();
    table.whole(
        Line::default()
            .tone(Tone::Strong, target.target.to_string())
            .plain(promise),
    );
    goals(table, &target.target, &target.goals, style);
    for protection in &target.protections {
        row(table, target, protection, as_of, style);
    }
}

/// Writes a line for each scope with a goal, and what the goals that hold take for granted.
fn goals(table: &mut Table, address: &Address, goals: &[GoalStatus], style: Style) {
    let mut scopes: BTreeMap<Scope, Line> = BTreeMap::new();
    let mut assumed: BTreeSet<String> = BTreeSet::new();
    for goal in goals {
        let line = scopes
            .remove(&goal.scope)
            .unwrap_or_else(|| Line::indent(4).plain(goal.scope.as_str()).to(14));
        let (tone, mark) = judged(goal, style);
        let bound = goal.bound.map(|it| format!("{} ", bound(it)));
        let text = format!("{}{mark}", bound.unwrap_or_default());
        let line = line
            .plain(format!("  {} {}: ", goal.measure, brief(goal.goal)))
            .tone(tone, text);
        scopes.insert(goal.scope, line);
        assumed.extend(goal.assuming.iter().map(|text| below(address, text)));
    }
    for line in scopes.into_values() {
        table.whole(line);
    }
    for text in assumed {
        let room = style.width.saturating_sub(6).max(20);
        let parts = wrap(&format!("assuming that {text}"), room);
        for (i, part) in parts.into_iter().enumerate() {
            let lead = if i == 0 { "* " } else { "  " };
            table.whole(Line::indent(4).plain(lead).tone(Tone::Faint, part));
        }
    }
}

/// Returns the mark of a goal; a star where something was assumed.
fn judged(goal: &GoalStatus, style: Style) -> (Tone, String) {
    let met = style.mark(true);
    match goal.verdict {
        GoalVerdict::Met => (Tone::Good, met.to_owned()),
        GoalVerdict::MetAssuming => (Tone::Good, format!("{met}*")),
        GoalVerdict::MetAtPercentile(of) => (Tone::Good, format!("{met} {}*", percent(of))),
        GoalVerdict::NotYet | GoalVerdict::NotMet => (Tone::Bad, style.mark(false).to_owned()),
        GoalVerdict::Unchecked => (Tone::Warn, "not checked".to_owned()),
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
    let next = next_run(protection, as_of);
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

/// Returns when the next run is due, and who runs it if that is not lifeboat.
fn next_run(protection: &ProtectionStatus, as_of: Timestamp) -> (Tone, String) {
    let external = protection.runner == Some(Runner::External);
    match (protection.runner, protection.next_run) {
        (Some(Runner::Nobody), _) => (Tone::Bad, "nothing runs it".to_owned()),
        (_, None) if is_copy(protection) => (Tone::Plain, "after its source".to_owned()),
        (_, None) => (Tone::Faint, "by hand".to_owned()),
        (_, Some(due)) if due <= as_of && external => (Tone::Warn, "by you, due".to_owned()),
        (_, Some(due)) if due <= as_of => (Tone::Warn, "due".to_owned()),
        (_, Some(due)) if external => (Tone::Plain, format!("by you, due {}", age(due, as_of))),
        (_, Some(due)) => (Tone::Plain, age(due, as_of)),
    }
}

fn fresh(age: Span, goal: Span, style: Style) -> (Tone, String) {
    let met = age <= goal;
    let tone = if met { Tone::Good } else { Tone::Warn };
    (tone, format!("{} {}", brief(age), style.mark(met)))
}

/// Writes how many goals hold, and what that comes to: never more than is known.
fn verdict(canvas: &mut Canvas, report: &StatusReport) {
    let protections: usize = report.targets.iter().map(|t| t.protections.len()).sum();
    let all = format!(
        "{} of {}",
        count(protections, "protection"),
        count(report.targets.len(), "target")
    );
    if report.goals > 0 && report.unchecked.is_none() {
        let met = report.goals_met == report.goals;
        let tone = if met { Tone::Good } else { Tone::Bad };
        let notes = match report.goals_assuming {
            0 => ".".to_owned(),
            n => format!(" ({n} on assumptions)."),
        };
        canvas.line(
            Line::default()
                .tone(Tone::Strong, "Objectives: ")
                .tone(
                    tone,
                    format!("{} of {} met", report.goals_met, report.goals),
                )
                .plain(notes),
        );
    }
    let problems = report.problems().count();
    let (tone, mut text) = if problems > 0 {
        (
            Tone::Bad,
            format!("{} in {all}.", count(problems, "problem")),
        )
    } else if report.is_as_promised() {
        let assuming = match report.goals_assuming {
            0 => "",
            _ => ", assuming what stands at * above",
        };
        (
            Tone::Good,
            format!("All is as promised in {all}{assuming}."),
        )
    } else {
        (Tone::Plain, format!("No problem was found in {all}."))
    };
    let goalless = report.targets.iter().filter(|it| it.goals.is_empty());
    match (&report.unchecked, goalless.count()) {
        (Some(why), _) => text.push_str(&format!(" Goals were not checked: {why}.")),
        (None, 0) => {}
        (None, n) => text.push_str(&format!(" Nothing is promised for {}.", count(n, "target"))),
    }
    if !report.live {
        text.push_str(" Recovery points are those of the state; the repositories were not read.");
    }
    canvas.paragraph("", tone, &text);
}
