//! The promise: how much may be lost, and how long the target may be down.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Scope, Span};

/// What is promised for one failure scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Goal {
    /// The most recent data that may be lost, as time.
    pub rpo: Option<Span>,
    /// How long the target may be down.
    pub rto: Option<Span>,
    /// Corruption and account only: how long the bad write may stay unnoticed (dwell).
    pub detected_within: Option<Span>,
}

/// A named promise over failure scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objective {
    /// The label of the block.
    pub name: String,
    /// The promise for each scope that the block names.
    pub goals: BTreeMap<Scope, Goal>,
    /// How often a drill must succeed.
    pub drill_every: Option<Span>,
}
