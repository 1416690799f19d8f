//! Status, state and recovery points as text.

use std::collections::BTreeMap;

use lifeboat_model::{
    Catalog, DrillRecord, Goal, LiveResource, LiveState, Objective, OnRemove, RecordedResource,
    RecordedState, RecoveryPoint, RecoveryPointId, Scope, Span, VerifyRecord,
};
use serde_json::json;

use super::super::*;
use super::fixture::{DAILY, DOCS, address, as_of, attributes, point};
use crate::configuration::{Configuration, Location, TargetBlock};

fn resource(schedule: &str, points: Vec<RecoveryPoint>) -> RecordedResource {
    RecordedResource {
        measured: std::collections::BTreeMap::new(),
        kind: "snapshot".to_owned(),
        provider: address("provider.local"),
        attributes: attributes(json!({
            "password": { "env": "MAIN_PASSWORD" },
            "retention": { "keep": { "daily": 35 } },
            "schedule": schedule,
        })),
        requires: vec![address("repository.directory.main")],
        target: None,
        on_remove: OnRemove::Forget,
        applied_at: Span::from_days(40).before(as_of()),
        recovery_points: points,
        last_verify: None,
        last_drill: None,
    }
}

fn recorded() -> RecordedState {
    let mut daily = resource("12h", vec![point("d", 2, 40), point("e", 1, 41)]);
    daily.last_verify = Some(VerifyRecord {
        at: Span::from_hours(30).before(as_of()),
        passed: true,
        read_data: true,
        summary: "2 snapshots, 41 MiB read".to_owned(),
    });
    daily.last_drill = Some(DrillRecord {
        at: Span::from_days(31).before(as_of()),
        point: RecoveryPointId("d".repeat(8)),
        point_age: Span::from_hours(3),
        took: Span::from_secs(754),
        restored_bytes: 41 << 20,
        passed: true,
        summary: "412 files are as they were".to_owned(),
    });
    let hourly = resource("0 * * * *", vec![point("f", 0, 3)]);
    let copy = resource("", Vec::new());
    let offsite = "target.local_directory.docs.copy[\"docs_offsite\"]";
    let shop = "target.local_sqlite.shop.snapshot[\"shop\"]";
    let timer = "target.local_sqlite.shop.schedule[\"shop\"]";
    RecordedState {
        resources: BTreeMap::from([
            (address(DAILY), daily),
            (address(offsite), copy),
            (address(shop), hourly),
            (address(timer), resource("0 * * * *", Vec::new())),
        ]),
        ..RecordedState::default()
    }
}

fn configuration() -> Configuration {
    let target = |name: &str| TargetBlock {
        domains: Vec::new(),
        protect: None,
        copies_to: Vec::new(),
        address: address(name),
        provider: address("provider.local"),
        attributes: BTreeMap::new(),
        objective: Some("bronze".to_owned()),
        retention: None,
        depends_on: Vec::new(),
        at: Location::default(),
    };
    let goal = Goal {
        rpo: Some(Span::from_hours(6)),
        ..Goal::default()
    };
    let bronze = Objective {
        name: "bronze".to_owned(),
        goals: BTreeMap::from([(Scope::Corruption, goal)]),
        drill_every: Some(Span::from_days(30)),
    };
    Configuration {
        objectives: BTreeMap::from([("bronze".to_owned(), bronze)]),
        targets: [DOCS, "target.local_directory.photos"]
            .map(|name| (address(name), target(name)))
            .into(),
        ..Configuration::default()
    }
}

/// Looks at a state whose goals nobody checked, unless there are none.
fn look(
    recorded: &RecordedState,
    live: Option<&LiveState>,
    configuration: Option<&Configuration>,
) -> StatusReport {
    status(&StatusInputs {
        recorded,
        live,
        catalog: &Catalog::default(),
        configuration,
        exposure: live.map(|_| &[][..]).ok_or("that needs what is live"),
        as_of: as_of(),
    })
}

#[test]
fn status_tells_problems_first() {
    let report = look(&recorded(), None, Some(&configuration()));
    insta::assert_snapshot!(status_text(&report, Style::plain()), @r#"
    Problems:
      ✗ target.local_directory.docs
        its newest recovery point is 1d old, the goal is 6h
        the last successful drill was 31d ago, one is due every 30d
      ✗ target.local_directory.docs.copy["docs_offsite"]
        holds no recovery point
      ✗ target.local_directory.docs.snapshot["docs_daily"]
        missed its run at 2026-11-22 04:30:05Z (12h ago)
        nothing runs it on its schedule `12h`: its schedule is not installed
      ✗ target.local_directory.photos
        has no protection yet: nothing was applied for it

      PROTECTION              NEWEST  POINTS  VERIFIED  NEXT RUN
    target.local_directory.docs   bronze: a drill every 30d
        corruption  rpo 6h: not checked
      copy["docs_offsite"]    none    0       never     after its source
        no drill yet
      snapshot["docs_daily"]  1d ✗    2       1d6h ✓    nothing runs it
        last drill 31d ago: passed in 12m34s, the point was 3h old, 41 MiB
    target.local_directory.photos   bronze: a drill every 30d
        corruption  rpo 6h: not checked
    target.local_sqlite.shop
      snapshot["shop"]        0s      1       never     in 29m55s
        no drill yet

    6 problems in 3 protections of 3 targets. Goals were not checked: that needs
    what is live. Recovery points are those of the state; the repositories were not
    read.
    "#);
}

#[test]
fn status_without_goals_and_with_everything_live_is_well() {
    let mut recorded = recorded();
    recorded
        .resources
        .retain(|address, _| address.name == "shop");
    let resources = recorded.resources.iter().map(|(address, resource)| {
        let recovery_points = resource.recovery_points.clone();
        let live = LiveResource {
            recovery_points,
            ..LiveResource::default()
        };
        (address.clone(), live)
    });
    let live = LiveState {
        resources: resources.collect(),
        ..LiveState::default()
    };
    let report = look(&recorded, Some(&live), None);
    insta::assert_snapshot!(status_text(&report, Style::plain()), @r#"
      PROTECTION        NEWEST  POINTS  VERIFIED  NEXT RUN
    target.local_sqlite.shop
      snapshot["shop"]  0s      1       never     in 29m55s
        no drill yet

    No problem was found in 1 protection of 1 target. Nothing is promised for 1
    target.
    "#);
}

#[test]
fn status_tells_what_is_gone_and_what_is_empty() {
    let gone = look(&recorded(), Some(&LiveState::default()), None);
    let problems: Vec<String> = gone
        .problems()
        .map(|(address, text)| format!("{}: {text}", address.name))
        .collect();
    insta::assert_snapshot!(problems.join("\n"), @r"
    docs: is gone: it was deleted outside of lifeboat
    docs: holds no recovery point
    docs: is gone: it was deleted outside of lifeboat
    docs: holds no recovery point
    docs: nothing runs it on its schedule `12h`: its schedule is not installed
    shop: is gone: it was deleted outside of lifeboat
    shop: holds no recovery point
    shop: nothing runs it on its schedule `0 * * * *`: its schedule is not installed
    ");
    let nothing = look(&RecordedState::default(), None, None);
    insta::assert_snapshot!(status_text(&nothing, Style::plain()), @"Nothing is protected: the state is empty.");
}

#[test]
fn the_json_of_status_has_the_age_of_the_drilled_point() {
    let report = look(&recorded(), None, Some(&configuration()));
    let document = report_json("status", &report, as_of()).unwrap();
    let drill = document
        .pointer("/status/targets/0/protections/1/last_drill")
        .unwrap();
    insta::assert_snapshot!(drill, @r#"{"at":"2026-10-22T16:30:05Z","passed":true,"point":"dddddddd","point_age":"3h","restored_bytes":42991616,"summary":"412 files are as they were","took":"12m34s"}"#);
}

#[test]
fn the_state_lists_its_addresses_and_shows_one_resource() {
    let recorded = recorded();
    insta::assert_snapshot!(state_list(&recorded, &[address(DOCS)]), @r#"
    target.local_directory.docs.copy["docs_offsite"]
    target.local_directory.docs.snapshot["docs_daily"]
    "#);
    let daily = recorded.resources.get(&address(DAILY)).unwrap();
    insta::assert_snapshot!(state_show(&address(DAILY), daily, as_of(), Style::plain()), @r#"
    # target.local_directory.docs.snapshot["docs_daily"]:
    protection "snapshot" "docs_daily" {
        password  = { env = "MAIN_PASSWORD" }
        retention = {
            keep = { daily = 35 }
        }
        schedule  = "12h"

        # kind: snapshot
        # provider: provider.local
        # requires: repository.directory.main
        # applied: 2026-10-13 16:30:05Z
    }
    # recovery points, newest first:
      eeeeeeee  2026-11-21 16:30:05Z  1d  41 MiB
      dddddddd  2026-11-20 16:30:05Z  2d  40 MiB
    # verified 1d6h ago ✓ 2 snapshots, 41 MiB read
    # drilled 31d ago ✓ in 12m34s, the point was 3h old; 412 files are as they were
    "#);
}

#[test]
fn recovery_points_are_listed_newest_first() {
    let recorded = recorded();
    let points = recorded
        .resources
        .iter()
        .filter(|(address, _)| {
            address
                .part
                .as_ref()
                .is_some_and(|part| part.role != "schedule")
        })
        .map(|(address, resource)| (address, resource.recovery_points.as_slice()));
    insta::assert_snapshot!(points_text(points, as_of(), Style::plain()), @r#"
    target.local_directory.docs.copy["docs_offsite"]  0 recovery points

    target.local_directory.docs.snapshot["docs_daily"]  2 recovery points
      eeeeeeee  2026-11-21 16:30:05Z  1d  41 MiB
      dddddddd  2026-11-20 16:30:05Z  2d  40 MiB

    target.local_sqlite.shop.snapshot["shop"]  1 recovery point
      ffffffff  2026-11-22 16:30:05Z  0s  3 MiB

    3 recovery points in 3 protections.
    "#);
}

#[test]
fn a_drill_is_not_due_before_its_first_period_is_over() {
    let mut recorded = recorded();
    recorded
        .resources
        .retain(|address, _| *address == self::address(DAILY));
    let daily = recorded.resources.get_mut(&address(DAILY)).unwrap();
    daily.last_drill = None;
    let problems = |recorded: &RecordedState| -> Vec<String> {
        let mut configuration = configuration();
        configuration
            .targets
            .retain(|address, _| *address == self::address(DOCS));
        let report = look(recorded, None, Some(&configuration));
        report
            .problems()
            .map(|(_, text)| text.to_owned())
            .filter(|text| text.contains("drill"))
            .collect()
    };
    let late = problems(&recorded);
    let daily = recorded.resources.get_mut(&address(DAILY)).unwrap();
    daily.applied_at = Span::from_days(2).before(as_of());
    assert_eq!((late.len(), problems(&recorded).len()), (1, 0));
}

#[test]
fn a_goal_that_a_replica_meets_is_not_held_against_recovery_points() {
    let mut recorded = recorded();
    let mut configuration = configuration();
    let bronze = configuration.objectives.get_mut("bronze").unwrap();
    let none = Goal {
        rpo: Some(Span::ZERO),
        ..Goal::default()
    };
    bronze.goals.insert(Scope::Zone, none);
    let goal = |recorded: &RecordedState| {
        look(recorded, None, Some(&configuration))
            .targets
            .first()
            .and_then(|docs| docs.rpo_goal)
    };
    let without = goal(&recorded);
    let replica = address(DOCS).part("replica", Some("dr".to_owned()));
    recorded.resources.insert(replica, resource("", Vec::new()));
    assert_eq!(
        (without, goal(&recorded)),
        (Some(Span::ZERO), Some(Span::from_hours(6)))
    );
}
