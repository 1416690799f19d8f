//! Findings: what an experienced eye would point out in a design.

use serde::{Deserialize, Serialize};

use crate::{Address, Severity};

/// Something in a design that has cost others their data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// Stable: `finding::replica_is_no_backup`.
    pub code: String,
    /// What it is about: a target, a protection, a service.
    pub address: Address,
    /// How grave.
    pub severity: Severity,
    /// A lower-case fragment, no final period.
    pub message: String,
    /// One imperative sentence.
    pub help: String,
    /// Why it is not told: the reason of the `ignore` block that covers it, and its last day.
    pub ignored: Option<Ignored>,
}

/// Why a finding is not told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ignored {
    /// The reason that the configuration gives.
    pub reason: String,
    /// The last day on which it counts: `2027-06-30`.
    pub until: String,
}
