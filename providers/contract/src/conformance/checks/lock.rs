//! Locks.

use super::super::bench::{Bench, Step, Stop, done, ensure, ensure_equal, ensure_refused, ids};
use crate::{ChangeKind, ErrorClass};

/// What is younger than the lock is not deleted, not even with some that are older; what is older can be. Each point
/// says until when it is kept. The points of before are locked, too.
pub(super) async fn lock_keeps_what_is_young(bench: &Bench) -> Step {
    let Some(lock) = &bench.fixture.lock else {
        return Err(Stop::Skip("there is no lock".to_owned()));
    };
    let snapshot = &bench.fixture.snapshot;
    bench.set_up().await?;
    let old = bench.point("old").await?;
    bench.create(lock).await?;
    bench.wait(50);
    let young = bench.point("young").await?;
    bench.crash();
    let held = bench.points(snapshot).await?;
    let unlocked = held.iter().find(|point| point.locked_until.is_none());
    ensure(unlocked.is_none(), || {
        format!("a point does not say that it is locked: {unlocked:?}")
    })?;
    bench.wait(20);
    let both = ids(&[old.clone(), young.clone()]);
    let said = bench.delete_points(snapshot, &both, "delete").await;
    ensure_refused(said, ErrorClass::Denied, "deleting a locked point")?;
    ensure_equal(&ids(&bench.points(snapshot).await?), &both, "locked points")?;
    done(
        bench
            .delete_points(snapshot, &[old.id], "delete the old")
            .await,
        "deleting a point whose lock has ended",
    )?;
    let left = ids(&bench.points(snapshot).await?);
    ensure_equal(&left, &vec![young.id.clone()], "points that are left")?;
    let live = bench.live(lock).await?;
    bench
        .delete(lock, &live.attributes, "remove the lock")
        .await?;
    done(
        bench
            .delete_points(snapshot, &[young.id], "delete the young")
            .await,
        "deleting a point without a lock",
    )?;
    ensure_equal(
        &bench.points(snapshot).await?,
        &Vec::new(),
        "points in the end",
    )
}

/// A lock that is for good can be made longer, and neither shorter nor lighter, nor go.
pub(super) async fn lock_for_good_stays(bench: &Bench) -> Step {
    let (Some(lock), Some(for_good)) = (&bench.fixture.lock, &bench.fixture.lock_for_good) else {
        return Err(Stop::Skip("no lock is for good".to_owned()));
    };
    bench.set_up().await?;
    bench.create(lock).await?;
    let mut firm = lock.clone();
    firm.attributes.clone_from(for_good);
    for (item, after) in [(&firm, &lock.attributes), (&firm, for_good)] {
        let said = bench.change(item, ChangeKind::Update, Some(after), "make it firm");
        done(said.await, "making a lock firm")?;
    }
    bench.crash();
    let said = bench
        .change(lock, ChangeKind::Update, Some(for_good), "lighter")
        .await;
    ensure_refused(said, ErrorClass::Denied, "making a lock lighter")?;
    let mut shorter = firm.clone();
    shorter
        .attributes
        .insert(lifeboat_model::role::LOCK_FOR.to_owned(), "1m".into());
    let said = bench
        .change(&shorter, ChangeKind::Update, Some(for_good), "shorter")
        .await;
    ensure_refused(said, ErrorClass::Denied, "shortening a lock")?;
    let said = bench
        .change(&firm, ChangeKind::Delete, Some(for_good), "remove")
        .await;
    ensure_refused(said, ErrorClass::Denied, "removing a lock")?;
    let standing = bench.live(&firm).await?;
    ensure(
        for_good
            .iter()
            .all(|(name, value)| standing.attributes.get(name) == Some(value)),
        || format!("a lock that was refused to change has changed: {standing:?}"),
    )
}
