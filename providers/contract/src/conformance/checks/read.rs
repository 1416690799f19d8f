//! What reading tells: drift, absence, and that something could not be read.

use lifeboat_model::LiveState;

use super::super::bench::{Bench, Step, Stop, ensure, ensure_equal, ids};
use super::super::{Item, Meddling};

/// Each kind of change from outside shows in the next reading, as what it is.
pub(super) async fn drift_is_seen(bench: &Bench) -> Step {
    let Bench { fixture, .. } = bench;
    bench.set_up().await?;
    let (first, second) = (bench.point("first").await?, bench.point("second").await?);
    let applied = bench.live(&fixture.snapshot).await?;

    bench.meddle(Meddling::DeletePoint(&first.id)).await?;
    bench.crash();
    let left = ids(&bench.points(&fixture.snapshot).await?);
    ensure_equal(
        &left,
        &vec![second.id],
        "points after one was deleted outside",
    )?;

    bench.meddle(Meddling::EditSnapshot).await?;
    bench.crash();
    let edited = bench.read(&[&fixture.snapshot]).await?;
    let edited = edited.resources.get(&fixture.snapshot.address);
    ensure(
        edited.is_some_and(|live| live.attributes != applied.attributes),
        || format!("an edit from outside does not show: {edited:?}"),
    )?;

    bench.meddle(Meddling::RemoveRepository).await?;
    bench.crash();
    bench.ensure_absent(&fixture.repository).await?;
    bench.ensure_absent(&fixture.snapshot).await
}

/// What does not exist is missing from the answer; what cannot be read is a failure in it.
pub(super) async fn absence_is_not_unreadability(bench: &Bench) -> Step {
    let Bench { fixture, .. } = bench;
    let managed = fixture.managed();
    for item in managed {
        bench.ensure_absent(item).await?;
    }
    bench.set_up().await?;
    bench.point("first").await?;
    bench.meddle(Meddling::MakeRepositoryUnreadable).await?;
    bench.crash();
    let answer = bench
        .read(&[&fixture.target, &fixture.repository, &fixture.snapshot])
        .await?;
    for item in [&fixture.repository, &fixture.snapshot] {
        ensure_unread(&answer, item, None)?;
    }
    let target = answer.resources.contains_key(&fixture.target.address);
    ensure(target, || format!("the target is not read: {answer:?}"))
}

/// A password that does not open the repository is a failure of class `denied`, for it and for all in it.
pub(super) async fn wrong_password_is_denied(bench: &Bench) -> Step {
    let Some(attributes) = bench.fixture.locked_out.clone() else {
        return Err(Stop::Skip("the repository has no password".to_owned()));
    };
    bench.set_up().await?;
    bench.point("first").await?;
    let stranger = bench.with(|fixture| fixture.repository.attributes = attributes);
    stranger.crash();
    let items = [&stranger.fixture.repository, &stranger.fixture.snapshot];
    let answer = stranger.read(&items).await?;
    for item in items {
        ensure_unread(&answer, item, Some("denied"))?;
    }
    let backup = stranger
        .try_back_up(&stranger.fixture.snapshot, "by a stranger")
        .await;
    ensure(backup.is_err(), || {
        "a backup succeeds with a wrong password".to_owned()
    })?;
    let held = bench.points(&bench.fixture.snapshot).await?;
    ensure_equal(&held.len(), &1, "points after a stranger's backup")
}

fn ensure_unread(answer: &LiveState, item: &Item, class: Option<&str>) -> Step {
    let failure = answer.failures.get(&item.address);
    let failed = failure.is_some_and(|failure| class.is_none_or(|class| failure.class == class));
    let absent = !answer.resources.contains_key(&item.address);
    ensure(failed && absent, || {
        let class = class.unwrap_or("any class");
        format!(
            "`{}` should be a failure of {class}: {answer:?}",
            item.address
        )
    })
}

/// Reading twenty protections of one repository takes hardly more requests than reading one.
pub(super) async fn bulk_reads(bench: &Bench) -> Step {
    const MANY: u64 = 20;
    if bench.site().requests().is_none() {
        return Err(Stop::Skip("requests cannot be counted here".to_owned()));
    }
    let count = || bench.site().requests().unwrap_or(0);
    bench.set_up().await?;
    let mut many = vec![bench.fixture.snapshot.clone()];
    for number in 1..MANY {
        let item = bench.fixture.snapshot.called(&format!("number_{number}"));
        bench.create(&item).await?;
        many.push(item);
    }
    let start = count();
    bench.live(&bench.fixture.snapshot).await?;
    let one = count() - start;
    bench.crash();
    let start = count();
    let read = bench.read(&many.iter().collect::<Vec<_>>()).await?;
    let all = count() - start;
    ensure_equal(
        &read.resources.len(),
        &many.len(),
        "protections that are read",
    )?;
    ensure(all <= one + MANY / 5, || {
        format!("{MANY} protections take {all} requests, one takes {one}")
    })
}
