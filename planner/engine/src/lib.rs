//! The engine: everything that meets the world, over the provider contract only.
//!
//! Way of the data, which is the order of the modules: [`state`] reads what is recorded, under its [`lock`] and from
//! its [`journal`]; [`refresh`] reads what is live; [`execute`] carries out a plan; [`operate`] backs up, restores and
//! verifies; [`drill`] rehearses; [`audit`] remembers who did what. The entry types are [`state::StateStore`], which
//! opens a [`state::Session`], and [`Run`], which surrounds every call.
//!
//! Determinism: none promised, but time ([`Clock`]) and randomness ([`Run::seed`]) are arguments; only the name of a new
//! state and of a run in the audit trail are drawn here.

pub mod audit;
mod clock;
pub mod discover;
pub mod drill;
mod error;
mod event;
pub mod execute;
#[cfg(test)]
mod fixture;
pub mod journal;
pub mod lock;
mod measure;
pub mod operate;
mod providers;
pub mod refresh;
mod retry;
mod run;
pub mod state;
mod stop;

pub use audit::{AuditEntry, AuditError, AuditTrail, Chain, Fact};
pub use clock::Clock;
pub use discover::discover;
pub use drill::{Drill, DrillOutcome, drill};
pub use error::EngineError;
pub use event::{Event, EventSink};
pub use execute::{ActionError, ActionReport, ApplyOptions, ApplyReport, Status, execute};
pub use journal::Interrupted;
pub use lock::{Holder, LockError, StateLock};
pub use operate::{
    BackUpOutcome, BackedUp, PointChoice, Restore, RestoreOutcome, VerifyOutcome, back_up,
    recovery_points, restore, verify,
};
pub use providers::Providers;
pub use refresh::{RefreshItem, refresh};
pub use retry::RetryPolicy;
pub use run::Run;
pub use state::{Loaded, Session, StateError, StatePaths, StateStore};
pub use stop::{Stop, StopLevel};
