//! The exposure table: what each target would lose, now and after the plan.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{Address, ExposureRow, Verdict};

use super::canvas::{Canvas, Line, Tone, columns, wrap};
use super::measure::{Judged, Measure, below, measures, moves, why};
use super::moment::{brief, count};
use super::wording::{Wording, overall};

/// Returns the rows of each target and service.
pub(crate) fn grouped(rows: &[ExposureRow]) -> BTreeMap<&Address, Vec<&ExposureRow>> {
    let mut targets: BTreeMap<&Address, Vec<&ExposureRow>> = BTreeMap::new();
    for row in rows {
        targets.entry(&row.target).or_default().push(row);
    }
    targets
}

/// What the table tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Where it is now, and what the plan leaves.
    NowAndPlanned,
    /// What the configuration comes to; nothing live was read.
    Configured,
}

/// Writes the table. A target that keeps its bounds and meets its goals is counted only, unless the style is verbose.
pub(crate) fn exposure(canvas: &mut Canvas, rows: &[ExposureRow], told: Told) {
    let mut targets = grouped(rows);
    let all = targets.len();
    if all == 0 {
        return;
    }
    if !canvas.style.verbose && told == Told::NowAndPlanned {
        targets.retain(|_, rows| rows.iter().any(|row| moves(row)));
    }
    let kept = all - targets.len();
    canvas.gap();
    if targets.is_empty() {
        let text = format!(
            " {}, no bound moves, every goal is met.",
            count(kept, "target")
        );
        canvas.line(Line::default().tone(Tone::Strong, "Exposure:").plain(text));
        return;
    }
    let layout = Layout::of(canvas, targets.values().flatten().copied(), told);
    layout.head(canvas);
    for (address, rows) in targets {
        target(canvas, &layout, address, &rows);
    }
    if kept > 0 {
        let text = count(kept, "more target");
        let text = format!("# ({text}: no bound moves, every goal is met)");
        canvas.line(Line::indent(2).tone(Tone::Faint, text));
    }
}

fn target(canvas: &mut Canvas, layout: &Layout, address: &Address, rows: &[&ExposureRow]) {
    head(canvas, address, rows);
    for row in rows {
        layout.row(canvas, row);
    }
    assumed(canvas, address, rows);
}

/// Writes the name of a target or service, its objective, and the verdict over all of its goals after the plan.
pub(crate) fn head(canvas: &mut Canvas, address: &Address, rows: &[&ExposureRow]) {
    let objective = rows.iter().find_map(|row| row.objective.as_deref());
    let line = Line::indent(2).tone(Tone::Strong, address.to_string());
    let line = match (objective, verdict(rows, "what stands at *")) {
        (None, _) => line,
        (Some(name), None) => line.plain(format!("   {name}")),
        (Some(name), Some((worst, words))) => {
            let tone = if worst.is_met() {
                Tone::Good
            } else {
                Tone::Bad
            };
            let head = line.plain(format!("   {name}: "));
            if head.width() + columns(&words) > canvas.style.width {
                canvas.line(Line::indent(2).tone(Tone::Strong, address.to_string()));
                Line::indent(SCOPE)
                    .plain(format!("{name}: "))
                    .tone(tone, words)
            } else {
                head.tone(tone, words)
            }
        }
    };
    canvas.line(line);
}

/// Returns the verdict over all goals of these rows after the plan; none without a goal.
pub(crate) fn verdict(rows: &[&ExposureRow], assumed: &str) -> Option<(Wording, String)> {
    let words: Vec<Wording> = rows
        .iter()
        .flat_map(|row| measures(row))
        .filter_map(|measure| measure.planned.wording())
        .collect();
    overall(words, assumed)
}

/// Writes what starred numbers take for granted, each once.
pub(crate) fn assumed(canvas: &mut Canvas, address: &Address, rows: &[&ExposureRow]) {
    let assumed: BTreeSet<String> = rows
        .iter()
        .flat_map(|row| measures(row))
        .flat_map(Measure::assumed)
        .map(|text| below(address, &text))
        .collect();
    for text in assumed {
        let room = canvas.style.width.saturating_sub(SCOPE + 2).max(20);
        let parts = wrap(&format!("assuming that {text}"), room);
        for (i, part) in parts.into_iter().enumerate() {
            let lead = if i == 0 { "* " } else { "  " };
            canvas.line(Line::indent(SCOPE).plain(lead).tone(Tone::Faint, part));
        }
    }
}

/// Where the columns begin.
struct Layout {
    told: Told,
    goal: usize,
    now: usize,
    planned: usize,
    why: usize,
}

const SCOPE: usize = 4;
const MEASURE: usize = 16;

impl Layout {
    fn of<'a>(canvas: &Canvas, rows: impl Iterator<Item = &'a ExposureRow>, told: Told) -> Self {
        let (mut goals, mut nows, mut planneds) = (4, 3, 7);
        for measure in rows.flat_map(measures) {
            goals = goals.max(measure.goal.map_or(1, |goal| columns(&brief(goal))));
            nows = nows.max(columns(&measure.now.text(canvas.style)));
            planneds = planneds.max(columns(&measure.planned.text(canvas.style)));
        }
        let goal = MEASURE + 7;
        let now = goal + goals + 2;
        let (planned, planneds) = match told {
            Told::NowAndPlanned => (now + nows + 2, planneds),
            Told::Configured => (now, planneds.max("configured".len())),
        };
        Self {
            told,
            goal,
            now,
            planned,
            why: planned + planneds + 2,
        }
    }

    fn head(&self, canvas: &mut Canvas) {
        let line = Line::default()
            .tone(Tone::Strong, "Exposure")
            .to(self.goal)
            .plain("goal")
            .to(self.now);
        canvas.line(match self.told {
            Told::NowAndPlanned => line.plain("now").to(self.planned).plain("planned"),
            Told::Configured => line.plain("configured"),
        });
    }

    /// Writes the numbers of a row that have a goal; of a row without any, the RPO.
    fn row(&self, canvas: &mut Canvas, row: &ExposureRow) {
        let verbose = canvas.style.verbose;
        let all = measures(row);
        let goalless = all.iter().all(|measure| measure.goal.is_none());
        let shown = all.iter().filter(|measure| {
            measure.goal.is_some() || verbose || (goalless && measure.name == "rpo")
        });
        let mut said = String::new();
        for (i, measure) in shown.enumerate() {
            let scope = if i == 0 { row.scope.as_str() } else { "" };
            let line = Line::indent(SCOPE).plain(scope).to(MEASURE);
            let line = self.numbers(canvas, line, measure);
            // What keeps the points from being fresh often keeps them from being restored: it is said once.
            let why = why(row, measure);
            self.why(canvas, line, if why == said { "" } else { &why });
            said = why;
        }
    }

    fn numbers(&self, canvas: &Canvas, line: Line, measure: &Measure) -> Line {
        let goal = measure.goal.map_or_else(|| "-".to_owned(), brief);
        let style = canvas.style;
        let line = line.plain(measure.name).to(self.goal).plain(goal);
        let line = match self.told {
            Told::NowAndPlanned => line
                .to(self.now)
                .tone(tone(&measure.now), measure.now.text(style)),
            Told::Configured => line,
        };
        line.to(self.planned)
            .tone(tone(&measure.planned), measure.planned.text(style))
    }

    /// Writes the reason beside the numbers, or below them where it is too long for its column.
    fn why(&self, canvas: &mut Canvas, line: Line, why: &str) {
        let width = canvas.style.width;
        let beside = width.saturating_sub(self.why);
        if columns(why) <= beside {
            canvas.line(line.to(self.why).tone(Tone::Faint, why));
            return;
        }
        canvas.line(line);
        for part in wrap(why, width.saturating_sub(self.goal).max(20)) {
            canvas.line(Line::indent(self.goal).tone(Tone::Faint, part));
        }
    }
}

const fn tone(judged: &Judged) -> Tone {
    match judged.verdict {
        Verdict::NoGoal => Tone::Plain,
        Verdict::Met | Verdict::MetAtPercentile(_) | Verdict::MetAssuming => Tone::Good,
        Verdict::NotMet => Tone::Bad,
    }
}
