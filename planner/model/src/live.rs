//! What the providers say: the live snapshot.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Address, Attributes, Digest, Scope};

/// The provider's own name of a recovery point: a snapshot id, an ARN, a label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecoveryPointId(pub String);

impl RecoveryPointId {
    /// Returns the first 8 characters, for a person.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

impl fmt::Display for RecoveryPointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One restorable instant held by a protection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryPoint {
    /// The provider's name of it.
    pub id: RecoveryPointId,
    /// The instant that a restore brings back: when the capture began.
    pub time: Timestamp,
    /// The data that a restore brings back, where the provider knows.
    pub size_bytes: Option<u64>,
    /// Until when nobody can delete it.
    pub locked_until: Option<Timestamp>,
    /// The idempotency token of the backup that made it; a repeated run finds its own work by it.
    pub token: Option<String>,
    /// The point that this one copies, in another repository.
    pub copy_of: Option<RecoveryPointId>,
}

/// A failure domain that a resource stands in, from facts: whatever takes the domain takes the resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Domain {
    /// The scope at which the domain fails.
    pub scope: Scope,
    /// What it is, equal for all that stands in it: `disk:8:0`, `eu-west-1`.
    pub id: String,
    /// How that is known, for `explain`: "both on /dev/sda (st_dev 8:1)".
    pub evidence: String,
}

/// What must be there besides the points to use them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeedKind {
    /// The key or the password that opens them.
    Key,
    /// The credentials that reach them.
    Credentials,
    /// The catalogue that says what is where.
    Catalogue,
    /// The service that a restore calls.
    ControlPlane,
}

impl NeedKind {
    /// Returns the word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Credentials => "credentials",
            Self::Catalogue => "catalogue",
            Self::ControlPlane => "control plane",
        }
    }
}

/// Something that must be there to use the points of a repository, and what it fails with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Need {
    /// What it is.
    pub kind: NeedKind,
    /// Where it is, for a person: "/etc/lifeboat/near". Never the secret.
    pub what: String,
    /// What it fails with. Empty where that is not known.
    pub domains: Vec<Domain>,
}

/// One resource as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveResource {
    /// The attributes that are managed, and the computed ones; the same names as desired and recorded.
    pub attributes: Attributes,
    /// Observations that are no setting and never drift: free space, a daemon that runs.
    pub facts: Attributes,
    /// What it fails with.
    pub domains: Vec<Domain>,
    /// What using its points takes besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    /// The recovery points that it holds, oldest first; none for what holds none.
    pub recovery_points: Vec<RecoveryPoint>,
}

impl LiveResource {
    /// Returns the digest that an action carries as what it was planned on, and that apply compares before it starts.
    ///
    /// Covers the attributes and the ids of the recovery points in any order; not the facts, which move by themselves.
    pub fn digest(&self) -> Digest {
        let mut points: Vec<&str> = self
            .recovery_points
            .iter()
            .map(|point| point.id.0.as_str())
            .collect();
        points.sort_unstable();
        let attributes: serde_json::Map<String, serde_json::Value> =
            self.attributes.clone().into_iter().collect();
        Digest::of_canonical(&serde_json::json!({
            "attributes": attributes,
            "recovery_points": points,
        }))
    }
}

/// Why a resource could not be read. Not the same as its absence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadFailure {
    /// The class, as the contract names it: `denied`, `unavailable`, …
    pub class: String,
    /// What happened.
    pub message: String,
    /// One imperative sentence.
    pub help: Option<String>,
}

/// The live snapshot of everything that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveState {
    /// What exists. An address that was asked for and is neither here nor in `failures` does not exist.
    pub resources: BTreeMap<Address, LiveResource>,
    /// What could not be read.
    pub failures: BTreeMap<Address, ReadFailure>,
    /// The domains of the place where something that does not exist yet would stand: of the nearest directory that
    /// does exist, of the region. Missing where nothing is known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub places: BTreeMap<Address, Vec<Domain>>,
    /// What using the points of something that does not exist yet would take: the needs of a repository before it is
    /// made. Missing where there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub needs: BTreeMap<Address, Vec<Need>>,
}
