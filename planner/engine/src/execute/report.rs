//! What became of each action.

use lifeboat_contract::{ErrorClass, PathFailure, ProviderError};
use lifeboat_model::{ActionId, Address, Verb};
use serde::Serialize;

/// Why an action failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActionError {
    /// The class, as the contract names it.
    pub class: ErrorClass,
    /// What happened, with its causes.
    pub message: String,
    /// One imperative sentence.
    pub help: Option<String>,
}

impl From<ProviderError> for ActionError {
    fn from(error: ProviderError) -> Self {
        Self {
            class: error.class,
            message: error.chain(),
            help: error.help,
        }
    }
}

/// What became of one action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    /// It succeeded.
    Done {
        /// What a backup could not read. The rest is saved.
        unreadable: Vec<PathFailure>,
    },
    /// It failed.
    Failed(ActionError),
    /// It never started.
    NotStarted {
        /// Why: "`…` failed", "stopped".
        because: String,
    },
    /// It was under way when the run was stopped; live tells what became of it.
    Interrupted,
}

/// One action and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActionReport {
    /// Its place in the plan.
    pub id: ActionId,
    /// What it acted on.
    pub address: Address,
    /// What it was to do.
    pub verb: Verb,
    /// What became of it.
    #[serde(flatten)]
    pub status: Status,
}

/// What became of each action, in the order of the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ApplyReport {
    /// Each action.
    pub actions: Vec<ActionReport>,
    /// Whether the user stopped the run before its end.
    pub stopped: bool,
}

impl ApplyReport {
    /// Returns whether every action succeeded and everything could be read.
    pub fn is_success(&self) -> bool {
        self.actions.iter().all(
            |action| matches!(&action.status, Status::Done { unreadable } if unreadable.is_empty()),
        )
    }

    /// Returns how many actions succeeded.
    pub fn done(&self) -> usize {
        self.count(|status| matches!(status, Status::Done { .. }))
    }

    /// Returns how many actions failed.
    pub fn failed(&self) -> usize {
        self.count(|status| matches!(status, Status::Failed(_)))
    }

    /// Returns how many actions never started.
    pub fn not_started(&self) -> usize {
        self.count(|status| matches!(status, Status::NotStarted { .. }))
    }

    /// Returns how many actions were under way when the run was stopped.
    pub fn interrupted(&self) -> usize {
        self.count(|status| matches!(status, Status::Interrupted))
    }

    fn count(&self, is: impl Fn(&Status) -> bool) -> usize {
        self.actions
            .iter()
            .filter(|action| is(&action.status))
            .count()
    }
}
