//! A small world: a tree, vaults of two kinds, and everything that can protect it.

use lifeboat_model::{
    Address, AttributeSpec, Block, Catalog, Domain, InputSpec, KindRole, KindSpec, LiveState,
    Mechanism, ModelInput, Money, Objective, Offer, OnRemove, Price, PriceItem, ProtectionSpec,
    Provenance, RecordedState, Scope, Span, ValueType,
};
use serde_json::{Value, json};

use super::super::{Synthesis, synthesise};
use crate::configuration::{
    Configuration, Location, Protect, ProviderBlock, RepositoryBlock, TargetBlock,
};
use crate::design::compile;

/// When everything is looked at.
pub(super) const NOW: &str = "2026-11-22T12:00:00Z";

/// A world that can be changed before it is designed.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) configuration: Configuration,
    pub(super) catalog: Catalog,
    pub(super) live: LiveState,
    pub(super) recorded: RecordedState,
}

pub(super) fn span(text: &str) -> Span {
    text.parse().unwrap()
}

fn provider() -> Address {
    Address::named(Block::Provider, "memory")
}

/// Returns the provider block that stands for a place.
pub(super) fn place(name: &str) -> Address {
    match name {
        "memory" => provider(),
        name => Address::of_kind(Block::Provider, "memory", name),
    }
}

pub(super) fn domain(scope: Scope, id: &str) -> Domain {
    Domain {
        scope,
        id: id.to_owned(),
        evidence: format!("{scope} {id}"),
    }
}

fn at(file: &str) -> Location {
    Location {
        file: file.to_owned(),
        span: 0..1,
    }
}

fn kind(name: &str, role: KindRole, attributes: &[(&str, ValueType)]) -> (String, KindSpec) {
    let optional = |(name, of): &(&str, ValueType)| AttributeSpec::optional(name, of.clone(), "");
    let input = |input: ModelInput| InputSpec {
        input,
        attribute: Some(input.as_str().to_owned()),
        fact: None,
        otherwise: None,
        source: "the test".to_owned(),
    };
    let inputs = match role {
        KindRole::Target => vec![input(ModelInput::Size), input(ModelInput::WriteRate)],
        KindRole::Repository => vec![input(ModelInput::RestoreBandwidth)],
        _ => Vec::new(),
    };
    let spec = KindSpec {
        name: name.to_owned(),
        provider: "memory".to_owned(),
        role,
        description: String::new(),
        attributes: attributes.iter().map(optional).collect(),
        inputs,
    };
    (name.to_owned(), spec)
}

fn protection(mechanism: Mechanism, kind: &str, offer: Offer) -> ProtectionSpec {
    let no_time = |input| InputSpec {
        input,
        attribute: None,
        fact: None,
        otherwise: Some((
            lifeboat_model::InputValue::Span(Span::ZERO),
            Provenance::Hard,
        )),
        source: "the test".to_owned(),
    };
    ProtectionSpec {
        target_kind: "tree".to_owned(),
        mechanism,
        resource_kind: kind.to_owned(),
        repository_kinds: vec!["disk".to_owned(), "cloud".to_owned()],
        schedule_kind: None,
        unscheduled: None,
        externally_scheduled: false,
        backs_up: true,
        inputs: vec![no_time(ModelInput::RunTime), no_time(ModelInput::Provision)],
        offer: Some(offer),
    }
}

fn every(intervals: &[&str]) -> Offer {
    Offer {
        intervals: intervals.iter().map(|it| span(it)).collect(),
        attributes: Vec::new(),
    }
}

pub(super) fn catalog() -> Catalog {
    use ValueType::{Duration, Retention, Schedule, String as Text};
    let runs = [
        ("target", Text),
        ("repository", Text),
        ("from", Text),
        ("schedule", Schedule),
        ("retention", Retention),
    ];
    let lock = [
        ("target", Text),
        ("repository", Text),
        ("lock_for", Duration),
        ("lock_mode", Text),
    ];
    let locks = Offer {
        intervals: Vec::new(),
        attributes: vec![
            ("lock_for".to_owned(), vec![json!("7d"), json!("35d")]),
            ("lock_mode".to_owned(), vec![json!("compliance")]),
        ],
    };
    Catalog {
        kinds: [
            kind("tree", KindRole::Target, &[]),
            kind("disk", KindRole::Repository, &[]),
            kind("cloud", KindRole::Repository, &[]),
            kind("tree_snapshot", KindRole::Protection, &runs),
            kind("tree_copy", KindRole::Protection, &runs),
            kind("tree_lock", KindRole::Protection, &lock),
        ]
        .into(),
        protections: vec![
            protection(
                Mechanism::Snapshot,
                "tree_snapshot",
                every(&["5m", "1h", "1d"]),
            ),
            protection(Mechanism::Copy, "tree_copy", every(&["1h", "1d"])),
            protection(Mechanism::Lock, "tree_lock", locks),
        ],
        prices: vec![
            price("disk", PriceItem::StorageGibMonth, 10_000),
            price("cloud", PriceItem::StorageGibMonth, 25_000),
            price("tree_lock", PriceItem::Month, 500_000),
        ],
        ..Catalog::default()
    }
}

pub(super) fn price(kind: &str, item: PriceItem, millionths: u64) -> Price {
    Price {
        kind: kind.to_owned(),
        item,
        amount: Money(millionths),
        currency: "USD".to_owned(),
        as_of: "2026-10-01".to_owned(),
        source: "the test".to_owned(),
    }
}

pub(super) fn target(name: &str) -> Address {
    Address::of_kind(Block::Target, "tree", name)
}

impl World {
    /// A tree of 100 GiB in zone a of region one, with the goals of this text: `scope rpo rto dwell`, `-` for none.
    pub(super) fn new(goals: &str) -> Self {
        let mut world = Self {
            configuration: Configuration::default(),
            catalog: catalog(),
            live: LiveState::default(),
            recorded: RecordedState::default(),
        };
        let block = ProviderBlock {
            address: provider(),
            kind: "memory".to_owned(),
            attributes: lifeboat_model::Attributes::new(),
            domains: Vec::new(),
            at: Location::default(),
        };
        let configuration = &mut world.configuration;
        configuration.providers.insert(provider(), block);
        configuration
            .objectives
            .insert("gold".to_owned(), objective(goals));
        let places = configuration.objectives["gold"].goals.keys();
        let places = places.map(|scope| (*scope, at(&format!("objective/{scope}"))));
        let places = places.collect();
        configuration.goal_places.insert("gold".to_owned(), places);
        world.tree("docs", "100GiB");
        world
    }

    pub(super) fn tree(&mut self, name: &str, size: &str) {
        let attributes: [(&str, Value); 2] =
            [("size", json!(size)), ("write_rate", json!("10KiB/s"))];
        let block = TargetBlock {
            address: target(name),
            provider: provider(),
            attributes: attributes.map(|(name, it)| (name.to_owned(), it)).into(),
            objective: Some("gold".to_owned()),
            retention: None,
            domains: vec![
                domain(Scope::Instance, "host-a"),
                domain(Scope::Zone, "zone-a"),
                domain(Scope::Region, "one"),
                domain(Scope::Account, "ops"),
            ],
            protect: None,
            copies_to: Vec::new(),
            depends_on: Vec::new(),
            at: at(name),
        };
        self.configuration.targets.insert(target(name), block);
    }

    pub(super) fn block(&mut self, name: &str) -> &mut TargetBlock {
        self.configuration.targets.get_mut(&target(name)).unwrap()
    }

    pub(super) fn protect(&mut self) -> &mut Protect {
        let block = self.block("docs");
        block.protect.get_or_insert_with(|| Protect {
            at: at("protect"),
            ..Protect::default()
        })
    }

    /// Adds a vault that stands in these places: `host zone region account`, and reads at this rate.
    #[must_use]
    pub(super) fn vault(mut self, kind: &str, name: &str, places: &str, rate: &str) -> Self {
        let address = Address::of_kind(Block::Repository, kind, name);
        let levels = [Scope::Instance, Scope::Zone, Scope::Region, Scope::Account];
        let domains = levels.into_iter().zip(places.split(' '));
        let block = RepositoryBlock {
            address: address.clone(),
            provider: provider(),
            attributes: [("restore_bandwidth".to_owned(), json!(rate))].into(),
            domains: domains.map(|(scope, id)| domain(scope, id)).collect(),
            escrow: None,
            on_remove: OnRemove::Forget,
            depends_on: Vec::new(),
            at: at(name),
        };
        self.configuration.repositories.insert(address, block);
        self
    }

    /// Lets live copies be chosen, which are in no repository.
    #[must_use]
    pub(super) fn replicas(mut self) -> Self {
        let attributes = [
            ("target", ValueType::String),
            ("location", ValueType::Address),
            ("synchronous", ValueType::Bool),
        ];
        let replica = kind("tree_replica", KindRole::Protection, &attributes);
        let offer = Offer {
            intervals: Vec::new(),
            attributes: vec![("synchronous".to_owned(), vec![json!(true)])],
        };
        let takes = |input, seconds| InputSpec {
            input,
            attribute: None,
            fact: None,
            otherwise: Some((
                lifeboat_model::InputValue::Span(Span::from_secs(seconds)),
                Provenance::Declared,
            )),
            source: "the test".to_owned(),
        };
        let mut spec = protection(Mechanism::Replica, "tree_replica", offer);
        spec.repository_kinds.clear();
        spec.inputs.extend([
            takes(ModelInput::Lag, 5),
            takes(ModelInput::Promote, 60),
            takes(ModelInput::Repoint, 60),
        ]);
        self.catalog.kinds.extend([replica]);
        self.catalog.protections.push(spec);
        let price = price("tree_replica", PriceItem::Month, 30_000_000);
        self.catalog.prices.push(price);
        self
    }

    /// Says where a live copy of the tree would stand at the place of a provider block: `host zone region account`;
    /// without a name, at the place of the tree.
    #[must_use]
    pub(super) fn place(mut self, name: &str, places: &str) -> Self {
        let key = (!name.is_empty()).then(|| name.to_owned());
        if !name.is_empty() {
            let block = ProviderBlock {
                address: place(name),
                kind: "memory".to_owned(),
                attributes: lifeboat_model::Attributes::new(),
                domains: Vec::new(),
                at: Location::default(),
            };
            self.configuration.providers.insert(place(name), block);
        }
        let levels = [Scope::Instance, Scope::Zone, Scope::Region, Scope::Account];
        let domains = levels.into_iter().zip(places.split(' '));
        let domains = domains.map(|(scope, id)| domain(scope, id)).collect();
        let replica = target("docs").part("replica", key);
        self.live.places.insert(replica, domains);
        self
    }

    /// Puts a vault under another provider block.
    #[must_use]
    pub(super) fn at_place(mut self, kind: &str, name: &str, provider: &str) -> Self {
        let address = Address::of_kind(Block::Repository, kind, name);
        let block = self.configuration.repositories.get_mut(&address).unwrap();
        block.provider = place(provider);
        self
    }

    /// Returns what is looked for because it may be chosen.
    pub(super) fn candidates(&self) -> Vec<crate::planning::Sought> {
        let design = compile(&self.configuration, &self.catalog).unwrap();
        super::super::candidates(&self.configuration, &design, &self.catalog)
    }

    /// Returns what the planner chooses.
    pub(super) fn synthesis(&self) -> Synthesis {
        let design = compile(&self.configuration, &self.catalog).unwrap();
        synthesise(
            &self.configuration,
            &design,
            &self.catalog,
            &self.live,
            &self.recorded,
            NOW.parse().unwrap(),
        )
    }

    /// Takes what is chosen as applied.
    pub(super) fn apply(&mut self) {
        let synthesis = self.synthesis();
        let chosen = synthesis.applied(&self.configuration);
        let design = compile(&chosen, &self.catalog).unwrap();
        let managed = design.desired.resources.into_iter();
        let managed = managed.filter(|(_, resource)| resource.managed);
        self.recorded.resources = managed
            .map(|(address, resource)| {
                let recorded = lifeboat_model::RecordedResource {
                    kind: resource.kind,
                    provider: resource.provider,
                    attributes: resource.attributes,
                    requires: resource.requires,
                    target: resource.target,
                    on_remove: resource.on_remove,
                    applied_at: NOW.parse().unwrap(),
                    recovery_points: Vec::new(),
                    last_verify: None,
                    last_drill: None,
                    measured: std::collections::BTreeMap::new(),
                };
                (address, recorded)
            })
            .collect();
    }
}

fn objective(goals: &str) -> Objective {
    let goal = |line: &str| {
        let mut words = line.split_whitespace();
        let scope: Scope = words.next().unwrap().parse().unwrap();
        let mut next = || {
            let word = words.next().filter(|word| *word != "-");
            word.map(span)
        };
        let goal = lifeboat_model::Goal {
            rpo: next(),
            rto: next(),
            detected_within: next(),
        };
        (scope, goal)
    };
    let lines = goals.split(',').filter(|line| !line.trim().is_empty());
    Objective {
        name: "gold".to_owned(),
        goals: lines.map(goal).collect(),
        drill_every: None,
    }
}

/// Shows a synthesis, one line for each protection, alternative and conflict.
pub(super) fn show(synthesis: &Synthesis) -> String {
    let mut lines = Vec::new();
    for block in &synthesis.blocks {
        let schedule = block
            .schedule
            .as_ref()
            .map_or_else(String::new, |it| format!(" every {it}"));
        let from = block
            .from
            .as_ref()
            .map_or_else(String::new, |it| format!(" of {it}"));
        let retention = block.retention.as_ref().map_or_else(String::new, |it| {
            format!(" {}", serde_json::to_string(&it.keep).unwrap())
        });
        let arguments = block.attributes.iter();
        let arguments: Vec<String> = arguments.map(|(k, v)| format!(" {k}={v}")).collect();
        let reason = synthesis.reasons.get(&block.address);
        lines.push(format!(
            "{}{schedule}{from}{retention}{}",
            block.address,
            arguments.concat()
        ));
        lines.push(format!("  ({})", reason.map_or("it stands", |it| it)));
    }
    for decision in &synthesis.decisions {
        let cost = decision.cost.unwrap_or_default();
        lines.push(format!("{}: {cost} a month", decision.target));
        for what in &decision.unpriced {
            lines.push(format!("  without: {what}"));
        }
        for other in decision.alternatives.iter() {
            let cost = other.cost.map_or("?".to_owned(), |it| it.to_string());
            lines.push(format!("  not {} ({cost}): {}", other.what, other.rejected));
        }
    }
    for conflict in &synthesis.conflicts {
        lines.push(format!("{}: infeasible", conflict.target));
        for because in &conflict.because {
            let at = because.at.as_ref().map_or("", |at| &at.file);
            lines.push(format!("  {} [{at}]", because.says));
        }
    }
    lines.join("\n")
}
