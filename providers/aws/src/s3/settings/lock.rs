//! The default retention of object lock.

use aws_sdk_s3::types::{
    DefaultRetention, ObjectLockConfiguration, ObjectLockEnabled, ObjectLockRetentionMode,
    ObjectLockRule,
};
use lifeboat_contract::ProviderError;

use crate::s3::ask::{failed, given};
use crate::s3::bucket::Bucket;

/// For how long nobody can delete a new version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Retention {
    /// So many days.
    pub(crate) days: u32,
    /// Whether no permission lifts it.
    pub(crate) compliance: bool,
}

/// Reads it; none where the bucket has none.
///
/// # Errors
/// What GetObjectLockConfiguration failed with.
pub(crate) async fn get(bucket: &Bucket) -> Result<Option<Retention>, ProviderError> {
    const ACTION: &str = "s3:GetBucketObjectLockConfiguration";
    let asked = bucket.client.get_object_lock_configuration();
    let answer = asked.bucket(&bucket.name).send().await;
    let found = given(
        answer,
        &["ObjectLockConfigurationNotFoundError"],
        ACTION,
        bucket,
    )?;
    let default = found.and_then(|found| found.object_lock_configuration?.rule?.default_retention);
    Ok(default.and_then(|default| {
        let number = |it: Option<i32>| it.and_then(|it| u32::try_from(it).ok()).unwrap_or(0);
        let days = number(default.days) + 365 * number(default.years);
        (days > 0).then_some(Retention {
            days,
            compliance: default.mode == Some(ObjectLockRetentionMode::Compliance),
        })
    }))
}

/// Writes it, or takes it away. Object lock itself stays on: nothing turns it off.
///
/// # Errors
/// What PutObjectLockConfiguration failed with.
pub(crate) async fn put(
    bucket: &Bucket,
    retention: Option<Retention>,
) -> Result<(), ProviderError> {
    let rule = retention.map(|retention| {
        let mode = if retention.compliance {
            ObjectLockRetentionMode::Compliance
        } else {
            ObjectLockRetentionMode::Governance
        };
        let days = i32::try_from(retention.days).unwrap_or(i32::MAX);
        let default = DefaultRetention::builder().mode(mode).days(days).build();
        ObjectLockRule::builder().default_retention(default).build()
    });
    let configuration = ObjectLockConfiguration::builder()
        .object_lock_enabled(ObjectLockEnabled::Enabled)
        .set_rule(rule)
        .build();
    let asked = bucket.client.put_object_lock_configuration();
    let answer = asked
        .bucket(&bucket.name)
        .object_lock_configuration(configuration)
        .send()
        .await;
    answer
        .map(|_| ())
        .map_err(|error| failed(error, "s3:PutBucketObjectLockConfiguration", bucket))
}
