//! Who manages which setting of a bucket: a tag for each, beside the tags of the user.
//!
//! The value is the name of the configuration, the address, and what else must be remembered: `shop
//! target.aws_s3_bucket.receipts.log/daily since=2026-11-22T23:00:00Z`.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{Tag, Tagging};
use jiff::Timestamp;
use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::Address;

use super::ask::{failed, given};
use super::bucket::Bucket;
use crate::ownership::{address_of, address_text};

/// The tags of a bucket.
pub(super) type Tags = BTreeMap<String, String>;

/// The tag of versioning and its lifecycle rule.
pub(super) const LOG: &str = "lifeboat:log";
/// The tag of object lock.
pub(super) const LOCK: &str = "lifeboat:lock";
/// The tag of public access and encryption.
pub(super) const GUARD: &str = "lifeboat:guard";
/// The tag of a bucket that lifeboat made, with when.
pub(super) const MADE: &str = "lifeboat:made";

/// What an instant is called in a claim: since when a log reaches back, or a copy is whole.
const SINCE: &str = "since=";

/// What a tag says of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// The configuration.
    pub(super) configuration: String,
    /// The address, as a tag has it.
    pub(super) address: String,
    /// Since when a log that lifeboat turned on reaches back, or a copy is whole.
    pub(super) since: Option<Timestamp>,
}

impl Claim {
    /// Returns the claim of a resource.
    pub(super) fn of(configuration: &str, address: &Address, since: Option<Timestamp>) -> Self {
        Self {
            configuration: configuration.to_owned(),
            address: address_text(address),
            since,
        }
    }

    /// Reads the value of a tag; none where it is not lifeboat's.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (rest, since) = match text.rsplit_once(' ') {
            Some((rest, last)) => match last.strip_prefix(SINCE) {
                Some(since) => (rest, since.parse().ok()),
                None => (text, None),
            },
            None => (text, None),
        };
        let (configuration, address) = rest.rsplit_once(' ')?;
        address_of(address)?;
        Some(Self {
            configuration: configuration.to_owned(),
            address: address.to_owned(),
            since,
        })
    }

    /// Returns the value of the tag.
    pub(super) fn text(&self) -> String {
        let Self {
            configuration,
            address,
            since,
        } = self;
        match since {
            Some(since) => format!("{configuration} {address} {SINCE}{since}"),
            None => format!("{configuration} {address}"),
        }
    }
}

/// Returns our claim on a setting, if there is one.
///
/// # Errors
/// `conflict` that names both where it is another's.
pub(super) fn claimed(
    tags: &Tags,
    setting: &str,
    bucket: &str,
    ours: &Claim,
) -> Result<Option<Claim>, ProviderError> {
    let Some(claim) = tags.get(setting).and_then(|text| Claim::read(text)) else {
        return Ok(None);
    };
    if (&claim.address, &claim.configuration) == (&ours.address, &ours.configuration) {
        return Ok(Some(claim));
    }
    let shown = |text: &str| address_of(text).map_or_else(|| text.to_owned(), |it| it.to_string());
    let message = format!(
        "`{}` of the configuration `{}` manages this setting of bucket `{bucket}`, and so would `{}` of `{}`",
        shown(&claim.address),
        claim.configuration,
        shown(&ours.address),
        ours.configuration,
    );
    Err(ProviderError::new(ErrorClass::Conflict, message)
        .help("Remove it from one of the two configurations."))
}

/// Reads the tags of one bucket.
///
/// # Errors
/// What GetBucketTagging failed with.
pub(super) async fn get(bucket: &Bucket) -> Result<Tags, ProviderError> {
    let asked = bucket.client.get_bucket_tagging().bucket(&bucket.name);
    let answer = asked.send().await;
    let tags = given(
        answer,
        &["NoSuchTagSet", "NoSuchTagSetError"],
        "s3:GetBucketTagging",
        bucket,
    )?;
    let tags = tags.into_iter().flat_map(|found| found.tag_set);
    Ok(tags.map(|tag| (tag.key, tag.value)).collect())
}

/// Writes the tags of a bucket where they are other ones than before. The caller has read them in the same turn.
///
/// # Errors
/// What PutBucketTagging failed with.
pub(super) async fn put(bucket: &Bucket, before: &Tags, after: &Tags) -> Result<(), ProviderError> {
    if before == after {
        return Ok(());
    }
    if after.is_empty() {
        let asked = bucket.client.delete_bucket_tagging().bucket(&bucket.name);
        let answer = asked.send().await;
        return answer
            .map(|_| ())
            .map_err(|error| failed(error, "s3:PutBucketTagging", bucket));
    }
    let invalid =
        |error| ProviderError::new(ErrorClass::Invalid, "a tag makes no sense").because(error);
    let mut set = Vec::new();
    for (key, value) in after {
        set.push(
            Tag::builder()
                .key(key)
                .value(value)
                .build()
                .map_err(invalid)?,
        );
    }
    let tagging = Tagging::builder().set_tag_set(Some(set)).build();
    let asked = bucket.client.put_bucket_tagging().bucket(&bucket.name);
    let answer = asked.tagging(tagging.map_err(invalid)?).send().await;
    answer
        .map(|_| ())
        .map_err(|error| failed(error, "s3:PutBucketTagging", bucket))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Address {
        "target.aws_s3_bucket.receipts.log[\"daily\"]"
            .parse()
            .unwrap()
    }

    #[test]
    fn a_claim_reads_as_it_is_written() {
        let since = "2026-11-22T23:00:00Z".parse().ok();
        for claim in [
            Claim::of("shop", &log(), None),
            Claim::of("the shop", &log(), since),
        ] {
            assert_eq!(Claim::read(&claim.text()), Some(claim));
        }
        assert_eq!(Claim::read("somebody's own text"), None);
        assert_eq!(Claim::read(""), None);
    }

    #[test]
    fn a_setting_that_two_configurations_claim_is_an_error_that_names_both() {
        let ours = Claim::of("shop", &log(), None);
        let tags = [(LOG.to_owned(), ours.text())].into();
        assert_eq!(claimed(&tags, LOG, "b", &ours).unwrap(), Some(ours.clone()));
        assert_eq!(claimed(&tags, LOCK, "b", &ours).unwrap(), None);
        let other = Claim::of("audit", &log(), None);
        let error = claimed(&tags, LOG, "b", &other).unwrap_err();
        insta::assert_snapshot!(error, @r#"`target.aws_s3_bucket.receipts.log["daily"]` of the configuration `shop` manages this setting of bucket `b`, and so would `target.aws_s3_bucket.receipts.log["daily"]` of `audit`"#);
    }
}
