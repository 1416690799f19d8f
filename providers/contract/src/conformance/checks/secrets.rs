//! Secrets.

use super::super::Meddling;
use super::super::bench::{Bench, Step, Stop};

/// Through a whole life, in good answers and in errors, no value of a secret is ever said.
///
/// Every check listens for secrets; this one makes the provider say as much as it can.
pub(super) async fn secrets_do_not_leak(bench: &Bench) -> Step {
    let Bench { fixture, .. } = bench;
    if fixture.secrets.is_empty() {
        return Err(Stop::Skip("there are no secrets".to_owned()));
    }
    for item in fixture.managed() {
        bench.create(item).await?;
    }
    let point = bench.point("first").await?;
    bench.read(&fixture.items()).await?;
    let into = bench
        .scratch(&fixture.snapshot, &point.id, "secret")
        .await?;
    // What comes back is heard; whether it succeeds is the matter of other checks.
    let _ = bench.verify(&fixture.snapshot, true).await;
    let _ = bench
        .verify_restored(&fixture.snapshot, &point.id, &into)
        .await;
    let _ = bench
        .delete_points(&fixture.snapshot, &[point.id], "delete")
        .await;
    if let Some(attributes) = fixture.locked_out.clone() {
        let stranger = bench.with(|fixture| fixture.repository.attributes = attributes);
        stranger.crash();
        let _ = stranger.read(&stranger.fixture.items()).await;
        let _ = stranger
            .try_back_up(&stranger.fixture.snapshot, "stranger")
            .await;
        let _ = stranger.verify(&stranger.fixture.snapshot, true).await;
        let create = crate::ChangeKind::Create;
        let _ = stranger
            .change(&stranger.fixture.repository, create, None, "stranger")
            .await;
    }
    if bench
        .site()
        .meddle(Meddling::MakeRepositoryUnreadable)
        .await
    {
        bench.crash();
        let _ = bench.read(&fixture.items()).await;
        let _ = bench.try_back_up(&fixture.snapshot, "unreadable").await;
    }
    Ok(())
}
