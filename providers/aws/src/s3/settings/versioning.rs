//! Versioning.

use aws_sdk_s3::types::{BucketVersioningStatus, MfaDeleteStatus, VersioningConfiguration};
use lifeboat_contract::ProviderError;

use crate::s3::ask::failed;
use crate::s3::bucket::Bucket;

/// Whether a bucket keeps versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Versioning {
    /// Whether it does now.
    pub(crate) enabled: bool,
    /// Whether to delete one takes a second factor.
    pub(crate) mfa_delete: bool,
}

/// Reads it.
///
/// # Errors
/// What GetBucketVersioning failed with.
pub(crate) async fn get(bucket: &Bucket) -> Result<Versioning, ProviderError> {
    let asked = bucket.client.get_bucket_versioning().bucket(&bucket.name);
    let answer = asked
        .send()
        .await
        .map_err(|error| failed(error, "s3:GetBucketVersioning", bucket))?;
    Ok(Versioning {
        enabled: answer.status() == Some(&BucketVersioningStatus::Enabled),
        mfa_delete: answer.mfa_delete() == Some(&MfaDeleteStatus::Enabled),
    })
}

/// Turns it on, or suspends it.
///
/// # Errors
/// What PutBucketVersioning failed with.
pub(crate) async fn put(bucket: &Bucket, enabled: bool) -> Result<(), ProviderError> {
    let status = if enabled {
        BucketVersioningStatus::Enabled
    } else {
        BucketVersioningStatus::Suspended
    };
    let configuration = VersioningConfiguration::builder().status(status).build();
    let asked = bucket.client.put_bucket_versioning().bucket(&bucket.name);
    let answer = asked.versioning_configuration(configuration).send().await;
    answer
        .map(|_| ())
        .map_err(|error| failed(error, "s3:PutBucketVersioning", bucket))
}
