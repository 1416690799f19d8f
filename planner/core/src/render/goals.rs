//! A plan in short: how many goals hold, and which do not (`--objectives-only`).

use lifeboat_model::{Address, ExposureRow, Plan};

use super::Style;
use super::canvas::{Canvas, Line, Tone, columns, wrap};
use super::cost;
use super::exposure::grouped;
use super::findings::counted;
use super::measure::{Measure, Objectives, measures, why};
use super::moment::{brief, count};
use super::points;
use super::summary::{Summary, objectives, safety};
use super::wording::Wording;

/// Goals that are named one by one, unless the style is verbose.
const NAMED: usize = 50;

/// Returns a plan as a few lines: what is lost, the goals that do not hold and why, and the counts.
pub fn objectives_text(plan: &Plan, style: Style) -> String {
    let mut canvas = Canvas::new(style);
    if !plan.losses.is_empty() {
        points::losses(&mut canvas, &plan.losses, plan.as_of);
        canvas.gap();
    }
    if Objectives::of(&plan.exposure).total == 0 {
        canvas.say(Tone::Plain, "Objectives: none.");
    } else {
        objectives(&mut canvas, plan);
    }
    unmet(&mut canvas, &plan.exposure);
    if let Some(cost) = &plan.cost {
        cost::cost(&mut canvas, cost);
    }
    if let Some(counted) = counted(&plan.findings) {
        let text = format!("{counted}; `lifeboat plan` tells them.").replace('`', "\"");
        canvas.paragraph("", Tone::Plain, &text);
    }
    canvas.line(
        Line::default()
            .tone(Tone::Strong, "Plan:")
            .plain(format!(" {}", Summary::of(&plan.actions).sentence())),
    );
    if !plan.is_empty() {
        safety(&mut canvas, plan);
    }
    canvas.finish()
}

/// Writes each goal that does not hold after the plan, with its reason.
pub(crate) fn unmet(canvas: &mut Canvas, rows: &[ExposureRow]) {
    let most = if canvas.style.verbose {
        usize::MAX
    } else {
        NAMED
    };
    let mut left = 0;
    let mut named = 0;
    for (address, rows) in grouped(rows) {
        let unmet: Vec<(&ExposureRow, Measure)> = rows
            .into_iter()
            .flat_map(|row| measures(row).into_iter().map(move |measure| (row, measure)))
            .filter(|(_, measure)| measure.goal.is_some() && !measure.planned.holds())
            .collect();
        if unmet.is_empty() {
            continue;
        }
        if named >= most {
            left += unmet.len();
            continue;
        }
        named += unmet.len();
        one(canvas, address, &unmet);
    }
    if left > 0 {
        let text = format!(
            "and {}; all of them with --verbose",
            count(left, "more goal")
        );
        canvas.line(Line::indent(2).tone(Tone::Faint, text));
    }
}

fn one(canvas: &mut Canvas, address: &Address, unmet: &[(&ExposureRow, Measure)]) {
    let style = canvas.style;
    let objective = unmet.iter().find_map(|(row, _)| row.objective.as_deref());
    let objective = objective.map(|name| format!("   {name}"));
    canvas.line(
        Line::indent(2)
            .tone(Tone::Bad, style.mark(false))
            .plain(" ")
            .tone(Tone::Strong, address.to_string())
            .plain(objective.unwrap_or_default()),
    );
    let mut said = String::new();
    for (row, measure) in unmet {
        let words = measure
            .planned
            .wording()
            .map_or_else(String::new, |it| match it {
                Wording::NotMet => {
                    format!("{}, not met", super::measure::bound(measure.planned.bound))
                }
                other => other.text("…"),
            });
        let head = Line::indent(4)
            .plain(row.scope.as_str())
            .to(16)
            .plain(format!(
                "{} {}: ",
                measure.name,
                measure.goal.map_or_else(String::new, brief)
            ))
            .tone(Tone::Bad, words);
        canvas.line(head);
        let why = why(row, measure);
        let room = style.width.saturating_sub(16).max(20);
        if columns(&why) > 0 && why != said {
            for part in wrap(&why, room) {
                canvas.line(Line::indent(16).tone(Tone::Faint, part));
            }
        }
        said = why;
    }
}
