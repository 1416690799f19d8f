//! Drills that pass, fail, and are interrupted; all of them clear up.

use lifeboat_contract::ErrorClass;
use lifeboat_memory::Method;
use lifeboat_model::{InputValue, ModelInput, Rate, Span};

use crate::fixture::{Site, copy, snapshot, wanted};
use crate::{Drill, DrillOutcome, EngineError, PointChoice, drill};

async fn drilled(site: &Site) -> Result<DrillOutcome, EngineError> {
    let request = Drill {
        address: copy("t0"),
        point: PointChoice::Newest,
    };
    let mut session = site.open().await;
    drill(&request, &site.providers(), &mut session, &site.run()).await
}

async fn applied() -> Site {
    let site = Site::new(1);
    site.apply(&wanted(1)).await.unwrap();
    site.pass(Span::from_hours(5));
    site
}

#[tokio::test]
async fn a_drill_restores_verifies_measures_records_and_clears_up() {
    let site = applied().await;
    let outcome = drilled(&site).await.unwrap();
    assert!(outcome.record.passed, "{}", outcome.record.summary);
    assert_eq!(outcome.record.point_age, Span::from_hours(5));
    assert_eq!(outcome.record.restored_bytes, 10);
    assert!(!outcome.checks.is_empty());
    assert_eq!(outcome.left_behind, None);
    assert_eq!(site.world.datasets(), ["t0"]);
    let recorded = site.recorded();
    assert_eq!(
        recorded.resources[&copy("t0")].last_drill,
        Some(outcome.record)
    );
    assert_eq!(recorded.resources[&snapshot("t0")].last_drill, None);
    let last = site.store().audit().entries().unwrap().pop().unwrap();
    assert_eq!(
        (last.fact.event.as_str(), last.fact.outcome.as_str()),
        ("drill", "passed")
    );
}

#[tokio::test]
async fn a_drill_that_fails_is_recorded_as_failed_and_clears_up() {
    for method in [Method::Restore, Method::VerifyRestored] {
        let site = applied().await;
        site.world.faults().fail(method, 1, ErrorClass::Corrupt);
        let outcome = drilled(&site).await.unwrap();
        assert!(!outcome.record.passed);
        assert_eq!(outcome.left_behind, None);
        assert!(
            outcome.record.summary.contains("fails as planned"),
            "{}",
            outcome.record.summary
        );
        assert_eq!(site.world.datasets(), ["t0"]);
        let recorded = site.recorded();
        assert_eq!(
            recorded.resources[&copy("t0")].last_drill,
            Some(outcome.record)
        );
    }
}

#[tokio::test]
async fn a_scratch_place_that_stays_is_told() {
    let site = applied().await;
    site.world
        .faults()
        .fail(Method::DiscardScratch, 1, ErrorClass::Denied);
    let outcome = drilled(&site).await.unwrap();
    assert!(outcome.record.passed);
    let left = outcome.left_behind.unwrap();
    assert!(site.world.datasets().contains(&left), "{left}");
}

#[tokio::test]
async fn an_interrupted_drill_clears_up_and_records_nothing() {
    let site = applied().await;
    site.world
        .faults()
        .plan("verify_restored 1 hang".parse().unwrap());
    let interrupt = async {
        while site.world.faults().calls(Method::VerifyRestored) < 1 {
            tokio::task::yield_now().await;
        }
        site.stop.request();
        site.stop.request();
    };
    let (outcome, ()) = tokio::join!(drilled(&site), interrupt);
    let error = outcome.unwrap_err();
    assert_eq!(
        error.to_string(),
        "stopped while rehearsing the recovery of `target.memory_dataset.t0.copy`"
    );
    assert_eq!(site.world.datasets(), ["t0"]);
    assert_eq!(site.recorded().resources[&copy("t0")].last_drill, None);
}

#[tokio::test]
async fn a_drill_without_a_point_says_so() {
    let site = applied().await;
    for (_, _, point) in site.world.points() {
        site.world.delete_point(&point);
    }
    let error = drilled(&site).await.unwrap_err();
    assert_eq!(
        format!("{error}\n{}", error.help().unwrap()),
        "`target.memory_dataset.t0.copy` holds no recovery point\n\
         Make one with `lifeboat backup run 'target.memory_dataset.t0.copy'`."
    );
}

#[tokio::test]
async fn a_drill_that_passed_measures_time_and_rate_and_a_failed_one_nothing() {
    let site = applied().await;
    // A clock that is a tenth of a second further whenever somebody looks.
    let mut run = site.run();
    let clock = run.clock.clone();
    let looks = std::sync::atomic::AtomicU64::new(0);
    run.clock = std::sync::Arc::new(move || {
        let looked = looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Span::from_millis(100).times(looked).after(clock.now())
    });
    let request = Drill {
        address: copy("t0"),
        point: PointChoice::Newest,
    };
    let mut session = site.open().await;
    let outcome = drill(&request, &site.providers(), &mut session, &run)
        .await
        .unwrap();
    drop(session);
    assert!(outcome.record.passed);
    let measured = site.recorded().resources[&copy("t0")].measured.clone();
    let time = &measured[&ModelInput::RestoreTime];
    let rate = &measured[&ModelInput::RestoreBandwidth];
    let took = outcome.record.took;
    assert!(took > Span::ZERO);
    assert_eq!(time.worst, InputValue::Span(took));
    let rate_of = 10 * 1_000 / took.as_millis();
    assert_eq!(
        rate.worst,
        InputValue::Rate(Rate(rate_of)),
        "10 bytes in {took}"
    );
    assert_eq!((time.n, rate.at), (1, outcome.record.at));
    site.world
        .faults()
        .fail(Method::Restore, 1, ErrorClass::Corrupt);
    assert!(!drilled(&site).await.unwrap().record.passed);
    assert_eq!(site.recorded().resources[&copy("t0")].measured, measured);
    // A backup that is applied again keeps them.
    assert!(measured.contains_key(&ModelInput::RunTime));
}
