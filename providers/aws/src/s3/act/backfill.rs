//! Making a copy whole: what was in the bucket before its rule, which S3 does not replicate.

use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::stream::{self, StreamExt as _};
use lifeboat_contract::{
    BackUpReport, BackUpRequest, CallContext, ErrorClass, PathFailure, ProviderError,
};

use super::origin::{self, Origin};
use super::versions::{Version, held_at};
use super::{go_on, transfer};
use crate::client::Aws;
use crate::s3::bucket::Bucket;
use crate::s3::tags;

/// Answers with the points that there are. Versions and replicas come by themselves; the one thing to run is to copy what
/// was there before a rule, where that is asked for and not done yet.
///
/// # Errors
/// What the requests failed with; the same call goes on where it stopped.
pub(crate) async fn back_up(
    aws: &Aws,
    request: &BackUpRequest<'_>,
    context: &CallContext,
) -> Result<BackUpReport, ProviderError> {
    let protected = &request.protected;
    let origin = origin::find(aws, protected).await?;
    let mut report = BackUpReport {
        points: Vec::new(),
        unreadable: Vec::new(),
        entries: 0,
        source_bytes: 0,
        added_bytes: 0,
    };
    if origin.is_copy() && origin.is_whole() {
        fill(&origin, context, &mut report).await?;
    }
    match origin.reach(protected, context).await {
        Ok(reach) => report.points = reach.points(&origin.holder.name, protected.address),
        // What could not be copied is told instead.
        Err(error) if error.class == ErrorClass::NotFound && !report.unreadable.is_empty() => {}
        Err(error) => return Err(error),
    }
    Ok(report)
}

/// Copies what the replicas lack, unless that was done, and remembers that it is.
async fn fill(
    origin: &Origin,
    context: &CallContext,
    report: &mut BackUpReport,
) -> Result<(), ProviderError> {
    let Some(source) = &origin.source else {
        let message = format!("there is no bucket `{}`", origin.source_name);
        return Err(ProviderError::new(ErrorClass::NotFound, message));
    };
    let (_, claim) = origin.claim().await?;
    if claim.is_some_and(|claim| claim.since.is_some()) {
        return Ok(());
    }
    let there = held_at(source, "", context.as_of, context).await?;
    let copied = held_at(&origin.holder, "", jiff::Timestamp::MAX, context).await?;
    report.entries = there.len() as u64;
    report.source_bytes = there.values().map(|it| it.size).sum();
    let lacking: Vec<Version> = there
        .into_values()
        .filter(|version| {
            copied
                .get(&version.key)
                .is_none_or(|it| it.size != version.size)
        })
        .collect();
    let total = lacking.iter().map(|it| it.size).sum();
    context
        .progress
        .begin("copying what was there before", Some(total));
    let added = AtomicU64::new(0);
    let copies = lacking.into_iter().map(|version: Version| {
        let added = &added;
        async move {
            let failure = copy(&version, source, &origin.holder, context).await?;
            if failure.is_none() {
                added.fetch_add(version.size, Ordering::Relaxed);
            }
            Ok::<_, ProviderError>(failure)
        }
    });
    let width = origin.session.settings.max_concurrency.max(1);
    let mut done = stream::iter(copies).buffer_unordered(width);
    while let Some(result) = done.next().await {
        report.unreadable.extend(result?);
    }
    drop(done);
    context.progress.end();
    report.added_bytes = added.into_inner();
    if !report.unreadable.is_empty() {
        return Ok(());
    }
    let _turn = source.turn().await;
    let before = tags::get(source).await?;
    let mut after = before.clone();
    after.insert(origin.tag.clone(), origin.since(context.as_of).text());
    tags::put(source, &before, &after).await
}

async fn copy(
    version: &Version,
    from: &Bucket,
    to: &Bucket,
    context: &CallContext,
) -> Result<Option<PathFailure>, ProviderError> {
    go_on(context)?;
    let failure = |message: String| PathFailure {
        path: version.key.clone(),
        message,
    };
    if version.is_archived() {
        let message = format!("it is archived in {}", version.class);
        return Ok(Some(failure(message)));
    }
    match transfer::copy(version, from, to, &version.key).await {
        Ok(()) => {
            context.progress.advance(version.size);
            Ok(None)
        }
        Err(error) if transfer::is_of_the_object(&error) => Ok(Some(failure(error.chain()))),
        Err(error) => Err(error),
    }
}
