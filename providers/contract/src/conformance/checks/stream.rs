//! What follows its source by itself: logs and replicas.

use lifeboat_model::{RecoveryPoint, role};

use super::super::bench::{Bench, Step, Stop, ensure, ensure_equal, fail, ids};
use super::super::{Item, Meddling};

async fn newest(bench: &Bench, item: &Item) -> Step<RecoveryPoint> {
    match bench.points(item).await?.pop() {
        Some(point) => Ok(point),
        None => fail(format!("`{}` holds no point", item.address)),
    }
}

/// A log restores what there was at its last flush, whatever happened since; its points move and keep their ids.
pub(super) async fn log_reaches_its_last_flush(bench: &Bench) -> Step {
    let Some(log) = &bench.fixture.log else {
        return Err(Stop::Skip("there is no log".to_owned()));
    };
    bench.create(&bench.fixture.repository).await?;
    bench.create(log).await?;
    bench.back_up(log, "first").await?;
    let before = bench.site().source().await;
    let first = newest(bench, log).await?;
    bench.meddle(Meddling::ChangeSource).await?;
    let held = ids(&bench.points(log).await?);
    let into = bench.scratch(log, &first.id, "before").await?;
    let restored = bench.site().restored(&into).await;
    ensure_equal(&restored, &before, "data at the first flush")?;
    bench.crash();
    bench.back_up(log, "second").await?;
    let second = newest(bench, log).await?;
    ensure_equal(&second.id, &first.id, "the last point after another flush")?;
    ensure_equal(
        &ids(&bench.points(log).await?),
        &held,
        "points after another flush",
    )?;
    ensure(second.time > first.time, || {
        format!(
            "a flush moves the last point from {} to {}",
            first.time, second.time
        )
    })?;
    bench.back_up(log, "second").await?;
    let again = newest(bench, log).await?;
    ensure_equal(
        &again.time,
        &second.time,
        "the last point after a repeated flush",
    )?;
    let after = bench.site().source().await;
    let into = bench.scratch(log, &second.id, "after").await?;
    let restored = bench.site().restored(&into).await;
    ensure_equal(&restored, &after, "data at the second flush")
}

/// A log that starts from the points of a snapshot restores nothing before there is one, and nothing without it.
pub(super) async fn log_follows_its_base(bench: &Bench) -> Step {
    let Some(mut log) = bench.fixture.log.clone() else {
        return Err(Stop::Skip("there is no log".to_owned()));
    };
    let snapshot = &bench.fixture.snapshot;
    let base = snapshot.address.to_string();
    log.attributes.insert(role::BASE.to_owned(), base.into());
    bench.set_up().await?;
    bench.create(&log).await?;
    bench.back_up(&log, "too early").await?;
    ensure_equal(
        &bench.points(&log).await?,
        &Vec::new(),
        "points without a base",
    )?;
    let base = bench.point("base").await?;
    bench.back_up(&log, "flush").await?;
    let times: Vec<_> = bench
        .points(&log)
        .await?
        .iter()
        .map(|point| point.time)
        .collect();
    let from_base = times.first() == Some(&base.time) && times.last() > Some(&base.time);
    ensure(from_base, || {
        format!("a log with a base of {} reaches {times:?}", base.time)
    })?;
    bench.meddle(Meddling::DeletePoint(&base.id)).await?;
    bench.crash();
    ensure_equal(
        &bench.points(&log).await?,
        &Vec::new(),
        "points without the base",
    )
}

/// A replica restores what its source holds, and soon what it holds after a change.
pub(super) async fn replica_follows_its_source(bench: &Bench) -> Step {
    let Some(replica) = &bench.fixture.replica else {
        return Err(Stop::Skip("there is no replica".to_owned()));
    };
    bench.create(replica).await?;
    let first = newest(bench, replica).await?;
    for (change, name) in [(false, "before"), (true, "after")] {
        if change {
            bench.meddle(Meddling::ChangeSource).await?;
            bench.wait(10);
        }
        bench.crash();
        let point = newest(bench, replica).await?;
        ensure_equal(&point.id, &first.id, "the point of a replica")?;
        let source = bench.site().source().await;
        let into = bench.scratch(replica, &point.id, name).await?;
        let restored = bench.site().restored(&into).await;
        ensure_equal(&restored, &source, "data of a replica")?;
    }
    let held = bench.points(replica).await?.len();
    ensure_equal(&held, &1, "points of a replica")
}
