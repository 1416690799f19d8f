//! Exposure: what a target would lose, and how long it would be down.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Address, Bound, Goal, Scope, Span};

/// Where an input number comes from, weakest last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// The mechanism cannot exceed it.
    Hard,
    /// The user says so.
    Declared,
    /// Measured `n` times, last at `when`.
    Measured {
        /// The last measurement.
        when: Timestamp,
        /// How many there were.
        n: u32,
    },
    /// Taken for granted, and named.
    Assumed,
}

/// The worst case of one target in one scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// The most data lost, as time before the failure (for corruption: before the bad write).
    pub rpo_bound: Bound<Span>,
    /// The longest time to be back.
    pub rto_bound: Bound<Span>,
    /// Corruption: the longest dwell at which a clean point is still kept.
    pub tolerated_dwell: Option<Bound<Span>>,
    /// The protection whose copy gives the RPO.
    pub uses: Option<Address>,
    /// The derivation, one step a line, each with its input's provenance.
    pub derivation: Vec<String>,
    /// What was taken for granted; empty when proved.
    pub assuming: Vec<String>,
}

/// How a bound stands to its goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The goal holds.
    Met,
    /// The goal holds if the named assumptions do.
    MetAssuming,
    /// The goal does not hold.
    NotMet,
    /// There is no goal.
    NoGoal,
}

/// One line of the exposure table: a target in a scope, now and after the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposureRow {
    /// The target.
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

impl Exposure {
    /// Returns how a bound of this exposure stands to its goal.
    pub fn verdict(&self, goal: Option<Span>, bound: Bound<Span>) -> Verdict {
        match goal {
            None => Verdict::NoGoal,
            Some(goal) if bound > Bound::Finite(goal) => Verdict::NotMet,
            Some(_) if self.assuming.is_empty() => Verdict::Met,
            Some(_) => Verdict::MetAssuming,
        }
    }
}

impl ExposureRow {
    /// Returns whether every goal of the row holds after the plan.
    pub fn is_met(&self) -> bool {
        let planned = &self.planned;
        planned.verdict(self.goal.rpo, planned.rpo_bound) != Verdict::NotMet
            && planned.verdict(self.goal.rto, planned.rto_bound) != Verdict::NotMet
    }
}
