//! Copy graphs as sessions: what stands and is said, and what becomes of it.

use jiff::Timestamp;
use lifeboat_model::{
    Address, Attributes, Block, Catalog, Domain, InputSpec, InputValue, KindRole, KindSpec,
    LiveResource, LiveState, Measurement, Mechanism, ModelInput, Need, NeedKind, OnRemove,
    ProtectionSpec, Provenance, Rate, RecordedResource, RecordedState, RecoveryPoint,
    RecoveryPointId, Scope, Span, VerifyRecord,
};
use serde_json::{Value, json};

use super::{Builder, Proposed, settled};
use crate::configuration::{AssumptionsBlock, Location};
use crate::design::Design;
use crate::exposure::World;
use crate::exposure::graph::{Capture, Copy, CopyGraph, Holds, LiftedBy};
use crate::exposure::loss::survives;

/// Everything that a builder looks at.
struct Site {
    catalog: Catalog,
    live: LiveState,
    recorded: RecordedState,
    design: Design,
}

fn as_of() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn target() -> Address {
    Address::of_kind(Block::Target, "tree", "docs")
}

fn part(role: &str) -> Address {
    target().part(role, Some("daily".to_owned()))
}

fn vault() -> Address {
    Address::of_kind(Block::Repository, "vault", "far")
}

fn attributes<const N: usize>(pairs: [(&str, Value); N]) -> Attributes {
    let owned = pairs.map(|(name, value)| (name.to_owned(), value));
    owned.into_iter().collect()
}

fn domain(scope: Scope, id: &str) -> Domain {
    Domain {
        scope,
        id: id.to_owned(),
        evidence: format!("in {id}"),
    }
}

fn spec(input: ModelInput, otherwise: Option<(InputValue, Provenance)>) -> InputSpec {
    InputSpec {
        input,
        attribute: Some(input.as_str().to_owned()),
        fact: Some(format!("{input}_seen")),
        otherwise,
        source: "the manual of 2026".to_owned(),
    }
}

fn kind(name: &str, role: KindRole, inputs: Vec<InputSpec>) -> (String, KindSpec) {
    let spec = KindSpec {
        name: name.to_owned(),
        provider: "memory".to_owned(),
        role,
        description: String::new(),
        attributes: Vec::new(),
        inputs,
    };
    (name.to_owned(), spec)
}

fn protection(mechanism: Mechanism) -> ProtectionSpec {
    ProtectionSpec {
        target_kind: "tree".to_owned(),
        mechanism,
        resource_kind: format!("tree_{mechanism}"),
        repository_kinds: vec!["vault".to_owned()],
        schedule_kind: (mechanism != Mechanism::Lock).then(|| "timer".to_owned()),
        unscheduled: None,
        externally_scheduled: false,
        backs_up: true,
        inputs: vec![spec(ModelInput::RunTime, None)],
        offer: None,
    }
}

fn point() -> RecoveryPoint {
    RecoveryPoint {
        id: RecoveryPointId("p".to_owned()),
        time: as_of(),
        size_bytes: None,
        locked_until: None,
        token: None,
        copy_of: None,
    }
}

impl Site {
    /// Returns a target with an hourly snapshot that a timer runs, in a vault elsewhere.
    fn new() -> Self {
        let vault_inputs = vec![spec(ModelInput::RestoreBandwidth, None)];
        let mut site = Self {
            catalog: Catalog {
                kinds: [
                    kind("tree", KindRole::Target, vec![spec(ModelInput::Size, None)]),
                    kind("vault", KindRole::Repository, vault_inputs),
                ]
                .into(),
                protections: vec![
                    protection(Mechanism::Snapshot),
                    protection(Mechanism::Copy),
                    protection(Mechanism::Lock),
                ],
                ..Catalog::default()
            },
            live: LiveState::default(),
            recorded: RecordedState::default(),
            design: Design::default(),
        };
        site.stands(&target(), attributes([]));
        site.stands(&vault(), attributes([]));
        site.live_of(&vault()).domains = vec![domain(Scope::Instance, "host-b")];
        let repository = json!("repository.vault.far");
        let of_snapshot = [("repository", repository), ("schedule", json!("1h"))];
        site.stands(&part("snapshot"), attributes(of_snapshot));
        site.live_of(&part("snapshot")).recovery_points = vec![point()];
        site.stands(&part("schedule"), attributes([("schedule", json!("1h"))]));
        site
    }

    fn stands(&mut self, address: &Address, attributes: Attributes) {
        let resource = LiveResource {
            attributes,
            ..LiveResource::default()
        };
        self.live.resources.insert(address.clone(), resource);
    }

    fn live_of(&mut self, address: &Address) -> &mut LiveResource {
        self.live.resources.get_mut(address).unwrap()
    }

    fn measured(&mut self, address: &Address, input: ModelInput, value: InputValue) {
        let resource = RecordedResource {
            kind: String::new(),
            provider: Address::named(Block::Provider, "memory"),
            attributes: Attributes::new(),
            requires: Vec::new(),
            target: None,
            on_remove: OnRemove::Forget,
            applied_at: as_of(),
            recovery_points: Vec::new(),
            last_verify: None,
            last_drill: None,
            measured: [(input, Measurement::first(value, as_of()))].into(),
        };
        self.recorded.resources.insert(address.clone(), resource);
    }

    fn assumes(&mut self, of: Vec<Address>, input: ModelInput, value: InputValue, reason: &str) {
        self.design.assumptions.push(AssumptionsBlock {
            name: reason.to_owned(),
            of,
            inputs: [(input, value)].into(),
            reason: reason.to_owned(),
            at: Location::default(),
        });
    }

    fn builder(&self) -> Builder<'_> {
        Builder::new(
            &self.catalog,
            &self.live,
            &self.recorded,
            &self.design,
            as_of(),
        )
    }

    fn graph(&self) -> CopyGraph {
        let world = World::live(&self.live);
        self.builder().graph(&world, &target())
    }

    fn snapshot(&self) -> Copy {
        let found = self.graph().copies.into_iter();
        let mut found = found.filter(|copy| copy.address == part("snapshot"));
        found.next().unwrap()
    }

    fn run_time(&self) -> String {
        let prop = self.snapshot().prop;
        format!("{} ({}): {}", prop.value, prop.provenance, prop.source)
    }
}

const fn minutes(minutes: u64) -> InputValue {
    InputValue::Span(Span::from_secs(60 * minutes))
}

#[test]
fn an_input_comes_from_the_first_that_gives_it() {
    let mut site = Site::new();
    insta::assert_snapshot!(site.run_time(), @r#"1h (assumed): each run of `target.tree.docs.snapshot["daily"]` ends before its next one starts"#);
    let sla = Some((minutes(50), Provenance::Sla));
    site.catalog.protections[0].inputs = vec![spec(ModelInput::RunTime, sla)];
    insta::assert_snapshot!(site.run_time(), @r#"50m (sla): the `run_time` of `target.tree.docs.snapshot["daily"]` is 50m, by the manual of 2026 (sla)"#);
    let facts = attributes([("run_time_seen", json!("40m"))]);
    site.live_of(&part("snapshot")).facts = facts;
    insta::assert_snapshot!(site.run_time(), @r#"40m (measured once, on 2026-03-01): the `run_time` of `target.tree.docs.snapshot["daily"]` stays as it was read"#);
    site.measured(&part("snapshot"), ModelInput::RunTime, minutes(30));
    insta::assert_snapshot!(site.run_time(), @r#"30m (measured once, on 2026-03-01): a run of `target.tree.docs.snapshot["daily"]` takes no longer than was measured until 2026-03-01"#);
    let own = &mut site.live_of(&part("snapshot")).attributes;
    own.insert("run_time".to_owned(), json!("45m"));
    insta::assert_snapshot!(site.run_time(), @r#"45m (declared): `run_time` of `target.tree.docs.snapshot["daily"]`"#);
    site.assumes(Vec::new(), ModelInput::RunTime, minutes(55), "by contract");
    insta::assert_snapshot!(site.run_time(), @"55m (declared): by contract");
}

#[test]
fn of_several_assumptions_the_one_that_names_the_nearest_counts() {
    let mut site = Site::new();
    let block = Address::of_kind(Block::Protection, "snapshot", "daily");
    let resource = part("snapshot");
    site.design.protections.insert(block.clone(), resource);
    for (of, minute) in [
        (Vec::new(), 50),
        (vec![target()], 40),
        (vec![vault()], 30),
        (vec![block], 20),
    ] {
        let reason = format!("said of {of:?}");
        site.assumes(of, ModelInput::RunTime, minutes(minute), &reason);
        let shown = site.run_time();
        assert!(
            shown.starts_with(&format!("{minute}m (declared)")),
            "{shown}"
        );
    }
}

#[test]
fn what_is_measured_and_worse_than_declared_counts_and_is_told() {
    let mut site = Site::new();
    site.assumes(Vec::new(), ModelInput::RunTime, minutes(10), "by contract");
    site.measured(&part("snapshot"), ModelInput::RunTime, minutes(9));
    let contradictions = |site: &Site| {
        let mut builder = site.builder();
        builder.graph(&World::live(&site.live), &target());
        let told = builder.contradictions().map(|it| {
            format!(
                "{} of {}: {} by {}, but measured {}",
                it.input, it.address, it.declared, it.declared_by, it.measured
            )
        });
        told.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(contradictions(&site), "");
    assert_eq!(site.snapshot().prop.value, Span::from_secs(600));
    site.measured(&part("snapshot"), ModelInput::RunTime, minutes(11));
    assert_eq!(site.snapshot().prop.value, Span::from_secs(660));
    insta::assert_snapshot!(contradictions(&site), @r#"run_time of target.tree.docs.snapshot["daily"]: 10m by by contract, but measured 11m"#);
    // A rate is worse where it is slower.
    let rate = |mib: u64| InputValue::Rate(Rate(mib << 20));
    let declared = json!("100MiB/s");
    site.live_of(&vault())
        .attributes
        .insert("restore_bandwidth".to_owned(), declared);
    site.measured(&part("snapshot"), ModelInput::RestoreBandwidth, rate(20));
    let hop = &site.snapshot().recovery.hops[0];
    assert_eq!(hop.rate.as_ref().unwrap().value, Rate(20 << 20));
    assert_eq!(&*hop.link, "repository.vault.far");
}

#[test]
fn what_nothing_runs_never_captures_and_says_why() {
    let never = |site: &Site| match site.snapshot().capture {
        Capture::Never(why) => why,
        other => format!("{other:?}"),
    };
    let mut site = Site::new();
    site.live.resources.remove(&part("schedule"));
    let mut told = vec![never(&site)];
    site.catalog.protections[0].unscheduled = Some("this machine has no cron".to_owned());
    told.push(never(&site));
    site.live_of(&part("snapshot"))
        .attributes
        .remove("schedule");
    told.push(never(&site));
    insta::assert_snapshot!(told.join("\n"), @r#"
    nothing runs `target.tree.docs.snapshot["daily"]`: its schedule is not installed
    nothing runs `target.tree.docs.snapshot["daily"]`: this machine has no cron
    `target.tree.docs.snapshot["daily"]` has no schedule: it runs by hand only
    "#);
    let mut external = Site::new();
    external.live.resources.remove(&part("schedule"));
    external.catalog.protections[0].externally_scheduled = true;
    let Capture::Scheduled { longest, .. } = external.snapshot().capture else {
        panic!("somebody runs it");
    };
    insta::assert_snapshot!(format!("{} {}", longest.provenance, longest.source), @r#"assumed somebody runs `lifeboat backup run 'target.tree.docs.snapshot["daily"]'` on the schedule `1h`"#);
}

#[test]
fn a_lock_beside_a_protection_holds_for_what_is_in_its_repository() {
    let mut site = Site::new();
    assert_eq!(site.snapshot().lock, None);
    let lock = |mode: &str| {
        attributes([
            ("repository", json!("repository.vault.far")),
            ("lock_for", json!("7d")),
            ("lock_mode", json!(mode)),
        ])
    };
    site.stands(&part("lock"), lock("governance"));
    let held = site.snapshot().lock.unwrap();
    assert_eq!(
        held.lifted_by,
        LiftedBy::Anybody,
        "nobody knows whose it is"
    );
    let account = domain(Scope::Account, "backup-account");
    let declared = vec![account.clone()];
    site.design.domains.insert(vault(), declared);
    let held = site.snapshot().lock.unwrap();
    assert_eq!(held.lifted_by, LiftedBy::Holders(vec![account]));
    site.stands(&part("lock"), lock("compliance"));
    let held = site.snapshot().lock.unwrap();
    assert_eq!(held.lifted_by, LiftedBy::Nobody);
    assert_eq!(held.lasts.value, Span::from_days(7));
}

#[test]
fn a_key_that_is_kept_elsewhere_too_is_no_need() {
    let mut site = Site::new();
    site.live_of(&vault()).needs = vec![Need {
        kind: NeedKind::Key,
        what: "/etc/lifeboat/far".to_owned(),
        domains: vec![domain(Scope::Instance, "host-a")],
    }];
    assert_eq!(site.snapshot().needs.len(), 1);
    let words = "printed, in the safe".to_owned();
    site.design.escrows.insert(vault(), words);
    assert_eq!(site.snapshot().needs.len(), 0);
}

#[test]
fn a_proposed_protection_gives_what_it_gives_once_it_stands() {
    let site = Site::new();
    let world = World::live(&site.live);
    let mut builder = site.builder();
    let graph = builder.base(&target());
    let address = part("snapshot");
    let proposed = builder.copy(
        &graph,
        &Proposed {
            address: &address,
            mechanism: Mechanism::Snapshot,
            spec: &site.catalog.protections[0],
            attributes: &site.live.resources[&address].attributes,
            source: None,
            scheduled: true,
        },
    );
    assert_eq!(proposed.holds, Holds::Steady);
    let standing = builder.graph(&world.settled(), &target()).copies;
    assert_eq!(standing, [proposed]);
}

#[test]
fn what_its_last_verification_found_damaged_is_refuted_until_one_passes() {
    let mut site = Site::new();
    site.measured(&part("snapshot"), ModelInput::RunTime, minutes(1));
    let verified = |site: &mut Site, passed| {
        let recorded = site.recorded.resources.get_mut(&part("snapshot")).unwrap();
        recorded.last_verify = Some(VerifyRecord {
            at: as_of(),
            passed,
            read_data: true,
            summary: "repository data: a pack is damaged".to_owned(),
        });
        let refuted = site.snapshot().recovery.refuted;
        refuted.map(|refuted| refuted.to_string())
    };
    let refuted = verified(&mut site, false).unwrap();
    insta::assert_snapshot!(refuted, @r#"the verification of 2026-03-01 of `target.tree.docs.snapshot["daily"]` failed (measured)"#);
    // What copies it may have copied the damage.
    let from = json!(part("snapshot").to_string());
    site.stands(&part("copy"), attributes([("from", from)]));
    site.live_of(&part("copy")).recovery_points = vec![point()];
    let taken_for_granted = |site: &Site| {
        let copies = site.graph().copies;
        let copy = copies.iter().find(|copy| copy.address == part("copy"));
        let hold = &copy.unwrap().hold;
        format!("{}: {}", hold.provenance, hold.source)
    };
    insta::assert_snapshot!(taken_for_granted(&site), @r#"assumed: what its last check found wrong in `target.tree.docs.snapshot["daily"]` is not in `target.tree.docs.copy["daily"]`"#);
    assert_eq!(verified(&mut site, true), None);
    insta::assert_snapshot!(taken_for_granted(&site), @"hard: the mechanism has no such step");
}

#[test]
fn what_a_protection_declares_counts_beside_what_its_repository_fails_with() {
    let mut site = Site::new();
    let shared = domain(Scope::Region, "region:eu");
    let declared = vec![shared.clone()];
    site.design.domains.insert(part("snapshot"), declared);
    let domains = site.snapshot().domains;
    assert_eq!(*domains, [domain(Scope::Instance, "host-b"), shared]);
}

#[test]
fn what_a_repository_that_was_not_read_needs_is_assumed_not_to_be_lost() {
    let mut site = Site::new();
    site.live.resources.remove(&vault());
    site.live_of(&target()).domains = vec![domain(Scope::Instance, "host-a")];
    site.design
        .domains
        .insert(vault(), vec![domain(Scope::Instance, "host-b")]);
    let assumed = |site: &Site| {
        let graph = site.graph();
        survives(&graph, 0, Scope::Instance).unwrap()
    };
    insta::assert_snapshot!(assumed(&site).join("; "), @r#"the credentials of `target.tree.docs.snapshot["daily"]` (and keys and control planes, which were not looked at) are not lost with `target.tree.docs`"#);
    // One that was looked for, and is not there yet, tells what it would need.
    site.live.places.insert(vault(), Vec::new());
    assert!(assumed(&site).is_empty());
}

#[test]
fn once_it_is_settled_the_same_graph_differs_in_what_its_copies_hold_only() {
    let mut site = Site::new();
    let snapshot = json!(part("snapshot"));
    let far = || json!("repository.vault.far");
    let of_copy = [("repository", far()), ("from", snapshot)];
    site.stands(&part("copy"), attributes(of_copy));
    site.stands(&part("log"), attributes([("repository", far())]));
    site.stands(&part("replica"), attributes([]));
    for points in [Vec::new(), vec![point()]] {
        site.live_of(&part("copy")).recovery_points = points;
        let world = World::live(&site.live).settled();
        let built = site.builder().graph(&world, &target());
        let mut graph = site.graph();
        assert_eq!(graph.copies.len(), 4);
        assert_ne!(graph, built);
        for copy in &mut graph.copies {
            copy.holds = settled(copy.mechanism, copy.holds);
        }
        assert_eq!(graph, built);
    }
}

#[test]
fn what_a_switch_takes_back_is_not_known_unless_somebody_says_it() {
    let mut site = Site::new();
    let promised = Some((minutes(15), Provenance::Percentile(9_999)));
    site.catalog.protections[0].inputs = vec![InputSpec {
        attribute: Some("hurried".to_owned()),
        ..spec(ModelInput::RunTime, promised)
    }];
    let mut turned = |on: bool| {
        let own = &mut site.live_of(&part("snapshot")).attributes;
        own.insert("hurried".to_owned(), json!(on));
        match site.snapshot().capture {
            Capture::Never(why) => why,
            _ => site.run_time(),
        }
    };
    let told = [turned(true), turned(false)].join("\n");
    insta::assert_snapshot!(told, @r#"
    15m (99.99 % of cases): the `run_time` of `target.tree.docs.snapshot["daily"]` is 15m, by the manual of 2026 (99.99 % of cases)
    `hurried` of `target.tree.docs.snapshot["daily"]` is off: the manual of 2026
    "#);
    site.assumes(Vec::new(), ModelInput::RunTime, minutes(20), "by contract");
    insta::assert_snapshot!(site.run_time(), @"20m (declared): by contract");
    assert!(!matches!(site.snapshot().capture, Capture::Never(_)));
}
