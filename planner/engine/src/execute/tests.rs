//! A plan carried out, stopped, crashed, refused.

use lifeboat_contract::ErrorClass;
use lifeboat_memory::{Instant, Method};
use lifeboat_model::{OnRemove, Verb};
use serde_json::json;

use super::Status;
use crate::fixture::{Site, copy, dataset, set, snapshot, vault, wanted};
use crate::{ApplyOptions, EngineError, execute};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
}

fn shown(report: &super::ApplyReport) -> String {
    let lines: Vec<String> = report
        .actions
        .iter()
        .map(|action| {
            let status = match &action.status {
                Status::Done { .. } => "done".to_owned(),
                Status::Failed(error) => format!("failed: {} ({})", error.message, error.class),
                Status::NotStarted { because } => format!("not started: {because}"),
                Status::Interrupted => "interrupted".to_owned(),
            };
            format!("{:?} {}: {status}", action.verb, action.address)
        })
        .collect();
    lines.join("\n")
}

#[tokio::test]
async fn an_apply_makes_what_is_wanted_and_the_next_plan_is_empty() {
    let site = Site::new(2);
    let report = site.apply(&wanted(2)).await.unwrap();
    assert!(report.is_success());
    assert_eq!(site.world.points().len(), 4);
    let recorded = site.recorded();
    assert_eq!(recorded.serial, 1);
    assert!(recorded.bindings.contains_key(&dataset("t1")));
    assert!(recorded.bindings.contains_key(&crate::fixture::provider()));
    for name in ["t0", "t1"] {
        let kept = |address| recorded.resources[&address].recovery_points.len();
        assert_eq!((kept(snapshot(name)), kept(copy(name))), (1, 1));
    }
    let next = site.plan(&wanted(2), &recorded).await;
    assert!(next.is_empty());
    let chain = site.store().audit().verify_chain().unwrap();
    assert_eq!(chain.entries, 2 + 10);
    assert!(!site.store().paths().journal.exists());
}

#[tokio::test]
async fn independent_actions_run_together_and_never_more_than_allowed() {
    let mut site = Site::new(12);
    site.parallelism = 3;
    site.world.faults().slow(5);
    assert!(site.apply(&wanted(12)).await.unwrap().is_success());
    assert_eq!(site.world.faults().most_in_flight(), 3);
}

#[tokio::test]
async fn a_failed_action_stops_its_dependants_only() {
    let mut site = Site::new(2);
    site.parallelism = 1;
    // The vaults come first, then the snapshot of `t0`.
    site.world
        .faults()
        .fail(Method::Change, 3, ErrorClass::Denied);
    let report = site.apply(&wanted(2)).await.unwrap();
    insta::assert_snapshot!(shown(&report), @r"
    Create repository.memory_vault.main: done
    Create repository.memory_vault.away: done
    Create target.memory_dataset.t0.snapshot: failed: call 3 of `change` fails as planned (denied)
    BackUp target.memory_dataset.t0.snapshot: not started: `target.memory_dataset.t0.snapshot` failed
    Create target.memory_dataset.t0.copy: not started: `target.memory_dataset.t0.snapshot` failed
    BackUp target.memory_dataset.t0.copy: not started: `target.memory_dataset.t0.snapshot` failed
    Create target.memory_dataset.t1.snapshot: done
    BackUp target.memory_dataset.t1.snapshot: done
    Create target.memory_dataset.t1.copy: done
    BackUp target.memory_dataset.t1.copy: done
    ");
    assert!(site.apply(&wanted(2)).await.unwrap().is_success());
    assert_eq!(site.world.points().len(), 4);
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_lasts_is_not() {
    let site = Site::new(1);
    site.world
        .faults()
        .fail(Method::Change, 1, ErrorClass::Throttled);
    site.world
        .faults()
        .fail_after(Method::BackUp, 1, ErrorClass::Unavailable);
    assert!(site.apply(&wanted(1)).await.unwrap().is_success());
    assert_eq!(
        site.world.points().len(),
        2,
        "the repeated backup found its own work"
    );
    let retries = site
        .events()
        .iter()
        .filter(|event| matches!(event, crate::Event::Retrying { .. }))
        .count();
    assert_eq!(retries, 2);
}

#[tokio::test]
async fn a_plan_is_refused_when_the_state_or_what_it_touches_has_moved() {
    let site = Site::new(1);
    let before_all = site.plan(&wanted(1), &site.recorded()).await;
    site.apply(&wanted(1)).await.unwrap();
    let mut changed = wanted(1);
    set(&mut changed, &snapshot("t0"), "tags", json!(["x"]));
    let plan = site.plan(&changed, &site.recorded()).await;
    site.world
        .edit(&snapshot("t0"), "tags", json!(["elsewhere"]));

    let mut session = site.open().await;
    let refused = |answer: Result<super::ApplyReport, EngineError>| match answer {
        Err(error @ EngineError::Stale { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let writes = site.world.faults().writes();
    let reasons = [
        refused(site.execute(&before_all, &mut session).await),
        refused(site.execute(&plan, &mut session).await),
    ];
    site.world.edit(&snapshot("t0"), "tags", json!([]));
    assert!(
        site.execute(&plan, &mut session)
            .await
            .unwrap()
            .is_success()
    );
    let again = refused(site.execute(&plan, &mut session).await);
    insta::assert_snapshot!(format!("{}\n{again}", reasons.join("\n")), @r"
    the plan is stale: it was made before anything was recorded
    the plan is stale: `target.memory_dataset.t0.snapshot` has changed since
    the plan is stale: the state has serial 2, and the plan was made against 1
    ");
    assert_eq!(
        site.world.faults().writes(),
        writes + 1,
        "a refused plan touches nothing"
    );
}

#[tokio::test]
async fn recovery_points_go_with_leave_only_and_exactly_as_announced() {
    let site = Site::new(1);
    site.apply(&wanted(1)).await.unwrap();
    let mut session = site.open().await;
    let plan = site.plan(&Vec::new(), session.state()).await;
    let refused = execute(
        &plan,
        &site.providers(),
        &mut session,
        &site.run(),
        &ApplyOptions::default(),
    )
    .await
    .unwrap_err();
    insta::assert_snapshot!(
        format!("{refused}\n{}", refused.help().unwrap()),
        @r"
    the plan deletes 2 recovery points and weakens 4 protections
    Pass `--allow-loss` if this is what you want.
    "
    );
    assert_eq!(site.world.points().len(), 2);

    let mut tampered = plan.clone();
    tampered.losses.clear();
    let refused = site.execute(&tampered, &mut session).await.unwrap_err();
    assert!(matches!(refused, EngineError::Incoherent(_)), "{refused}");
    assert_eq!(site.world.points().len(), 2);

    let report = site.execute(&plan, &mut session).await.unwrap();
    assert!(report.is_success(), "{}", shown(&report));
    assert_eq!(site.world.points().len(), 0);
    assert_eq!(site.world.vaults(), Vec::<String>::new());
    assert!(session.state().resources.is_empty());
    assert!(session.state().bindings.is_empty());
    let told: Vec<String> = site
        .store()
        .audit()
        .entries()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told.iter()
            .filter(|line| line.contains("deleted recovery points"))
            .count(),
        2
    );
}

#[tokio::test]
async fn a_guard_that_denies_keeps_the_points_and_the_protection() {
    let site = Site::new(1);
    let mut with_guard = wanted(1);
    with_guard.push(crate::fixture::resource(
        dataset("t0").part("guard", None),
        "memory_guard",
        json!({"target": dataset("t0"), "repository": vault("main")}),
        vec![vault("main")],
        Some(dataset("t0")),
    ));
    site.apply(&with_guard).await.unwrap();
    let without_snapshot: Vec<_> = with_guard
        .into_iter()
        .filter(|one| one.address != snapshot("t0") && one.address != copy("t0"))
        .collect();
    let report = site.apply(&without_snapshot).await.unwrap();
    assert_eq!(report.failed(), 1, "{}", shown(&report));
    let kept: Vec<_> = site.world.points();
    assert!(
        kept.iter()
            .any(|(_, address, _)| *address == snapshot("t0"))
    );
    assert!(site.recorded().resources.contains_key(&snapshot("t0")));
}

#[tokio::test]
async fn what_is_replaced_is_made_anew_before_the_old_one_goes() {
    for on_remove in [OnRemove::Forget, OnRemove::Destroy] {
        let site = Site::new(1);
        site.apply(&wanted(1)).await.unwrap();
        let mut moved = wanted(1);
        set(&mut moved, &vault("spare"), "name", json!("spare"));
        moved.push(crate::fixture::resource(
            vault("spare"),
            "memory_vault",
            json!({"name": "spare"}),
            vec![],
            None,
        ));
        site.apply(&moved).await.unwrap();
        set(
            &mut moved,
            &snapshot("t0"),
            "repository",
            json!(vault("spare")),
        );
        let mut session = site.open().await;
        let mut plan = site.plan(&moved, session.state()).await;
        let live = site.live(&moved, session.state()).await;
        let action = &mut plan.actions[0];
        action.verb = Verb::Replace;
        action.on_remove = on_remove;
        if on_remove == OnRemove::Destroy {
            for point in &live.resources[&snapshot("t0")].recovery_points {
                action.deletes.push(point.id.clone());
                plan.losses.push(lifeboat_model::Loss {
                    action: action.id,
                    address: snapshot("t0"),
                    point: point.clone(),
                });
            }
        }
        let report = site.execute(&plan, &mut session).await.unwrap();
        assert!(report.is_success(), "{}", shown(&report));
        let old = site
            .world
            .points()
            .iter()
            .filter(|(vault, ..)| vault == "main")
            .count();
        assert_eq!(old, usize::from(on_remove == OnRemove::Forget));
        assert_eq!(
            session.state().resources[&snapshot("t0")].attributes["repository"],
            json!(vault("spare"))
        );
    }
}

#[tokio::test]
async fn the_first_interrupt_ends_what_is_in_flight_and_the_second_ends_at_once() {
    let mut site = Site::new(2);
    site.parallelism = 1;
    site.world.faults().slow(3);
    let apply = async { site.apply(&wanted(2)).await.unwrap() };
    let interrupt = async {
        while site.world.faults().calls(Method::Change) < 2 {
            tokio::task::yield_now().await;
        }
        site.stop.request();
    };
    let (report, ()) = tokio::join!(apply, interrupt);
    assert_eq!(report.done() + report.not_started(), 10);
    assert!(report.not_started() >= 7, "{}", shown(&report));
    assert!(report.stopped && !report.is_success());
    assert_eq!(site.recorded().resources.len(), report.done().min(3));

    site.stop = crate::Stop::default();
    site.parallelism = 4;
    site.world.faults().plan("back_up 1 hang".parse().unwrap());
    let apply = async { site.apply(&wanted(2)).await.unwrap() };
    let interrupt = async {
        while site.world.faults().calls(Method::BackUp) < 2 {
            tokio::task::yield_now().await;
        }
        site.stop.request();
        tokio::task::yield_now().await;
        site.stop.request();
    };
    let (report, ()) = tokio::join!(apply, interrupt);
    assert!(report.interrupted() >= 1, "{}", shown(&report));
    assert!(
        site.store().paths().journal.exists(),
        "the journal is intact"
    );
    let left = site.store().read().unwrap();
    assert!(!left.interrupted.is_empty());

    site.stop = crate::Stop::default();
    assert!(site.apply(&wanted(2)).await.unwrap().is_success());
    assert_eq!(site.world.points().len(), 4);
}

/// Applies until nothing is left to do; panics if that takes more than two rounds after a crash.
async fn converge(site: &Site, targets: usize, what: &str) {
    let report = site.apply(&wanted(targets)).await.unwrap();
    assert!(report.is_success(), "{what}: {}", shown(&report));
    let recorded = site.recorded();
    let next = site.plan(&wanted(targets), &recorded).await;
    assert!(next.is_empty(), "{what}: {:?}", next.actions);
    assert_eq!(recorded.resources.len(), 2 + 2 * targets, "{what}");
    let points = site.world.points();
    assert_eq!(
        points.len(),
        2 * targets,
        "{what}: nothing doubled, nothing lost: {points:?}"
    );
    site.store().audit().verify_chain().unwrap();
}

#[test]
fn after_a_crash_at_any_instant_the_same_command_converges() {
    let targets = 2;
    let whole = Site::new(targets);
    runtime().block_on(converge(&whole, targets, "no crash"));
    let instants = whole.world.faults().instants();
    assert!(instants > 30, "{instants}");
    for instant in 1..=instants {
        let site = Site::new(targets);
        // A runtime of its own dies with the process.
        let crashed = runtime();
        site.world.faults().crash_at(instant);
        let ended = crashed.block_on(
            site.world
                .until_crash(async { site.apply(&wanted(targets)).await }),
        );
        drop(crashed);
        assert!(
            ended.is_none() || instant + 6 > instants,
            "instant {instant} was passed over"
        );
        site.world.faults().clear();
        runtime().block_on(converge(&site, targets, &format!("instant {instant}")));
    }
}

#[test]
fn after_two_crashes_the_same_command_converges() {
    for (first, second) in (3..40)
        .step_by(7)
        .flat_map(|a| (1..20).step_by(5).map(move |b| (a, b)))
    {
        let site = Site::new(2);
        for instant in [first, second] {
            let crashed = runtime();
            site.world.faults().crash_at(instant);
            crashed.block_on(
                site.world
                    .until_crash(async { site.apply(&wanted(2)).await }),
            );
        }
        site.world.faults().clear();
        runtime().block_on(converge(&site, 2, &format!("instants {first}, {second}")));
    }
}

#[test]
fn a_destroy_that_crashes_converges_and_loses_nothing_else() {
    for instant in (1..60).step_by(3) {
        let site = Site::new(2);
        runtime().block_on(site.apply(&wanted(2))).unwrap();
        let keeps = wanted(1);
        let crashed = runtime();
        site.world.faults().crash_at(instant);
        crashed.block_on(site.world.until_crash(async { site.apply(&keeps).await }));
        site.world.faults().clear();
        drop(crashed);
        runtime().block_on(converge(&site, 1, &format!("instant {instant}")));
    }
}

#[tokio::test]
async fn a_backup_of_a_source_that_is_readable_in_part_is_saved_and_told() {
    let site = Site::new(1);
    site.world.make_unreadable("t0", "a.txt");
    site.world.write_file("t0", "b.txt", "readable");
    let report = site.apply(&wanted(1)).await.unwrap();
    assert_eq!(report.failed(), 0, "{}", shown(&report));
    assert!(!report.is_success());
    assert_eq!(site.world.points().len(), 2);
}

#[tokio::test]
async fn a_crash_after_a_call_leaves_an_intent_that_the_next_session_tells() {
    let site = Site::new(1);
    site.world.faults().crash(Method::BackUp, 1, Instant::After);
    site.world
        .until_crash(async { site.apply(&wanted(1)).await })
        .await;
    let session = site.open().await;
    let told: Vec<String> = session
        .interrupted()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        ["a backup of `target.memory_dataset.t0.snapshot`, begun 2026-05-28T20:26:40Z"]
    );
    assert_eq!(session.state().serial, 1);
    assert_eq!(session.state().resources.len(), 3);
}

/// Not a test of time: it shows how the cost of the journal grows.
#[tokio::test]
async fn a_change_costs_the_same_bytes_in_a_small_apply_and_in_a_large_one() {
    let mut per_change = Vec::new();
    for targets in [5, 50] {
        let site = Site::new(targets);
        let plan = site.plan(&wanted(targets), &site.recorded()).await;
        let actions = plan.actions.len();
        site.world.faults().plan(
            format!("back_up {} crash after", 2 * targets)
                .parse()
                .unwrap(),
        );
        site.world
            .until_crash(async {
                let mut session = site.open().await;
                site.execute(&plan, &mut session).await
            })
            .await;
        let bytes = std::fs::metadata(&site.store().paths().journal)
            .unwrap()
            .len();
        per_change.push(bytes / u64::try_from(actions).unwrap());
    }
    assert!(per_change[1] <= per_change[0] + 100, "{per_change:?}");
}

#[tokio::test]
async fn without_a_journal_nothing_is_touched() {
    let site = Site::new(1);
    let mut session = site.open().await;
    let plan = site.plan(&wanted(1), session.state()).await;
    // A directory in its place stands for a disk that refuses.
    std::fs::create_dir(&site.store().paths().journal).unwrap();
    let error = site.execute(&plan, &mut session).await.unwrap_err();
    assert!(matches!(error, EngineError::State(_)), "{error}");
    assert_eq!(site.world.faults().writes(), 0);
}

#[tokio::test]
async fn a_session_that_was_stopped_at_once_folds_its_journal_before_the_next_run() {
    let mut site = Site::new(1);
    site.world.faults().plan("back_up 1 hang".parse().unwrap());
    let mut session = site.open().await;
    let plan = site.plan(&wanted(1), session.state()).await;
    let interrupt = async {
        while site.world.faults().calls(Method::BackUp) < 1 {
            tokio::task::yield_now().await;
        }
        site.stop.request();
        site.stop.request();
    };
    let (report, ()) = tokio::join!(site.execute(&plan, &mut session), interrupt);
    assert_eq!(report.unwrap().interrupted(), 1);
    site.stop = crate::Stop::default();
    session.change(|_| Ok::<_, crate::StateError>(())).unwrap();
    assert_eq!(site.recorded(), *session.state());
    let plan = site.plan(&wanted(1), session.state()).await;
    assert!(
        site.execute(&plan, &mut session)
            .await
            .unwrap()
            .is_success()
    );
    assert_eq!(site.recorded(), *session.state());
    assert_eq!(site.recorded().resources.len(), 4);
    site.store().audit().verify_chain().unwrap();
}

#[tokio::test]
async fn a_repository_takes_along_the_announced_points_of_what_is_forgotten() {
    let site = Site::new(1);
    site.apply(&wanted(1)).await.unwrap();
    let mut session = site.open().await;
    let mut plan = site.plan(&Vec::new(), session.state()).await;
    // The protections are forgotten with their points, and then their repositories destroyed.
    for loss in &mut plan.losses {
        let held_in = if loss.address == copy("t0") {
            vault("away")
        } else {
            vault("main")
        };
        loss.address = held_in.clone();
        loss.action = plan
            .actions
            .iter()
            .find(|action| action.address == held_in)
            .unwrap()
            .id;
    }
    for action in &mut plan.actions {
        let of = plan.losses.iter().filter(|loss| loss.action == action.id);
        action.deletes = of.map(|loss| loss.point.id.clone()).collect();
        if action.kind != "memory_vault" {
            action.verb = Verb::Forget;
        }
    }
    let report = site.execute(&plan, &mut session).await.unwrap();
    assert!(report.is_success(), "{}", shown(&report));
    assert_eq!(site.world.points(), []);
    assert_eq!(site.world.vaults(), Vec::<String>::new());
}
