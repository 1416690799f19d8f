//! Bringing back what a bucket held at an instant.
//!
//! Into its own place an old version comes back as a new one: no version is ever deleted, and objects that were written
//! since stay.

use futures_util::stream::{self, StreamExt as _};
use lifeboat_contract::{
    CallContext, Destination, ErrorClass, PathFailure, ProviderError, RestoreReport, RestoreRequest,
};

use super::versions::{Held, Version, held_at};
use super::{go_on, origin, scratch, transfer};
use crate::client::Aws;
use crate::s3::bucket::Bucket;

/// What the places of S3 begin with.
const SCHEME: &str = "s3://";

/// A bucket, and what keys begin with there.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) bucket: Bucket,
    pub(super) prefix: String,
}

impl Place {
    /// Returns it as a report names it.
    pub(super) fn text(&self) -> String {
        format!("{SCHEME}{}/{}", self.bucket.name, self.prefix)
    }
}

/// Returns the bucket and the prefix that a text names: `s3://bucket/prefix`. A prefix ends with `/`.
///
/// # Errors
/// `invalid` where it names none.
pub(super) fn parts(text: &str) -> Result<(&str, String), ProviderError> {
    let rest = text.strip_prefix(SCHEME).filter(|rest| !rest.is_empty());
    let rest = rest.ok_or_else(|| {
        let message = format!("`{text}` is no place in S3");
        ProviderError::new(ErrorClass::Invalid, message).help("Write `s3://BUCKET/PREFIX`.")
    })?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let prefix = match prefix.trim_end_matches('/') {
        "" => String::new(),
        prefix => format!("{prefix}/"),
    };
    Ok((bucket, prefix))
}

/// Brings a recovery point back.
///
/// # Errors
/// `conflict` where other data are in the way and may not be replaced: nothing is written then.
pub(crate) async fn restore(
    aws: &Aws,
    request: &RestoreRequest<'_>,
    context: &CallContext,
) -> Result<RestoreReport, ProviderError> {
    go_on(context)?;
    let protected = &request.protected;
    let origin = origin::find(aws, protected).await?;
    let at = origin.instant(protected, request.point, context).await?;
    let held = held_at(&origin.holder, "", at, context).await?;
    let held = chosen(held, &request.paths)?;
    let place = match &request.destination {
        Destination::InPlace => Place {
            bucket: match origin.source.clone() {
                Some(source) => source,
                None => Bucket::existing(&origin.session, &origin.source_name).await?,
            },
            prefix: String::new(),
        },
        Destination::At(text) => {
            let (name, prefix) = parts(text)?;
            Place {
                bucket: Bucket::existing(&origin.session, name).await?,
                prefix,
            }
        }
        Destination::Scratch(name) => scratch::make(&origin.session, name).await?,
    };
    let there = held_at(&place.bucket, &place.prefix, jiff::Timestamp::MAX, context).await?;
    if !request.overwrite {
        nothing_else(&held, &there, &place)?;
    }
    write(held, &there, &origin.holder, &place, context).await
}

/// Returns the objects that are asked for: each path alone, or all below it.
fn chosen(mut held: Held, paths: &[String]) -> Result<Held, ProviderError> {
    let below = |key: &str, path: &str| {
        let rest = key.strip_prefix(path.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let missing = paths
        .iter()
        .find(|path| !held.keys().any(|key| below(key, path)));
    if let Some(path) = missing {
        let message = format!("the recovery point holds no `{path}`");
        return Err(ProviderError::new(ErrorClass::NotFound, message));
    }
    if !paths.is_empty() {
        held.retain(|key, _| paths.iter().any(|path| below(key, path)));
    }
    Ok(held)
}

/// Fails where anything is there that is not what would be written: a call that was cut off leaves that alone.
fn nothing_else(held: &Held, there: &Held, place: &Place) -> Result<(), ProviderError> {
    let other = there.iter().find(|(key, found)| {
        let key = key.strip_prefix(&place.prefix).unwrap_or(key);
        held.get(key).is_none_or(|wanted| wanted.size != found.size)
    });
    let Some((key, _)) = other else { return Ok(()) };
    let message = format!("`{}` has data in it: `{key}`", place.text());
    Err(ProviderError::new(ErrorClass::Conflict, message)
        .help("Choose another destination, or allow to overwrite."))
}

async fn write(
    held: Held,
    there: &Held,
    from: &Bucket,
    place: &Place,
    context: &CallContext,
) -> Result<RestoreReport, ProviderError> {
    let mut report = RestoreReport {
        into: place.text(),
        entries: 0,
        restored_bytes: 0,
        failed: Vec::new(),
    };
    let total = held.values().map(|version| version.size).sum();
    context.progress.begin("restoring", Some(total));
    let writes = held.into_values().map(|version: Version| async move {
        go_on(context)?;
        let key = format!("{}{}", place.prefix, version.key);
        let same = there
            .get(&key)
            .is_some_and(|found| found.size == version.size && found.etag == version.etag);
        let failure = if same {
            None
        } else {
            one(&version, from, &place.bucket, &key).await?
        };
        context.progress.advance(version.size);
        Ok::<_, ProviderError>((version.size, failure))
    });
    let width = place.bucket.session.settings.max_concurrency.max(1);
    let mut done = stream::iter(writes).buffer_unordered(width);
    while let Some(result) = done.next().await {
        match result? {
            (size, None) => {
                report.entries += 1;
                report.restored_bytes += size;
            }
            (_, Some(failure)) => report.failed.push(failure),
        }
    }
    drop(done);
    context.progress.end();
    report.failed.sort();
    Ok(report)
}

async fn one(
    version: &Version,
    from: &Bucket,
    to: &Bucket,
    key: &str,
) -> Result<Option<PathFailure>, ProviderError> {
    let failure = |message: String| PathFailure {
        path: version.key.clone(),
        message,
    };
    if version.is_archived() {
        let message = format!(
            "it is archived in {}: bring it back there first",
            version.class
        );
        return Ok(Some(failure(message)));
    }
    match transfer::copy(version, from, to, key).await {
        Ok(()) => Ok(None),
        Err(error) if transfer::is_of_the_object(&error) => Ok(Some(failure(error.chain()))),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_place_is_a_bucket_and_a_prefix() {
        assert_eq!(parts("s3://b").unwrap(), ("b", String::new()));
        assert_eq!(parts("s3://b/").unwrap(), ("b", String::new()));
        assert_eq!(parts("s3://b/a/c").unwrap(), ("b", "a/c/".to_owned()));
        assert!(parts("b/a").is_err());
        assert!(parts("s3://").is_err());
    }
}
