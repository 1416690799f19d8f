//! What the configuration alone comes to: `lifeboat validate --offline`.

use lifeboat_model::{Cost, Plan};
use serde_json::{Value, json};

use super::Style;
use super::canvas::{Canvas, Tone};
use super::cost::cost;
use super::exposure::{Told, exposure};
use super::findings::{backup_rules, findings};
use super::goals::unmet;
use super::json;
use super::measure::Objectives;
use super::summary::goals_line;

/// Returns what a plan that was made without anything live says about the design, as text.
///
/// `short` leaves out the table: only the goals that do not hold, and the counts.
pub fn offline_text(plan: &Plan, short: bool, style: Style) -> String {
    let mut canvas = Canvas::new(style);
    let all = Objectives::of(&plan.exposure);
    if !short {
        exposure(&mut canvas, &plan.exposure, Told::Configured);
        findings(&mut canvas, &plan.findings);
        backup_rules(&mut canvas, &plan.backup_rules);
        canvas.gap();
    }
    if all.total == 0 {
        canvas.say(Tone::Plain, "Objectives: none.");
    } else {
        let notes = match all.assuming {
            0 => String::new(),
            n => format!("{n} on assumptions"),
        };
        goals_line(&mut canvas, all, &notes);
    }
    if short {
        unmet(&mut canvas, &plan.exposure);
    }
    if let Some(all) = configured(plan) {
        cost(&mut canvas, &all);
    }
    canvas.paragraph(
        "",
        Tone::Plain,
        "Nothing live was read: failure domains and rates are those that the configuration declares, no drill counts, \
         and keys, credentials and control planes that a restore needs were not looked at.",
    );
    canvas.finish()
}

/// Returns the cost of what is configured: what is live costs something too, but nobody looked.
fn configured(plan: &Plan) -> Option<Cost> {
    plan.cost.clone().map(|cost| Cost { now: None, ..cost })
}

/// Returns the same as a public document.
pub fn offline_json(plan: &Plan) -> Value {
    let all = Objectives::of(&plan.exposure);
    json!({
        "exposure": plan.exposure.iter().map(json::exposure).collect::<Vec<_>>(),
        "findings": plan.findings.iter().map(json::finding).collect::<Vec<_>>(),
        "backup_rules": plan.backup_rules,
        "cost": configured(plan).as_ref().map(json::cost),
        "objectives": { "total": all.total, "met": all.met, "assuming": all.assuming },
    })
}
