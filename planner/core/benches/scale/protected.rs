//! Trees that are protected: a snapshot each, and a copy of it elsewhere.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_core::design::Design;
use lifeboat_model::{
    Address, Attributes, Block, Catalog, Domain, Goal, InputSpec, InputValue, KindRole, KindSpec,
    LiveResource, LiveState, Measurement, Mechanism, ModelInput, Objective, OnRemove,
    ProtectionSpec, Rate, RecordedResource, RecordedState, RecoveryPoint, RecoveryPointId, Scope,
    Span,
};
use serde_json::json;

/// What there is to assess.
pub(crate) struct Site {
    pub(crate) design: Design,
    pub(crate) live: LiveState,
    pub(crate) recorded: RecordedState,
    pub(crate) catalog: Catalog,
    pub(crate) as_of: Timestamp,
}

impl Site {
    /// Returns so many trees of different sizes, ten to a host, in three zones, with one of three objectives.
    pub(crate) fn of(count: usize) -> Self {
        let as_of: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let (design, live, recorded) = states(count, as_of);
        Self {
            design,
            live,
            recorded,
            catalog: catalog(),
            as_of,
        }
    }
}

fn kind(name: &str, role: KindRole, inputs: Vec<InputSpec>) -> (String, KindSpec) {
    let spec = KindSpec {
        name: name.to_owned(),
        provider: "bench".to_owned(),
        role,
        description: String::new(),
        attributes: Vec::new(),
        inputs,
    };
    (name.to_owned(), spec)
}

fn catalog() -> Catalog {
    let fact = |input, fact: &str| InputSpec {
        input,
        attribute: None,
        fact: Some(fact.to_owned()),
        otherwise: None,
        source: "the file system".to_owned(),
    };
    let protection = |mechanism, kind: &str| ProtectionSpec {
        target_kind: "tree".to_owned(),
        mechanism,
        resource_kind: kind.to_owned(),
        repository_kinds: vec!["vault".to_owned()],
        schedule_kind: Some("timer".to_owned()),
        unscheduled: None,
        externally_scheduled: false,
        backs_up: true,
        inputs: Vec::new(),
        offer: None,
    };
    let bandwidth = InputSpec {
        input: ModelInput::RestoreBandwidth,
        attribute: Some("restore_bandwidth".to_owned()),
        fact: None,
        otherwise: None,
        source: String::new(),
    };
    Catalog {
        kinds: [
            kind(
                "tree",
                KindRole::Target,
                vec![fact(ModelInput::Size, "size_bytes")],
            ),
            kind("vault", KindRole::Repository, vec![bandwidth]),
            kind("tree_snapshot", KindRole::Protection, Vec::new()),
            kind("tree_copy", KindRole::Protection, Vec::new()),
            kind("timer", KindRole::Setting, Vec::new()),
        ]
        .into(),
        protections: vec![
            protection(Mechanism::Snapshot, "tree_snapshot"),
            protection(Mechanism::Copy, "tree_copy"),
        ],
        ..Catalog::default()
    }
}

fn attributes<const N: usize>(pairs: [(&str, serde_json::Value); N]) -> Attributes {
    let owned = pairs.map(|(name, value)| (name.to_owned(), value));
    owned.into_iter().collect()
}

fn domains(host: &str, zone: &str, region: &str, account: &str) -> Vec<Domain> {
    let of = |scope, id: &str| Domain {
        scope,
        id: id.to_owned(),
        evidence: format!("both in {id}"),
    };
    vec![
        of(Scope::Instance, host),
        of(Scope::Zone, zone),
        of(Scope::Region, region),
        of(Scope::Account, account),
    ]
}

fn points(as_of: Timestamp) -> Vec<RecoveryPoint> {
    (0..10)
        .map(|index: u64| RecoveryPoint {
            id: RecoveryPointId(format!("p{index}")),
            time: Span::from_hours(index * 24).before(as_of),
            size_bytes: None,
            locked_until: None,
            token: None,
            copy_of: None,
        })
        .rev()
        .collect()
}

const OBJECTIVES: [&str; 3] = ["gold", "silver", "bronze"];

fn objective(name: &str, times: u64) -> Objective {
    let goal = |hours: u64, dwell: Option<u64>| Goal {
        rpo: Some(Span::from_hours(hours * times)),
        rto: Some(Span::from_hours(hours * times)),
        detected_within: dwell.map(Span::from_hours),
    };
    let goals: BTreeMap<Scope, Goal> = [
        (Scope::Corruption, goal(12, Some(24))),
        (Scope::Instance, goal(4, None)),
        (Scope::Zone, goal(8, None)),
        (Scope::Region, goal(24, None)),
        (Scope::Account, goal(48, Some(24))),
    ]
    .into();
    Objective {
        name: name.to_owned(),
        goals,
        drill_every: None,
    }
}

fn states(count: usize, as_of: Timestamp) -> (Design, LiveState, RecordedState) {
    let mut design = Design::default();
    let mut live = LiveState::default();
    let mut recorded = RecordedState::default();
    for (index, name) in OBJECTIVES.into_iter().enumerate() {
        let objective = objective(name, 1 + index as u64);
        design.objectives.insert(name.to_owned(), objective);
    }
    for (name, domains) in [
        (
            "near",
            domains("vault-host", "zone-b", "region-1", "account-1"),
        ),
        (
            "far",
            domains("far-host", "zone-z", "region-2", "account-2"),
        ),
    ] {
        let vault = LiveResource {
            attributes: attributes([("restore_bandwidth", json!("10GiB/s"))]),
            domains,
            ..LiveResource::default()
        };
        let address = Address::of_kind(Block::Repository, "vault", name);
        live.resources.insert(address, vault);
    }
    for index in 0..count {
        let target = Address::of_kind(Block::Target, "tree", format!("t{index:05}"));
        design
            .targets
            .insert(target.clone(), Some(OBJECTIVES[index % 3].to_owned()));
        let host = format!("host-{}", index / 10);
        let zone = ["zone-a", "zone-b", "zone-c"][index / 10 % 3];
        let size = 1_000_000_000 + 7_919 * index;
        let data = LiveResource {
            facts: attributes([("size_bytes", json!(size))]),
            domains: domains(&host, zone, "region-1", "account-1"),
            ..LiveResource::default()
        };
        live.resources.insert(target.clone(), data);
        protect(&target, index, as_of, &mut live, &mut recorded);
    }
    (design, live, recorded)
}

fn protect(
    target: &Address,
    index: usize,
    as_of: Timestamp,
    live: &mut LiveState,
    recorded: &mut RecordedState,
) {
    let key = || Some("main".to_owned());
    let schedule = ["1h", "15 2 * * *", "0 */6 * * *"][index % 3];
    let keep = json!({"keep": {"hourly": 24, "daily": 14 + index % 7, "weekly": 8}});
    let snapshot = target.clone().part("snapshot", key());
    let copy = target.clone().part("copy", key());
    let timer = target.clone().part("schedule", key());
    let of_snapshot = attributes([
        ("repository", json!("repository.vault.near")),
        ("schedule", json!(schedule)),
        ("retention", keep.clone()),
    ]);
    let of_copy = attributes([
        ("repository", json!("repository.vault.far")),
        ("from", json!(snapshot)),
        ("retention", keep),
    ]);
    for (address, attributes) in [(snapshot, of_snapshot), (copy, of_copy)] {
        let run = InputValue::Span(Span::from_secs(90));
        let rate = InputValue::Rate(Rate(200 << 20));
        let measured = [
            (ModelInput::RunTime, Measurement::first(run, as_of)),
            (
                ModelInput::RestoreBandwidth,
                Measurement::first(rate, as_of),
            ),
        ];
        let resource = RecordedResource {
            kind: "tree_snapshot".to_owned(),
            provider: Address::named(Block::Provider, "bench"),
            attributes: attributes.clone(),
            requires: Vec::new(),
            target: Some(target.clone()),
            on_remove: OnRemove::Forget,
            applied_at: as_of,
            recovery_points: Vec::new(),
            last_verify: None,
            last_drill: None,
            measured: measured.into(),
        };
        recorded.resources.insert(address.clone(), resource);
        let resource = LiveResource {
            attributes,
            recovery_points: points(as_of),
            ..LiveResource::default()
        };
        live.resources.insert(address, resource);
    }
    let resource = LiveResource {
        attributes: attributes([("schedule", json!(schedule))]),
        ..LiveResource::default()
    };
    live.resources.insert(timer, resource);
}
