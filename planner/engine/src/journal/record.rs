//! The lines of a journal.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_model::{ActionId, Address, Attributes, Digest, RecordedResource, Verb};
use serde::{Deserialize, Serialize};

/// The format that is written.
pub(crate) const FORMAT: &str = "1.0";

/// The first line: what the run set out from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Begin {
    pub(crate) format_version: String,
    /// Names this run in the audit trail.
    pub(crate) run: String,
    pub(crate) who: String,
    pub(crate) operation: String,
    pub(crate) lineage: String,
    /// The serial of the state that the records extend; a state with a greater one holds them already.
    pub(crate) serial: u64,
    pub(crate) plan: Option<Digest>,
    /// Recorded with each resource that refers to them, once it is done.
    pub(crate) bindings: BTreeMap<Address, Attributes>,
    pub(crate) at: Timestamp,
}

/// What a change left behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The resource is now so.
    Recorded(Box<RecordedResource>),
    /// The resource is recorded no longer.
    Removed,
}

/// A further line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub(crate) enum Record {
    /// An action is about to start.
    Intent {
        action: ActionId,
        address: Address,
        verb: Verb,
        token: String,
        at: Timestamp,
    },
    /// It succeeded.
    Done {
        action: ActionId,
        address: Address,
        verb: Verb,
        outcome: Outcome,
        /// What the audit trail says besides: the recovery points that went.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
        at: Timestamp,
    },
    /// It failed; what it nevertheless left behind is recorded.
    Failed {
        action: ActionId,
        address: Address,
        verb: Verb,
        message: String,
        outcome: Option<Outcome>,
        at: Timestamp,
    },
    /// The run ended by itself.
    End { at: Timestamp },
}
