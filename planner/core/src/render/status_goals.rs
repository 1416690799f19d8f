//! The goals of a target against what is live.

use lifeboat_model::{Address, Bound, ExposureRow, Goal, Objective, Scope, Span, Verdict};
use serde::Serialize;

use super::measure::{Measure, bound, measures, why};
use super::moment::brief;

/// How a goal stands at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GoalVerdict {
    /// It holds.
    Met,
    /// It holds in so many of 10,000 cases, if the named assumptions do.
    MetAtPercentile(u16),
    /// It holds if the named assumptions do.
    MetAssuming,
    /// It does not hold, and will once schedules and retention have run for long enough.
    NotYet,
    /// It does not hold.
    NotMet,
    /// Nobody looked: there was no live data or no valid configuration.
    Unchecked,
}

/// One goal of a target: an RPO or an RTO in one scope; the dwell only where no RPO is promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GoalStatus {
    /// The scope.
    pub scope: Scope,
    /// `rpo`, `rto` or `dwell`.
    pub measure: &'static str,
    /// What is promised.
    pub goal: Span,
    /// What is live gives; none when it was not derived.
    pub bound: Option<Bound<Span>>,
    /// How the bound stands to the goal.
    pub verdict: GoalVerdict,
    /// Where the bound comes from, or why there is none; empty where there is nothing to say.
    pub reason: String,
    /// What was taken for granted; empty unless the goal is met.
    pub assuming: Vec<String>,
}

impl GoalStatus {
    /// Returns whether the goal was checked and holds.
    pub const fn is_met(&self) -> bool {
        matches!(self.verdict, GoalVerdict::Met) || self.is_starred()
    }

    /// Returns whether the goal holds only if something does that nobody proved.
    pub const fn is_starred(&self) -> bool {
        matches!(
            self.verdict,
            GoalVerdict::MetAssuming | GoalVerdict::MetAtPercentile(_)
        )
    }

    /// Returns what is wrong, if the goal was checked and does not hold.
    pub(super) fn problem(&self) -> Option<String> {
        let present = match self.verdict {
            GoalVerdict::NotMet => "",
            GoalVerdict::NotYet => " at present",
            _ => return None,
        };
        let bound = self.bound.map_or_else(|| "unknown".to_owned(), bound);
        let (scope, measure, goal) = (self.scope, self.measure, brief(self.goal));
        let mut text = format!("{scope}: {measure} {bound}{present}, the goal is {goal}");
        if !self.reason.is_empty() {
            text.push_str(": ");
            text.push_str(&self.reason);
        }
        Some(text)
    }
}

/// Returns what is wrong with goals. A reason that keeps an RPO from holding and the RTO beside it too is told once.
pub(super) fn problems(goals: &[GoalStatus]) -> Vec<String> {
    let mut last: Option<(Scope, &str)> = None;
    let mut problems = Vec::new();
    for goal in goals {
        let reason = Some((goal.scope, goal.reason.as_str()));
        let said = reason == last;
        last = reason;
        let shortened;
        let told = if said {
            shortened = GoalStatus {
                reason: String::new(),
                ..goal.clone()
            };
            &shortened
        } else {
            goal
        };
        problems.extend(told.problem());
    }
    problems
}

/// Returns the goals of a target or a service; `exposure` is none when nobody looked.
///
/// A scope that no bound is derived for counts as not met: an unknown loss is not a small one.
pub(super) fn goals(
    target: &Address,
    objective: Option<&Objective>,
    exposure: Option<&[ExposureRow]>,
) -> Vec<GoalStatus> {
    let promised = objective.iter().flat_map(|objective| &objective.goals);
    promised
        .flat_map(|(scope, goal)| {
            let Some(rows) = exposure else {
                return unknown(*scope, goal, None);
            };
            let mut rows = rows.iter();
            match rows.find(|row| row.target == *target && row.scope == *scope) {
                None => unknown(*scope, goal, Some("no bound is derived for this scope yet")),
                Some(row) => of_row(row),
            }
        })
        .collect()
}

/// Returns goals without a bound: not checked, or not met for a reason.
fn unknown(scope: Scope, goal: &Goal, reason: Option<&str>) -> Vec<GoalStatus> {
    let dwell = goal.detected_within.filter(|_| goal.rpo.is_none());
    let promised = [("rpo", goal.rpo), ("rto", goal.rto), ("dwell", dwell)];
    promised
        .into_iter()
        .filter_map(|(measure, goal)| {
            Some(GoalStatus {
                scope,
                measure,
                goal: goal?,
                bound: reason.map(|_| Bound::Unbounded),
                verdict: reason.map_or(GoalVerdict::Unchecked, |_| GoalVerdict::NotMet),
                reason: reason.unwrap_or_default().to_owned(),
                assuming: Vec::new(),
            })
        })
        .collect()
}

fn of_row(row: &ExposureRow) -> Vec<GoalStatus> {
    // A reason is told of what is planned; what is live is its own plan.
    let live = ExposureRow {
        planned: row.now.clone(),
        ..row.clone()
    };
    let counted = |measure: &&Measure| measure.name != "dwell" || row.goal.rpo.is_none();
    let all = measures(row);
    let mut goals: Vec<GoalStatus> = all
        .iter()
        .filter(counted)
        .filter_map(|measure| {
            let verdict = match measure.now.verdict {
                Verdict::NoGoal | Verdict::Met => GoalVerdict::Met,
                Verdict::MetAtPercentile(of) => GoalVerdict::MetAtPercentile(of),
                Verdict::MetAssuming => GoalVerdict::MetAssuming,
                Verdict::NotMet if measure.planned.holds() => GoalVerdict::NotYet,
                Verdict::NotMet => GoalVerdict::NotMet,
            };
            let assumed = measure.now.is_starred();
            let assuming = measure.now.assuming.iter().filter(|_| assumed);
            let present = Measure {
                planned: measure.now.clone(),
                ..measure.clone()
            };
            Some(GoalStatus {
                scope: row.scope,
                measure: measure.name,
                goal: measure.goal?,
                bound: Some(measure.now.bound),
                verdict,
                reason: why(&live, &present),
                assuming: assuming.cloned().collect(),
            })
        })
        .collect();
    let dwell_alone = row.goal.rpo.is_none() && all.iter().all(|measure| measure.name != "dwell");
    if dwell_alone {
        let only = Goal {
            rto: None,
            ..row.goal.clone()
        };
        goals.extend(unknown(row.scope, &only, Some("no copy survives it")));
    }
    goals
}
