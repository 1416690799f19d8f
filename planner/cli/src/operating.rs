//! What the commands that act on applied protections share: they work from the state, not from the configuration.

use lifeboat_contract::{Check, PathFailure};
use lifeboat_core::render::{CheckResult, PathProblem};
use lifeboat_engine::Providers;
use lifeboat_engine::operate::PointChoice;
use lifeboat_model::{RecordedState, RecoveryPoint, Span};

use crate::failure::Failure;
use crate::session::Session;

/// Which recovery point is meant.
#[derive(Clone, Debug, clap::Args)]
#[group(multiple = false)]
pub(crate) struct PointArguments {
    /// The recovery point, by the beginning of its id; the newest without it.
    #[arg(long, value_name = "ID")]
    point: Option<String>,
    /// The newest recovery point that is not newer than this instant: 2026-11-22T09:30:00Z.
    #[arg(long, value_name = "TIME")]
    before: Option<jiff::Timestamp>,
}

impl PointArguments {
    /// Returns whether this point may be the one that is meant.
    pub(crate) fn fits(&self, point: &RecoveryPoint) -> bool {
        self.point
            .as_ref()
            .is_none_or(|id| point.id.0.starts_with(id.as_str()))
            && self.before.is_none_or(|time| point.time <= time)
    }

    /// Returns the choice.
    pub(crate) fn choice(&self) -> PointChoice {
        match (&self.point, self.before) {
            (Some(id), _) => PointChoice::Id(id.clone()),
            (None, Some(time)) => PointChoice::NotAfter(time),
            (None, None) => PointChoice::Newest,
        }
    }
}

/// Configures the providers that the state was applied with.
pub(crate) fn providers(session: &Session, state: &RecordedState) -> Result<Providers, Failure> {
    session.recorded_providers(&state.bindings)
}

/// Returns what was checked, as a view shows it.
pub(crate) fn checks(checks: &[Check]) -> Vec<CheckResult> {
    checks
        .iter()
        .map(|check| CheckResult {
            name: check.name.clone(),
            passed: check.passed,
            detail: check.detail.clone(),
        })
        .collect()
}

/// Returns what could not be read or written, as a view shows it.
pub(crate) fn paths(failures: &[PathFailure]) -> Vec<PathProblem> {
    failures
        .iter()
        .map(|failure| PathProblem {
            path: failure.path.clone(),
            message: failure.message.clone(),
        })
        .collect()
}

/// Returns how long it took since `began`.
pub(crate) fn since(session: &Session, began: jiff::Timestamp) -> Span {
    Span::between(began, session.now())
}
