//! Checking versions where they are, and what a restore wrote.

use aws_sdk_s3::types::ChecksumMode;
use futures_util::stream::{self, StreamExt as _};
use lifeboat_contract::{
    CallContext, Check, ProviderError, RestoredRequest, VerifyReport, VerifyRequest,
};
use sha2::{Digest as _, Sha256};

use super::origin::{self, Origin};
use super::restore::parts;
use super::versions::{Version, each, held_at};
use super::{go_on, transfer};
use crate::client::Aws;
use crate::s3::ask::failed;
use crate::s3::bucket::Bucket;

/// So many are named in a report.
const NAMED: usize = 5;

/// Checks every version that is listed: that it is there with its size, or with `read_data` that all of it can be read
/// and has its checksum. Of a copy also that it holds what the bucket holds.
///
/// # Errors
/// Where nothing could be checked.
pub(crate) async fn verify(
    aws: &Aws,
    request: &VerifyRequest<'_>,
    context: &CallContext,
) -> Result<VerifyReport, ProviderError> {
    let protected = &request.protected;
    let origin = origin::find(aws, protected).await?;
    let mut versions = Vec::new();
    each(&origin.holder, "", context, |version| {
        if !version.is_marker {
            versions.push(version);
        }
    })
    .await?;
    let bytes: u64 = versions.iter().map(|version| version.size).sum();
    let (total, bucket) = (versions.len(), &origin.holder);
    context.progress.begin("verifying", Some(bytes));
    let read_data = request.read_data;
    let checks = versions.into_iter().map(|version: Version| async move {
        go_on(context)?;
        let wrong = if version.is_archived() {
            None
        } else if read_data {
            read(bucket, &version).await?.err()
        } else {
            headed(bucket, &version).await?
        };
        context.progress.advance(version.size);
        Ok::<_, ProviderError>(wrong.map(|why| format!("{} ({}): {why}", version.key, version.id)))
    });
    let width = bucket.session.settings.max_concurrency.max(1);
    let mut done = stream::iter(checks).buffer_unordered(width);
    let mut wrong = Vec::new();
    while let Some(result) = done.next().await {
        wrong.extend(result?);
    }
    drop(done);
    context.progress.end();
    let name = if read_data {
        "version data"
    } else {
        "versions"
    };
    let good = format!("{total} versions with {bytes} bytes are there");
    let mut checks = vec![check(name, total, wrong, good)];
    if let Some(source) = origin.source.as_ref().filter(|_| origin.is_copy()) {
        checks.push(complete(&origin, source, request, context).await?);
    }
    Ok(VerifyReport::of(checks))
}

fn check(name: &str, total: usize, mut wrong: Vec<String>, good: String) -> Check {
    wrong.sort_unstable();
    let shown = wrong
        .iter()
        .take(NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join("; ");
    let more = wrong.len().saturating_sub(NAMED);
    let detail = match (wrong.len(), more) {
        (0, _) => good,
        (all, 0) => format!("{all} of {total} are not as they should be: {shown}"),
        (all, more) => {
            format!("{all} of {total} are not as they should be: {shown}; and {more} more")
        }
    };
    Check {
        name: name.to_owned(),
        passed: wrong.is_empty(),
        detail,
    }
}

async fn headed(bucket: &Bucket, version: &Version) -> Result<Option<String>, ProviderError> {
    match transfer::head(bucket, &version.key, &version.id).await {
        Ok(Some(size)) if size == version.size => Ok(None),
        Ok(Some(size)) => Ok(Some(format!("{size} bytes, not {}", version.size))),
        Ok(None) => Ok(Some("it cannot be found".to_owned())),
        Err(error) if transfer::is_of_the_object(&error) => Ok(Some(error.chain())),
        Err(error) => Err(error),
    }
}

/// Reads all of a version and returns its digest, or what is wrong with it. The SDK compares the checksum that S3 keeps.
async fn read(
    bucket: &Bucket,
    version: &Version,
) -> Result<Result<Vec<u8>, String>, ProviderError> {
    let asked = bucket
        .client
        .get_object()
        .bucket(&bucket.name)
        .key(&version.key);
    let asked = asked
        .version_id(&version.id)
        .checksum_mode(ChecksumMode::Enabled);
    let answer = match asked.send().await {
        Ok(answer) => answer,
        Err(error) => {
            let error = failed(error, "s3:GetObjectVersion", bucket);
            if transfer::is_of_the_object(&error) {
                return Ok(Err(error.chain()));
            }
            return Err(error);
        }
    };
    let (mut body, mut digest, mut size) = (answer.body, Sha256::new(), 0_u64);
    while let Some(some) = body.next().await {
        match some {
            Ok(bytes) => {
                size += bytes.len() as u64;
                digest.update(&bytes);
            }
            Err(error) => return Ok(Err(format!("its data cannot be read: {error}"))),
        }
    }
    if size != version.size {
        return Ok(Err(format!("{size} bytes, not {}", version.size)));
    }
    Ok(Ok(digest.finalize().to_vec()))
}

/// Checks that each object of the bucket, as old as S3 may take to replicate it, has its replica.
async fn complete(
    origin: &Origin,
    source: &Bucket,
    request: &VerifyRequest<'_>,
    context: &CallContext,
) -> Result<Check, ProviderError> {
    let reach = origin.reach(&request.protected, context).await?;
    let (_, claim) = origin.claim().await?;
    let since = claim
        .and_then(|claim| claim.since)
        .filter(|_| !origin.is_whole());
    let there = held_at(source, "", reach.latest, context).await?;
    let copied = held_at(&origin.holder, "", jiff::Timestamp::MAX, context).await?;
    let expected = there
        .values()
        .filter(|it| since.is_none_or(|since| it.at >= since));
    let (mut total, mut wrong) = (0, Vec::new());
    for version in expected {
        total += 1;
        if !copied.contains_key(&version.key) {
            wrong.push(format!("{} has no replica", version.key));
        }
    }
    let good = format!("{total} objects have their replicas");
    Ok(check("replicas", total, wrong, good))
}

/// Compares what a restore wrote with the versions that it was of: keys, sizes, and the data where S3's own checksums
/// cannot tell.
///
/// # Errors
/// Where nothing could be checked.
pub(crate) async fn verify_restored(
    aws: &Aws,
    request: &RestoredRequest<'_>,
    context: &CallContext,
) -> Result<VerifyReport, ProviderError> {
    let protected = &request.protected;
    let origin = origin::find(aws, protected).await?;
    let at = origin.instant(protected, request.point, context).await?;
    let held = held_at(&origin.holder, "", at, context).await?;
    let (name, prefix) = parts(request.into)?;
    let place = Bucket::existing(&origin.session, name).await?;
    let there = held_at(&place, &prefix, jiff::Timestamp::MAX, context).await?;
    let (mut missing, mut different) = (Vec::new(), Vec::new());
    for (key, version) in &held {
        go_on(context)?;
        match there.get(&format!("{prefix}{key}")) {
            None => missing.push(key.clone()),
            Some(found) if found.size != version.size => {
                different.push(format!("{key}: {} bytes, not {}", found.size, version.size));
            }
            Some(found) if found.etag == version.etag => {}
            Some(found) => {
                let both = (
                    read(&origin.holder, version).await?,
                    read(&place, found).await?,
                );
                if !matches!(both, (Ok(a), Ok(b)) if a == b) {
                    different.push(format!("{key}: other data"));
                }
            }
        }
    }
    let total = held.len();
    let list = format!("{total} objects are there");
    let data = format!("{total} objects are as they were");
    Ok(VerifyReport::of(vec![
        check("object list", total, missing, list),
        check("object data", total, different, data),
    ]))
}
