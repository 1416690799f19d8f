//! The plan: a value so complete that executing it leaves no choices.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Address, Attributes, BackupRule, Cost, Digest, ExposureRow, Finding, OnRemove, RecoveryPoint,
    RecoveryPointId, Span,
};

/// The place of an action in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActionId(pub u32);

/// What an action does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Makes what is not there.
    Create,
    /// Changes it in place.
    Update,
    /// Makes a new one beside the old one, which [`OnRemove`] then forgets or destroys.
    Replace,
    /// Takes into the state what is live already.
    Adopt,
    /// Makes a recovery point now, for a protection that holds none.
    BackUp,
    /// Drops it from the state; it stays live.
    Forget,
    /// Destroys it.
    Delete,
}

/// Which way an action moves the protection of its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// More is protected afterwards.
    Strengthens,
    /// Neither.
    Neutral,
    /// Less is protected afterwards: needs leave.
    Weakens,
}

/// Why an action is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The configuration asks for it and it is not there.
    NotLive,
    /// It was there at the last apply and is gone.
    DeletedOutside,
    /// The configuration differs from the last apply in these attributes.
    Configuration(Vec<String>),
    /// It was changed behind lifeboat's back in these attributes.
    Drifted(Vec<String>),
    /// These attributes cannot change in place.
    CannotUpdate(Vec<String>),
    /// It is live and not recorded.
    NotRecorded,
    /// The protection holds no recovery point yet.
    NoRecoveryPoint,
    /// Its block has left the configuration.
    NotInConfiguration,
    /// `destroy` was asked for.
    Destroy,
    /// The action that it belongs to replaces its repository or target.
    Follows(Address),
    /// The planner chose it, for this reason: a fragment.
    Chosen(String),
}

/// One step that apply takes through a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Its place; unique in the plan.
    pub id: ActionId,
    /// What it acts on.
    pub address: Address,
    /// The resource kind.
    pub kind: String,
    /// The provider configuration that acts.
    pub provider: Address,
    /// What is done.
    pub verb: Verb,
    /// The live attributes, if it exists.
    pub before: Option<Attributes>,
    /// The attributes afterwards, if it then exists. Computed ones are missing until applied.
    pub after: Option<Attributes>,
    /// Why, most important first.
    pub causes: Vec<Cause>,
    /// Which way it moves the protection.
    pub effect: Effect,
    /// The recovery points that it deletes, exactly these.
    pub deletes: Vec<RecoveryPointId>,
    /// Actions that must have succeeded before it starts. Acyclic; ids of this plan.
    pub after_actions: Vec<ActionId>,
    /// Recorded with the resource.
    pub requires: Vec<Address>,
    /// Recorded with the resource.
    pub target: Option<Address>,
    /// Recorded with the resource.
    pub on_remove: OnRemove,
    /// The digest of the live resource that the action was planned on; apply stops when it has moved.
    pub seen: Option<Digest>,
}

/// How a resource was found to differ from the last apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftKind {
    /// Attributes are not what was applied: name, recorded, live.
    Changed(BTreeMap<String, (serde_json::Value, serde_json::Value)>),
    /// It is gone.
    Deleted,
    /// Recovery points that lifeboat knew are gone, and no retention of ours took them.
    PointsMissing(Vec<RecoveryPoint>),
}

/// One difference between recorded and live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// What drifted.
    pub address: Address,
    /// Its kind.
    pub kind: String,
    /// How.
    pub drift: DriftKind,
}

/// A recovery point that the plan deletes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// The action that deletes it.
    pub action: ActionId,
    /// The protection or repository that holds it.
    pub address: Address,
    /// The point.
    pub point: RecoveryPoint,
}

/// How grave a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Apply is refused.
    Error,
    /// Worth knowing before agreeing.
    Warning,
    /// Context.
    Note,
}

/// Something that the reader of the plan should know: what could not be read, what does not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// How grave.
    pub severity: Severity,
    /// Stable: `plan::unread`.
    pub code: String,
    /// What it is about.
    pub address: Option<Address>,
    /// A lower-case fragment, no final period.
    pub message: String,
    /// One imperative sentence.
    pub help: Option<String>,
}

/// What apply executes, and every format shows.
///
/// Invariants: `actions` are in a valid order of execution; `after_actions` names earlier actions only; every id in
/// an action's `deletes` stands in `losses`, and the other way round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The shape of this document, `major.minor`; a reader refuses another major.
    pub format_version: String,
    /// The lifeboat that made it.
    pub lifeboat_version: String,
    /// When live was read.
    pub as_of: Timestamp,
    /// Makes idempotency tokens unique to this plan, and equal on every rerun of it.
    pub seed: u64,
    /// The state that it was made against.
    pub lineage: String,
    /// The state's serial then.
    pub serial: u64,
    /// Recorded against live.
    pub drift: Vec<Drift>,
    /// Desired against live.
    pub actions: Vec<Action>,
    /// The recovery points that it deletes; shown above everything else.
    pub losses: Vec<Loss>,
    /// Each target in each scope, now and planned.
    pub exposure: Vec<ExposureRow>,
    /// The targets that are less protected than now at some step of an apply, in whatever order its actions run, the
    /// last step included. Empty: at no step is any target less protected than now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weakened: Vec<Address>,
    /// What an experienced eye would point out in the design that the plan leaves.
    pub findings: Vec<Finding>,
    /// How each target that something protects stands to 3-2-1-1-0 in that design.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub backup_rules: BTreeMap<Address, BackupRule>,
    /// What the protections cost a month; none where there is no price.
    pub cost: Option<Cost>,
    /// What the reader should know.
    pub notices: Vec<Notice>,
    /// Attributes of the targets and repositories that actions refer to, by address: recorded ones for what is
    /// about to go, desired ones else.
    pub bindings: BTreeMap<Address, Attributes>,
    /// The configuration's outputs; sensitive ones are null.
    pub outputs: BTreeMap<String, serde_json::Value>,
}

/// What a plan needs besides the three snapshots. Time and randomness are arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanOptions {
    /// Now.
    pub as_of: Timestamp,
    /// Any number; different for every plan.
    pub seed: u64,
    /// Plan the removal of everything instead of the configuration.
    pub destroy: bool,
    /// Restrict the plan to these addresses and what they require; empty means everything.
    pub targets: Vec<Address>,
    /// The version to write into the plan.
    pub lifeboat_version: String,
    /// How long a target may be less protected while a sole protection is replaced.
    pub allow_exposure: Span,
}

impl Plan {
    /// Returns whether apply has nothing to do.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// Returns whether apply needs leave (`--allow-loss`): recovery points go, or protection weakens.
    pub fn needs_leave(&self) -> bool {
        !self.losses.is_empty()
            || self
                .actions
                .iter()
                .any(|action| action.effect == Effect::Weakens)
    }

    /// Returns the digest that a reviewer approves and apply compares.
    ///
    /// # Errors
    /// None for a plan that was made by the planner: every value in it has a JSON form.
    pub fn digest(&self) -> Result<Digest, serde_json::Error> {
        Digest::of(self)
    }
}
