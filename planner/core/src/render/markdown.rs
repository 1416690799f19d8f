//! A plan as Markdown, short: the verdict, what is lost, exposure, counts, and the detail in a fold.

use lifeboat_model::{Catalog, ExposureRow, Finding, Notice, Plan, Severity};

use super::action;
use super::canvas::{Canvas, shown};
use super::findings::{counted, groups};
use super::measure::{Measure, Objectives, below, measures, moves, why};
use super::moment::{age, brief, count, listed, size, utc};
use super::points::NAMED;
use super::summary::{Summary, exposed, leave, refused};
use super::{Style, cost, drift, proposal};
use crate::proposal::Proposals;

/// Returns a plan as Markdown.
///
/// The detail stands in a `diff` fence with `+`, `-` and `!` in the first column, which forges colour.
pub fn plan_markdown(
    plan: &Plan,
    catalog: Option<&Catalog>,
    proposals: Option<&Proposals>,
) -> String {
    let mut out = format!("## {}\n\n", verdict(plan));
    losses(&mut out, plan);
    exposure(&mut out, plan);
    out.extend(proposals.map(|all| proposal::markdown(all, prose)));
    findings(&mut out, &plan.findings);
    notices(&mut out, &plan.notices);
    let (detail, left) = detail(plan, catalog);
    if !detail.is_empty() {
        let fence = fence(&detail);
        out.push_str(&format!(
            "<details><summary>Show the actions</summary>\n\n{fence}diff\n{detail}{fence}\n\n"
        ));
        if left > 0 {
            out.push_str(&format!("and {}.\n\n", count(left, "more line")));
        }
        out.push_str("</details>\n\n");
    }
    if plan.is_empty() && refused(plan) {
        out.push_str("Nothing is planned: what could not be read was not compared.\n");
    } else if plan.is_empty() {
        out.push_str("No changes. Your protections match the configuration.\n");
    } else {
        out.push_str(&format!(
            "Plan: {}\n",
            Summary::of(&plan.actions).sentence()
        ));
    }
    if let Some(all) = &plan.cost {
        for text in [
            cost::sentence(all).map(|it| format!("Cost: {it}.")),
            cost::unpriced(all, false),
        ] {
            out.extend(text.map(|text| format!("\n{}\n", prose(&text))));
        }
    }
    if let Ok(digest) = plan.digest() {
        out.push_str(&format!("\n<sub>Plan digest {}</sub>\n", digest.short()));
    }
    out
}

fn verdict(plan: &Plan) -> String {
    let all = Objectives::of(&plan.exposure);
    let goals = match (all.total, all.all_met()) {
        (0, _) => String::new(),
        (total, true) => format!("all {} met", count(total, "objective")),
        (total, false) => format!("{} of {} met", all.met, count(total, "objective")),
    };
    let says = match (leave(plan), plan.is_empty()) {
        (Some(what), _) => format!("This plan {what}"),
        (None, true) if refused(plan) => "Not everything could be compared".to_owned(),
        (None, true) => "No changes".to_owned(),
        (None, false) => match exposed(plan).map_or(plan.weakened.len(), |(targets, _)| targets) {
            0 => "Nothing is ever less protected than now".to_owned(),
            n => format!("{} less protected on its way", count(n, "target")),
        },
    };
    if goals.is_empty() {
        says
    } else {
        format!("{says}; {goals}")
    }
}

fn losses(out: &mut String, plan: &Plan) {
    if plan.losses.is_empty() {
        return;
    }
    out.push_str(&format!(
        "### Recovery points that this plan deletes: {}\n\n| point | time | age | size | held by |\n|---|---|---|---|---|\n",
        plan.losses.len()
    ));
    for loss in plan.losses.iter().take(NAMED) {
        let point = &loss.point;
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            code(point.id.short()),
            utc(point.time),
            age(point.time, plan.as_of),
            size(point.size_bytes),
            code(&loss.address.to_string()),
        ));
    }
    if let Some(left @ 1..) = plan.losses.len().checked_sub(NAMED) {
        out.push_str(&format!("\nand {}.\n", count(left, "more recovery point")));
    }
    out.push('\n');
}

/// Writes the rows that move or do not hold; goals only.
fn exposure(out: &mut String, plan: &Plan) {
    let style = Style::plain();
    let rows: Vec<&ExposureRow> = plan.exposure.iter().filter(|row| moves(row)).collect();
    if rows.is_empty() {
        return;
    }
    out.push_str(
        "| target | scope | measure | goal | now | planned | |\n|---|---|---|---|---|---|---|\n",
    );
    for row in rows.iter().take(NAMED) {
        for measure in measures(row) {
            let Some(goal) = measure.goal else { continue };
            let cells = [
                code(&row.target.to_string()),
                row.scope.to_string(),
                measure.name.to_owned(),
                brief(goal),
                measure.now.text(style),
                measure.planned.text(style),
                prose(&because(row, &measure)),
            ];
            out.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
    }
    if let Some(left @ 1..) = rows.len().checked_sub(NAMED) {
        out.push_str(&format!("\nand {}.\n", count(left, "more row")));
    }
    out.push('\n');
}

/// Writes the findings that are told, the gravest first, and counts those that are ignored.
fn findings(out: &mut String, findings: &[Finding]) {
    let Some(counted) = counted(findings) else {
        return;
    };
    out.push_str(&format!("### Findings: {counted}\n\n"));
    let told = groups(findings);
    let told: Vec<&Finding> = told.into_iter().flat_map(|(_, group)| group).collect();
    for finding in told.iter().take(NAMED) {
        out.push_str(&format!(
            "- {} {}: {}. {}\n",
            code(&finding.code),
            code(&finding.address.to_string()),
            prose(&finding.message),
            prose(&finding.help)
        ));
    }
    if let Some(left @ 1..) = told.len().checked_sub(NAMED) {
        out.push_str(&format!("- and {left} more\n"));
    }
    out.push('\n');
}

/// Writes what the reader should know before agreeing.
fn notices(out: &mut String, notices: &[Notice]) {
    for notice in notices.iter().take(NAMED) {
        let word = match notice.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
            Severity::Note => "Note",
        };
        let about = notice.address.as_ref();
        let about = about.map_or_else(String::new, |address| {
            format!("{}: ", code(&address.to_string()))
        });
        let help = notice.help.as_deref().unwrap_or_default();
        let text = format!(
            "> **{word}:** {about}{}. {}",
            prose(&notice.message),
            prose(help)
        );
        out.push_str(&format!("{}\n\n", text.trim_end()));
    }
}

/// Returns why a planned number is what it is, with what it assumes.
fn because(row: &ExposureRow, measure: &Measure) -> String {
    let mut text = why(row, measure);
    if measure.planned.is_starred() {
        let assumed: Vec<String> = measure
            .planned
            .assuming
            .iter()
            .map(|text| below(&row.target, text))
            .collect();
        text.push_str(&format!("; assuming that {}", listed(&assumed)));
    }
    text
}

/// Returns a text as code in a cell of a table.
fn code(text: &str) -> String {
    format!("`{}`", shown(text).replace('`', "'").replace('|', "\\|"))
}

/// Returns a text as prose in a cell of a table: nothing in it is markup but what stands between backticks.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    let part = |(i, part): (usize, &&str)| match (i % 2, part.is_empty()) {
        (0, _) => escaped(part),
        (_, true) => String::new(),
        (_, false) => code(part),
    };
    parts.iter().enumerate().map(part).collect()
}

fn escaped(text: &str) -> String {
    shown(text).chars().fold(String::new(), |mut out, c| {
        if matches!(
            c,
            '|' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '\\' | '#' | '~'
        ) {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

/// Bytes of detail that fit into a comment, which ends at 65,536 characters.
const ROOM: usize = 40_000;

/// Returns the drift and the actions, and how many lines were left out for want of room.
fn detail(plan: &Plan, catalog: Option<&Catalog>) -> (String, usize) {
    let mut canvas = Canvas::new(Style::plain());
    drift::note(&mut canvas, &plan.drift, plan.as_of);
    action::actions(&mut canvas, &plan.actions, catalog);
    let (mut out, mut left) = (String::new(), 0);
    for line in canvas.finish().lines().map(first_column) {
        if left > 0 || out.len() + line.len() > ROOM {
            left += 1;
        } else {
            out.push_str(&line);
            out.push('\n');
        }
    }
    (out, left)
}

/// Moves a symbol to the first column, `~` as `!`, and keeps what follows where it is.
fn first_column(line: &str) -> String {
    let body = line.trim_start();
    let symbol = body.split_once(' ').map_or("", |(symbol, _)| symbol);
    let shown = match symbol {
        "+" | "-" | "!" => symbol,
        "~" | "+/-" => "!",
        _ => return line.to_owned(),
    };
    let rest = body.get(symbol.len()..).unwrap_or_default();
    let column = line.len() - rest.len();
    format!("{shown}{}{rest}", " ".repeat(column - 1))
}

/// Returns a fence that the text does not close.
pub(super) fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat((longest + 1).max(3))
}
