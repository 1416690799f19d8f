//! The evaluated configuration: every expression has a value, every reference an address.
//!
//! Made by `language`, read by `design`. Nothing in it is unresolved; attributes are checked against the catalog.

use std::collections::BTreeMap;
use std::ops::Range;

use lifeboat_model::{
    Address, Attributes, Domain, InputValue, Mechanism, ModelInput, Money, Objective, OnRemove,
    PriceItem, Retention, Schedule, Scope, Span,
};

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
    /// The kind of place: `local` or `s3`.
    pub kind: String,
    /// Its arguments; for `local`: `path`, absolute.
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
    /// The failure domains that everything of it stands in, as declared.
    pub domains: Vec<Domain>,
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
    /// The failure domains that it stands in, as declared, besides those that are observed.
    pub domains: Vec<Domain>,
    /// Where else its password is kept, in words: what is beside the data is not the only one (`escrow`).
    pub escrow: Option<String>,
    /// What becomes of it when the block goes.
    pub on_remove: OnRemove,
    /// What it waits for.
    pub depends_on: Vec<Address>,
    /// Where it stands.
    pub at: Location,
}

/// What the planner may choose for a target that no `protection` block protects: its `protect` block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protect {
    /// Mechanisms that the design must use.
    pub uses: Vec<Mechanism>,
    /// Mechanisms that it must not use.
    pub forbids: Vec<Mechanism>,
    /// The repositories that it may use; empty means every one of a fitting kind.
    pub repositories: Vec<Address>,
    /// The most that it may cost a month.
    pub max_cost: Option<Money>,
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
    /// The failure domains that it stands in, as declared, besides those that are observed.
    pub domains: Vec<Domain>,
    /// What the planner may choose, where the block says so.
    pub protect: Option<Protect>,
    /// The provider configurations at whose places copies that the planner chooses may stand, and its replicas beside
    /// the target's own place; empty means every repository that is declared, and no other place for a replica.
    pub copies_to: Vec<Address>,
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
    /// The failure domains that it stands in, as declared: those of a replica, which is in no repository.
    pub domains: Vec<Domain>,
    /// What becomes of it when the block goes.
    pub on_remove: OnRemove,
    /// What it waits for.
    pub depends_on: Vec<Address>,
    /// Where it stands.
    pub at: Location,
}

/// A `service` block: targets that recover together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceBlock {
    /// Its name: `service.checkout`.
    pub address: Address,
    /// Its members; a target is of one service or of none.
    pub targets: Vec<Address>,
    /// The services that must be back before it can be.
    pub depends_on: Vec<Address>,
    /// The label of its objective.
    pub objective: Option<String>,
    /// How far apart the instants of its members may be after a recovery; none where they must be one.
    pub consistent_within: Option<Span>,
    /// How many restores run at once; none means all.
    pub workers: Option<u32>,
    /// Where it stands.
    pub at: Location,
}

/// An `assumptions` block: inputs of the exposure model, overridden with a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumptionsBlock {
    /// The label.
    pub name: String,
    /// The providers, targets, repositories and protections that it is about; empty means everything. A provider or
    /// a target stands for all that belongs to it. Where several blocks give an input, the one that names the nearest
    /// counts: protection, repository, target, provider, everything.
    pub of: Vec<Address>,
    /// The inputs.
    pub inputs: BTreeMap<ModelInput, InputValue>,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub at: Location,
}

/// A `prices` block: prices that are not those of the provider's book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricesBlock {
    /// The kind of repository or resource that they are for: the label.
    pub kind: String,
    /// The prices, in millionths of the currency's unit.
    pub amounts: BTreeMap<PriceItem, Money>,
    /// The currency.
    pub currency: String,
    /// When they were agreed: `2026-10-01`.
    pub as_of: String,
    /// By what.
    pub source: String,
    /// Where it stands.
    pub at: Location,
}

/// An `ignore` block: a finding that shall not be told, with a reason and an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoreBlock {
    /// The finding's code without `finding::`: the label.
    pub code: String,
    /// What it is not told of: targets, protections, repositories, services; empty means of anything. A target stands
    /// for all that protects it.
    pub of: Vec<Address>,
    /// Why.
    pub reason: String,
    /// The last day on which it counts: `2027-06-30`.
    pub until: String,
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
    /// Where the promise for each scope stands, by the label of the objective.
    pub goal_places: BTreeMap<String, BTreeMap<Scope, Location>>,
    /// By address.
    pub repositories: BTreeMap<Address, RepositoryBlock>,
    /// By address.
    pub targets: BTreeMap<Address, TargetBlock>,
    /// By address.
    pub protections: BTreeMap<Address, ProtectionBlock>,
    /// By address.
    pub services: BTreeMap<Address, ServiceBlock>,
    /// In the order of files and blocks.
    pub assumptions: Vec<AssumptionsBlock>,
    /// In the order of files and blocks.
    pub prices: Vec<PricesBlock>,
    /// In the order of files and blocks.
    pub ignores: Vec<IgnoreBlock>,
    /// By label.
    pub outputs: BTreeMap<String, Output>,
}
