//! Status against goals: it never claims more than is known.

use std::collections::BTreeMap;

use lifeboat_model::{
    Address, Catalog, Goal, LiveResource, LiveState, Mechanism, Objective, OnRemove,
    ProtectionSpec, RecordedResource, RecordedState, RecoveryPoint, Scope, Span,
};
use serde_json::json;

use super::super::*;
use super::fixture::{address, as_of, attributes, point};
use crate::configuration::{Configuration, Location, ServiceBlock, TargetBlock};
use crate::design::Design;
use crate::exposure::assess;

const SHOP: &str = "target.local_sqlite.shop";

/// A database that is backed up every hour, with a goal of two hours for what is found within a day.
struct Shop {
    catalog: Catalog,
    recorded: RecordedState,
    live: LiveState,
    objective: Objective,
}

impl Shop {
    fn new(points: &[RecoveryPoint]) -> Self {
        let mut shop = Self {
            catalog: Catalog::default(),
            recorded: RecordedState::default(),
            live: LiveState::default(),
            objective: Objective {
                name: "gold".to_owned(),
                goals: BTreeMap::new(),
                drill_every: None,
            },
        };
        shop.promise(Scope::Corruption, Some(Span::from_hours(2)), None);
        shop.catalog.protections.push(ProtectionSpec {
            target_kind: "local_sqlite".to_owned(),
            mechanism: Mechanism::Snapshot,
            resource_kind: "snapshot".to_owned(),
            repository_kinds: Vec::new(),
            schedule_kind: Some("timer".to_owned()),
            unscheduled: None,
            externally_scheduled: false,
            backs_up: true,
            inputs: Vec::new(),
            offer: None,
        });
        shop.stand("snapshot", points);
        shop.stand("schedule", &[]);
        shop
    }

    fn promise(&mut self, scope: Scope, rpo: Option<Span>, rto: Option<Span>) {
        let goal = Goal {
            rpo,
            rto,
            detected_within: (scope == Scope::Corruption).then(|| Span::from_days(1)),
        };
        self.objective.goals.insert(scope, goal);
    }

    fn stand(&mut self, role: &str, points: &[RecoveryPoint]) {
        let address = address(SHOP).part(role, Some("shop".to_owned()));
        let attributes = attributes(json!({
            "repository": "repository.directory.main",
            "retention": { "keep": { "hourly": 48 } },
            "schedule": "1h",
        }));
        let recorded = RecordedResource {
            measured: std::collections::BTreeMap::new(),
            kind: role.to_owned(),
            provider: self::address("provider.local"),
            attributes: attributes.clone(),
            requires: Vec::new(),
            target: Some(self::address(SHOP)),
            on_remove: OnRemove::Forget,
            applied_at: Span::from_days(3).before(as_of()),
            recovery_points: points.to_vec(),
            last_verify: None,
            last_drill: None,
        };
        let live = LiveResource {
            attributes,
            recovery_points: points.to_vec(),
            ..LiveResource::default()
        };
        self.recorded.resources.insert(address.clone(), recorded);
        self.live.resources.insert(address, live);
    }

    fn spec(&mut self) -> &mut ProtectionSpec {
        self.catalog.protections.first_mut().unwrap()
    }

    fn configuration(&self) -> Configuration {
        let block = TargetBlock {
            domains: Vec::new(),
            protect: None,
            copies_to: Vec::new(),
            address: address(SHOP),
            provider: address("provider.local"),
            attributes: BTreeMap::new(),
            objective: Some("gold".to_owned()),
            retention: None,
            depends_on: Vec::new(),
            at: Location::default(),
        };
        Configuration {
            objectives: BTreeMap::from([("gold".to_owned(), self.objective.clone())]),
            targets: BTreeMap::from([(address(SHOP), block)]),
            ..Configuration::default()
        }
    }

    fn look(&self) -> StatusReport {
        let design = Design {
            objectives: BTreeMap::from([("gold".to_owned(), self.objective.clone())]),
            targets: BTreeMap::from([(address(SHOP), Some("gold".to_owned()))]),
            ..Design::default()
        };
        let rows = assess(&design, &self.live, &self.recorded, &self.catalog, as_of());
        status(&StatusInputs {
            recorded: &self.recorded,
            live: Some(&self.live),
            catalog: &self.catalog,
            configuration: Some(&self.configuration()),
            exposure: Ok(&rows),
            as_of: as_of(),
        })
    }

    fn show(&self) -> String {
        status_text(&self.look(), Style::plain())
    }
}

fn seasoned() -> Shop {
    Shop::new(&[point("a", 2, 3), point("f", 0, 3)])
}

#[test]
fn all_is_as_promised_only_with_what_is_assumed() {
    let shop = seasoned();
    assert!(shop.look().is_as_promised());
    insta::assert_snapshot!(shop.show(), @r#"
      PROTECTION        NEWEST  POINTS  VERIFIED  NEXT RUN
    target.local_sqlite.shop   gold
        corruption  rpo 2h: 1h ✓*
        * assuming that a failed run is noticed and made up for at once
        * assuming that each run of snapshot["shop"] ends before its next one starts
      snapshot["shop"]  0s ✓    2       never     in 1h
        no drill yet

    Objectives: 1 of 1 met (1 on assumptions).
    All is as promised in 1 protection of 1 target, assuming what stands at * above.
    "#);
}

#[test]
fn a_schedule_that_nothing_runs_is_a_problem_and_has_no_next_run() {
    let mut shop = seasoned();
    shop.spec().unscheduled = Some("this machine has neither systemd nor cron".to_owned());
    let report = shop.look();
    assert!(!report.is_well() && !report.is_as_promised());
    insta::assert_snapshot!(shop.show(), @r#"
    Problems:
      ✗ target.local_sqlite.shop
        corruption: rpo unbounded, the goal is 2h: nothing runs snapshot["shop"]:
        this machine has neither systemd nor cron
      ✗ target.local_sqlite.shop.snapshot["shop"]
        nothing runs it on its schedule `1h`: this machine has neither systemd nor
        cron

      PROTECTION        NEWEST  POINTS  VERIFIED  NEXT RUN
    target.local_sqlite.shop   gold
        corruption  rpo 2h: unbounded ✗
      snapshot["shop"]  0s ✓    2       never     nothing runs it
        no drill yet

    Objectives: 0 of 1 met.
    2 problems in 1 protection of 1 target.
    "#);
}

#[test]
fn a_schedule_that_is_not_live_any_more_is_a_problem() {
    let mut shop = seasoned();
    let timer = address(SHOP).part("schedule", Some("shop".to_owned()));
    shop.live.resources.remove(&timer);
    let report = shop.look();
    let problems: Vec<&str> = report.problems().map(|(_, text)| text).collect();
    insta::assert_snapshot!(problems.join("\n"), @r#"
    corruption: rpo unbounded, the goal is 2h: nothing runs snapshot["shop"]: its schedule is not installed
    nothing runs it on its schedule `1h`: its schedule is not installed
    "#);
}

#[test]
fn a_schedule_that_was_made_rarer_behind_our_back_is_a_problem() {
    let mut shop = seasoned();
    let timer = address(SHOP).part("schedule", Some("shop".to_owned()));
    let live = shop.live.resources.get_mut(&timer).unwrap();
    live.attributes.insert("schedule".to_owned(), json!("7d"));
    let report = shop.look();
    let problems: Vec<&str> = report.problems().map(|(_, text)| text).collect();
    insta::assert_snapshot!(problems.join("\n"), @r#"
    corruption: rpo 13d, the goal is 2h: snapshot["shop"] loses 13d = the longer of 7d between points and 13d, its age 14d − dwell 1d
    it runs on the schedule `7d` instead of `1h`
    "#);
}

#[test]
fn a_schedule_that_others_run_is_due_by_them() {
    let mut shop = seasoned();
    shop.spec().externally_scheduled = true;
    assert!(shop.look().is_as_promised());
    insta::assert_snapshot!(shop.show(), @r#"
      PROTECTION        NEWEST  POINTS  VERIFIED  NEXT RUN
    target.local_sqlite.shop   gold
        corruption  rpo 2h: 1h ✓*
        * assuming that a failed run is noticed and made up for at once
        * assuming that each run of snapshot["shop"] ends before its next one starts
        * assuming that somebody runs lifeboat backup run 'snapshot["shop"]' on the
          schedule 1h
      snapshot["shop"]  0s ✓    2       never     by you, due in 1h
        no drill yet

    Objectives: 1 of 1 met (1 on assumptions).
    All is as promised in 1 protection of 1 target, assuming what stands at * above.
    "#);
}

#[test]
fn a_goal_that_only_time_can_meet_is_not_met_at_present() {
    let shop = Shop::new(&[point("f", 0, 3)]);
    insta::assert_snapshot!(shop.show(), @r#"
    Problems:
      ✗ target.local_sqlite.shop
        corruption: rpo unbounded at present, the goal is 2h: the oldest point of
        snapshot["shop"] is 0s old, younger than a bad write found after 1d

      PROTECTION        NEWEST  POINTS  VERIFIED  NEXT RUN
    target.local_sqlite.shop   gold
        corruption  rpo 2h: unbounded ✗
      snapshot["shop"]  0s ✓    1       never     in 1h
        no drill yet

    Objectives: 0 of 1 met.
    1 problem in 1 protection of 1 target.
    "#);
}

#[test]
fn goals_that_no_bound_is_known_for_are_not_met() {
    let mut shop = seasoned();
    shop.promise(Scope::Region, Some(Span::from_days(1)), None);
    let four = Some(Span::from_hours(4));
    shop.promise(Scope::Corruption, Some(Span::from_secs(60)), four);
    assert!(!shop.look().is_as_promised());
    insta::assert_snapshot!(shop.show(), @r#"
    Problems:
      ✗ target.local_sqlite.shop
        corruption: rpo 1h, the goal is 1m: snapshot["shop"] loses 1h: as far apart
        are its points at the dwell 1d, which its age is within
        corruption: rto unbounded, the goal is 4h: how much data a restore brings
        back is not known: declare size in an assumptions block, or run a drill
        region: rpo unbounded, the goal is 1d: snapshot["shop"] does not count:
        nothing is known yet about what target.local_sqlite.shop fails with

      PROTECTION        NEWEST  POINTS  VERIFIED  NEXT RUN
    target.local_sqlite.shop   gold
        corruption  rpo 1m: 1h ✗  rto 4h: unbounded ✗
        region      rpo 1d: unbounded ✗
      snapshot["shop"]  0s ✓    2       never     in 1h
        no drill yet

    Objectives: 0 of 3 met.
    3 problems in 1 protection of 1 target.
    "#);
}

#[test]
fn a_service_has_goals_of_its_own_and_the_short_view_names_what_does_not_hold() {
    let shop = seasoned();
    let rows = super::fixture::five_scopes();
    let goals: BTreeMap<Scope, Goal> = rows.iter().map(|it| (it.scope, it.goal.clone())).collect();
    let mut configuration = shop.configuration();
    let gold = configuration.objectives.get_mut("gold").unwrap();
    gold.goals = goals
        .into_iter()
        .filter(|(scope, _)| *scope == Scope::Instance)
        .collect();
    configuration.targets.clear();
    let checkout = address("service.checkout");
    configuration.services.insert(
        checkout.clone(),
        ServiceBlock {
            address: checkout,
            targets: vec![address("target.memory_volume.orders")],
            depends_on: Vec::new(),
            objective: Some("gold".to_owned()),
            consistent_within: None,
            workers: None,
            at: Location::default(),
        },
    );
    let mut live = rows;
    for row in &mut live {
        row.now = row.planned.clone();
    }
    let report = status(&StatusInputs {
        recorded: &RecordedState::default(),
        live: Some(&LiveState::default()),
        catalog: &shop.catalog,
        configuration: Some(&configuration),
        exposure: Ok(&live),
        as_of: as_of(),
    });
    insta::assert_snapshot!(status_text(&report, Style::plain()), @"
    Problems:
      ✗ service.checkout
        instance: rto 45m, the goal is 30m: service.identity is back after 40m, and
        it needs that

      PROTECTION  NEWEST  POINTS  VERIFIED  NEXT RUN
    service.checkout   gold
        instance    rpo 5m: 1m ✓  rto 30m: 45m ✗

    Objectives: 1 of 2 met.
    1 problem in 0 protections of 0 targets.
    ");
    insta::assert_snapshot!(status_objectives_text(&report, Style::plain()), @"
      ✗ service.checkout
        instance: rto 45m, the goal is 30m: service.identity is back after 40m, and
        it needs that
    Objectives: 1 of 2 met.
    1 problem in 0 protections of 0 targets.
    ");
}

#[test]
fn without_a_bound_no_goal_is_called_met() {
    let shop = seasoned();
    let configuration = shop.configuration();
    let inputs = StatusInputs {
        recorded: &shop.recorded,
        live: None,
        catalog: &shop.catalog,
        configuration: Some(&configuration),
        exposure: Err("that needs what is live"),
        as_of: as_of(),
    };
    let recorded = status(&inputs);
    assert!(recorded.is_well() && !recorded.is_as_promised());
    insta::assert_snapshot!(status_text(&recorded, Style::plain()), @r#"
      PROTECTION        NEWEST  POINTS  VERIFIED  NEXT RUN
    target.local_sqlite.shop   gold
        corruption  rpo 2h: not checked
      snapshot["shop"]  0s ✓    2       never     in 1h
        no drill yet

    No problem was found in 1 protection of 1 target. Goals were not checked: that
    needs what is live. Recovery points are those of the state; the repositories
    were not read.
    "#);
    let broken = status(&StatusInputs {
        live: Some(&shop.live),
        configuration: None,
        exposure: Err("the configuration has errors (see `lifeboat validate`)"),
        ..inputs
    });
    assert!(broken.is_well() && !broken.is_as_promised());
    insta::assert_snapshot!(status_text(&broken, Style::plain()), @r#"
      PROTECTION        NEWEST  POINTS  VERIFIED  NEXT RUN
    target.local_sqlite.shop
      snapshot["shop"]  0s      2       never     in 1h
        no drill yet

    No problem was found in 1 protection of 1 target. Goals were not checked: the
    configuration has errors (see `lifeboat validate`).
    "#);
}

#[test]
fn a_report_is_restricted_with_its_counts() {
    let mut report = seasoned().look();
    let is = |name: &str| {
        let name = address(name);
        move |address: &Address| address.selected_by(&name)
    };
    report.retain(is(&format!("{SHOP}.snapshot[\"shop\"]")));
    assert_eq!((report.targets.len(), report.goals), (1, 1));
    report.retain(is("target.local_sqlite.other"));
    assert_eq!((report.targets.len(), report.goals), (0, 0));
}

#[test]
fn the_json_of_status_has_who_runs_it_and_every_goal() {
    let report = seasoned().look();
    let document = report_json("status", &report, as_of()).unwrap();
    let at = |pointer: &str| document.pointer(pointer).unwrap().to_string();
    insta::assert_snapshot!(
        format!(
            "{}\n{}\n{} of {}",
            at("/status/targets/0/protections/0/runner"),
            at("/status/targets/0/goals"),
            at("/status/goals_met"),
            at("/status/goals"),
        ),
        @r#"
    "lifeboat"
    [{"assuming":["each run of `target.local_sqlite.shop.snapshot[\"shop\"]` ends before its next one starts","a failed run is noticed and made up for at once"],"bound":{"finite":"1h"},"goal":"2h","measure":"rpo","reason":"snapshot[\"shop\"]","scope":"corruption","verdict":"met_assuming"}]
    1 of 1
    "#
    );
}
