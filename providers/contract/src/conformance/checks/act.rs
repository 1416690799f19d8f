//! Making, copying and deleting recovery points.

use lifeboat_model::RecoveryPoint;

use super::super::Meddling;
use super::super::bench::{Bench, Step, Stop, done, ensure, ensure_equal, fail, ids};
use crate::{BackUpRequest, ErrorClass, Protected};

/// A backup with the token of an earlier one is that one, even when the data have changed since.
pub(super) async fn back_up_is_idempotent_by_token(bench: &Bench) -> Step {
    let snapshot = &bench.fixture.snapshot;
    bench.set_up().await?;
    let first = bench.point("first").await?;
    bench.crash();
    let again = bench.point("first").await?;
    ensure_equal(&again.id, &first.id, "the point of a repeated backup")?;
    bench.meddle(Meddling::ChangeSource).await?;
    let again = bench.point("first").await?;
    ensure_equal(
        &again.id,
        &first.id,
        "the point of a backup repeated after a change",
    )?;
    let second = bench.point("second").await?;
    let third = bench.point("third").await?;
    let expected = ids(&[first, second, third]);
    let held = ids(&bench.points(snapshot).await?);
    ensure_equal(&held, &expected, "points, oldest first")
}

/// A point carries the token that made it, and a reading shows it as the backup reported it.
pub(super) async fn points_say_what_they_are(bench: &Bench) -> Step {
    bench.set_up().await?;
    let report = bench.back_up(&bench.fixture.snapshot, "first").await?;
    ensure(report.entries > 0 && report.source_bytes > 0, || {
        format!("a backup of data says that there were none: {report:?}")
    })?;
    ensure_equal(
        &report.unreadable,
        &Vec::new(),
        "paths that were not readable",
    )?;
    let held = bench.points(&bench.fixture.snapshot).await?;
    ensure_equal(&held, &report.points, "points as read after the backup")?;
    for point in &held {
        ensure_equal(
            &point.token.as_deref(),
            &Some("first"),
            "token of the point",
        )?;
        ensure_equal(&point.copy_of, &None, "what a snapshot is a copy of")?;
    }
    Ok(())
}

/// Two protections of one target in one repository do not see each other's points.
pub(super) async fn protections_are_apart(bench: &Bench) -> Step {
    let mine = &bench.fixture.snapshot;
    let other = mine.called("other");
    bench.set_up().await?;
    bench.create(&other).await?;
    let point = bench.point("first").await?;
    ensure_equal(
        &bench.points(&other).await?,
        &Vec::new(),
        "points of another protection",
    )?;
    bench.back_up(&other, "first").await?;
    let theirs = ids(&bench.points(&other).await?);
    done(
        bench
            .delete_points(mine, &theirs, "delete what is theirs")
            .await
            .or_else(|error| {
                // Refusing is as good as leaving it alone.
                if error.class.is_transient() {
                    Err(error)
                } else {
                    Ok(())
                }
            }),
        "deleting points of another protection",
    )?;
    ensure_equal(
        &ids(&bench.points(&other).await?),
        &theirs,
        "points of the other protection",
    )?;
    ensure_equal(
        &ids(&bench.points(mine).await?),
        &vec![point.id],
        "points of this protection",
    )
}

/// A file that cannot be read is reported, and the rest is saved.
pub(super) async fn partial_source_is_saved_and_said(bench: &Bench) -> Step {
    bench.set_up().await?;
    bench.meddle(Meddling::MakeFileUnreadable).await?;
    let report = bench.back_up(&bench.fixture.snapshot, "first").await?;
    ensure(!report.unreadable.is_empty(), || {
        "an unreadable file is not reported".to_owned()
    })?;
    let Some(point) = report.points.first() else {
        return fail("a source that is readable in part makes no point");
    };
    let into = bench
        .scratch(&bench.fixture.snapshot, &point.id, "partial")
        .await?;
    let restored = bench.site().restored(&into).await;
    ensure(!restored.is_empty(), || {
        "the readable rest is not saved".to_owned()
    })
}

/// A source that is gone makes no point, certainly not an empty one, and costs none.
pub(super) async fn missing_source_makes_no_point(bench: &Bench) -> Step {
    bench.set_up().await?;
    let point = bench.point("first").await?;
    bench.meddle(Meddling::RemoveSource).await?;
    bench.ensure_gone(&bench.fixture.target).await?;
    let said = bench.try_back_up(&bench.fixture.snapshot, "second").await;
    super::super::bench::ensure_refused(said, ErrorClass::NotFound, "a backup of nothing")?;
    let held = ids(&bench.points(&bench.fixture.snapshot).await?);
    ensure_equal(&held, &vec![point.id], "points after a backup of nothing")
}

/// A backup that is told to stop either made its point, or says `interrupted` and made none.
pub(super) async fn interruption_leaves_nothing_behind(bench: &Bench) -> Step {
    bench.set_up().await?;
    let context = bench.context("stopped");
    context.cancel.cancel();
    let bindings = bench.fixture.bindings();
    let snapshot = &bench.fixture.snapshot;
    let protected = Protected {
        address: &snapshot.address,
        kind: &snapshot.kind,
        attributes: &snapshot.attributes,
        bindings: &bindings,
    };
    let said = bench
        .provider()
        .back_up(BackUpRequest { protected }, &context)
        .await;
    let made = match bench.hear(said) {
        Ok(report) => report.points,
        Err(error) => {
            ensure_equal(&error.class, &ErrorClass::Interrupted, "class of a stop")?;
            Vec::new()
        }
    };
    ensure_equal(&bench.points(snapshot).await?, &made, "points after a stop")?;
    bench.crash();
    let point = bench.point("stopped").await?;
    ensure_equal(
        &bench.points(snapshot).await?,
        &vec![point],
        "points after going on",
    )
}

/// Exactly the named points go; the others stay whole, and a repeated deletion is no error.
pub(super) async fn delete_points_deletes_exactly_these(bench: &Bench) -> Step {
    let snapshot = &bench.fixture.snapshot;
    bench.set_up().await?;
    let before = bench.site().source().await;
    let first = bench.point("first").await?;
    let second = bench.point("second").await?;
    let third = bench.point("third").await?;
    let doomed = [second.id.clone()];
    done(
        bench.delete_points(snapshot, &doomed, "delete").await,
        "deleting a point",
    )?;
    bench.crash();
    done(
        bench.delete_points(snapshot, &doomed, "delete").await,
        "deleting it again",
    )?;
    done(
        bench.delete_points(snapshot, &[], "nothing").await,
        "deleting no point",
    )?;
    let held = ids(&bench.points(snapshot).await?);
    ensure_equal(&held, &ids(&[first.clone(), third]), "points that are left")?;
    let into = bench.scratch(snapshot, &first.id, "left").await?;
    let restored = bench.site().restored(&into).await;
    ensure(restored == before, || {
        "a point that was left does not restore whole".to_owned()
    })
}

/// A copy has every point of its source once, whole, each saying what it copies.
pub(super) async fn copy_is_complete_and_idempotent(bench: &Bench) -> Step {
    let Some(copy) = &bench.fixture.copy else {
        return Err(Stop::Skip("there is no copy".to_owned()));
    };
    bench.set_up().await?;
    bench.create(&bench.fixture.second_repository).await?;
    bench.create(copy).await?;
    let before = bench.site().source().await;
    let first = bench.point("first").await?;
    bench.meddle(Meddling::ChangeSource).await?;
    let second = bench.point("second").await?;
    let made = bench.back_up(copy, "copy").await?.points;
    ensure_copies(&made, &[&first, &second])?;
    bench.crash();
    let again = bench.back_up(copy, "copy").await?.points;
    ensure_equal(&ids(&again), &ids(&made), "points of a repeated copy")?;
    let more = bench.back_up(copy, "copy once more").await?.points;
    ensure_equal(&more, &Vec::new(), "points of a copy that lacks none")?;
    let third = bench.point("third").await?;
    let more = bench.back_up(copy, "copy the third").await?.points;
    ensure_copies(&more, &[&third])?;
    ensure_copies(&bench.points(copy).await?, &[&first, &second, &third])?;
    let Some(oldest) = made.first() else {
        return fail("a copy made no point");
    };
    bench.meddle(Meddling::RemoveRepository).await?;
    bench.crash();
    let into = bench.scratch(copy, &oldest.id, "copied").await?;
    let restored = bench.site().restored(&into).await;
    ensure(restored == before, || {
        "a copy does not restore what was captured".to_owned()
    })
}

fn ensure_copies(found: &[RecoveryPoint], originals: &[&RecoveryPoint]) -> Step {
    let shown = |point: &RecoveryPoint| (point.copy_of.clone(), point.time);
    let found: Vec<_> = found.iter().map(shown).collect();
    let expected: Vec<_> = originals
        .iter()
        .map(|point| (Some(point.id.clone()), point.time))
        .collect();
    ensure_equal(
        &found,
        &expected,
        "originals of the copies, and their times",
    )
}
