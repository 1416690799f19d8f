//! A plan as text, in Terraform's order and words, with what is lost above everything else.

use lifeboat_model::{Catalog, Plan};
use serde_json::Value;

use super::action::actions;
use super::canvas::{Canvas, Line, Tone};
use super::cost::cost;
use super::exposure::{Told, exposure};
use super::findings::{backup_rules, findings};
use super::notice::notices;
use super::points::losses;
use super::proposal::proposals;
use super::summary::{objectives, refused, summary};
use super::value::{Entry, Turn, entries};
use super::{Style, drift};
use crate::proposal::Proposals;

/// What becomes of the plan once it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Next<'a> {
    /// Nothing to say: it is applied next, shown again, or read by automation.
    #[default]
    Silent,
    /// It is thrown away: the reader is told that a later apply makes another.
    NotSaved,
    /// It was saved into this file.
    Saved(&'a str),
}

/// What the text of a plan needs besides the plan.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlanView<'a> {
    /// Tells which attributes the provider computes; without it they are left out of what is created.
    pub catalog: Option<&'a Catalog>,
    /// What becomes of the plan.
    pub next: Next<'a>,
    /// What would keep the objectives that are not kept.
    pub proposals: Option<&'a Proposals>,
}

/// Returns a plan as text.
///
/// The lines that tools read are Terraform's: `Plan: 1 to add, …`, `No changes.`, `  # ADDRESS will be created`.
pub fn plan_text(plan: &Plan, view: PlanView<'_>, style: Style) -> String {
    let mut canvas = Canvas::new(style);
    losses(&mut canvas, &plan.losses, plan.as_of);
    drift::note(&mut canvas, &plan.drift, plan.as_of);
    exposure(&mut canvas, &plan.exposure, Told::NowAndPlanned);
    if let Some(all) = view.proposals {
        proposals(&mut canvas, all);
    }
    if plan.is_empty() {
        findings(&mut canvas, &plan.findings);
        backup_rules(&mut canvas, &plan.backup_rules);
        no_changes(&mut canvas, plan);
        notices(&mut canvas, &plan.notices);
    } else {
        actions(&mut canvas, &plan.actions, view.catalog);
        findings(&mut canvas, &plan.findings);
        backup_rules(&mut canvas, &plan.backup_rules);
        notices(&mut canvas, &plan.notices);
        summary(&mut canvas, plan);
    }
    outputs(&mut canvas, plan);
    if !plan.is_empty() {
        next(&mut canvas, plan, view.next);
    }
    canvas.finish()
}

fn no_changes(canvas: &mut Canvas, plan: &Plan) {
    canvas.gap();
    if refused(plan) {
        // Nothing is claimed about what was not compared.
        let why = " what could not be read was not compared (see the error below).";
        canvas.line(
            Line::default()
                .tone(Tone::Bad, "Nothing is planned:")
                .plain(why),
        );
        objectives(canvas, plan);
        return;
    }
    canvas.line(
        Line::default()
            .tone(Tone::Good, "No changes.")
            .tone(Tone::Strong, " Your protections match the configuration."),
    );
    objectives(canvas, plan);
    if let Some(all) = &plan.cost {
        cost(canvas, all);
    }
    canvas.gap();
    let text = if plan.drift.is_empty() {
        "lifeboat has compared your real protections against your configuration and found no differences, so no \
         changes are needed."
    } else {
        "What has changed outside of lifeboat agrees with the configuration or is not managed by it. Run \"lifeboat \
         apply\" to record it."
    };
    canvas.paragraph("", Tone::Plain, text);
}

fn outputs(canvas: &mut Canvas, plan: &Plan) {
    if plan.outputs.is_empty() {
        return;
    }
    canvas.gap();
    canvas.say(Tone::Plain, "Outputs:");
    let shown: Vec<Entry<'_>> = plan
        .outputs
        .iter()
        .map(|(name, value)| Entry {
            name: Some(name.as_str()),
            turn: match value {
                Value::Null => Turn::Sensitive,
                value => Turn::Same(value),
            },
            forces: false,
        })
        .collect();
    entries(canvas, 0, &shown);
}

fn next(canvas: &mut Canvas, plan: &Plan, next: Next<'_>) {
    let rule = canvas.style.rule();
    match next {
        Next::Silent => {}
        Next::NotSaved => {
            canvas.gap();
            canvas.say(Tone::Faint, rule);
            canvas.gap();
            canvas.paragraph(
                "",
                Tone::Plain,
                "Note: You didn't use the --out option to save this plan, so lifeboat can't guarantee to take \
                 exactly these actions if you run \"lifeboat apply\" now.",
            );
        }
        Next::Saved(path) => {
            canvas.gap();
            canvas.say(Tone::Faint, rule);
            canvas.gap();
            canvas.say(Tone::Plain, format!("Saved the plan to: {path}"));
            if let Ok(digest) = plan.digest() {
                canvas.say(Tone::Faint, format!("Digest: {}", digest.short()));
            }
            canvas.gap();
            canvas.paragraph(
                "",
                Tone::Plain,
                "To perform exactly these actions, run the following command to apply:",
            );
            canvas.line(Line::indent(4).plain(format!("lifeboat apply {}", Value::from(path))));
        }
    }
}
