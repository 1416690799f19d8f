//! Why there is no plan.

use crate::check::Finding;
use crate::diff::SelectionError;
use crate::order::CycleError;

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A selector names nothing.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// What was recorded requires itself.
    #[error(transparent)]
    Cycle(#[from] CycleError),
    /// The planner made a plan that its own checker refuses.
    #[error("bug: the plan does not hold what it promises: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Bug(Vec<Finding>),
}

impl PlanError {
    /// Returns the stable code of the error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Selection(_) => "plan::no_such_address",
            Self::Cycle(_) => "plan::cycle",
            Self::Bug(_) => "plan::bug",
        }
    }

    /// Returns what to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Selection(error) => match &error.nearest {
                Some(nearest) => format!("Did you mean `{nearest}`?"),
                None => "List what there is with `lifeboat state list`.".to_owned(),
            },
            Self::Cycle(_) => "Remove one of their `depends_on`.".to_owned(),
            Self::Bug(_) => "Report this with the configuration; nothing was changed.".to_owned(),
        }
    }
}
