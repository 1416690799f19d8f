//! Trees that the planner shall protect.

use jiff::Timestamp;
use lifeboat_core::configuration::{
    Configuration, Location, ProviderBlock, RepositoryBlock, TargetBlock,
};
use lifeboat_core::design::{Design, compile};
use lifeboat_core::synthesis::synthesise;
use lifeboat_model::{
    Address, AttributeSpec, Attributes, Block, Catalog, Domain, Goal, InputSpec, InputValue,
    KindRole, KindSpec, LiveResource, LiveState, Mechanism, ModelInput, Money, Objective, Offer,
    OnRemove, Price, PriceItem, ProtectionSpec, Provenance, RecordedResource, RecordedState, Scope,
    Span, ValueType,
};
use serde_json::json;

/// What there is to design.
pub(crate) struct Site {
    pub(crate) configuration: Configuration,
    pub(crate) design: Design,
    pub(crate) catalog: Catalog,
    pub(crate) live: LiveState,
    pub(crate) recorded: RecordedState,
    pub(crate) as_of: Timestamp,
}

/// How the links bear it when all restore at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Each is in time on the link of its cheapest repository.
    InTime,
    /// The same, and all are protected already as it would be chosen.
    Stands,
    /// The most urgent quarter is in time only where many of them take another repository.
    Moves,
    /// Nearly none is in time in any.
    Crowded,
}

impl Shape {
    /// Every one.
    pub(crate) const ALL: [(&'static str, Self); 4] = [
        ("synthesise", Self::InTime),
        ("synthesise, it stands", Self::Stands),
        ("synthesise, many move", Self::Moves),
        ("synthesise, most conflict", Self::Crowded),
    ];

    /// Returns how fast the repositories of each kind are for so many trees, in MiB a second: disks, then clouds.
    const fn rates(self, count: usize) -> [usize; 2] {
        match self {
            Self::InTime | Self::Stands => [4 * count, 4 * count],
            Self::Moves => [4 * count, 9 * count / 10],
            Self::Crowded => [400, 50],
        }
    }
}

impl Site {
    /// Returns so many trees of different sizes ten to a host, in three zones, with one of twelve objectives, and
    /// four repositories of two kinds. One region and one account take them all at once.
    pub(crate) fn of(count: usize, shape: Shape) -> Self {
        let as_of = "2026-11-22T12:00:00Z".parse().unwrap();
        let configuration = configuration(count, shape.rates(count));
        let catalog = catalog();
        let mut site = Self {
            design: compile(&configuration, &catalog).unwrap(),
            configuration,
            catalog,
            live: LiveState::default(),
            recorded: RecordedState::default(),
            as_of,
        };
        if shape == Shape::Stands {
            site.apply();
        }
        site
    }

    /// Takes what is chosen as applied.
    fn apply(&mut self) {
        let chosen = synthesise(
            &self.configuration,
            &self.design,
            &self.catalog,
            &self.live,
            &self.recorded,
            self.as_of,
        );
        assert!(chosen.conflicts.is_empty(), "each can be designed");
        let design = compile(&chosen.applied(&self.configuration), &self.catalog).unwrap();
        for (address, resource) in design.desired.resources {
            let live = LiveResource {
                attributes: resource.attributes.clone(),
                ..LiveResource::default()
            };
            self.live.resources.insert(address.clone(), live);
            if resource.managed {
                let recorded = RecordedResource {
                    kind: resource.kind,
                    provider: resource.provider,
                    attributes: resource.attributes,
                    requires: resource.requires,
                    target: resource.target,
                    on_remove: resource.on_remove,
                    applied_at: self.as_of,
                    recovery_points: Vec::new(),
                    last_verify: None,
                    last_drill: None,
                    measured: [].into(),
                };
                self.recorded.resources.insert(address, recorded);
            }
        }
    }
}

fn provider() -> Address {
    Address::named(Block::Provider, "bench")
}

fn at() -> Location {
    Location {
        file: "main.dr.hcl".to_owned(),
        span: 0..1,
    }
}

fn domains(host: String, zone: &str, region: &str, account: &str) -> Vec<Domain> {
    let levels = [Scope::Instance, Scope::Zone, Scope::Region, Scope::Account];
    let ids = [host, zone.to_owned(), region.to_owned(), account.to_owned()];
    let both = levels.into_iter().zip(ids);
    both.map(|(scope, id)| Domain {
        scope,
        evidence: format!("{scope} {id}"),
        id,
    })
    .collect()
}

fn objective(index: usize) -> Objective {
    let times = 1 + (index / 3) as u64;
    let goal = |hours: u64, dwell: Option<u64>| Goal {
        rpo: Some(Span::from_hours(hours * times)),
        rto: Some(Span::from_hours(48 * times)),
        detected_within: dwell.map(Span::from_days),
    };
    let rpo = [1, 6, 24][index % 3];
    Objective {
        name: format!("o{index}"),
        goals: [
            (Scope::Corruption, goal(rpo, Some(14))),
            (Scope::Instance, goal(rpo, None)),
            (Scope::Zone, goal(2 * rpo, None)),
            (Scope::Region, goal(24, None)),
            (Scope::Account, goal(48, Some(7))),
        ]
        .into(),
        drill_every: None,
    }
}

fn configuration(count: usize, [disk, cloud]: [usize; 2]) -> Configuration {
    let mut configuration = Configuration::default();
    let block = ProviderBlock {
        address: provider(),
        kind: "bench".to_owned(),
        attributes: Attributes::new(),
        domains: Vec::new(),
        at: at(),
    };
    configuration.providers.insert(provider(), block);
    for index in 0..12 {
        let objective = objective(index);
        let places = objective.goals.keys().map(|scope| (*scope, at()));
        let places = places.collect();
        let name = objective.name.clone();
        configuration.goal_places.insert(name.clone(), places);
        configuration.objectives.insert(name, objective);
    }
    for (kind, name, zone, region, account, rate) in [
        ("disk", "a", "zone-a", "one", "ops", disk),
        ("disk", "b", "zone-b", "one", "ops", disk),
        ("cloud", "far", "zone-f", "two", "vendor", cloud),
        ("cloud", "other", "zone-o", "two", "other", cloud),
    ] {
        let address = Address::of_kind(Block::Repository, kind, name);
        let block = RepositoryBlock {
            address: address.clone(),
            provider: provider(),
            attributes: [(
                "restore_bandwidth".to_owned(),
                json!(format!("{rate}MiB/s")),
            )]
            .into(),
            domains: domains(format!("vault-{name}"), zone, region, account),
            escrow: None,
            on_remove: OnRemove::Forget,
            depends_on: Vec::new(),
            at: at(),
        };
        configuration.repositories.insert(address, block);
    }
    for index in 0..count {
        let block = tree(index);
        configuration.targets.insert(block.address.clone(), block);
    }
    configuration
}

fn tree(index: usize) -> TargetBlock {
    let host = index / 10;
    let zone = ["zone-a", "zone-b", "zone-c"][host % 3];
    let size = (1_u64 << 30) * (1 + index as u64 % 500) + 4_096 * index as u64;
    TargetBlock {
        address: Address::of_kind(Block::Target, "tree", format!("t{index:05}")),
        provider: provider(),
        attributes: [
            ("size".to_owned(), json!(format!("{size}B"))),
            ("write_rate".to_owned(), json!("10KiB/s")),
        ]
        .into(),
        objective: Some(format!("o{}", index / 7 % 12)),
        retention: None,
        domains: domains(format!("host-{host}"), zone, "one", "ops"),
        protect: None,
        copies_to: Vec::new(),
        depends_on: Vec::new(),
        at: at(),
    }
}

fn kind(name: &str, role: KindRole, attributes: &[(&str, ValueType)]) -> (String, KindSpec) {
    let input = |input: ModelInput| InputSpec {
        input,
        attribute: Some(input.as_str().to_owned()),
        fact: None,
        otherwise: None,
        source: "the manual".to_owned(),
    };
    let inputs = match role {
        KindRole::Target => vec![input(ModelInput::Size), input(ModelInput::WriteRate)],
        KindRole::Repository => vec![input(ModelInput::RestoreBandwidth)],
        _ => Vec::new(),
    };
    let optional = |(name, of): &(&str, ValueType)| AttributeSpec::optional(name, of.clone(), "");
    let spec = KindSpec {
        name: name.to_owned(),
        provider: "bench".to_owned(),
        role,
        description: String::new(),
        attributes: attributes.iter().map(optional).collect(),
        inputs,
    };
    (name.to_owned(), spec)
}

fn protection(
    mechanism: Mechanism,
    kind: &str,
    intervals: &[&str],
    attributes: Vec<(String, Vec<serde_json::Value>)>,
) -> ProtectionSpec {
    let no_time = |input| InputSpec {
        input,
        attribute: None,
        fact: None,
        otherwise: Some((InputValue::Span(Span::ZERO), Provenance::Hard)),
        source: "the manual".to_owned(),
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
        offer: Some(Offer {
            intervals: intervals.iter().map(|it| it.parse().unwrap()).collect(),
            attributes,
        }),
    }
}

fn catalog() -> Catalog {
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
    let locks = vec![
        ("lock_for".to_owned(), vec![json!("7d"), json!("35d")]),
        ("lock_mode".to_owned(), vec![json!("compliance")]),
    ];
    let price = |kind: &str, item, millionths| Price {
        kind: kind.to_owned(),
        item,
        amount: Money(millionths),
        currency: "USD".to_owned(),
        as_of: "2026-10-01".to_owned(),
        source: "the price list".to_owned(),
    };
    let snapshots = ["15m", "1h", "1d"];
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
            protection(Mechanism::Snapshot, "tree_snapshot", &snapshots, Vec::new()),
            protection(Mechanism::Copy, "tree_copy", &["1h", "1d"], Vec::new()),
            protection(Mechanism::Lock, "tree_lock", &[], locks),
        ],
        prices: vec![
            price("disk", PriceItem::StorageGibMonth, 10_000),
            price("cloud", PriceItem::StorageGibMonth, 25_000),
            price("tree_lock", PriceItem::Month, 500_000),
        ],
        ..Catalog::default()
    }
}
