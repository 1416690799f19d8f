//! The evaluated configuration: every expression has a value, every reference an address.
//!
//! Made by `language`, read by `design`. Nothing in it is unresolved; attributes are checked against the catalog.

use std::collections::BTreeMap;
use std::ops::Range;

use lifeboat_model::{Address, Attributes, Mechanism, Objective, OnRemove, Retention, Schedule};

/// A place in the text of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The file, as it was named to the language.
    pub file: String,
    /// Bytes of the file.
    pub span: Range<usize>,
}

/// The `lifeboat` block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Where the state lives; the default is a file beside the configuration.
    pub state: Option<StateBlock>,
}

/// A `state` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateBlock {
    /// The kind of place: `local`.
    pub kind: String,
    /// Its arguments, for `local`: `path`.
    pub attributes: Attributes,
    /// Where it stands.
    pub at: Location,
}

/// A `provider` block, or the default one of a provider that is used without a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderBlock {
    /// `provider.local`, or `provider.local.other` with an alias.
    pub address: Address,
    /// The provider: `local`.
    pub kind: String,
    /// Its arguments.
    pub attributes: Attributes,
    /// Where it stands; the first use for a default one.
    pub at: Location,
}

/// One instance of a `repository` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryBlock {
    /// Its name.
    pub address: Address,
    /// The provider configuration that owns it.
    pub provider: Address,
    /// Its arguments, defaults of the catalog filled in.
    pub attributes: Attributes,
    /// What becomes of it when the block goes.
    pub on_remove: OnRemove,
    /// What it waits for.
    pub depends_on: Vec<Address>,
    /// Where it stands.
    pub at: Location,
}

/// One instance of a `target` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetBlock {
    /// Its name.
    pub address: Address,
    /// The provider configuration that owns it.
    pub provider: Address,
    /// Its arguments, defaults of the catalog filled in.
    pub attributes: Attributes,
    /// The label of its objective.
    pub objective: Option<String>,
    /// Its retention policy, the default of its protections.
    pub retention: Option<Retention>,
    /// What it waits for.
    pub depends_on: Vec<Address>,
    /// Where it stands.
    pub at: Location,
}

/// One instance of a `protection` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectionBlock {
    /// Its name: `protection.snapshot.docs_daily`.
    pub address: Address,
    /// The mechanism.
    pub mechanism: Mechanism,
    /// What it protects.
    pub target: Address,
    /// Where its recovery points go.
    pub repository: Option<Address>,
    /// The protection whose points a copy copies.
    pub from: Option<Address>,
    /// When it runs; none means by hand, or for a copy: after each run of its source.
    pub schedule: Option<Schedule>,
    /// Its own retention policy, else the target's.
    pub retention: Option<Retention>,
    /// The arguments of the mechanism on this kind of target, defaults of the catalog filled in.
    pub attributes: Attributes,
    /// What becomes of it when the block goes.
    pub on_remove: OnRemove,
    /// What it waits for.
    pub depends_on: Vec<Address>,
    /// Where it stands.
    pub at: Location,
}

/// An `output` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its value.
    pub value: serde_json::Value,
    /// Whether it is shown only when asked for by name.
    pub sensitive: bool,
    /// What it is.
    pub description: Option<String>,
}

/// Everything that the configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The `lifeboat` block.
    pub settings: Settings,
    /// Every provider configuration that is used or written.
    pub providers: BTreeMap<Address, ProviderBlock>,
    /// By label.
    pub objectives: BTreeMap<String, Objective>,
    /// By address.
    pub repositories: BTreeMap<Address, RepositoryBlock>,
    /// By address.
    pub targets: BTreeMap<Address, TargetBlock>,
    /// By address.
    pub protections: BTreeMap<Address, ProtectionBlock>,
    /// By label.
    pub outputs: BTreeMap<String, Output>,
}
