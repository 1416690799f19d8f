//! Public access, and encryption by default.

use aws_sdk_s3::types::{
    PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use lifeboat_contract::{ErrorClass, ProviderError};

use crate::s3::ask::{failed, given};
use crate::s3::bucket::Bucket;

/// How new objects are encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Encryption {
    /// As the API writes it: `AES256`, `aws:kms`.
    pub(crate) algorithm: String,
    /// The key of KMS.
    pub(crate) key: Option<String>,
}

/// Returns whether public access is blocked in all four ways; none where nothing is said.
///
/// # Errors
/// What GetPublicAccessBlock failed with.
pub(crate) async fn blocked(bucket: &Bucket) -> Result<Option<bool>, ProviderError> {
    let asked = bucket.client.get_public_access_block().bucket(&bucket.name);
    let absent = ["NoSuchPublicAccessBlockConfiguration"];
    let answer = asked.send().await;
    let found = given(answer, &absent, "s3:GetBucketPublicAccessBlock", bucket)?;
    let said = found.and_then(|found| found.public_access_block_configuration);
    Ok(said.map(|said| {
        [
            said.block_public_acls,
            said.ignore_public_acls,
            said.block_public_policy,
            said.restrict_public_buckets,
        ]
        .into_iter()
        .all(|way| way == Some(true))
    }))
}

/// Blocks public access in all four ways, or in none.
///
/// # Errors
/// What PutPublicAccessBlock failed with.
pub(crate) async fn block(bucket: &Bucket, on: bool) -> Result<(), ProviderError> {
    let ways = PublicAccessBlockConfiguration::builder()
        .block_public_acls(on)
        .ignore_public_acls(on)
        .block_public_policy(on)
        .restrict_public_buckets(on)
        .build();
    let asked = bucket.client.put_public_access_block().bucket(&bucket.name);
    let answer = asked.public_access_block_configuration(ways).send().await;
    answer
        .map(|_| ())
        .map_err(|error| failed(error, "s3:PutBucketPublicAccessBlock", bucket))
}

/// Reads how new objects are encrypted; none where nothing is said.
///
/// # Errors
/// What GetBucketEncryption failed with.
pub(crate) async fn encryption(bucket: &Bucket) -> Result<Option<Encryption>, ProviderError> {
    let asked = bucket.client.get_bucket_encryption().bucket(&bucket.name);
    let absent = ["ServerSideEncryptionConfigurationNotFoundError"];
    let answer = asked.send().await;
    let found = given(answer, &absent, "s3:GetEncryptionConfiguration", bucket)?;
    let rules = found.and_then(|found| found.server_side_encryption_configuration);
    let mut rules = rules.into_iter().flat_map(|it| it.rules);
    let default = rules.find_map(|rule| rule.apply_server_side_encryption_by_default);
    Ok(default.map(|default| Encryption {
        algorithm: default.sse_algorithm.as_str().to_owned(),
        key: default.kms_master_key_id,
    }))
}

/// Says how new objects are encrypted; with a key of KMS, by a key of the bucket that it makes, which saves requests.
///
/// # Errors
/// What PutBucketEncryption failed with.
pub(crate) async fn encrypt(bucket: &Bucket, how: &Encryption) -> Result<(), ProviderError> {
    let senseless = |error: aws_smithy_types::error::operation::BuildError| {
        ProviderError::new(ErrorClass::Invalid, "an encryption makes no sense").because(error)
    };
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::from(how.algorithm.as_str()))
        .set_kms_master_key_id(how.key.clone())
        .build()
        .map_err(senseless)?;
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default)
        .bucket_key_enabled(how.algorithm == "aws:kms")
        .build();
    let configuration = ServerSideEncryptionConfiguration::builder()
        .rules(rule)
        .build()
        .map_err(senseless)?;
    let asked = bucket.client.put_bucket_encryption().bucket(&bucket.name);
    let answer = asked
        .server_side_encryption_configuration(configuration)
        .send()
        .await;
    answer
        .map(|_| ())
        .map_err(|error| failed(error, "s3:PutEncryptionConfiguration", bucket))
}
