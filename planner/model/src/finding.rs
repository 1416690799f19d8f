//! Findings: what an experienced eye would point out in a design.

use std::fmt;

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

/// How a target stands to the rule 3-2-1-1-0: three copies, two media, one off-site, one that nobody can delete, no
/// error in the last verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupRule {
    /// Copies, the data themselves included; a replica is one, although it is no backup.
    pub copies: usize,
    /// Things that fail apart: different disks, instances or services.
    pub media: usize,
    /// Copies that survive the loss of the site.
    pub offsite: usize,
    /// Copies whose points nobody can delete for a while.
    pub immutable: usize,
    /// Copies whose last verification found something, or that were never verified.
    pub unproved: usize,
}

impl BackupRule {
    /// Returns whether all five hold.
    pub const fn holds(self) -> bool {
        self.copies >= 3
            && self.media >= 2
            && self.offsite >= 1
            && self.immutable >= 1
            && self.unproved == 0
    }
}

impl fmt::Display for BackupRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!(
            "3-2-1-1-0: {} of 3 copies, {} of 2 media, {} of 1 off-site, {} of 1 immutable, {} unproved",
            self.copies, self.media, self.offsite, self.immutable, self.unproved
        );
        f.pad(&text)
    }
}
