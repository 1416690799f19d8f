//! Bringing recovery points back.

use lifeboat_model::RecoveryPointId;

use super::super::Meddling;
use super::super::bench::{Bench, Step, Stop, done, ensure, ensure_equal, ensure_refused, fail};
use crate::{Destination, ErrorClass};

/// What is restored is what was there, byte for byte.
pub(super) async fn back_up_then_restore_is_identical(bench: &Bench) -> Step {
    bench.set_up().await?;
    let before = bench.site().source().await;
    ensure(!before.is_empty(), || {
        "the site has no data to protect".to_owned()
    })?;
    let point = bench.point("first").await?;
    bench.crash();
    let into = bench
        .scratch(&bench.fixture.snapshot, &point.id, "whole")
        .await?;
    let restored = bench.site().restored(&into).await;
    ensure_same(&restored, &before)?;
    ensure_same(&bench.site().source().await, &before)
}

type Data = std::collections::BTreeMap<String, Vec<u8>>;

fn ensure_same(found: &Data, expected: &Data) -> Step {
    let names = |data: &Data| data.keys().cloned().collect::<Vec<_>>();
    ensure_equal(&names(found), &names(expected), "names of the data")?;
    for (name, bytes) in expected {
        ensure(found.get(name) == Some(bytes), || {
            format!("`{name}` has other bytes")
        })?;
    }
    Ok(())
}

/// An old point brings back the old data, a new one the new data.
pub(super) async fn each_point_restores_its_own_instant(bench: &Bench) -> Step {
    let snapshot = &bench.fixture.snapshot;
    bench.set_up().await?;
    let old = bench.site().source().await;
    let first = bench.point("first").await?;
    bench.meddle(Meddling::ChangeSource).await?;
    let new = bench.site().source().await;
    ensure(old != new, || "the site's data did not change".to_owned())?;
    let second = bench.point("second").await?;
    for (name, point, expected) in [("old", first, &old), ("new", second, &new)] {
        let into = bench.scratch(snapshot, &point.id, name).await?;
        ensure_same(&bench.site().restored(&into).await, expected)?;
    }
    Ok(())
}

/// A path that is asked for alone comes back alone.
pub(super) async fn one_path_alone_is_restored(bench: &Bench) -> Step {
    let Some(path) = bench.fixture.one_path.clone() else {
        return Err(Stop::Skip("the target has no paths".to_owned()));
    };
    bench.set_up().await?;
    let before = bench.site().source().await;
    let point = bench.point("first").await?;
    let to = Destination::Scratch("one".to_owned());
    let snapshot = &bench.fixture.snapshot;
    let said = bench.try_restore(
        snapshot,
        &point.id,
        to,
        std::slice::from_ref(&path),
        false,
        "one",
    );
    let report = done(said.await, "restoring one path")?;
    let restored = bench.site().restored(&report.into).await;
    let Some(bytes) = before.get(&path) else {
        return fail(format!("the site has no `{path}`"));
    };
    ensure(restored.get(&path) == Some(bytes), || {
        format!("`{path}` is not restored")
    })?;
    let files = before
        .keys()
        .filter(|name| restored.contains_key(*name))
        .count();
    ensure(files < before.len(), || {
        "everything is restored, not one path".to_owned()
    })
}

/// Without leave to overwrite, data that are in the way are a conflict, and are not touched.
pub(super) async fn restore_refuses_existing_data(bench: &Bench) -> Step {
    let snapshot = &bench.fixture.snapshot;
    let elsewhere = bench.fixture.elsewhere.clone();
    bench.set_up().await?;
    let before = bench.site().source().await;
    let point = bench.point("first").await?;
    bench.meddle(Meddling::ChangeSource).await?;
    let changed = bench.site().source().await;
    let said = bench
        .try_restore(
            snapshot,
            &point.id,
            Destination::InPlace,
            &[],
            false,
            "in place",
        )
        .await;
    if bench.fixture.restores_over {
        ensure_refused(said, ErrorClass::Conflict, "a restore over the source")?;
    } else {
        ensure(said.is_err(), || {
            "a restore goes where none can go".to_owned()
        })?;
    }
    ensure_same(&bench.site().source().await, &changed)?;

    bench.meddle(Meddling::Occupy(&elsewhere)).await?;
    let occupied = bench.site().restored(&elsewhere).await;
    let to = || Destination::At(elsewhere.clone());
    let said = bench
        .try_restore(snapshot, &point.id, to(), &[], false, "at")
        .await;
    ensure_refused(said, ErrorClass::Conflict, "a restore over other data")?;
    ensure_same(&bench.site().restored(&elsewhere).await, &occupied)?;

    let said = bench
        .try_restore(snapshot, &point.id, to(), &[], true, "over it")
        .await;
    if !bench.fixture.restores_over {
        ensure(said.is_err(), || {
            "a restore writes over what it cannot write over".to_owned()
        })?;
        return ensure_same(&bench.site().restored(&elsewhere).await, &occupied);
    }
    let report = done(said, "a restore that may overwrite")?;
    let restored = bench.site().restored(&report.into).await;
    for (name, bytes) in &before {
        ensure(restored.get(name) == Some(bytes), || {
            format!("`{name}` is not overwritten")
        })?;
    }
    let said = bench
        .try_restore(snapshot, &point.id, Destination::InPlace, &[], true, "back")
        .await;
    done(said, "a restore in place that may overwrite")?;
    let source = bench.site().source().await;
    for (name, bytes) in &before {
        ensure(source.get(name) == Some(bytes), || {
            format!("`{name}` is not back in place")
        })?;
    }
    Ok(())
}

/// A point that does not exist is not found, and nothing is written.
pub(super) async fn unknown_point_is_not_found(bench: &Bench) -> Step {
    bench.set_up().await?;
    bench.point("first").await?;
    let unknown = RecoveryPointId("f".repeat(64));
    let to = Destination::At(bench.fixture.elsewhere.clone());
    let said = bench
        .try_restore(&bench.fixture.snapshot, &unknown, to, &[], false, "unknown")
        .await;
    ensure_refused(said, ErrorClass::NotFound, "a restore of an unknown point")?;
    let written = bench.site().restored(&bench.fixture.elsewhere).await;
    ensure_equal(&written, &Data::new(), "data of an unknown point")
}

/// A scratch place goes when it is discarded, once or twice; what is no scratch place of ours does not.
pub(super) async fn scratch_is_discarded_and_only_ours(bench: &Bench) -> Step {
    let snapshot = &bench.fixture.snapshot;
    let elsewhere = bench.fixture.elsewhere.clone();
    bench.set_up().await?;
    let before = bench.site().source().await;
    let point = bench.point("first").await?;
    let into = bench.scratch(snapshot, &point.id, "drill").await?;
    bench.crash();
    done(bench.discard(&into).await, "discarding a scratch place")?;
    let left = bench.site().restored(&into).await;
    ensure_equal(&left, &Data::new(), "data of a discarded scratch place")?;
    done(bench.discard(&into).await, "discarding it again")?;
    let into = bench.scratch(snapshot, &point.id, "drill").await?;
    done(bench.discard("drill").await, "discarding it by its name")?;
    let left = bench.site().restored(&into).await;
    ensure_equal(&left, &Data::new(), "data of what was discarded by name")?;
    done(bench.discard("drill").await, "discarding the name again")?;
    // The name is free again.
    let into = bench.scratch(snapshot, &point.id, "drill").await?;
    ensure_same(&bench.site().restored(&into).await, &before)?;

    let to = Destination::At(elsewhere);
    let kept = bench
        .try_restore(snapshot, &point.id, to, &[], false, "kept")
        .await;
    let kept = done(kept, "a restore to an empty place")?.into;
    let said = bench.discard(&kept).await;
    ensure(said.is_err(), || {
        "what is no scratch place is discarded".to_owned()
    })?;
    ensure_same(&bench.site().restored(&kept).await, &before)
}
