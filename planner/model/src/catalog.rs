//! What providers know, as data: the planner never calls them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{InputSpec, Price, Span};

/// The type of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// Text.
    String,
    /// True or false.
    Bool,
    /// A number.
    Number,
    /// A [`Span`](crate::Span) as text.
    Duration,
    /// A [`ByteSize`](crate::ByteSize) as text.
    Size,
    /// A [`Rate`](crate::Rate) as text.
    Rate,
    /// A [`Schedule`](crate::Schedule) as text.
    Schedule,
    /// A path; a relative one is taken from the directory of the configuration.
    Path,
    /// A reference to a secret: an object with exactly one of `env`, `file` and `command`.
    Secret,
    /// A list of values of one type.
    List(Box<ValueType>),
    /// A map of values of one type.
    Map(Box<ValueType>),
    /// A [`Retention`](crate::Retention) as an object; in the configuration a reference to a `retention` block.
    Retention,
    /// The address of another block, as text.
    Address,
}

/// Which way a change of an attribute moves the protection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Neither way: a tag, a description.
    #[default]
    Neutral,
    /// A greater value protects more: a number of days, a lock.
    HigherIsStronger,
    /// A smaller value protects more: an interval.
    LowerIsStronger,
    /// A retention policy: compared by what it keeps.
    Retention,
    /// A list of things left out: a longer one protects less.
    Exclusion,
    /// A switch that protects while it is on.
    OnIsStronger,
    /// One of the texts that are allowed: one that stands later among them protects more.
    LaterIsStronger,
}

/// One attribute of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeSpec {
    /// Its name in the configuration.
    pub name: String,
    /// Its type.
    pub value_type: ValueType,
    /// Whether the configuration must give it.
    pub required: bool,
    /// The value taken when the configuration gives none.
    pub default: Option<serde_json::Value>,
    /// Whether the provider sets it and the configuration must not.
    pub computed: bool,
    /// Whether a change needs a new object.
    pub forces_replacement: bool,
    /// Which way a change moves the protection.
    pub strength: Strength,
    /// The texts that are allowed; empty means any.
    pub one_of: Vec<String>,
    /// One line for the documentation and for diagnostics.
    pub description: String,
}

impl AttributeSpec {
    /// Returns an optional attribute without a default.
    pub fn optional(name: &str, value_type: ValueType, description: &str) -> Self {
        Self {
            name: name.to_owned(),
            value_type,
            required: false,
            default: None,
            computed: false,
            forces_replacement: false,
            strength: Strength::Neutral,
            one_of: Vec::new(),
            description: description.to_owned(),
        }
    }

    /// Returns an attribute that the configuration must give.
    pub fn required(name: &str, value_type: ValueType, description: &str) -> Self {
        Self {
            required: true,
            ..Self::optional(name, value_type, description)
        }
    }

    /// Returns an attribute that the provider sets.
    pub fn computed(name: &str, value_type: ValueType, description: &str) -> Self {
        Self {
            computed: true,
            ..Self::optional(name, value_type, description)
        }
    }

    /// Makes every change need a new object.
    #[must_use]
    pub fn forcing_replacement(mut self) -> Self {
        self.forces_replacement = true;
        self
    }

    /// Gives the value taken when the configuration gives none.
    #[must_use]
    pub fn default_value(mut self, value: impl Into<serde_json::Value>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// Says which way a change moves the protection.
    #[must_use]
    pub fn strength(mut self, strength: Strength) -> Self {
        self.strength = strength;
        self
    }

    /// Restricts the texts that are allowed.
    #[must_use]
    pub fn one_of(mut self, texts: &[&str]) -> Self {
        self.one_of = texts.iter().map(|text| (*text).to_owned()).collect();
        self
    }
}

/// What resources of a kind are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KindRole {
    /// Data to protect; only read.
    Target,
    /// A place that holds recovery points.
    Repository,
    /// A mechanism that makes or keeps recovery points.
    Protection,
    /// A setting that makes a protection run: a timer.
    Setting,
}

/// One kind of resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindSpec {
    /// Its name: the first label of a target or repository block, or the provider's own name of a derived kind.
    pub name: String,
    /// The provider that owns it: `local`.
    pub provider: String,
    /// What it is for.
    pub role: KindRole,
    /// One line for the documentation.
    pub description: String,
    /// Its attributes, in the order of the documentation.
    pub attributes: Vec<AttributeSpec>,
    /// Inputs of the exposure model that hold for every resource of the kind: the size of a target, the restore
    /// bandwidth of a repository.
    pub inputs: Vec<InputSpec>,
}

impl KindSpec {
    /// Returns the attribute with this name.
    pub fn attribute(&self, name: &str) -> Option<&AttributeSpec> {
        self.attributes.iter().find(|spec| spec.name == name)
    }
}

/// A protection mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mechanism {
    /// Captures the target at an instant.
    Snapshot,
    /// Archives changes continuously, for a restore to any instant.
    Log,
    /// Copies recovery points to another repository.
    Copy,
    /// Follows the target with a live copy.
    Replica,
    /// Makes recovery points undeletable.
    Lock,
    /// Refuses deletions while it stands.
    Guard,
}

impl Mechanism {
    /// Every mechanism.
    pub const ALL: [Self; 6] = [
        Self::Snapshot,
        Self::Log,
        Self::Copy,
        Self::Replica,
        Self::Lock,
        Self::Guard,
    ];

    /// Returns the first label of a protection block.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Log => "log",
            Self::Copy => "copy",
            Self::Replica => "replica",
            Self::Lock => "lock",
            Self::Guard => "guard",
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Mechanism {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|mechanism| mechanism.as_str() == text)
            .ok_or(())
    }
}

/// How one mechanism works on one kind of target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectionSpec {
    /// The kind of target.
    pub target_kind: String,
    /// The mechanism.
    pub mechanism: Mechanism,
    /// The kind of the resource that it compiles to. Its attributes of [`KindSpec`] that are neither computed nor
    /// filled by the planner (`target`, `source`, `repository`, `from`, `schedule`, `retention`) are the arguments
    /// of the protection block.
    pub resource_kind: String,
    /// Whether the block must name a `repository`, and the kinds that it may be of.
    pub repository_kinds: Vec<String>,
    /// The kind of the setting that runs it when the block gives a `schedule`.
    pub schedule_kind: Option<String>,
    /// Why a schedule is run by nobody here, where `schedule_kind` is none although the mechanism takes a schedule:
    /// "this machine has neither systemd nor cron".
    pub unscheduled: Option<String>,
    /// Whether somebody outside lifeboat was declared to run the schedule (`scheduler = "external"`).
    pub externally_scheduled: bool,
    /// Whether the mechanism makes recovery points when asked to back up now.
    pub backs_up: bool,
    /// Inputs of the exposure model that are the mechanism's.
    pub inputs: Vec<InputSpec>,
    /// What the planner may choose when it designs the protections of a target by itself; none where it may not.
    pub offer: Option<Offer>,
}

/// What the planner may choose of a mechanism.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The schedules that are worth considering, shortest first; empty for a mechanism that runs by itself.
    pub intervals: Vec<Span>,
    /// Other attributes, each with the values that are worth considering, cheapest first.
    pub attributes: Vec<(String, Vec<serde_json::Value>)>,
}

/// Names that an attribute of a protection's resource must have so that the exposure model reads it. All are optional
/// but the first ones, which the planner fills.
pub mod role {
    /// When it runs; the target's data are captured, or the source's points copied.
    pub const SCHEDULE: &str = "schedule";
    /// What is kept.
    pub const RETENTION: &str = "retention";
    /// The repository that holds the points.
    pub const REPOSITORY: &str = "repository";
    /// The protection whose points a copy copies.
    pub const FROM: &str = "from";
    /// Log: a piece of log is archived at least this often (`archive_timeout`); `0s` means no bound in time.
    pub const FLUSH_EVERY: &str = "flush_every";
    /// Log: how far back it reaches. Repository: how long it keeps anything.
    pub const WINDOW: &str = "window";
    /// Log: the size of the queue beyond which log is dropped.
    pub const QUEUE_LIMIT: &str = "queue_limit";
    /// Log: the snapshot protection whose points it starts from.
    pub const BASE: &str = "base";
    /// Replica: how far it stays behind on purpose.
    pub const DELAY: &str = "delay";
    /// Replica: the provider block of the region and the account that it stands in (`provider.aws.dr`); without it,
    /// the place of the target. What stands elsewhere is too far away for a write to wait for it: it is never
    /// [`SYNCHRONOUS`].
    pub const LOCATION: &str = "location";
    /// Replica: whether a write is there before it is acknowledged.
    pub const SYNCHRONOUS: &str = "synchronous";
    /// Replica: whether the old primary is cut off before the replica is promoted.
    pub const FENCED: &str = "fenced";
    /// Lock, or any protection that holds points: nobody can delete a point younger than this.
    pub const LOCK_FOR: &str = "lock_for";
    /// Lock: `governance` (a permission lifts it) or `compliance` (nobody can).
    pub const LOCK_MODE: &str = "lock_mode";
    /// Snapshot: every how many runs a full one is made; the others need it.
    pub const FULL_EVERY: &str = "full_every";
}

/// What all providers of a run know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// Kinds by name.
    pub kinds: BTreeMap<String, KindSpec>,
    /// The mechanisms of each kind of target.
    pub protections: Vec<ProtectionSpec>,
    /// The arguments of each provider's own block, by provider.
    pub providers: BTreeMap<String, Vec<AttributeSpec>>,
    /// The price books of all providers.
    pub prices: Vec<Price>,
}

impl Catalog {
    /// Adds what another provider knows; of two that know the same thing the later one counts.
    pub fn merge(&mut self, other: Self) {
        self.protections.retain(|spec| {
            let again = other.protection(&spec.target_kind, spec.mechanism);
            again.is_none()
        });
        self.kinds.extend(other.kinds);
        self.protections.extend(other.protections);
        self.providers.extend(other.providers);
        self.prices.retain(|price| {
            let mut others = other.prices.iter();
            !others.any(|it| it.kind == price.kind && it.item == price.item)
        });
        self.prices.extend(other.prices);
    }

    /// Returns the kind with this name.
    pub fn kind(&self, name: &str) -> Option<&KindSpec> {
        self.kinds.get(name)
    }

    /// Returns how a mechanism works on a kind of target.
    pub fn protection(&self, target_kind: &str, mechanism: Mechanism) -> Option<&ProtectionSpec> {
        self.protections
            .iter()
            .find(|spec| spec.target_kind == target_kind && spec.mechanism == mechanism)
    }
}
