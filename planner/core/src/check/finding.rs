//! What can be wrong with a plan.

use lifeboat_model::{ActionId, Address, RecoveryPointId, Scope};

/// One thing that a plan promises and does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// Ids are not 0, 1, 2, … in the order of execution.
    #[error("action {} stands at place {place}", .id.0)]
    Misnumbered {
        /// The id.
        id: ActionId,
        /// Where it stands.
        place: u32,
    },
    /// An action waits for itself, for a later one, or for one that is not there.
    #[error("action {} waits for action {}, which is not before it", .id.0, .after.0)]
    WaitsForLater {
        /// What waits.
        id: ActionId,
        /// For what.
        after: ActionId,
    },
    /// An action deletes a point that the plan does not announce.
    #[error("action {} deletes `{point}` unannounced", .id.0)]
    Unannounced {
        /// The action.
        id: ActionId,
        /// The point.
        point: RecoveryPointId,
    },
    /// The plan announces a loss that no action causes.
    #[error("the loss of `{point}` is announced, but action {} does not delete it", .id.0)]
    NotDeleted {
        /// The action that is named.
        id: ActionId,
        /// The point.
        point: RecoveryPointId,
    },
    /// A destroying action leaves live points out of what it announces.
    #[error("`{address}` is destroyed with `{point}`, which no loss announces")]
    LostSilently {
        /// What is destroyed.
        address: Address,
        /// The point.
        point: RecoveryPointId,
    },
    /// Forgetting deletes.
    #[error("`{0}` is forgotten, and points of it are deleted")]
    ForgetDeletes(Address),
    /// An action on what could not be read.
    #[error("`{0}` could not be read, and is acted on")]
    ActsOnUnread(Address),
    /// Something is removed before what was applied with it.
    #[error("`{removed}` is removed before `{dependent}`, which requires it")]
    RemovedTooEarly {
        /// What is removed.
        removed: Address,
        /// What requires it.
        dependent: Address,
    },
    /// A target is less protected than before and after.
    #[error("`{target}` is less protected against {scope} than before and after, once action {} is done", .after.0)]
    LessProtected {
        /// The target.
        target: Address,
        /// The scope.
        scope: Scope,
        /// The action that leads there.
        after: ActionId,
    },
}
