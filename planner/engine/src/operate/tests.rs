//! Backups that follow one another, and what their retention lets go.

use lifeboat_contract::{Destination, ErrorClass};
use lifeboat_memory::Method;
use lifeboat_model::{Address, InputValue, ModelInput, Span};
use serde_json::json;

use super::BackUpOutcome;
use crate::fixture::{Site, Wanted, copy, dataset, resource, set, snapshot, vault, wanted};
use crate::{EngineError, PointChoice, Restore, back_up, recovery_points, restore, verify};

/// Keeps the last two points.
fn short(targets: usize) -> Wanted {
    let mut wanted = wanted(targets);
    for index in 0..targets {
        let name = format!("t{index}");
        set(
            &mut wanted,
            &snapshot(&name),
            "retention",
            json!({"keep": {"last": 2}}),
        );
    }
    wanted
}

async fn backed_up(site: &Site, addresses: &[Address]) -> BackUpOutcome {
    site.pass(Span::from_hours(1));
    let mut session = site.open().await;
    back_up(addresses, &site.providers(), &mut session, &site.run())
        .await
        .unwrap()
}

fn held(site: &Site, address: &Address) -> usize {
    site.world
        .points()
        .iter()
        .filter(|(_, of, _)| of == address)
        .count()
}

#[tokio::test]
async fn a_backup_is_copied_and_then_the_oldest_point_goes() {
    let site = Site::new(1);
    site.apply(&short(1)).await.unwrap();
    let first = backed_up(&site, &[snapshot("t0")]).await;
    assert!(first.is_success());
    let order: Vec<String> = first
        .protections
        .iter()
        .map(|one| one.address.to_string())
        .collect();
    assert_eq!(order, [snapshot("t0").to_string(), copy("t0").to_string()]);
    assert_eq!(
        (held(&site, &snapshot("t0")), held(&site, &copy("t0"))),
        (2, 2)
    );

    let second = backed_up(&site, &[snapshot("t0")]).await;
    assert_eq!(second.protections[0].expired.len(), 1);
    assert_eq!(
        (held(&site, &snapshot("t0")), held(&site, &copy("t0"))),
        (2, 3)
    );
    let recorded = site.recorded();
    assert_eq!(recorded.resources[&snapshot("t0")].recovery_points.len(), 2);
    assert_eq!(recorded.resources[&copy("t0")].recovery_points.len(), 3);
    let told: Vec<String> = site
        .store()
        .audit()
        .entries()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    let gone = &second.protections[0].expired[0].id.0;
    assert!(
        told.iter()
            .any(|line| line.contains("let recovery points go") && line.contains(gone))
    );
}

#[tokio::test]
async fn a_copy_with_a_schedule_of_its_own_is_left_to_it() {
    let site = Site::new(1);
    let mut wanted = wanted(1);
    set(&mut wanted, &copy("t0"), "schedule", json!("6h"));
    site.apply(&wanted).await.unwrap();
    let outcome = backed_up(&site, &[snapshot("t0")]).await;
    assert_eq!(outcome.protections.len(), 1);
    assert_eq!(held(&site, &copy("t0")), 1);
    // Named together, the source comes first whatever the order of the names.
    let outcome = backed_up(&site, &[copy("t0"), snapshot("t0")]).await;
    assert_eq!(outcome.protections[0].address, snapshot("t0"));
    assert_eq!(held(&site, &copy("t0")), 3);
}

#[tokio::test]
async fn nothing_expires_when_the_backup_failed() {
    let site = Site::new(2);
    site.apply(&short(2)).await.unwrap();
    backed_up(&site, &[snapshot("t0"), snapshot("t1")]).await;
    site.world
        .faults()
        .fail(Method::BackUp, 1, ErrorClass::Quota);
    let outcome = backed_up(&site, &[snapshot("t0"), snapshot("t1")]).await;
    assert!(!outcome.is_success());
    let failed = &outcome.protections[0];
    assert_eq!(failed.error.as_ref().unwrap().class, ErrorClass::Quota);
    assert_eq!(failed.expired, []);
    assert_eq!(held(&site, &snapshot("t0")), 2);
    let fine = outcome
        .protections
        .iter()
        .find(|one| one.address == snapshot("t1"))
        .unwrap();
    assert_eq!(fine.expired.len(), 1, "the other one is not held back");
    assert!(
        outcome
            .protections
            .iter()
            .all(|one| one.address != copy("t0"))
    );
}

#[tokio::test]
async fn a_guard_and_a_lock_keep_what_the_retention_drops() {
    let site = Site::new(1);
    let mut guarded = short(1);
    guarded.push(resource(
        dataset("t0").part("guard", None),
        "memory_guard",
        json!({"target": dataset("t0"), "repository": vault("main")}),
        vec![vault("main")],
        Some(dataset("t0")),
    ));
    site.apply(&guarded).await.unwrap();
    backed_up(&site, &[snapshot("t0")]).await;
    let outcome = backed_up(&site, &[snapshot("t0")]).await;
    let kept = outcome.protections[0].kept.as_ref().unwrap();
    assert_eq!(kept.class, ErrorClass::Denied);
    assert!(outcome.is_success(), "that is what a guard is for");
    assert_eq!(held(&site, &snapshot("t0")), 3);
    assert!(site.events().iter().any(|event| matches!(
        event,
        crate::Event::Notice(notice) if notice.code == "backup::not_expired"
    )));

    let site = Site::new(1);
    site.apply(&short(1)).await.unwrap();
    let oldest = site
        .world
        .points()
        .iter()
        .find(|(vault, ..)| vault == "main")
        .unwrap()
        .2
        .clone();
    site.world
        .lock_point(&oldest, Span::from_days(30).after(site.now()));
    backed_up(&site, &[snapshot("t0")]).await;
    let outcome = backed_up(&site, &[snapshot("t0")]).await;
    assert_eq!(outcome.protections[0].expired, []);
    assert_eq!(held(&site, &snapshot("t0")), 3);
}

#[tokio::test]
async fn a_backup_that_is_killed_anywhere_leaves_a_state_that_goes_on() {
    for instant in 1..30 {
        let site = Site::new(1);
        site.apply(&short(1)).await.unwrap();
        backed_up(&site, &[snapshot("t0")]).await;
        site.world.faults().crash_at(instant);
        site.world
            .until_crash(backed_up(&site, &[snapshot("t0")]))
            .await;
        site.world.faults().clear();
        let outcome = backed_up(&site, &[snapshot("t0")]).await;
        assert!(outcome.is_success(), "instant {instant}");
        assert_eq!(held(&site, &snapshot("t0")), 2, "instant {instant}");
        let recorded = site.recorded();
        for address in [snapshot("t0"), copy("t0")] {
            let known = recorded.resources[&address].recovery_points.len();
            assert_eq!(known, held(&site, &address), "instant {instant}");
        }
    }
}

#[tokio::test]
async fn what_is_not_a_recorded_protection_is_refused_before_anything_is_done() {
    let site = Site::new(1);
    site.apply(&wanted(1)).await.unwrap();
    let mut session = site.open().await;
    let mut told = Vec::new();
    for address in [snapshot("t9"), vault("main")] {
        let addresses = [snapshot("t0"), address];
        let error = back_up(&addresses, &site.providers(), &mut session, &site.run())
            .await
            .unwrap_err();
        told.push(format!("{error}\n  {}", error.help().unwrap()));
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    `target.memory_dataset.t9.snapshot` is not recorded
      Run `lifeboat apply`, or list what is recorded with `lifeboat state list`.
    `repository.memory_vault.main` is not a protection
      Name a protection of a target; `lifeboat status` lists them.
    ");
    assert_eq!(held(&site, &snapshot("t0")), 1);
}

#[tokio::test]
async fn a_restore_brings_the_chosen_point_back_and_overwrites_nothing_unasked() {
    let site = Site::new(1);
    site.apply(&wanted(1)).await.unwrap();
    site.world.write_file("t0", "a.txt", "later");
    backed_up(&site, &[snapshot("t0")]).await;
    let state = site.recorded();
    let points = recovery_points(&snapshot("t0"), &state, &site.providers(), &site.run())
        .await
        .unwrap();
    assert!(points[0].time < points[1].time);
    let mut request = Restore {
        address: snapshot("t0"),
        point: PointChoice::NotAfter(points[0].time),
        destination: Destination::InPlace,
        paths: Vec::new(),
        overwrite: false,
    };
    let audit = site.store().audit();
    // The lock is held by somebody else all the while.
    let _held = site.open().await;
    let error = restore(&request, &state, &audit, &site.providers(), &site.run())
        .await
        .unwrap_err();
    let EngineError::Provider { source, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(source.class, ErrorClass::Conflict);
    assert_eq!(site.world.files("t0").unwrap()["a.txt"], b"later");

    request.overwrite = true;
    let outcome = restore(&request, &state, &audit, &site.providers(), &site.run())
        .await
        .unwrap();
    assert_eq!(outcome.point, points[0]);
    assert_eq!(site.world.files("t0").unwrap()["a.txt"], b"text of t0");
    let last = audit.entries().unwrap().pop().unwrap();
    assert_eq!(
        (last.fact.event.as_str(), last.fact.outcome.as_str()),
        ("restore", "done")
    );

    for (choice, found) in [
        (PointChoice::Id(points[1].id.0[..8].to_owned()), true),
        (PointChoice::Id(points[1].id.0[..2].to_owned()), false),
        (PointChoice::NotAfter(jiff::Timestamp::UNIX_EPOCH), false),
    ] {
        request.point = choice.clone();
        let answer = restore(&request, &state, &audit, &site.providers(), &site.run()).await;
        assert_eq!(answer.is_ok(), found, "{choice:?}: {answer:?}");
    }
}

#[tokio::test]
async fn a_verification_is_recorded_whether_it_passes_or_not() {
    let site = Site::new(1);
    site.apply(&wanted(1)).await.unwrap();
    let mut session = site.open().await;
    let outcome = verify(
        &snapshot("t0"),
        true,
        &site.providers(),
        &mut session,
        &site.run(),
    )
    .await
    .unwrap();
    assert!(outcome.record.passed, "{}", outcome.record.summary);

    let (_, _, point) = site
        .world
        .points()
        .into_iter()
        .find(|(vault, ..)| vault == "main")
        .unwrap();
    site.world.damage_point(&point);
    let outcome = verify(
        &snapshot("t0"),
        true,
        &site.providers(),
        &mut session,
        &site.run(),
    )
    .await
    .unwrap();
    assert!(!outcome.record.passed);
    let damaged = outcome.record;
    // One that does not read the data cannot say that they are whole again.
    let outcome = verify(
        &snapshot("t0"),
        false,
        &site.providers(),
        &mut session,
        &site.run(),
    )
    .await
    .unwrap();
    assert!(outcome.record.passed);
    let recorded = &session.state().resources[&snapshot("t0")];
    assert_eq!(recorded.last_verify, Some(damaged));
    site.world
        .faults()
        .fail(Method::Verify, 1, ErrorClass::Denied);
    let outcome = verify(
        &snapshot("t0"),
        false,
        &site.providers(),
        &mut session,
        &site.run(),
    )
    .await
    .unwrap();
    assert!(!outcome.record.passed && outcome.report.checks.is_empty());
    drop(session);
    assert_eq!(
        site.recorded().resources[&snapshot("t0")].last_verify,
        Some(outcome.record)
    );
}

#[tokio::test]
async fn every_backup_measures_its_run_and_the_worst_one_stays() {
    let site = Site::new(1);
    site.apply(&wanted(1)).await.unwrap();
    let first = site.recorded().resources[&snapshot("t0")].measured[&ModelInput::RunTime].clone();
    assert_eq!((first.n, first.worst), (1, InputValue::Span(Span::ZERO)));
    // One run that takes a minute, because the provider is throttled meanwhile; then a quick one.
    site.world
        .faults()
        .fail(Method::BackUp, 1, ErrorClass::Throttled);
    let slow = async {
        while site.world.faults().calls(Method::BackUp) < 1 {
            tokio::task::yield_now().await;
        }
        site.pass(Span::from_secs(60));
    };
    let addresses = [snapshot("t0")];
    let (outcome, ()) = tokio::join!(backed_up(&site, &addresses), slow);
    assert!(outcome.is_success());
    backed_up(&site, &[snapshot("t0")]).await;
    let measured =
        site.recorded().resources[&snapshot("t0")].measured[&ModelInput::RunTime].clone();
    assert_eq!(measured.worst, InputValue::Span(Span::from_secs(60)));
    assert_eq!(measured.last, InputValue::Span(Span::ZERO));
    assert_eq!((measured.n, measured.at), (3, site.now()));
}
