//! Guards.

use super::super::bench::{Bench, Step, Stop, done, ensure_equal, ensure_refused, ids};
use crate::ErrorClass;

/// While a guard stands no point is deleted, not even some of those asked for; when it is gone they can be.
pub(super) async fn guard_refuses(bench: &Bench) -> Step {
    let Some(guard) = &bench.fixture.guard else {
        return Err(Stop::Skip("there is no guard".to_owned()));
    };
    let snapshot = &bench.fixture.snapshot;
    bench.set_up().await?;
    let held = ids(&[bench.point("first").await?, bench.point("second").await?]);
    bench.create(guard).await?;
    bench.crash();
    let said = bench.delete_points(snapshot, &held, "delete").await;
    ensure_refused(said, ErrorClass::Denied, "deleting guarded points")?;
    ensure_equal(
        &ids(&bench.points(snapshot).await?),
        &held,
        "guarded points",
    )?;
    let live = bench.live(guard).await?;
    bench
        .delete(guard, &live.attributes, "remove the guard")
        .await?;
    done(
        bench.delete_points(snapshot, &held, "delete").await,
        "deleting points without a guard",
    )?;
    ensure_equal(
        &bench.points(snapshot).await?,
        &Vec::new(),
        "points that are left",
    )
}
