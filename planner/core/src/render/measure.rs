//! The numbers of an exposure row, each against its goal, with its reason.

use lifeboat_model::{
    Address, Block, Bound, Exposure, ExposureRow, Figure, Mechanism, Scope, Span, Verdict,
};

use super::Style;
use super::moment::brief;
use super::wording::{Wording, percent};

/// How many goals there are, and how many hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Objectives {
    /// Goals: each RPO and each RTO of each target and service in each scope.
    pub total: usize,
    /// Goals that hold with what is live now.
    pub met_before: usize,
    /// Goals that hold after the plan.
    pub met: usize,
    /// Those of them that hold only if what was assumed does.
    pub assuming: usize,
}

impl Objectives {
    /// Counts the goals of these rows: each RPO and each RTO; a dwell is part of its RPO, and counts alone only where
    /// no RPO is promised.
    pub fn of(rows: &[ExposureRow]) -> Self {
        let mut all = Self::default();
        for row in rows {
            let dwell_alone = row.goal.rpo.is_none() && row.goal.detected_within.is_some();
            let mut dwell_known = false;
            for measure in measures(row) {
                let dwell = measure.name == "dwell";
                dwell_known |= dwell;
                if measure.goal.is_some() && (!dwell || dwell_alone) {
                    all.total += 1;
                    all.met_before += usize::from(measure.now.holds());
                    all.met += usize::from(measure.planned.holds());
                    all.assuming += usize::from(measure.planned.is_starred());
                }
            }
            // No copy at all: nobody knows for how long a bad write may go unnoticed.
            all.total += usize::from(dwell_alone && !dwell_known);
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
    /// Whether it is within its goal, and not met all the same: no copy that is fresh enough is fast enough.
    pub(crate) is_split: bool,
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
        let mark = |met| style.mark(met);
        match self.verdict {
            Verdict::NoGoal => bound,
            Verdict::Met => format!("{bound} {}", mark(true)),
            Verdict::MetAtPercentile(of) => format!("{bound} {} {}*", mark(true), percent(of)),
            Verdict::MetAssuming => format!("{bound} {}*", mark(true)),
            Verdict::NotMet => format!("{bound} {}", mark(false)),
        }
    }

    /// Returns the words of its verdict; none without a goal.
    pub(crate) fn wording(&self) -> Option<Wording> {
        Wording::of(self.bound, self.verdict)
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
    let goal = &row.goal;
    let rpo = |it: &Exposure| judged(&it.rpo, goal.rpo, it.rpo_verdict(goal));
    let rto = |it: &Exposure| judged(&it.rto, goal.rto, it.rto_verdict(goal));
    let mut all = vec![
        Measure {
            name: "rpo",
            goal: row.goal.rpo,
            now: rpo(&row.now),
            planned: rpo(&row.planned),
        },
        Measure {
            name: "rto",
            goal: row.goal.rto,
            now: rto(&row.now),
            planned: rto(&row.planned),
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
                Some(goal) if bound < Bound::Finite(goal) => Verdict::NotMet,
                Some(_) if exposure.dwell_assuming.is_empty() => Verdict::Met,
                Some(_) => Verdict::MetAssuming,
            };
            Judged {
                bound,
                verdict,
                uses: None,
                reason: String::new(),
                assuming: exposure.dwell_assuming.clone(),
                is_split: false,
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

fn judged(figure: &Figure, goal: Option<Span>, verdict: Verdict) -> Judged {
    Judged {
        is_split: verdict == Verdict::NotMet && figure.verdict(goal) != Verdict::NotMet,
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
    let short = |text: &str| below(&row.target, text);
    let uses = planned.uses.as_ref().map(|uses| short(&uses.to_string()));
    let is_service = row.target.block == Block::Service;
    let says = match (measure.name, planned.bound, uses) {
        // What a service waits for is its reason; the member that decides, where there is none.
        ("rpo" | "rto", Bound::Finite(_), _) if is_service && !planned.reason.is_empty() => {
            short(&planned.reason)
        }
        ("rpo" | "rto", Bound::Finite(_), Some(uses)) if is_service => uses,
        ("rpo", Bound::Finite(_), Some(uses)) => uses,
        ("rto", Bound::Finite(_), Some(uses)) => {
            let named = row.goal.rpo.is_some() && row.planned.rpo.uses == planned.uses;
            let uses = if named { "it" } else { uses.as_str() };
            match &planned.uses {
                Some(address) if is_replica(address) => format!("by promoting {uses}"),
                _ => format!("by a restore of {uses}"),
            }
        }
        ("rpo" | "rto", Bound::Unbounded, _) => return short(&planned.reason),
        ("dwell", ..) => "may go unnoticed".to_owned(),
        _ => String::new(),
    };
    if planned.holds() || measure.name == "dwell" {
        return says;
    }
    if planned.is_split {
        return split(row);
    }
    match (says.as_str(), short(&planned.reason)) {
        (_, reason) if reason.is_empty() => says,
        ("", reason) => reason,
        (_, reason) if reason.contains(&says) => reason,
        (_, reason) => format!("{says}: {reason}"),
    }
}

fn is_replica(address: &Address) -> bool {
    let part = address.part.as_ref();
    part.is_some_and(|part| part.role == Mechanism::Replica.as_str())
}

/// Returns why no copy is fresh enough and fast enough at once.
fn split(row: &ExposureRow) -> String {
    let goal = &row.goal;
    let within =
        |bound: Bound<Span>, goal: Option<Span>| goal.is_none_or(|it| bound <= Bound::Finite(it));
    let copies: Vec<String> = row
        .planned
        .choices
        .iter()
        .map(|choice| {
            let says = match (within(choice.rpo, goal.rpo), within(choice.rto, goal.rto)) {
                (true, true) => "is fresh and fast enough",
                (true, false) => "is fresh enough and too slow",
                (false, true) => "is fast enough and too old",
                (false, false) => "is too old and too slow",
            };
            let uses = below(&row.target, &choice.uses.to_string());
            let (rpo, rto) = (bound(choice.rpo), bound(choice.rto));
            format!("{uses} {says} (rpo {rpo}, rto {rto})")
        })
        .collect();
    format!("not both from one copy: {}", copies.join(", "))
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
