//! Acting on one protection: back up, restore, verify.

use std::collections::BTreeMap;

use lifeboat_model::{Address, Attributes, RecoveryPoint, RecoveryPointId};
use serde::{Deserialize, Serialize};

/// A protection to act on, with all that it refers to.
#[derive(Clone, Debug)]
pub struct Protected<'a> {
    /// The protection's resource.
    pub address: &'a Address,
    /// Its kind.
    pub kind: &'a str,
    /// Its attributes as last applied.
    pub attributes: &'a Attributes,
    /// Attributes of the targets and repositories that it refers to, and of a copy's source protection.
    pub bindings: &'a BTreeMap<Address, Attributes>,
}

/// Make a recovery point now.
#[derive(Clone, Debug)]
pub struct BackUpRequest<'a> {
    /// The protection.
    pub protected: Protected<'a>,
}

/// A path that could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PathFailure {
    /// The path, with what is not UTF-8 replaced.
    pub path: String,
    /// What the system said.
    pub message: String,
}

/// What a backup did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackUpReport {
    /// The new points, oldest first: one for a snapshot, any number for a copy. A repeated call with the same token
    /// answers with the points of the first.
    pub points: Vec<RecoveryPoint>,
    /// What is not in them because it could not be read. The rest is saved.
    pub unreadable: Vec<PathFailure>,
    /// Files and directories looked at.
    pub entries: u64,
    /// Bytes of the source.
    pub source_bytes: u64,
    /// Bytes that the repository grew by.
    pub added_bytes: u64,
}

/// Where a restore writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To the place that the data came from.
    InPlace,
    /// Elsewhere: a directory, an instance name; the provider says what it means.
    At(String),
    /// A scratch place with this name, of the provider's choosing, empty and apart from the original.
    Scratch(String),
}

/// Bring a recovery point back.
#[derive(Clone, Debug)]
pub struct RestoreRequest<'a> {
    /// The protection whose copy is used.
    pub protected: Protected<'a>,
    /// The point.
    pub point: &'a RecoveryPointId,
    /// Where to.
    pub destination: Destination,
    /// Only these paths of the source; empty means everything.
    pub paths: Vec<String>,
    /// Whether existing data may be replaced. Without it, existing data is a conflict and nothing is written.
    pub overwrite: bool,
}

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreReport {
    /// Where the data now is.
    pub into: String,
    /// Files and directories restored.
    pub entries: u64,
    /// Bytes written.
    pub restored_bytes: u64,
    /// What could not be written.
    pub failed: Vec<PathFailure>,
}

/// Check what a restore wrote.
#[derive(Clone, Debug)]
pub struct RestoredRequest<'a> {
    /// The protection whose copy was used.
    pub protected: Protected<'a>,
    /// The point that was restored.
    pub point: &'a RecoveryPointId,
    /// The place that [`RestoreReport::into`] named.
    pub into: &'a str,
}

/// Check a protection's recovery points where they are.
#[derive(Clone, Debug)]
pub struct VerifyRequest<'a> {
    /// The protection.
    pub protected: Protected<'a>,
    /// Whether to read every byte, or the structure only.
    pub read_data: bool,
}

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What: "repository structure", "integrity_check", "file hashes".
    pub name: String,
    /// Whether it is as it should be.
    pub passed: bool,
    /// What was found.
    pub detail: String,
}

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyReport {
    /// Each thing that was checked; none means that nothing could be checked, which is no success.
    pub checks: Vec<Check>,
    /// Why no byte was read although that was asked for: the service lets nobody read them. What is recorded then
    /// says that they were not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

impl VerifyReport {
    /// Returns the report of these checks.
    pub fn of(checks: Vec<Check>) -> Self {
        Self {
            checks,
            unread: None,
        }
    }

    /// Returns whether something was checked and everything was as it should be.
    pub fn passed(&self) -> bool {
        !self.checks.is_empty() && self.checks.iter().all(|check| check.passed)
    }
}
