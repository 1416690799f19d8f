//! One bucket, reached in its own region.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Weak};

use aws_config::Region;
use aws_sdk_s3::Client;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Attributes, Domain, Scope};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::ask::failed;
use crate::client::Session;

/// The header with which S3 sends a request to another region.
const REGION: &str = "x-amz-bucket-region";

/// A bucket, and the client of its region.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    pub(super) name: String,
    pub(super) region: String,
    pub(super) session: Arc<Session>,
    pub(super) client: Client,
}

/// Held while the settings and the tags of one bucket are read and written back.
pub(super) type Turn = OwnedMutexGuard<()>;

type Turns = std::sync::Mutex<BTreeMap<String, Weak<Mutex<()>>>>;

/// Whose turn it is, by endpoint and bucket: S3 has no conditional write of tags and settings.
static TURNS: LazyLock<Turns> = LazyLock::new(Turns::default);

impl Bucket {
    /// Returns a bucket of this region; without one, of the region of the session. Makes no call.
    pub(super) fn of(session: &Arc<Session>, name: &str, region: Option<&str>) -> Self {
        let region = region.unwrap_or(&session.region);
        let client = if region == session.region {
            session.s3.clone()
        } else {
            // With what the client has been made with: retries, time limits, paths.
            let config = session.s3.config().to_builder();
            let config = config.region(Region::new(region.to_owned()));
            Client::from_conf(config.build())
        };
        Self {
            name: name.to_owned(),
            region: region.to_owned(),
            session: Arc::clone(session),
            client,
        }
    }

    /// Looks a bucket up, where it is; none where there is none.
    ///
    /// # Errors
    /// `denied` where it belongs to somebody else.
    pub(super) async fn find(
        session: &Arc<Session>,
        name: &str,
    ) -> Result<Option<Self>, ProviderError> {
        let here = Self::of(session, name, None);
        match here.client.head_bucket().bucket(name).send().await {
            Ok(found) => {
                let region = found.bucket_region().filter(|it| !it.is_empty());
                Ok(Some(Self::of(session, name, region)))
            }
            Err(error) => {
                let raw = error.raw_response();
                let status = raw.map_or(0, |raw| raw.status().as_u16());
                let there = raw.and_then(|raw| raw.headers().get(REGION));
                match (status, there) {
                    (301 | 307 | 400, Some(region)) => {
                        Ok(Some(Self::of(session, name, Some(region))))
                    }
                    (404, _) => Ok(None),
                    _ if error.code() == Some("NoSuchBucket") => Ok(None),
                    _ => Err(failed(error, "s3:ListBucket", &here)),
                }
            }
        }
    }

    /// Looks up a bucket that must be there.
    ///
    /// # Errors
    /// `not_found` with the nearest names where it is not.
    pub(super) async fn existing(
        session: &Arc<Session>,
        name: &str,
    ) -> Result<Self, ProviderError> {
        if let Some(found) = Self::find(session, name).await? {
            return Ok(found);
        }
        let names = super::estate::names(session).await.unwrap_or_default();
        Err(missing(
            name,
            &session.account,
            names.iter().map(String::as_str),
        ))
    }

    /// Returns its ARN.
    pub(super) fn arn(&self) -> String {
        arn(&self.region, &self.name)
    }

    /// Returns where the store is, for a person.
    pub(super) fn store(&self) -> &str {
        let endpoint = self.session.settings.endpoint_url.as_deref();
        endpoint.unwrap_or("Amazon S3")
    }

    /// Returns what it fails with.
    pub(super) fn domains(&self) -> Vec<Domain> {
        domains(&self.session, &self.region, &self.name)
    }

    /// Waits for its turn to read and write back what a bucket has one of: its tags, its rules.
    pub(super) async fn turn(&self) -> Turn {
        let key = format!("{}\0{}", self.store(), self.name);
        let turn = {
            let mut turns = TURNS
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            turns.retain(|_, turn| turn.strong_count() > 0);
            let known = turns.get(&key).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let turn = Arc::default();
                turns.insert(key, Arc::downgrade(&turn));
                turn
            })
        };
        turn.lock_owned().await
    }
}

/// Returns the ARN of a bucket of a region.
pub(super) fn arn(region: &str, name: &str) -> String {
    let partition = if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    };
    format!("arn:{partition}:s3:::{name}")
}

/// Returns what a bucket fails with: itself, its region, its account. S3 spreads it over the zones of the region.
pub(super) fn domains(session: &Session, region: &str, name: &str) -> Vec<Domain> {
    let domain = |scope, id: String, evidence: String| Domain {
        scope,
        id,
        evidence,
    };
    vec![
        domain(
            Scope::Instance,
            arn(region, name),
            format!("ListBuckets: Name = {name}"),
        ),
        domain(
            Scope::Region,
            format!("aws:{region}"),
            format!("ListBuckets: BucketRegion = {region}"),
        ),
        domain(
            Scope::Account,
            format!("aws:{}", session.account),
            format!("GetCallerIdentity: Account = {}", session.account),
        ),
    ]
}

/// Returns the name of a bucket that attributes give.
///
/// # Errors
/// `invalid` where they give none.
pub(super) fn named<'a>(attributes: &'a Attributes, of: &str) -> Result<&'a str, ProviderError> {
    let name = attributes.get("bucket").and_then(serde_json::Value::as_str);
    name.ok_or_else(|| {
        ProviderError::new(
            ErrorClass::Invalid,
            format!("`bucket` of `{of}` is not given"),
        )
    })
}

/// Returns the error of a bucket that is not there.
fn missing<'a>(name: &str, account: &str, names: impl Iterator<Item = &'a str>) -> ProviderError {
    let message = format!("there is no bucket `{name}` in account `{account}`");
    let error = ProviderError::new(ErrorClass::NotFound, message);
    match nearest(name, names) {
        near if near.is_empty() => error.help("Correct `bucket`."),
        near => error.help(format!("Correct `bucket`: there is {}.", near.join(", "))),
    }
}

/// Returns the names that differ in few letters, nearest first, three at most.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let allowed = 1 + name.len() / 4;
    let mut near: Vec<(usize, &str)> = names
        .map(|other| (distance(name, other), other))
        .filter(|(distance, _)| *distance <= allowed)
        .collect();
    near.sort_unstable();
    near.truncate(3);
    near.into_iter()
        .map(|(_, name)| format!("`{name}`"))
        .collect()
}

/// Returns in how many letters two names differ: inserted, left out, or other ones.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, above) in b.iter().zip(row.iter().skip(1)) {
            let cost = usize::from(x != *y);
            left = (corner + cost).min(left + 1).min(above + 1);
            corner = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_bucket_is_told_with_the_nearest_names() {
        let names = [
            "receipts",
            "reciepts-2024",
            "logs",
            "receipt",
            "receipts-old",
        ];
        let error = missing("recipts", "123456789012", names.into_iter());
        insta::assert_snapshot!(error, @"there is no bucket `recipts` in account `123456789012`");
        insta::assert_snapshot!(error.help.unwrap(), @"Correct `bucket`: there is `receipts`, `receipt`.");
        let error = missing("orders", "123456789012", names.into_iter());
        insta::assert_snapshot!(error.help.unwrap(), @"Correct `bucket`.");
    }

    #[test]
    fn a_distance_counts_letters() {
        for (a, b, letters) in [
            ("", "", 0),
            ("a", "", 1),
            ("kitten", "sitting", 3),
            ("ab", "ba", 2),
        ] {
            assert_eq!(distance(a, b), letters, "{a} {b}");
        }
    }

    #[test]
    fn an_arn_has_the_partition_of_its_region() {
        assert_eq!(arn("eu-west-1", "b"), "arn:aws:s3:::b");
        assert_eq!(arn("cn-north-1", "b"), "arn:aws-cn:s3:::b");
        assert_eq!(arn("us-gov-west-1", "b"), "arn:aws-us-gov:s3:::b");
    }
}
