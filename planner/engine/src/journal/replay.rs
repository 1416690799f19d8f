//! What a journal means for a recorded snapshot.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use lifeboat_model::{ActionId, Address, RecordedResource, RecordedState, Verb};
use serde::{Deserialize, Serialize};

use super::{Begin, Outcome, Record};
use crate::state::{StateError, bindings};

/// An action that a killed run had begun and not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interrupted {
    /// The command of the killed run.
    pub operation: String,
    /// What the action acted on.
    pub address: Address,
    /// What it was to do.
    pub verb: Verb,
    /// The idempotency token that it called with.
    pub token: String,
    /// When it started.
    pub at: Timestamp,
}

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verb = match self.verb {
            Verb::Create => "the creation",
            Verb::Update => "the update",
            Verb::Replace => "the replacement",
            Verb::Adopt => "the adoption",
            Verb::BackUp => "a backup",
            Verb::Forget => "the forgetting",
            Verb::Delete => "the deletion",
        };
        write!(f, "{verb} of `{}`, begun {}", self.address, self.at)
    }
}

/// A whole journal in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Journal {
    pub(crate) begin: Begin,
    pub(crate) records: Vec<Record>,
}

impl Journal {
    /// Returns a journal that has only begun.
    pub(crate) const fn begun(begin: Begin) -> Self {
        Self {
            begin,
            records: Vec::new(),
        }
    }

    /// Refuses a journal of another state.
    pub(crate) fn check_lineage(&self, path: &Path, lineage: &str) -> Result<(), StateError> {
        if self.begin.lineage == lineage {
            return Ok(());
        }
        Err(StateError::LineageMismatch {
            path: path.to_owned(),
            found: self.begin.lineage.clone(),
            expected: lineage.to_owned(),
        })
    }

    /// Returns whether a state with this serial lacks what the journal tells.
    ///
    /// A state with a smaller serial is a backup that somebody restored: what the journal tells is newer still.
    pub(crate) const fn is_pending(&self, serial: u64) -> bool {
        serial <= self.begin.serial
    }

    /// Returns whether the journal changes anything.
    pub(crate) fn has_results(&self) -> bool {
        self.records.iter().any(|record| {
            matches!(
                record,
                Record::Done { .. }
                    | Record::Failed {
                        outcome: Some(_),
                        ..
                    }
            )
        })
    }

    /// Returns the serial of the state that holds what the journal tells.
    pub(crate) fn folded_serial(&self, serial: u64) -> u64 {
        serial.max(self.begin.serial) + 1
    }

    /// Folds every result into `state`, leaving its serial.
    pub(crate) fn replay(&self, state: &mut RecordedState) {
        for record in &self.records {
            self.apply(record, state);
        }
    }

    /// Folds one record into `state`. Doing so twice changes nothing more.
    pub(crate) fn apply(&self, record: &Record, state: &mut RecordedState) {
        let (address, outcome) = match record {
            Record::Done {
                address, outcome, ..
            }
            | Record::Failed {
                address,
                outcome: Some(outcome),
                ..
            } => (address, outcome),
            Record::Intent { .. } | Record::Failed { .. } | Record::End { .. } => return,
        };
        match outcome {
            Outcome::Recorded(resource) => {
                bindings::adopt(state, address, resource, &self.begin.bindings);
                state
                    .resources
                    .insert(address.clone(), RecordedResource::clone(resource));
            }
            Outcome::Removed => {
                state.resources.remove(address);
            }
        }
    }

    /// Returns the actions that were begun and not ended, in their order.
    pub(crate) fn interrupted(&self) -> Vec<Interrupted> {
        let mut begun: BTreeMap<ActionId, Interrupted> = BTreeMap::new();
        for record in &self.records {
            match record {
                Record::Intent {
                    action,
                    address,
                    verb,
                    token,
                    at,
                } => {
                    let interrupted = Interrupted {
                        operation: self.begin.operation.clone(),
                        address: address.clone(),
                        verb: *verb,
                        token: token.clone(),
                        at: *at,
                    };
                    begun.insert(*action, interrupted);
                }
                Record::Done { action, .. } | Record::Failed { action, .. } => {
                    begun.remove(action);
                }
                Record::End { .. } => {}
            }
        }
        begun.into_values().collect()
    }
}
