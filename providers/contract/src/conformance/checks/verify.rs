//! Verification.

use super::super::Meddling;
use super::super::bench::{Bench, Step, done, ensure};

/// Whole points pass; damaged bytes are found when they are read, and are a report, no error.
pub(super) async fn verify_passes_and_detects_damage(bench: &Bench) -> Step {
    let snapshot = &bench.fixture.snapshot;
    bench.set_up().await?;
    let point = bench.point("first").await?;
    for read_data in [false, true] {
        let report = done(bench.verify(snapshot, read_data).await, "verifying")?;
        ensure(report.passed(), || {
            format!("whole points do not pass: {report:?}")
        })?;
    }
    bench.meddle(Meddling::DamagePoint(&point.id)).await?;
    bench.crash();
    let report = done(
        bench.verify(snapshot, true).await,
        "verifying damaged points",
    )?;
    ensure(!report.passed(), || {
        format!("damage is not found: {report:?}")
    })
}

/// What was restored whole passes; what was changed since does not.
pub(super) async fn verify_restored_compares(bench: &Bench) -> Step {
    let snapshot = &bench.fixture.snapshot;
    bench.set_up().await?;
    let point = bench.point("first").await?;
    // The source moves on; the comparison is with the point, not with the source.
    bench.meddle(Meddling::ChangeSource).await?;
    let into = bench.scratch(snapshot, &point.id, "compared").await?;
    let report = bench.verify_restored(snapshot, &point.id, &into).await;
    let report = done(report, "comparing what was restored")?;
    ensure(report.passed(), || {
        format!("an exact restore does not pass: {report:?}")
    })?;
    bench.meddle(Meddling::AlterRestored(&into)).await?;
    bench.crash();
    let report = bench.verify_restored(snapshot, &point.id, &into).await;
    let report = done(report, "comparing what was altered")?;
    ensure(!report.passed(), || {
        format!("an altered restore passes: {report:?}")
    })
}
