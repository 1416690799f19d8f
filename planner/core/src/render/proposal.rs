//! The change of the configuration that would keep an objective: as text, as Markdown, as JSON.

use std::collections::BTreeSet;

use lifeboat_model::{Address, ExposureRow, Money};
use serde_json::{Value, json};

use super::Style;
use super::canvas::{Canvas, Line, Tone, columns, wrap};
use super::cost::difference;
use super::json::exposure;
use super::measure::{Judged, Measure, below, measures, why};
use super::moment::{brief, count};
use crate::proposal::{Answer, Change, Proposal, Proposals, Unmet};

/// Writes the proposals of a plan.
pub(super) fn proposals(canvas: &mut Canvas, all: &Proposals) {
    for proposal in &all.shown {
        canvas.gap();
        let head = format!("{}:", proposal.target);
        canvas.say(Tone::Strong, head);
        told(canvas, proposal);
    }
    if let Some(text) = left(all) {
        canvas.gap();
        canvas.paragraph("", Tone::Plain, &text);
    }
}

/// Returns that there are more.
fn left(all: &Proposals) -> Option<String> {
    let more = if all.shown.is_empty() { "" } else { "more " };
    let targets = format!("{more}target");
    (all.left > 0).then(|| {
        format!(
            "{} with an objective that is not kept: \"lifeboat explain ADDRESS\" shows what would keep it.",
            count(all.left, &targets)
        )
    })
}

/// Writes one proposal.
pub(super) fn told(canvas: &mut Canvas, proposal: &Proposal) {
    match &proposal.answer {
        Answer::Kept => canvas.line(
            Line::indent(2).plain("Nothing has to change: its objective is kept after the plan."),
        ),
        Answer::Change(change) => changed(canvas, &proposal.target, change),
        Answer::None(unmet) => none(canvas, &proposal.target, unmet),
    }
}

fn changed(canvas: &mut Canvas, target: &Address, change: &Change) {
    canvas.say(Tone::Plain, "This change would keep the objective:");
    canvas.gap();
    for file in &change.files {
        diff(canvas, &file.diff());
    }
    canvas.gap();
    gains(canvas, &change.rows, "then: ");
    if let Some((before, after, currency)) = &change.cost {
        let line = Line::indent(2).plain("cost: ").to(9);
        canvas.line(line.plain(cost(*before, *after, currency)));
    }
    let assumed = assumed(target, &change.rows);
    let requires = change.requires.iter().map(|it| it.replace('`', ""));
    let requires: Vec<String> = requires.chain(assumed).collect();
    if !requires.is_empty() {
        canvas.line(
            Line::indent(2).plain("It holds only if this is true, which lifeboat cannot know:"),
        );
        for text in requires {
            item(canvas, &text);
        }
    }
}

fn cost(before: Money, after: Money, currency: &str) -> String {
    match difference(before, after) {
        None => "as before".to_owned(),
        Some(change) => format!("{change} {currency} a month"),
    }
}

fn diff(canvas: &mut Canvas, text: &str) {
    for line in text.lines() {
        let tone = match line.chars().next() {
            Some('+') => Tone::Good,
            Some('-') => Tone::Bad,
            Some('@') => Tone::Faint,
            _ => Tone::Plain,
        };
        canvas.say(tone, line);
    }
}

/// Returns the measures that have a goal and do not hold now, or not with the change.
fn moved(rows: &[ExposureRow]) -> impl Iterator<Item = (&ExposureRow, Measure)> {
    let all = rows
        .iter()
        .flat_map(|row| measures(row).into_iter().map(move |it| (row, it)));
    all.filter(|(_, it)| it.goal.is_some() && !(it.now.holds() && it.planned.holds()))
}

/// Writes what becomes of each goal that does not hold.
fn gains(canvas: &mut Canvas, rows: &[ExposureRow], mut lead: &str) {
    let style = canvas.style;
    for (row, measure) in moved(rows) {
        let goal = measure.goal.map_or_else(String::new, brief);
        let tone = if measure.planned.holds() {
            Tone::Good
        } else {
            Tone::Bad
        };
        let line = Line::indent(2).plain(lead).to(9);
        let line = line
            .plain(format!("{} {} ", row.scope, measure.name))
            .tone(tone, measure.planned.text(style))
            .plain(format!(" (goal {goal}, now {})", measure.now.text(style)));
        canvas.line(line);
        lead = "";
    }
}

/// Returns what the goals take for granted with the change and not without it.
fn assumed(target: &Address, rows: &[ExposureRow]) -> Vec<String> {
    let of = |pick: fn(&Measure) -> &Judged| -> BTreeSet<String> {
        let all = rows.iter().flat_map(measures);
        let all = all.filter(|it| it.goal.is_some());
        all.flat_map(|it| pick(&it).assuming.clone()).collect()
    };
    let (now, then) = (of(|it| &it.now), of(|it| &it.planned));
    let new = then.difference(&now);
    new.map(|text| format!("assumed: {}.", below(target, text)))
        .collect()
}

fn item(canvas: &mut Canvas, text: &str) {
    let room = canvas.style.width.saturating_sub(6).max(20);
    for (index, part) in wrap(text, room).into_iter().enumerate() {
        let lead = if index == 0 { "- " } else { "  " };
        canvas.line(Line::indent(4).plain(lead).plain(part));
    }
}

fn none(canvas: &mut Canvas, target: &Address, unmet: &Unmet) {
    let text = format!(
        "No change was found that keeps the objective; as many as {} protections were changed or added at a time.",
        unmet.depth
    );
    canvas.paragraph("", Tone::Bad, &text);
    if unmet.nearest.is_empty() {
        canvas.line(Line::indent(2).plain("Nothing that was looked at comes nearer to it."));
    } else {
        canvas.line(Line::indent(2).plain("This comes nearest:"));
        for text in &unmet.nearest {
            item(canvas, &below(target, text));
        }
    }
    let lead = if unmet.nearest.is_empty() {
        "still: "
    } else {
        "then: "
    };
    gains(canvas, &unmet.rows, lead);
    let reasons = reasons(target, &unmet.rows);
    if !reasons.is_empty() {
        canvas.line(Line::indent(2).plain("because:"));
    }
    for text in reasons {
        item(canvas, &text);
    }
}

/// Returns why goals do not hold even with what comes nearest.
fn reasons(target: &Address, rows: &[ExposureRow]) -> Vec<String> {
    let open = moved(rows).filter(|(_, it)| !it.planned.holds() && it.name != "dwell");
    let mut all: Vec<String> = Vec::new();
    for (row, measure) in open {
        let why = why(row, &measure);
        let why = below(target, &why);
        if !why.is_empty() && !all.contains(&why) && columns(&why) > 0 {
            all.push(why);
        }
    }
    all
}

/// Returns the proposals as Markdown: the change as a diff, and what it comes to below.
pub(super) fn markdown(all: &Proposals, prose: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    for proposal in &all.shown {
        let mut canvas = Canvas::new(Style::plain());
        let head = format!("### `{}`\n\n", proposal.target);
        match &proposal.answer {
            Answer::Kept => continue,
            Answer::Change(change) => {
                let text: String = change.files.iter().map(|it| it.diff()).collect();
                let fence = super::markdown::fence(&text);
                out.push_str(&format!(
                    "{head}This change would keep the objective:\n\n{fence}diff\n{text}{fence}\n\n"
                ));
                gains(&mut canvas, &change.rows, "");
                if let Some((before, after, currency)) = &change.cost {
                    let cost = cost(*before, *after, currency);
                    canvas.line(Line::indent(2).plain(format!("cost: {cost}")));
                }
                listed(&mut out, canvas, &prose);
                let assumed = assumed(&proposal.target, &change.rows);
                let requires: Vec<&String> = change.requires.iter().chain(&assumed).collect();
                if !requires.is_empty() {
                    out.push_str("It holds only if this is true, which lifeboat cannot know:\n\n");
                    for text in requires {
                        out.push_str(&format!("- {}\n", prose(text)));
                    }
                    out.push('\n');
                }
            }
            Answer::None(unmet) => {
                out.push_str(&head);
                none(&mut canvas, &proposal.target, unmet);
                listed(&mut out, canvas, &prose);
            }
        }
    }
    if let Some(text) = left(all) {
        out.push_str(&format!("{}\n\n", prose(&text.replace('"', "`"))));
    }
    out
}

fn listed(out: &mut String, canvas: Canvas, prose: &impl Fn(&str) -> String) {
    for line in canvas.finish().lines().map(str::trim) {
        let line = line.trim_start_matches("- ");
        out.push_str(&format!("- {}\n", prose(line)));
    }
    out.push('\n');
}

/// Returns a proposal as a public document.
pub(super) fn document(proposal: &Proposal) -> Value {
    let rows = |rows: &[ExposureRow]| rows.iter().map(exposure).collect::<Vec<_>>();
    match &proposal.answer {
        Answer::Kept => json!({ "target": proposal.target, "outcome": "kept" }),
        Answer::Change(change) => {
            let edits = change.files.iter().flat_map(|file| {
                file.hunks().into_iter().map(|hunk| {
                    json!({
                        "file": file.file,
                        "line": hunk.line,
                        "before": hunk.before,
                        "after": hunk.after,
                    })
                })
            });
            let cost = change.cost.as_ref().map(|(before, after, currency)| {
                json!({
                    "before_micros": before,
                    "after_micros": after,
                    "difference": difference(*before, *after).unwrap_or_else(|| "+0.00".to_owned()),
                    "currency": currency,
                })
            });
            json!({
                "target": proposal.target,
                "outcome": "change",
                "says": change.says,
                "requires": change.requires,
                "edits": edits.collect::<Vec<_>>(),
                "diff": change.files.iter().map(|it| it.diff()).collect::<String>(),
                "exposure": rows(&change.rows),
                "cost": cost,
            })
        }
        Answer::None(unmet) => json!({
            "target": proposal.target,
            "outcome": "none",
            "depth": unmet.depth,
            "nearest": unmet.nearest,
            "exposure": rows(&unmet.rows),
        }),
    }
}

/// Returns one proposal as text.
pub fn proposal_text(proposal: &Proposal, style: Style) -> String {
    let mut canvas = Canvas::new(style);
    told(&mut canvas, proposal);
    canvas.finish()
}
