//! One version, copied by S3 itself from a bucket to another.

use std::fmt::Write as _;

use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use lifeboat_contract::{ErrorClass, ProviderError};

use super::versions::Version;
use crate::s3::ask::failed;
use crate::s3::bucket::Bucket;

/// The most that one request copies ("Copying objects", Amazon S3 User Guide, 2025-06).
const ONE_REQUEST: u64 = 5 << 30;
/// What a part of a larger one has.
const PART: u64 = 1 << 30;

/// Copies a version to a key of another bucket. The request goes to the bucket that receives, with its session.
///
/// # Errors
/// What the requests failed with.
pub(super) async fn copy(
    version: &Version,
    from: &Bucket,
    to: &Bucket,
    key: &str,
) -> Result<(), ProviderError> {
    let source = source(&from.name, &version.key, &version.id);
    if version.size > ONE_REQUEST {
        return in_parts(version.size, &source, to, key).await;
    }
    let asked = to.client.copy_object().bucket(&to.name).key(key);
    let answer = asked.copy_source(&source).send().await;
    answer
        .map(|_| ())
        .map_err(|error| named(failed(error, "s3:PutObject", to), key))
}

async fn in_parts(size: u64, source: &str, to: &Bucket, key: &str) -> Result<(), ProviderError> {
    let begun = to
        .client
        .create_multipart_upload()
        .bucket(&to.name)
        .key(key);
    let begun = begun
        .send()
        .await
        .map_err(|error| named(failed(error, "s3:PutObject", to), key))?;
    let id = begun.upload_id().unwrap_or_default();
    let copied = parts(size, source, to, key, id).await;
    let ended = match copied {
        Ok(parts) => {
            let parts = CompletedMultipartUpload::builder()
                .set_parts(Some(parts))
                .build();
            let asked = to.client.complete_multipart_upload().bucket(&to.name);
            let asked = asked.key(key).upload_id(id).multipart_upload(parts);
            let answer = asked.send().await;
            answer
                .map(|_| ())
                .map_err(|error| named(failed(error, "s3:PutObject", to), key))
        }
        Err(error) => Err(error),
    };
    if ended.is_err() {
        // What is left of it costs until it is taken away; what went wrong matters more.
        let asked = to.client.abort_multipart_upload().bucket(&to.name);
        let _ = asked.key(key).upload_id(id).send().await;
    }
    ended
}

async fn parts(
    size: u64,
    source: &str,
    to: &Bucket,
    key: &str,
    id: &str,
) -> Result<Vec<CompletedPart>, ProviderError> {
    let mut parts = Vec::new();
    let (mut start, mut number) = (0, 1);
    while start < size {
        let last = (start + PART).min(size) - 1;
        let asked = to.client.upload_part_copy().bucket(&to.name).key(key);
        let answer = asked
            .upload_id(id)
            .part_number(number)
            .copy_source(source)
            .copy_source_range(format!("bytes={start}-{last}"))
            .send()
            .await
            .map_err(|error| named(failed(error, "s3:PutObject", to), key))?;
        let etag = answer
            .copy_part_result()
            .and_then(|it| it.e_tag().map(str::to_owned));
        parts.push(
            CompletedPart::builder()
                .part_number(number)
                .set_e_tag(etag)
                .build(),
        );
        (start, number) = (last + 1, number + 1);
    }
    Ok(parts)
}

/// Returns whether an object is there, by its own request.
///
/// # Errors
/// What HeadObject failed with, but for its absence.
pub(super) async fn head(
    bucket: &Bucket,
    key: &str,
    id: &str,
) -> Result<Option<u64>, ProviderError> {
    let asked = bucket.client.head_object().bucket(&bucket.name).key(key);
    match asked.version_id(id).send().await {
        Ok(found) => Ok(found.content_length().and_then(|it| u64::try_from(it).ok())),
        Err(error) => {
            let status = error.raw_response().map_or(0, |raw| raw.status().as_u16());
            if status == 404 || error.code() == Some("NoSuchKey") {
                return Ok(None);
            }
            Err(named(failed(error, "s3:GetObjectVersion", bucket), key))
        }
    }
}

/// Returns a failure that says of which object it is.
pub(super) fn named(mut error: ProviderError, key: &str) -> ProviderError {
    error.message = format!("object `{key}`: {}", error.message);
    error
}

/// Returns whether a failure is of the object, and others may go well.
pub(super) const fn is_of_the_object(error: &ProviderError) -> bool {
    matches!(
        error.class,
        ErrorClass::Denied | ErrorClass::NotFound | ErrorClass::Invalid | ErrorClass::Conflict
    )
}

/// Returns a version as a header names it: each byte of the key that is no letter, digit or one of `-_.~/` as `%` and
/// two hexadecimal digits.
fn source(bucket: &str, key: &str, version: &str) -> String {
    let mut text = format!("{bucket}/");
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    if version != "null" {
        text.push_str("?versionId=");
        text.push_str(version);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_version_is_named_with_every_letter_that_a_key_may_have() {
        assert_eq!(
            super::source("b", "a b/ü+?.txt", "v1"),
            "b/a%20b/%C3%BC%2B%3F.txt?versionId=v1"
        );
        assert_eq!(super::source("b", "k", "null"), "b/k");
    }
}
