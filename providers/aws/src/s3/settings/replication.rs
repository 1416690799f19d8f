//! The replication rules: ours, by their names, among the user's.

use aws_sdk_s3::types::{
    AccessControlTranslation, DeleteMarkerReplication, DeleteMarkerReplicationStatus, Destination,
    EncryptionConfiguration, Metrics, MetricsStatus, OwnerOverride, ReplicationConfiguration,
    ReplicationRule, ReplicationRuleFilter, ReplicationRuleStatus, ReplicationTime,
    ReplicationTimeStatus, ReplicationTimeValue, SourceSelectionCriteria, SseKmsEncryptedObjects,
    SseKmsEncryptedObjectsStatus, StorageClass,
};
use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Address, Digest};

use crate::ownership::address_text;
use crate::s3::ask::{failed, given};
use crate::s3::bucket::Bucket;

/// What the names of our rules begin with.
const OURS: &str = "lifeboat-copy-";
/// The one promise that S3 makes, in minutes.
const PROMISED: i32 = 15;

/// The rules of a bucket, and the one role that S3 replicates with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Replication {
    /// The ARN of the role.
    pub(crate) role: String,
    rules: Vec<ReplicationRule>,
}

/// One rule of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Its name.
    pub(crate) id: String,
    /// The ARN of the bucket that receives.
    pub(crate) to: String,
    /// The account of that bucket, where it is another one: replicas belong to it.
    pub(crate) account: Option<String>,
    /// Whether it is on.
    pub(crate) enabled: bool,
    /// Which of several counts; none where it is all the same.
    pub(crate) priority: Option<i32>,
    /// Whether S3 promises a time.
    pub(crate) time_control: bool,
    /// Whether delete markers are replicated.
    pub(crate) delete_markers: bool,
    /// The storage class of replicas, as the API writes it.
    pub(crate) storage_class: Option<String>,
    /// The key of replicas.
    pub(crate) key: Option<String>,
}

/// Returns the name of the rule of a copy: the same for the same address of the same configuration.
pub(crate) fn id(configuration: &str, address: &Address) -> String {
    let identity = format!("{configuration}\0{}", address_text(address));
    let digest = Digest::of_bytes(identity.as_bytes());
    let hex = digest.as_str().rsplit(':').next().unwrap_or_default();
    format!("{OURS}{}", hex.get(..12).unwrap_or(hex))
}

/// Returns the tag that says whose rule it is.
pub(crate) fn tag(id: &str) -> String {
    let rest = id.strip_prefix("lifeboat-").unwrap_or(id);
    format!("lifeboat:{rest}")
}

/// Reads them; none where nothing is replicated.
///
/// # Errors
/// What GetBucketReplication failed with.
pub(crate) async fn get(bucket: &Bucket) -> Result<Replication, ProviderError> {
    let asked = bucket.client.get_bucket_replication().bucket(&bucket.name);
    let absent = ["ReplicationConfigurationNotFoundError"];
    let answer = asked.send().await;
    let found = given(answer, &absent, "s3:GetReplicationConfiguration", bucket)?;
    let found = found.and_then(|found| found.replication_configuration);
    Ok(
        found.map_or_else(Replication::default, |found| Replication {
            role: found.role,
            rules: found.rules,
        }),
    )
}

/// Writes them where they are other ones than before.
///
/// # Errors
/// What PutBucketReplication or DeleteBucketReplication failed with.
pub(crate) async fn put(
    bucket: &Bucket,
    before: &Replication,
    after: &Replication,
) -> Result<(), ProviderError> {
    const ACTION: &str = "s3:PutReplicationConfiguration";
    if before == after {
        return Ok(());
    }
    if after.rules.is_empty() {
        let asked = bucket.client.delete_bucket_replication();
        let answer = asked.bucket(&bucket.name).send().await;
        return answer
            .map(|_| ())
            .map_err(|error| failed(error, ACTION, bucket));
    }
    let configuration = ReplicationConfiguration::builder()
        .role(&after.role)
        .set_rules(Some(after.rules.clone()))
        .build()
        .map_err(senseless)?;
    let asked = bucket.client.put_bucket_replication().bucket(&bucket.name);
    let answer = asked.replication_configuration(configuration).send().await;
    answer
        .map(|_| ())
        .map_err(|error| failed(error, ACTION, bucket))
}

fn senseless(error: aws_smithy_types::error::operation::BuildError) -> ProviderError {
    ProviderError::new(ErrorClass::Invalid, "a replication rule makes no sense").because(error)
}

fn conflict(message: String, help: &str) -> ProviderError {
    ProviderError::new(ErrorClass::Conflict, message).help(help)
}

impl Replication {
    /// Returns whether there is any rule.
    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Returns the rule with this name.
    pub(crate) fn rule(&self, id: &str) -> Option<Rule> {
        let found = self.rules.iter().find(|rule| rule.id() == Some(id))?;
        Rule::read(found)
    }

    /// Returns the rules without this one.
    pub(crate) fn without(&self, id: &str) -> Self {
        let others = self.rules.iter().filter(|rule| rule.id() != Some(id));
        Self {
            role: self.role.clone(),
            rules: others.cloned().collect(),
        }
    }

    /// Returns the rules with this one, with this role.
    ///
    /// # Errors
    /// `conflict` where the other rules have another role, are of the form of before 2019, or have its priority.
    pub(crate) fn with(
        &self,
        rule: &Rule,
        role: &str,
        bucket: &str,
    ) -> Result<Self, ProviderError> {
        let mut after = self.without(&rule.id);
        let others = |rule: &&ReplicationRule| !rule.id().unwrap_or_default().starts_with(OURS);
        if after.rules.iter().any(|rule| others(&rule)) && self.role != role {
            let message = format!(
                "the replication rules of bucket `{bucket}` have the role `{}`, and a bucket has one for all: not `{role}`",
                self.role
            );
            return Err(conflict(
                message,
                "Give the copy the role of the other rules.",
            ));
        }
        if let Some(old) = after.rules.iter().find(|rule| rule.filter().is_none()) {
            let message = format!(
                "the replication rule `{}` of bucket `{bucket}` is of the form of before 2019, which stands with no other",
                old.id().unwrap_or_default()
            );
            return Err(conflict(
                message,
                "Give that rule a `Filter` and a `Priority`.",
            ));
        }
        let taken: Vec<i32> = after
            .rules
            .iter()
            .filter_map(ReplicationRule::priority)
            .collect();
        let had = self.rule(&rule.id).and_then(|rule| rule.priority);
        let free = had.filter(|had| !taken.contains(had));
        let next = taken.iter().max().map_or(1, |most| most.saturating_add(1));
        let priority = match rule.priority {
            Some(given) if taken.contains(&given) => {
                let message = format!(
                    "another replication rule of bucket `{bucket}` has the priority {given}"
                );
                return Err(conflict(
                    message,
                    "Give the copy another `priority`, or none.",
                ));
            }
            Some(given) => given,
            None => free.unwrap_or(next),
        };
        let same = self.rule(&rule.id).is_some_and(|had| {
            let wanted = Rule {
                priority: Some(priority),
                ..rule.clone()
            };
            had == wanted && self.role == role
        });
        if same {
            return Ok(self.clone());
        }
        role.clone_into(&mut after.role);
        after.rules.push(rule.written(priority)?);
        Ok(after)
    }
}

impl Rule {
    fn read(rule: &ReplicationRule) -> Option<Self> {
        let to = rule.destination()?;
        let time = to.replication_time();
        let markers = rule.delete_marker_replication();
        let encryption = to.encryption_configuration();
        Some(Self {
            id: rule.id()?.to_owned(),
            to: to.bucket().to_owned(),
            account: to.account().map(str::to_owned),
            enabled: *rule.status() == ReplicationRuleStatus::Enabled,
            priority: rule.priority(),
            time_control: time.is_some_and(|it| it.status == ReplicationTimeStatus::Enabled),
            delete_markers: markers.and_then(DeleteMarkerReplication::status)
                == Some(&DeleteMarkerReplicationStatus::Enabled),
            storage_class: to.storage_class().map(|it| it.as_str().to_owned()),
            key: encryption.and_then(|it| it.replica_kms_key_id().map(str::to_owned)),
        })
    }

    fn written(&self, priority: i32) -> Result<ReplicationRule, ProviderError> {
        let promised = || ReplicationTimeValue::builder().minutes(PROMISED).build();
        let time = self.time_control.then(|| {
            ReplicationTime::builder()
                .status(ReplicationTimeStatus::Enabled)
                .time(promised())
                .build()
        });
        let metrics = self.time_control.then(|| {
            Metrics::builder()
                .status(MetricsStatus::Enabled)
                .event_threshold(promised())
                .build()
        });
        let owner = self.account.as_ref().map(|_| {
            AccessControlTranslation::builder()
                .owner(OwnerOverride::Destination)
                .build()
        });
        let encryption = self.key.as_ref().map(|key| {
            EncryptionConfiguration::builder()
                .replica_kms_key_id(key)
                .build()
        });
        let destination = Destination::builder()
            .bucket(&self.to)
            .set_account(self.account.clone())
            .set_access_control_translation(owner.transpose().map_err(senseless)?)
            .set_storage_class(self.storage_class.as_deref().map(StorageClass::from))
            .set_encryption_configuration(encryption)
            .set_replication_time(time.transpose().map_err(senseless)?)
            .set_metrics(metrics.transpose().map_err(senseless)?)
            .build()
            .map_err(senseless)?;
        let markers = if self.delete_markers {
            DeleteMarkerReplicationStatus::Enabled
        } else {
            DeleteMarkerReplicationStatus::Disabled
        };
        let encrypted = self.key.as_ref().map(|_| {
            SseKmsEncryptedObjects::builder()
                .status(SseKmsEncryptedObjectsStatus::Enabled)
                .build()
        });
        let encrypted = encrypted.transpose().map_err(senseless)?;
        let criteria = encrypted.map(|encrypted| {
            SourceSelectionCriteria::builder()
                .sse_kms_encrypted_objects(encrypted)
                .build()
        });
        ReplicationRule::builder()
            .id(&self.id)
            .priority(priority)
            .filter(ReplicationRuleFilter::builder().prefix("").build())
            .status(ReplicationRuleStatus::Enabled)
            .destination(destination)
            .delete_marker_replication(DeleteMarkerReplication::builder().status(markers).build())
            .set_source_selection_criteria(criteria)
            .build()
            .map_err(senseless)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "arn:aws:iam::123456789012:role/replication";

    fn rule() -> Rule {
        Rule {
            id: format!("{OURS}0123456789ab"),
            to: "arn:aws:s3:::far".to_owned(),
            account: Some("210987654321".to_owned()),
            enabled: true,
            priority: None,
            time_control: true,
            delete_markers: true,
            storage_class: Some("STANDARD_IA".to_owned()),
            key: Some("arn:aws:kms:eu-central-1:210987654321:key/k".to_owned()),
        }
    }

    fn users(priority: i32) -> ReplicationRule {
        let mut rule = rule().written(priority).unwrap();
        rule.id = Some("theirs".to_owned());
        rule
    }

    #[test]
    fn a_rule_reads_as_it_is_written_beside_the_others_and_is_not_written_again() {
        let theirs = Replication {
            role: ROLE.to_owned(),
            rules: vec![users(7)],
        };
        let both = theirs.with(&rule(), ROLE, "b").unwrap();
        let wanted = Rule {
            priority: Some(8),
            ..rule()
        };
        assert_eq!(both.rule(&rule().id), Some(wanted));
        assert_eq!(both.with(&rule(), ROLE, "b").unwrap(), both);
        assert_eq!(both.without(&rule().id), theirs);
    }

    #[test]
    fn what_stands_in_the_way_of_a_rule_is_said() {
        let theirs = Replication {
            role: ROLE.to_owned(),
            rules: vec![users(7)],
        };
        let error = theirs.with(&rule(), "arn:aws:iam::1:role/other", "b");
        insta::assert_snapshot!(error.unwrap_err(), @"the replication rules of bucket `b` have the role `arn:aws:iam::123456789012:role/replication`, and a bucket has one for all: not `arn:aws:iam::1:role/other`");
        let same = Rule {
            priority: Some(7),
            ..rule()
        };
        insta::assert_snapshot!(theirs.with(&same, ROLE, "b").unwrap_err(), @"another replication rule of bucket `b` has the priority 7");
        let mut old = theirs;
        old.rules[0].filter = None;
        insta::assert_snapshot!(old.with(&rule(), ROLE, "b").unwrap_err(), @"the replication rule `theirs` of bucket `b` is of the form of before 2019, which stands with no other");
    }

    #[test]
    fn the_name_of_a_rule_tells_configurations_apart() {
        let address: Address = "target.aws_s3_bucket.b.copy[\"far\"]".parse().unwrap();
        assert_eq!(id("shop", &address), id("shop", &address));
        assert_ne!(id("shop", &address), id("audit", &address));
        assert_eq!(
            tag(&id("shop", &address)).len(),
            "lifeboat:copy-".len() + 12
        );
    }
}
