//! What depends on what was recorded; the rest is shown by the examples on the pages, which the golden tests run.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{
    Address, Attributes, Domain, DrillRecord, Finding, InputValue, LiveResource, LiveState,
    Mechanism, ModelInput, Need, NeedKind, Objective, OnRemove, Provenance, Rate, RecordedResource,
    RecordedState, RecoveryPointId, Retention, Scope, Span,
};

use super::{FINDING_CODES, Inspection, backup_rule, inspect, page};
use crate::configuration::{IgnoreBlock, Location};
use crate::design::Design;
use crate::exposure::build::Contradiction;
use crate::exposure::graph::{Capture, Copy, CopyGraph, Holds, Input, Logical, Recovery};

const TARGET: &str = "target.memory_dataset.orders";
const SNAPSHOT: &str = "target.memory_dataset.orders.snapshot[\"daily\"]";

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    "2026-10-01T12:00:00Z".parse().unwrap()
}

fn input<T>(value: T) -> Input<T> {
    Input {
        value,
        provenance: Provenance::Declared,
        source: "the test".into(),
    }
}

fn graph() -> CopyGraph {
    let snapshot = Copy {
        address: address(SNAPSHOT),
        mechanism: Mechanism::Snapshot,
        source: None,
        capture: Capture::Scheduled {
            shortest: Span::from_days(1),
            longest: input(Span::from_days(1)),
        },
        hold: input(Span::ZERO),
        prop: input(Span::ZERO),
        aligned: false,
        tolerated_failures: 0,
        unnoticed: None,
        logical: Logical::Isolated,
        retention: Arc::new(Retention::default()),
        lock: None,
        domains: Arc::new([]),
        needs: Arc::new([]),
        chain: None,
        holds: Holds::Steady,
        recovery: Recovery {
            refuted: None,
            whole: None,
            provision: None,
            unarchive: None,
            hops: Vec::new(),
            pipelined: false,
            replay_since: None,
            replay_rate: None,
            promote: None,
            repoint: None,
            warm: None,
            verify: None,
        },
    };
    CopyGraph {
        target: address(TARGET),
        domains: Arc::new([]),
        size: None,
        write_rate: None,
        detect: input(Span::ZERO),
        decide: input(Span::ZERO),
        copies: vec![snapshot],
    }
}

fn design() -> Design {
    let gold = Objective {
        name: "gold".to_owned(),
        goals: BTreeMap::new(),
        drill_every: Some(Span::from_days(30)),
    };
    Design {
        objectives: [("gold".to_owned(), gold)].into(),
        targets: [(address(TARGET), Some("gold".to_owned()))].into(),
        ..Design::default()
    }
}

/// Returns a state in which the snapshot was applied, and drilled so many days ago.
fn applied(drilled: Option<(u64, bool)>) -> RecordedState {
    let last_drill = drilled.map(|(days, passed)| DrillRecord {
        at: Span::from_days(days).before(now()),
        point: RecoveryPointId("p1".to_owned()),
        point_age: Span::from_hours(3),
        took: Span::from_secs(90),
        restored_bytes: 1_000,
        passed,
        summary: String::new(),
    });
    let resource = RecordedResource {
        kind: "memory_snapshot".to_owned(),
        provider: address("provider.memory"),
        attributes: Attributes::new(),
        requires: Vec::new(),
        target: Some(address(TARGET)),
        on_remove: OnRemove::Forget,
        applied_at: now(),
        recovery_points: Vec::new(),
        last_verify: None,
        last_drill,
        measured: BTreeMap::new(),
    };
    RecordedState {
        resources: [(address(SNAPSHOT), resource)].into(),
        ..RecordedState::default()
    }
}

fn found(design: &Design, recorded: &RecordedState) -> Vec<Finding> {
    let inspection = Inspection {
        design,
        live: &LiveState::default(),
        recorded,
        as_of: now(),
    };
    inspect(inspection, [&graph()], [], &[])
}

fn told(findings: &[Finding]) -> String {
    let lines = findings.iter().map(|it| {
        let ignored = it.ignored.as_ref();
        let ignored = ignored.map(|it| format!(" (ignored until {}: {})", it.until, it.reason));
        format!(
            "{} {}: {}{}",
            it.code,
            it.address,
            it.message,
            ignored.unwrap_or_default()
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_was_applied_and_never_drilled_is_pointed_out() {
    insta::assert_snapshot!(told(&found(&design(), &applied(None))), @"finding::never_drilled target.memory_dataset.orders: no restore of it has ever been tried");
    insta::assert_snapshot!(told(&found(&design(), &applied(Some((1, false))))), @"finding::never_drilled target.memory_dataset.orders: no restore of it is known to work: the drill of 2026-09-30 failed");
}

#[test]
fn what_was_not_applied_yet_has_nothing_to_drill() {
    assert_eq!(told(&found(&design(), &RecordedState::default())), "");
}

#[test]
fn a_drill_that_passed_yesterday_is_enough() {
    assert_eq!(told(&found(&design(), &applied(Some((1, true))))), "");
}

#[test]
fn a_drill_that_is_too_long_ago_is_pointed_out() {
    insta::assert_snapshot!(told(&found(&design(), &applied(Some((45, true))))), @"finding::drill_overdue target.memory_dataset.orders: its last drill that passed was 45d ago, and one is promised every 30d");
}

#[test]
fn an_ignored_finding_keeps_its_reason_until_its_last_day() {
    let mut design = design();
    design.ignores = vec![IgnoreBlock {
        code: "never_drilled".to_owned(),
        of: vec![address(TARGET)],
        reason: "the first drill is on 2026-10-20".to_owned(),
        until: "2026-10-01".to_owned(),
        at: Location::default(),
    }];
    insta::assert_snapshot!(told(&found(&design, &applied(None))), @"finding::never_drilled target.memory_dataset.orders: no restore of it has ever been tried (ignored until 2026-10-01: the first drill is on 2026-10-20)");
    for block in &mut design.ignores {
        block.until = "2026-09-30".to_owned();
    }
    insta::assert_snapshot!(told(&found(&design, &applied(None))), @"finding::never_drilled target.memory_dataset.orders: no restore of it has ever been tried");
}

#[test]
fn a_measurement_that_refutes_a_declaration_is_pointed_out_once() {
    let contradiction = Contradiction {
        address: address(SNAPSHOT),
        input: ModelInput::RestoreBandwidth,
        declared: InputValue::Rate(Rate(200 << 20)),
        declared_by: "measured by the network team".into(),
        measured: InputValue::Rate(Rate(60 << 20)),
        at: now(),
        n: 3,
    };
    let design = design();
    let recorded = applied(Some((1, true)));
    let inspection = Inspection {
        design: &design,
        live: &LiveState::default(),
        recorded: &recorded,
        as_of: now(),
    };
    let findings = inspect(inspection, [], [&contradiction, &contradiction], &[]);
    insta::assert_snapshot!(told(&findings), @r#"finding::measured_contradicts_declared target.memory_dataset.orders.snapshot["daily"]: `restore_bandwidth` is declared as 200 MiB/s (measured by the network team), and was measured as 60 MiB/s (3 times, last on 2026-10-01)"#);
}

#[test]
fn one_key_for_the_data_and_every_copy_is_told() {
    let key = |what: &str| Need {
        kind: NeedKind::Key,
        what: what.to_owned(),
        domains: Vec::new(),
    };
    let target = LiveResource {
        needs: vec![key("arn:aws:kms:eu-west-1:1:key/a")],
        ..LiveResource::default()
    };
    let live = LiveState {
        resources: [(address(TARGET), target)].into(),
        ..LiveState::default()
    };
    let (design, recorded) = (design(), applied(Some((1, true))));
    let inspection = Inspection {
        design: &design,
        live: &live,
        recorded: &recorded,
        as_of: now(),
    };
    let mut graph = graph();
    graph.copies[0].needs = Arc::new([key("arn:aws:kms:eu-west-1:1:key/a")]);
    let found = |graph: &CopyGraph| {
        let mut found = inspect(inspection, [graph], [], &[]);
        found.retain(|it| it.code == "finding::one_key");
        told(&found)
    };
    insta::assert_snapshot!(found(&graph), @r#"finding::one_key target.memory_dataset.orders: the only copy, `target.memory_dataset.orders.snapshot["daily"]`, is opened by the key of the data (arn:aws:kms:eu-west-1:1:key/a): who deletes it has deleted everything"#);
    let mut elsewhere = graph.copies[0].clone();
    elsewhere.needs = Arc::new([key("arn:aws:kms:eu-central-1:1:key/b")]);
    graph.copies.push(elsewhere);
    assert_eq!(found(&graph), "");
}

#[test]
fn a_place_that_a_proposal_made_up_is_pointed_out_where_it_is_declared() {
    let stands = |names: &[&str]| {
        let domain = |name: &&str| Domain {
            scope: Scope::Region,
            id: (*name).to_owned(),
            evidence: format!("declared: {name}"),
        };
        Design {
            domains: [(
                address("repository.memory_vault.far"),
                names.iter().map(domain).collect(),
            )]
            .into(),
            ..design()
        }
    };
    let found = |names: &[&str]| told(&found(&stands(names), &applied(Some((1, true)))));
    insta::assert_snapshot!(found(&["region:another-region"]), @"finding::unnamed_place repository.memory_vault.far: it is declared to stand in `another-region`: that is no place, but what a proposal writes until somebody names one");
    insta::assert_snapshot!(found(&["region:another-region", "vendor:another-vendor"]), @"finding::unnamed_place repository.memory_vault.far: it is declared to stand in `another-region` and `another-vendor`: these are no places, but what a proposal writes until somebody names one");
    assert_eq!(found(&["region:gravelines", "region:another-region-2"]), "");
}

#[test]
fn a_copy_in_a_place_that_nobody_has_named_is_not_off_site() {
    let offsite = |name: &str| {
        let at = |name: &str| -> Arc<[Domain]> {
            [Domain {
                scope: Scope::Region,
                id: format!("region:{name}"),
                evidence: String::new(),
            }]
            .into()
        };
        let mut graph = graph();
        graph.domains = at("strasbourg");
        for one in &mut graph.copies {
            one.domains = at(name);
        }
        backup_rule(&graph, &applied(None)).offsite
    };
    assert_eq!(offsite("gravelines"), 1);
    assert_eq!(offsite("another-region"), 0);
}

#[test]
fn each_code_has_a_page_of_its_own() {
    for code in FINDING_CODES {
        let page = page(code).unwrap();
        assert!(page.contains(&format!("`finding::{code}`")), "{code}");
        assert!(page.contains("Not found:"), "{code}");
        for line in page.lines() {
            assert!(line.chars().count() <= 80, "{code}: {line}");
        }
    }
    assert!(page("finding::no_such").is_none());
}

#[test]
fn three_two_one_one_zero_is_counted() {
    insta::assert_snapshot!(backup_rule(&graph(), &applied(None)).to_string(), @"3-2-1-1-0: 2 of 3 copies, 1 of 2 media, 0 of 1 off-site, 0 of 1 immutable, 1 unproved");
}

#[test]
fn what_shares_a_disk_is_one_medium() {
    let on = |disks: &[&str]| -> Arc<[Domain]> {
        let domain = |disk: &&str| Domain {
            scope: Scope::Instance,
            id: format!("disk:{disk}"),
            evidence: String::new(),
        };
        disks.iter().map(domain).collect()
    };
    let media = |data: &[&str], copy: &[&str]| {
        let mut graph = graph();
        graph.domains = on(data);
        for one in &mut graph.copies {
            one.domains = on(copy);
        }
        backup_rule(&graph, &applied(None)).media
    };
    assert_eq!(media(&["a"], &["a", "mount"]), 1);
    assert_eq!(media(&["a"], &["b"]), 2);
    assert_eq!(media(&["a"], &[]), 1);
}
