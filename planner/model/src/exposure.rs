//! Exposure: what a target would lose, and how long it would be down.

use serde::{Deserialize, Serialize};

use crate::{Address, Bound, Goal, Provenance, Scope, Span};

/// One bound with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// The worst case.
    pub bound: Bound<Span>,
    /// The weakest provenance on its derivation.
    pub provenance: Provenance,
    /// The protection whose copy gives it.
    pub uses: Option<Address>,
    /// Why it is what it is, in one line: a lower-case fragment without a final period.
    pub reason: String,
    /// What a finite bound takes for granted; empty when it is proved.
    pub assuming: Vec<String>,
}

/// What one copy gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The protection.
    pub uses: Address,
    /// The loss with it.
    pub rpo: Bound<Span>,
    /// The time with it.
    pub rto: Bound<Span>,
}

/// The worst case of one target or service in one scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// The most data lost, as time before the failure (for corruption: before the bad write), by the freshest copy.
    pub rpo: Figure,
    /// The longest time to be back, by the fastest copy.
    pub rto: Figure,
    /// Corruption and account: the longest dwell at which a clean point is still kept.
    pub tolerated_dwell: Option<Bound<Span>>,
    /// What this dwell takes for granted; empty when it is proved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dwell_assuming: Vec<String>,
    /// Corruption and account: how far the data go back, the dwell included.
    pub rollback: Option<Bound<Span>>,
    /// The copies that no other one beats in both, freshest first.
    pub choices: Vec<Choice>,
}

/// How a bound stands to its goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The goal holds: proved from hard and declared inputs.
    Met,
    /// The goal holds in so many of 10,000 cases.
    MetAtPercentile(u16),
    /// The goal holds if the named assumptions do.
    MetAssuming,
    /// The goal does not hold.
    NotMet,
    /// There is no goal.
    NoGoal,
}

/// One line of the exposure table: a target or service in a scope, now and after the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposureRow {
    /// The target or the service.
    pub target: Address,
    /// The objective that gives the goals.
    pub objective: Option<String>,
    /// The scope.
    pub scope: Scope,
    /// What is promised.
    pub goal: Goal,
    /// With what is live now.
    pub now: Exposure,
    /// With what the plan leaves.
    pub planned: Exposure,
}

impl Figure {
    /// Returns how it stands to a goal.
    pub fn verdict(&self, goal: Option<Span>) -> Verdict {
        match goal {
            None => Verdict::NoGoal,
            Some(goal) if self.bound > Bound::Finite(goal) => Verdict::NotMet,
            Some(_) => match self.provenance {
                Provenance::Percentile(of) => Verdict::MetAtPercentile(of),
                ref provenance if provenance.proves() && self.assuming.is_empty() => Verdict::Met,
                _ => Verdict::MetAssuming,
            },
        }
    }
}

impl Exposure {
    /// Returns how the loss stands to its goal.
    pub fn rpo_verdict(&self, goal: &Goal) -> Verdict {
        self.rpo.verdict(goal.rpo)
    }

    /// Returns how the recovery time stands to its goal: one copy must be fresh enough and fast enough at once.
    pub fn rto_verdict(&self, goal: &Goal) -> Verdict {
        let verdict = self.rto.verdict(goal.rto);
        if matches!(verdict, Verdict::NoGoal | Verdict::NotMet) || self.is_met_at_once(goal) {
            return verdict;
        }
        Verdict::NotMet
    }

    /// Returns whether one copy alone meets both goals. An RPO that no copy meets is told as such, and asks nothing
    /// more of the recovery time.
    pub fn is_met_at_once(&self, goal: &Goal) -> bool {
        let within = |bound: Bound<Span>, goal: Option<Span>| {
            goal.is_none_or(|goal| bound <= Bound::Finite(goal))
        };
        let fresh = |choice: &&Choice| within(choice.rpo, goal.rpo);
        if !self.choices.iter().any(|choice| fresh(&choice)) {
            return true;
        }
        let mut fresh_ones = self.choices.iter().filter(fresh);
        fresh_ones.any(|choice| within(choice.rto, goal.rto))
    }
}

impl ExposureRow {
    /// Returns whether every goal of the row holds after the plan.
    pub fn is_met(&self) -> bool {
        let planned = &self.planned;
        planned.rpo_verdict(&self.goal) != Verdict::NotMet
            && planned.rto_verdict(&self.goal) != Verdict::NotMet
    }
}

/// One step of a derivation, as `explain` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is said, with the formula's numbers: "age 7h = every 6h + run 1h".
    pub says: String,
    /// What comes out.
    pub bound: Option<Bound<Span>>,
    /// Where it comes from; none for a remark.
    pub provenance: Option<Provenance>,
    /// What it rests on.
    pub below: Vec<Step>,
}
