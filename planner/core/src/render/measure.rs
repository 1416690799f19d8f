//! The numbers of an exposure row, each against its goal, with its reason.

use lifeboat_model::{Address, Bound, Exposure, ExposureRow, Figure, Scope, Span, Verdict};

use super::Style;
use super::moment::brief;

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
        for measure in rows.iter().flat_map(measures) {
            if measure.goal.is_some() && measure.name != "dwell" {
                all.total += 1;
                all.met_before += usize::from(measure.now.holds());
                all.met += usize::from(measure.planned.holds());
                all.assuming += usize::from(measure.planned.is_starred());
            }
        }
        all
    }

    /// Returns whether every goal holds after the plan.
    pub const fn all_met(self) -> bool {
        self.met == self.total
    }
}

/// A bound, and how it stands to its goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    /// The bound.
    pub(crate) bound: Bound<Span>,
    /// How it stands to its goal.
    pub(crate) verdict: Verdict,
    /// The protection whose copy gives it.
    pub(crate) uses: Option<Address>,
    /// Why it is what it is.
    pub(crate) reason: String,
    /// What it takes for granted.
    pub(crate) assuming: Vec<String>,
}

impl Judged {
    /// Returns whether the goal holds, or there is none.
    pub(crate) fn holds(&self) -> bool {
        self.verdict != Verdict::NotMet
    }

    /// Returns whether the goal holds only if something does that nobody proved.
    pub(crate) const fn is_starred(&self) -> bool {
        matches!(
            self.verdict,
            Verdict::MetAtPercentile(_) | Verdict::MetAssuming
        )
    }

    /// Returns the bound with the mark of its verdict; a star where something was assumed.
    pub(crate) fn text(&self, style: Style) -> String {
        let bound = bound(self.bound);
        match self.verdict {
            Verdict::NoGoal => bound,
            Verdict::Met => format!("{bound} {}", style.mark(true)),
            Verdict::MetAtPercentile(_) | Verdict::MetAssuming => {
                format!("{bound} {}*", style.mark(true))
            }
            Verdict::NotMet => format!("{bound} {}", style.mark(false)),
        }
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
    pub(crate) now: Judged,
    /// With what the plan leaves.
    pub(crate) planned: Judged,
}

impl Measure {
    /// Returns whether the plan moves the bound by more than a person would read, or the goal does not hold.
    pub(crate) fn is_of_interest(&self) -> bool {
        let (now, planned) = (&self.now, &self.planned);
        !now.holds() || !planned.holds() || {
            now.bound != planned.bound && bound(now.bound) != bound(planned.bound)
        }
    }

    /// Returns what the starred numbers take for granted.
    pub(crate) fn assumed(self) -> impl Iterator<Item = String> {
        let starred = [self.now, self.planned].into_iter();
        starred
            .filter(Judged::is_starred)
            .flat_map(|judged| judged.assuming)
    }
}

/// Returns the numbers of a row; the dwell only where one is known.
pub(crate) fn measures(row: &ExposureRow) -> Vec<Measure> {
    let mut all = vec![
        Measure {
            name: "rpo",
            goal: row.goal.rpo,
            now: judged(&row.now.rpo, row.now.rpo_verdict(&row.goal)),
            planned: judged(&row.planned.rpo, row.planned.rpo_verdict(&row.goal)),
        },
        Measure {
            name: "rto",
            goal: row.goal.rto,
            now: judged(&row.now.rto, row.now.rto_verdict(&row.goal)),
            planned: judged(&row.planned.rto, row.planned.rto_verdict(&row.goal)),
        },
    ];
    let known = row.now.tolerated_dwell.or(row.planned.tolerated_dwell);
    if known.is_some() && (row.scope == Scope::Corruption || row.goal.detected_within.is_some()) {
        let goal = row.goal.detected_within;
        let judged = |exposure: &Exposure| {
            let bound = exposure.tolerated_dwell;
            let bound = bound.unwrap_or(Bound::Finite(Span::ZERO));
            let verdict = match goal {
                None => Verdict::NoGoal,
                Some(goal) if bound >= Bound::Finite(goal) => Verdict::Met,
                Some(_) => Verdict::NotMet,
            };
            Judged {
                bound,
                verdict,
                uses: None,
                reason: String::new(),
                assuming: Vec::new(),
            }
        };
        all.push(Measure {
            name: "dwell",
            goal,
            now: judged(&row.now),
            planned: judged(&row.planned),
        });
    }
    all
}

/// Returns a text about a target with the names below it shortened to what follows the target.
pub(crate) fn below(target: &Address, text: &str) -> String {
    text.replace(&format!("{target}."), "").replace('`', "")
}

fn judged(figure: &Figure, verdict: Verdict) -> Judged {
    Judged {
        bound: figure.bound,
        verdict,
        uses: figure.uses.clone(),
        reason: figure.reason.clone(),
        assuming: figure.assuming.clone(),
    }
}

/// Returns why a planned number is what it is; empty where there is nothing to say.
pub(crate) fn why(row: &ExposureRow, measure: &Measure) -> String {
    let planned = &measure.planned;
    match (measure.name, planned.bound, &planned.uses) {
        ("rpo", Bound::Finite(_), Some(uses)) => below(&row.target, &uses.to_string()),
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
        ("rpo" | "rto", Bound::Unbounded, _) => below(&row.target, &planned.reason),
        ("dwell", ..) => "may go unnoticed".to_owned(),
        _ => String::new(),
    }
}

/// Returns a bound for a person.
pub(crate) fn bound(bound: Bound<Span>) -> String {
    match bound {
        Bound::Finite(span) => brief(span),
        Bound::Unbounded => "unbounded".to_owned(),
    }
}

/// Returns whether a row has a number that a reader of the plan should see.
pub(crate) fn moves(row: &ExposureRow) -> bool {
    measures(row).iter().any(Measure::is_of_interest)
}
