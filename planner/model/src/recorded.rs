//! What the last apply says: the recorded snapshot.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Address, Attributes, Measurement, ModelInput, OnRemove, RecoveryPoint, RecoveryPointId, Span,
};

/// The outcome of the last verification of a protection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyRecord {
    /// When it ended.
    pub at: Timestamp,
    /// Whether everything was as it should be.
    pub passed: bool,
    /// Whether every byte was read, or the structure only.
    pub read_data: bool,
    /// What was found, one line.
    pub summary: String,
}

/// The outcome of the last drill of a protection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillRecord {
    /// When it ended.
    pub at: Timestamp,
    /// The point that was restored.
    pub point: RecoveryPointId,
    /// How old the point was when the drill began: the RPO that was really had.
    pub point_age: Span,
    /// From the start of the restore to the end of the verification: the RTO that was really had.
    pub took: Span,
    /// The bytes that were restored.
    pub restored_bytes: u64,
    /// Whether everything was as it should be.
    pub passed: bool,
    /// What was found, one line.
    pub summary: String,
}

/// One resource as the last apply left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedResource {
    /// The resource kind in the [`Catalog`](crate::Catalog).
    pub kind: String,
    /// The provider configuration that manages it.
    pub provider: Address,
    /// Its attributes, computed ones included.
    pub attributes: Attributes,
    /// The resources that it was applied with.
    pub requires: Vec<Address>,
    /// The target that it protects.
    pub target: Option<Address>,
    /// What becomes of it when its block goes; remembered, because the block will be gone by then.
    pub on_remove: OnRemove,
    /// When it was last applied.
    pub applied_at: Timestamp,
    /// The recovery points that lifeboat knows of, oldest first.
    pub recovery_points: Vec<RecoveryPoint>,
    /// The last verification.
    pub last_verify: Option<VerifyRecord>,
    /// The last drill.
    pub last_drill: Option<DrillRecord>,
    /// What backups and drills measured of the inputs of the exposure model.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub measured: BTreeMap<ModelInput, Measurement>,
}

/// The recorded snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedState {
    /// Names this state for ever; a plan made against another lineage is refused.
    pub lineage: String,
    /// Grows by one with every write.
    pub serial: u64,
    /// By address.
    pub resources: BTreeMap<Address, RecordedResource>,
    /// The bindings of the last apply: attributes of targets and repositories that other resources refer to.
    pub bindings: BTreeMap<Address, Attributes>,
}
