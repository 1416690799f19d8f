//! The lifecycle rules: ours, by its name, among the user's.

use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, ExpirationStatus, LifecycleRule, LifecycleRuleFilter,
    NoncurrentVersionExpiration, TransitionDefaultMinimumObjectSize,
};
use lifeboat_contract::{ErrorClass, ProviderError};

use crate::s3::ask::{failed, given};
use crate::s3::bucket::Bucket;

/// The name of our rule. A bucket has one log, or one window: there is one rule of ours.
const OURS: &str = "lifeboat-noncurrent";

/// The rules of a bucket.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lifecycle {
    rules: Vec<LifecycleRule>,
    smallest: Option<TransitionDefaultMinimumObjectSize>,
}

/// How long versions are kept that were replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// So many days; none for ever.
    pub(crate) days: Option<u32>,
    /// So many of each object, whatever their age.
    pub(crate) newer: Option<u32>,
}

/// Reads them.
///
/// # Errors
/// What GetBucketLifecycleConfiguration failed with.
pub(crate) async fn get(bucket: &Bucket) -> Result<Lifecycle, ProviderError> {
    let asked = bucket.client.get_bucket_lifecycle_configuration();
    let answer = asked.bucket(&bucket.name).send().await;
    let absent = ["NoSuchLifecycleConfiguration"];
    let found = given(answer, &absent, "s3:GetLifecycleConfiguration", bucket)?;
    Ok(found.map_or_else(Lifecycle::default, |found| Lifecycle {
        rules: found.rules.unwrap_or_default(),
        smallest: found.transition_default_minimum_object_size,
    }))
}

/// Writes them where they are other ones than before.
///
/// # Errors
/// What PutBucketLifecycleConfiguration or DeleteBucketLifecycle failed with.
pub(crate) async fn put(
    bucket: &Bucket,
    before: &Lifecycle,
    after: &Lifecycle,
) -> Result<(), ProviderError> {
    const ACTION: &str = "s3:PutLifecycleConfiguration";
    if before == after {
        return Ok(());
    }
    if after.rules.is_empty() {
        let asked = bucket.client.delete_bucket_lifecycle();
        let answer = asked.bucket(&bucket.name).send().await;
        return answer
            .map(|_| ())
            .map_err(|error| failed(error, ACTION, bucket));
    }
    let configuration = BucketLifecycleConfiguration::builder()
        .set_rules(Some(after.rules.clone()))
        .build()
        .map_err(senseless)?;
    let asked = bucket.client.put_bucket_lifecycle_configuration();
    let answer = asked
        .bucket(&bucket.name)
        .lifecycle_configuration(configuration)
        .set_transition_default_minimum_object_size(after.smallest.clone())
        .send()
        .await;
    answer
        .map(|_| ())
        .map_err(|error| failed(error, ACTION, bucket))
}

fn senseless(error: aws_smithy_types::error::operation::BuildError) -> ProviderError {
    ProviderError::new(ErrorClass::Invalid, "a lifecycle rule makes no sense").because(error)
}

impl Lifecycle {
    /// Returns how long versions are kept by all rules together: the shortest counts, also where it is of a part of the
    /// bucket only.
    pub(crate) fn kept(&self) -> Kept {
        let shortest = self.expiring().min_by_key(|(_, kept)| kept.days);
        shortest.map_or_else(Kept::default, |(_, kept)| kept)
    }

    /// Returns the user's rule that deletes versions sooner than so many days, and after how many; none of days means
    /// that they are to be kept for ever.
    pub(crate) fn sooner(&self, days: Option<u32>) -> Option<(&str, u32)> {
        let others = self.expiring().filter(|(rule, _)| rule.id() != Some(OURS));
        let sooner = others.filter_map(|(rule, kept)| {
            let its = kept
                .days
                .filter(|its| days.is_none_or(|days| *its < days))?;
            Some((rule.id().unwrap_or("without a name"), its))
        });
        sooner.min_by_key(|(_, days)| *days)
    }

    /// Returns the rules with ours such that versions are kept for so long; without ours where they are kept for ever.
    ///
    /// # Errors
    /// `invalid` where a rule cannot be made of it.
    pub(crate) fn keeping(&self, kept: Kept) -> Result<Self, ProviderError> {
        let mut after = self.without_ours();
        if let Some(days) = kept.days {
            let number = |it: u32| i32::try_from(it).unwrap_or(i32::MAX);
            let expiration = NoncurrentVersionExpiration::builder()
                .noncurrent_days(number(days))
                .set_newer_noncurrent_versions(kept.newer.map(number))
                .build();
            let rule = LifecycleRule::builder()
                .id(OURS)
                .filter(LifecycleRuleFilter::builder().prefix("").build())
                .status(ExpirationStatus::Enabled)
                .noncurrent_version_expiration(expiration)
                .build()
                .map_err(senseless)?;
            after.rules.push(rule);
        }
        // What means the same is not written again.
        Ok(
            if after.without_ours() == self.without_ours() && self.ours() == kept.days.map(|_| kept)
            {
                self.clone()
            } else {
                after
            },
        )
    }

    /// Returns the rules without ours.
    pub(crate) fn without_ours(&self) -> Self {
        let others = self.rules.iter().filter(|rule| rule.id() != Some(OURS));
        Self {
            rules: others.cloned().collect(),
            smallest: self.smallest.clone(),
        }
    }

    fn ours(&self) -> Option<Kept> {
        let mut all = self.expiring();
        all.find_map(|(rule, kept)| (rule.id() == Some(OURS)).then_some(kept))
    }

    /// Returns the rules that are on and delete versions that were replaced.
    fn expiring(&self) -> impl Iterator<Item = (&LifecycleRule, Kept)> {
        let on = self
            .rules
            .iter()
            .filter(|rule| rule.status == ExpirationStatus::Enabled);
        on.filter_map(|rule| {
            let expiration = rule.noncurrent_version_expiration()?;
            let number = |it: i32| u32::try_from(it).unwrap_or(0);
            let newer = expiration.newer_noncurrent_versions().map(number);
            Some((
                rule,
                Kept {
                    days: Some(expiration.noncurrent_days().map_or(0, number)),
                    newer: newer.filter(|newer| *newer > 0),
                },
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(id: &str, days: i32, status: ExpirationStatus) -> LifecycleRule {
        let expiration = NoncurrentVersionExpiration::builder()
            .noncurrent_days(days)
            .build();
        LifecycleRule::builder()
            .id(id)
            .filter(LifecycleRuleFilter::builder().prefix("logs/").build())
            .status(status)
            .noncurrent_version_expiration(expiration)
            .build()
            .unwrap()
    }

    const MONTH: Kept = Kept {
        days: Some(30),
        newer: Some(3),
    };

    #[test]
    fn our_rule_stands_beside_those_of_the_user_and_goes_without_them() {
        let theirs = Lifecycle {
            rules: vec![users("a", 60, ExpirationStatus::Enabled)],
            smallest: None,
        };
        let both = theirs.keeping(MONTH).unwrap();
        assert_eq!(both.rules.len(), 2);
        assert_eq!(both.kept(), MONTH);
        assert_eq!(
            both.keeping(MONTH).unwrap(),
            both,
            "and nothing is to be done"
        );
        assert_eq!(both.without_ours(), theirs);
        assert_eq!(both.keeping(Kept::default()).unwrap(), theirs);
    }

    #[test]
    fn a_rule_of_the_user_that_deletes_sooner_is_found() {
        let rules = vec![
            users("off", 1, ExpirationStatus::Disabled),
            users("soon", 5, ExpirationStatus::Enabled),
            users("late", 90, ExpirationStatus::Enabled),
        ];
        let lifecycle = Lifecycle {
            rules,
            smallest: None,
        };
        assert_eq!(lifecycle.sooner(Some(30)), Some(("soon", 5)));
        assert_eq!(lifecycle.sooner(Some(5)), None);
        assert_eq!(lifecycle.sooner(None), Some(("soon", 5)));
        let all = lifecycle.keeping(MONTH).unwrap();
        assert_eq!(all.kept().days, Some(5), "the shortest counts");
    }
}
