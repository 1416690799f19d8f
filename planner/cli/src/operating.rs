//! What the commands that act on applied protections share: they work from the state, not from the configuration.

use lifeboat_contract::{Check, PathFailure};
use lifeboat_core::render::{CheckResult, PathProblem};
use lifeboat_engine::operate::PointChoice;
use lifeboat_engine::state::StateStore;
use lifeboat_engine::{EngineError, Providers, StopLevel};
use lifeboat_model::{RecordedState, RecoveryPoint, Span};

use crate::exit::Exit;
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
pub(crate) fn providers(
    session: &Session,
    state: &RecordedState,
    store: &StateStore,
) -> Result<Providers, Failure> {
    session.recorded_providers(&state.bindings, store)
}

/// What could not be done at all for some of several protections.
#[derive(Debug, Default)]
pub(crate) struct Failed(Option<Exit>);

/// Whether the other protections are still to be tried.
pub(crate) enum GoOn {
    /// They are.
    Yes,
    /// Somebody stopped the run, or nothing can be recorded.
    No,
}

impl Failed {
    /// Shows why one protection failed, and returns whether the others are still to be tried.
    pub(crate) fn tell(&mut self, session: &Session, error: EngineError) -> GoOn {
        let of_one = matches!(
            error,
            EngineError::Provider { .. } | EngineError::NoPoint { .. } | EngineError::Unread { .. }
        );
        let failure = Failure::from(error);
        failure.show(session.terminal, session.global.json);
        self.0.get_or_insert(failure.code());
        if of_one && session.stop.level() == StopLevel::Continue {
            GoOn::Yes
        } else {
            GoOn::No
        }
    }

    /// Returns how the command ends, when the rest came to this.
    pub(crate) fn exit(self, passed: bool) -> Result<Exit, Failure> {
        match self.0 {
            Some(exit) => Err(Failure::Shown(exit)),
            None if passed => Ok(Exit::Fine),
            None => Ok(Exit::Error),
        }
    }
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
