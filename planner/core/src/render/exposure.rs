//! The exposure table: what each target would lose, now and after the plan.

use std::collections::BTreeMap;

use lifeboat_model::{Address, Bound, Exposure, ExposureRow, Scope, Span, Verdict};

use super::Style;
use super::canvas::{Canvas, Line, Tone};
use super::moment::{brief, count};

/// How many goals there are, and how many hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Objectives {
    /// Goals: each RPO and each RTO of each target in each scope.
    pub total: usize,
    /// Goals that hold with what is live now.
    pub met_before: usize,
    /// Goals that hold after the plan.
    pub met: usize,
    /// Those of them that hold only if what was assumed does.
    pub assuming: usize,
}

impl Objectives {
    /// Counts the goals of these rows.
    pub fn of(rows: &[ExposureRow]) -> Self {
        let mut all = Self::default();
        for row in rows {
            for measure in measures(row) {
                if measure.goal.is_some() && measure.name != "dwell" {
                    all.total += 1;
                    all.met_before += usize::from(measure.met_now);
                    all.met += usize::from(measure.met);
                    let assumed = measure.met && !row.planned.assuming.is_empty();
                    all.assuming += usize::from(assumed);
                }
            }
        }
        all
    }

    /// Returns whether every goal holds after the plan.
    pub const fn all_met(self) -> bool {
        self.met == self.total
    }
}

/// One number of a row: RPO, RTO, or the dwell that is tolerated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Measure {
    /// `rpo`, `rto` or `dwell`.
    pub(crate) name: &'static str,
    /// What is promised.
    pub(crate) goal: Option<Span>,
    /// With what is live now.
    pub(crate) now: Bound<Span>,
    /// Whether that holds the goal.
    pub(crate) met_now: bool,
    /// With what the plan leaves.
    pub(crate) planned: Bound<Span>,
    /// Whether that holds the goal.
    pub(crate) met: bool,
}

/// Returns the numbers of a row that have a goal or a limit.
pub(crate) fn measures(row: &ExposureRow) -> Vec<Measure> {
    let (now, planned) = (&row.now, &row.planned);
    let holds = |exposure: &Exposure, goal, bound| exposure.verdict(goal, bound) != Verdict::NotMet;
    let rpo = Measure {
        name: "rpo",
        goal: row.goal.rpo,
        now: now.rpo_bound,
        met_now: holds(now, row.goal.rpo, now.rpo_bound),
        planned: planned.rpo_bound,
        met: holds(planned, row.goal.rpo, planned.rpo_bound),
    };
    let rto = Measure {
        name: "rto",
        goal: row.goal.rto,
        now: now.rto_bound,
        met_now: holds(now, row.goal.rto, now.rto_bound),
        planned: planned.rto_bound,
        met: holds(planned, row.goal.rto, planned.rto_bound),
    };
    let mut all = vec![rpo, rto];
    if row.scope == Scope::Corruption || row.goal.detected_within.is_some() {
        let goal = row.goal.detected_within;
        let dwell = |exposure: &Exposure| {
            exposure
                .tolerated_dwell
                .unwrap_or(Bound::Finite(Span::ZERO))
        };
        let tolerated = |bound| goal.is_none_or(|goal| bound >= Bound::Finite(goal));
        if now.tolerated_dwell.is_some() || planned.tolerated_dwell.is_some() {
            all.push(Measure {
                name: "dwell",
                goal,
                now: dwell(now),
                met_now: tolerated(dwell(now)),
                planned: dwell(planned),
                met: tolerated(dwell(planned)),
            });
        }
    }
    all
}

/// Returns an address without the target that stands above it in the table.
fn below(target: &Address, address: &Address) -> String {
    let text = address.to_string();
    text.strip_prefix(&format!("{target}."))
        .map_or(text.clone(), ToOwned::to_owned)
}

fn assuming(exposure: &Exposure) -> String {
    if exposure.assuming.is_empty() {
        String::new()
    } else {
        format!(", assuming {}", exposure.assuming.join("; "))
    }
}

/// Returns why a planned number is what it is; empty where there is nothing to say.
pub(crate) fn why(row: &ExposureRow, measure: &Measure) -> String {
    let planned = &row.planned;
    match (measure.name, measure.planned, &planned.uses) {
        ("rpo", Bound::Finite(_), Some(uses)) => {
            format!("{}{}", below(&row.target, uses), assuming(planned))
        }
        ("rpo", Bound::Unbounded, _) => planned
            .derivation
            .last()
            .cloned()
            .unwrap_or_else(|| format!("no copy survives the loss of the {}", row.scope)),
        ("rto", Bound::Finite(_), Some(uses)) => {
            let replica = uses
                .part
                .as_ref()
                .is_some_and(|part| part.role == "replica");
            let how = if replica {
                "by promoting it"
            } else {
                "by a restore of it"
            };
            how.to_owned()
        }
        ("rto", Bound::Unbounded, Some(_)) if planned.rpo_bound != Bound::Unbounded => {
            "nothing limits the time of a restore".to_owned()
        }
        ("dwell", ..) => "tolerated unnoticed".to_owned(),
        _ => String::new(),
    }
}

/// Returns a bound for a person.
fn bound(bound: Bound<Span>) -> String {
    match bound {
        Bound::Finite(span) => brief(span),
        Bound::Unbounded => "unbounded".to_owned(),
    }
}

/// Writes the table. A target that keeps its bounds and meets its goals is counted only, unless the style is verbose.
pub(crate) fn exposure(canvas: &mut Canvas, rows: &[ExposureRow]) {
    let mut targets: BTreeMap<&Address, Vec<&ExposureRow>> = BTreeMap::new();
    for row in rows {
        targets.entry(&row.target).or_default().push(row);
    }
    let of_interest =
        |rows: &Vec<&ExposureRow>| canvas.style.verbose || rows.iter().any(|row| moves(row));
    let shown: Vec<_> = targets
        .iter()
        .filter(|(_, rows)| of_interest(rows))
        .collect();
    let kept = targets.len() - shown.len();
    if targets.is_empty() {
        return;
    }
    canvas.gap();
    if shown.is_empty() {
        let targets = count(kept, "target");
        canvas.line(
            Line::default()
                .tone(Tone::Strong, "Exposure:")
                .plain(format!(" {targets}, no bound moves, every goal is met.")),
        );
        return;
    }
    let layout = Layout::of(
        canvas,
        shown.iter().flat_map(|(_, rows)| rows.iter().copied()),
    );
    layout.head(canvas);
    for (target, rows) in shown {
        let objective = rows.iter().find_map(|row| row.objective.as_deref());
        canvas.line(
            Line::indent(2)
                .tone(Tone::Strong, target.to_string())
                .plain(
                    objective
                        .map(|name| format!("   {name}"))
                        .unwrap_or_default(),
                ),
        );
        for row in rows {
            layout.row(canvas, row);
        }
    }
    if kept > 0 {
        let text = count(kept, "more target");
        canvas.line(Line::indent(2).tone(
            Tone::Faint,
            format!("# ({text}: no bound moves, every goal is met)"),
        ));
    }
}

/// Returns whether a row's bounds move, or it has a goal that does not hold.
pub(crate) fn moves(row: &ExposureRow) -> bool {
    measures(row)
        .iter()
        .any(|measure| measure.now != measure.planned || !measure.met || !measure.met_now)
}

/// Where the columns begin.
struct Layout {
    goal: usize,
    now: usize,
    planned: usize,
    why: usize,
}

const SCOPE: usize = 4;
const MEASURE: usize = 16;

impl Layout {
    fn of<'a>(canvas: &Canvas, rows: impl Iterator<Item = &'a ExposureRow>) -> Self {
        let (mut goals, mut nows, mut planneds) = (4, 3, 7);
        for measure in rows.flat_map(measures) {
            let width = |text: String| text.chars().count();
            goals = goals.max(measure.goal.map_or(1, |goal| width(brief(goal))));
            nows = nows.max(width(cell(
                canvas.style,
                measure.now,
                measure.goal,
                measure.met_now,
            )));
            planneds = planneds.max(width(cell(
                canvas.style,
                measure.planned,
                measure.goal,
                measure.met,
            )));
        }
        let goal = MEASURE + 7;
        let now = goal + goals + 2;
        let planned = now + nows + 2;
        Self {
            goal,
            now,
            planned,
            why: planned + planneds + 2,
        }
    }

    fn head(&self, canvas: &mut Canvas) {
        canvas.line(
            Line::default()
                .tone(Tone::Strong, "Exposure")
                .to(self.goal)
                .plain("goal")
                .to(self.now)
                .plain("now")
                .to(self.planned)
                .plain("planned"),
        );
    }

    fn row(&self, canvas: &mut Canvas, row: &ExposureRow) {
        let verbose = canvas.style.verbose;
        let all = measures(row);
        let goalless = all.iter().all(|measure| measure.goal.is_none());
        let shown = all.into_iter().filter(|measure| {
            measure.goal.is_some() || verbose || (goalless && measure.name == "rpo")
        });
        for (i, measure) in shown.enumerate() {
            let goal = measure.goal.map_or_else(|| "-".to_owned(), brief);
            let line = Line::indent(SCOPE)
                .plain(if i == 0 { row.scope.as_str() } else { "" })
                .to(MEASURE)
                .plain(measure.name)
                .to(self.goal)
                .plain(goal)
                .to(self.now)
                .tone(
                    tone(measure.goal, measure.met_now),
                    cell(canvas.style, measure.now, measure.goal, measure.met_now),
                )
                .to(self.planned)
                .tone(
                    tone(measure.goal, measure.met),
                    cell(canvas.style, measure.planned, measure.goal, measure.met),
                );
            self.why(canvas, line, &why(row, &measure));
        }
    }

    fn why(&self, canvas: &mut Canvas, line: Line, why: &str) {
        if why.is_empty() {
            canvas.line(line);
            return;
        }
        let room = canvas.style.width.saturating_sub(self.why);
        let (start, room) = if room >= 20 && (why.chars().count() <= room * 2) {
            (self.why, room)
        } else {
            (
                self.goal,
                canvas.style.width.saturating_sub(self.goal).max(20),
            )
        };
        let mut line = Some(line);
        if start != self.why {
            canvas.line(line.take().unwrap_or_default());
        }
        for part in super::canvas::wrap(why, room) {
            let line = line.take().unwrap_or_default();
            canvas.line(line.to(start).tone(Tone::Faint, part));
        }
    }
}

const fn tone(goal: Option<Span>, met: bool) -> Tone {
    match (goal, met) {
        (None, _) => Tone::Plain,
        (Some(_), true) => Tone::Good,
        (Some(_), false) => Tone::Bad,
    }
}

/// Returns a bound with the mark of its goal.
pub(crate) fn cell(style: Style, value: Bound<Span>, goal: Option<Span>, met: bool) -> String {
    match goal {
        None => bound(value),
        Some(_) => format!("{} {}", bound(value), style.mark(met)),
    }
}
