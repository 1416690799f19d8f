//! Why a bound is what it is: the verdict first, then the derivation as a tree, then what was not chosen.

use jiff::Timestamp;
use lifeboat_model::{Address, BackupRule, Bound, ExposureRow, Provenance, Span, Step};
use serde_json::{Value, json};

use super::Style;
use super::canvas::{Canvas, Line, Tone, columns, wrap};
use super::exposure::{assumed, verdict};
use super::json::{FORMAT_VERSION, exposure};
use super::measure::{Judged, Measure, below, bound, measures, why};
use super::moment::brief;
use super::proposal::{document, told};
use crate::proposal::Proposal;

/// The derivation of one row of the exposure table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeExplanation {
    /// The row.
    pub row: ExposureRow,
    /// How the bounds with what is live now come about; empty where nothing live was read.
    pub now: Vec<Step>,
    /// How the bounds that the plan leaves come about.
    pub planned: Vec<Step>,
}

/// What `lifeboat explain` tells of a target or a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The target or the service.
    pub address: Address,
    /// The protection that was asked for, where it was one.
    pub protection: Option<Address>,
    /// A row for each scope, in the order of the table.
    pub scopes: Vec<ScopeExplanation>,
    /// What the planner chose for it, and what for; empty where the configuration chose.
    pub chosen: Vec<Step>,
    /// What else could protect it, and why it was not chosen; empty where the configuration chose.
    pub alternatives: Vec<Step>,
    /// What would keep the objective of a target whose protections are written.
    pub proposal: Option<Proposal>,
    /// How a target stands to 3-2-1-1-0 after the plan.
    pub backup_rule: Option<BackupRule>,
    /// Whether what is live was read.
    pub live: bool,
}

/// Returns explanations as text: `lifeboat explain ADDRESS`.
pub fn explain_text(all: &[Explanation], style: Style) -> String {
    let mut canvas = Canvas::new(style);
    for explanation in all {
        canvas.gap();
        one(&mut canvas, explanation);
    }
    canvas.finish()
}

fn one(canvas: &mut Canvas, explanation: &Explanation) {
    let address = &explanation.address;
    let rows: Vec<&ExposureRow> = explanation.scopes.iter().map(|it| &it.row).collect();
    let objective = rows.iter().find_map(|row| row.objective.as_deref());
    canvas.say(Tone::Strong, address.to_string());
    if let Some(name) = objective {
        let line = Line::indent(2).plain(format!("objective {name}: "));
        canvas.line(match verdict(&rows, "what stands at *") {
            None => line.plain("no goal"),
            Some((worst, words)) => line.tone(tone(worst.is_met()), words),
        });
    }
    if let Some(protection) = &explanation.protection {
        let name = below(address, &protection.to_string());
        canvas.paragraph(
            "  ",
            Tone::Plain,
            &format!("Looked at: {name}, a protection of it."),
        );
    }
    if let Some(rule) = explanation.backup_rule {
        canvas.paragraph("  ", Tone::Plain, &format!("{rule}."));
    }
    for scope in &explanation.scopes {
        canvas.gap();
        one_scope(canvas, explanation, scope);
    }
    if let Some(proposal) = &explanation.proposal {
        canvas.gap();
        told(canvas, proposal);
    }
    for (head, steps) in [
        ("Chosen by the planner:", &explanation.chosen),
        ("Not chosen:", &explanation.alternatives),
    ] {
        if !steps.is_empty() {
            canvas.gap();
            canvas.say(Tone::Strong, head);
            tree(canvas, address, steps, 2);
        }
    }
}

const fn tone(met: bool) -> Tone {
    if met { Tone::Good } else { Tone::Bad }
}

fn one_scope(canvas: &mut Canvas, explanation: &Explanation, scope: &ScopeExplanation) {
    let row = &scope.row;
    let line = Line::default().tone(Tone::Strong, row.scope.as_str());
    canvas.line(match verdict(&[row], "what stands at *") {
        None => line.plain(": no goal"),
        Some((worst, words)) => line.plain(": ").tone(tone(worst.is_met()), words),
    });
    let mut said = String::new();
    for measure in measures(row) {
        let why = numbers(canvas, explanation, row, &measure, &said);
        said = why;
    }
    if let Some(back) = row.planned.rollback {
        let text = format!(
            "The data go back by {} at most, the dwell included.",
            bound(back)
        );
        canvas.paragraph("    ", Tone::Plain, &text);
    }
    assumed(canvas, &row.target, &[row]);
    let same = scope.now == scope.planned;
    let parts: &[(&str, &[Step])] = if !explanation.live {
        &[("As configured:", &scope.planned)]
    } else if same {
        &[("Now, and after the plan:", &scope.planned)]
    } else {
        &[("Now:", &scope.now), ("After the plan:", &scope.planned)]
    };
    for (head, steps) in parts.iter().filter(|(_, steps)| !steps.is_empty()) {
        canvas.line(Line::indent(2).tone(Tone::Strong, *head));
        tree(canvas, &row.target, steps, 4);
    }
}

/// Writes a measure with its goal, what is live and what is planned; why, where the goal does not hold and that was
/// not said just before. Returns why.
fn numbers(
    canvas: &mut Canvas,
    explanation: &Explanation,
    row: &ExposureRow,
    measure: &Measure,
    said: &str,
) -> String {
    let style = canvas.style;
    let goal = measure.goal.map_or_else(
        || "no goal".to_owned(),
        |goal| format!("goal {}", brief(goal)),
    );
    let mut line = Line::indent(4)
        .plain(measure.name)
        .to(10)
        .plain(goal)
        .to(24);
    let judged = |line: Line, name: &str, judged: &Judged| {
        let holds = judged.wording().map(|it| it.is_met());
        line.plain(name)
            .tone(holds.map_or(Tone::Plain, tone), judged.text(style))
    };
    line = if !explanation.live {
        judged(line, "", &measure.planned)
    } else if measure.now.text(style) == measure.planned.text(style) {
        judged(line, "now and planned ", &measure.planned)
    } else {
        let line = judged(line, "now ", &measure.now);
        judged(line.plain("  "), "planned ", &measure.planned)
    };
    canvas.line(line);
    if measure.planned.holds() {
        return String::new();
    }
    let text = why(row, measure);
    let room = style.width.saturating_sub(10).max(20);
    let parts = wrap(&text, room).into_iter();
    for part in parts.filter(|it| !it.is_empty() && text != said) {
        canvas.line(Line::indent(10).tone(Tone::Faint, part));
    }
    text
}

/// Writes steps as an indented tree: each says its numbers and where they come from.
fn tree(canvas: &mut Canvas, subject: &Address, steps: &[Step], indent: usize) {
    for step in steps {
        // Deep derivations stay readable on a narrow terminal.
        let indent = indent.min(canvas.style.width / 2);
        said(canvas, subject, step, indent);
        // What a step ends with is not said again right below it.
        let below = step.below.iter();
        let below = below.filter(|it| !it.below.is_empty() || !step.says.ends_with(&it.says));
        for one in below {
            tree(canvas, subject, std::slice::from_ref(one), indent + 2);
        }
    }
}

fn said(canvas: &mut Canvas, subject: &Address, step: &Step, indent: usize) {
    let mut says = below(subject, &step.says);
    if let Some(found) = step.bound.filter(|it| !is_said(&says, *it)) {
        says = format!("{says}: {}", bound(found));
    }
    let leaf = step.below.is_empty() && step.bound != Some(Bound::Unbounded);
    let from = step.provenance.as_ref().filter(|_| leaf);
    let from = from.map(|it| format!("[{it}]"));
    let room = canvas.style.width.saturating_sub(indent + 2).max(20);
    let mut parts = wrap(&says, room);
    let fits = match (&from, parts.last()) {
        (Some(from), Some(last)) => columns(last) + 1 + columns(from) <= room,
        _ => true,
    };
    if !fits {
        parts.push(String::new());
    }
    let last = parts.len().saturating_sub(1);
    let heavy = matches!(step.bound, Some(Bound::Unbounded)) && step.below.is_empty();
    for (i, part) in parts.into_iter().enumerate() {
        let lead = if i == 0 { "- " } else { "  " };
        let mut line = Line::indent(indent).plain(lead);
        let gap = if part.is_empty() { "" } else { " " };
        line = line.tone(if heavy { Tone::Bad } else { Tone::Plain }, part);
        if let (true, Some(from)) = (i == last, &from) {
            let proves = step.provenance.as_ref().is_some_and(Provenance::proves);
            let tone = if proves { Tone::Faint } else { Tone::Warn };
            line = line.plain(gap).tone(tone, from.clone());
        }
        canvas.line(line);
    }
}

/// Returns whether a sentence says what comes out already: the number to the second or in full, or why there is none.
fn is_said(says: &str, found: Bound<Span>) -> bool {
    if found == Bound::Unbounded {
        // The sentence says what keeps it from having a bound.
        return true;
    }
    let numbers = [bound(found), found.to_string()];
    let mut words = says.split(|c: char| !c.is_alphanumeric() && c != '.');
    words.any(|word| numbers.iter().any(|number| number == word))
}

/// Returns explanations as a public document.
pub fn explain_json(all: &[Explanation], as_of: Timestamp) -> Value {
    let scope = |it: &ScopeExplanation| {
        let row = &it.row;
        let words = |pick: fn(&Measure) -> &Judged| -> Value {
            let all = measures(row).into_iter();
            let all = all.filter_map(|measure| {
                let words = pick(&measure).wording()?.text("…");
                Some((measure.name.to_owned(), Value::from(words)))
            });
            Value::Object(all.collect())
        };
        json!({
            "exposure": exposure(row),
            "verdict": verdict(&[row], "…").map(|(_, words)| words),
            "words": { "now": words(|it| &it.now), "planned": words(|it| &it.planned) },
            "now": it.now,
            "planned": it.planned,
        })
    };
    let explanations: Vec<Value> = all
        .iter()
        .map(|it| {
            json!({
                "address": it.address,
                "protection": it.protection,
                "scopes": it.scopes.iter().map(scope).collect::<Vec<_>>(),
                "chosen": it.chosen,
                "alternatives": it.alternatives,
                "backup_rule": it.backup_rule,
                "proposal": it.proposal.as_ref().map(document),
                "live": it.live,
            })
        })
        .collect();
    json!({
        "format_version": FORMAT_VERSION,
        "timestamp": as_of.to_string(),
        "explanations": explanations,
    })
}
