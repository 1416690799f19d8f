//! Buckets: listed once for all regions, their tags in bulk; what protects a bucket is asked of each, for no listing
//! has it.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures_util::future::{join3, try_join_all};
use lifeboat_contract::{Discovered, ProviderError};
use serde_json::json;

use crate::client::Session;
use crate::error::Failed as _;

/// What a bucket of a region is called, and its tags.
type Tagged = BTreeMap<String, BTreeMap<String, String>>;

/// The errors by which S3 says that a bucket has no such setting.
const UNSET: [&str; 3] = [
    "ReplicationConfigurationNotFoundError",
    "ObjectLockConfigurationNotFoundError",
    "NoSuchPublicAccessBlockConfiguration",
];

/// Lists the buckets of some regions that have these tags.
pub(super) async fn discover(
    sessions: &BTreeMap<String, Arc<Session>>,
    has_tags: impl Fn(&Discovered) -> bool,
) -> Result<Vec<Discovered>, ProviderError> {
    let mut found = Vec::new();
    for (region, session) in sessions {
        let (buckets, tags) = (buckets(session, region).await?, tags(session).await?);
        let named = buckets.into_iter().map(|bucket| Discovered {
            kind: "aws_s3_bucket".to_owned(),
            attributes: BTreeMap::from([("bucket".to_owned(), json!(bucket))]),
            region: region.clone(),
            tags: tags.get(&bucket).cloned().unwrap_or_default(),
            protected_by: Vec::new(),
            name: bucket,
        });
        let wanted: Vec<Discovered> = named.filter(&has_tags).collect();
        let protected = wanted.into_iter().map(|mut it| async move {
            it.protected_by = protections(session, &it.name).await?;
            Ok::<_, ProviderError>(it)
        });
        found.extend(try_join_all(protected).await?);
    }
    Ok(found)
}

/// Lists the buckets of a region by name.
async fn buckets(session: &Session, region: &str) -> Result<Vec<String>, ProviderError> {
    let mut names = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let request = session.s3.list_buckets().bucket_region(region);
        let answer = request.set_continuation_token(token.take()).send().await;
        let answer = answer.map_err(|error| error.failed("s3:ListAllMyBuckets", region))?;
        let here = answer
            .buckets()
            .iter()
            .filter(|it| it.bucket_region().is_none_or(|of| of == region));
        names.extend(here.filter_map(|it| it.name().map(str::to_owned)));
        token = answer.continuation_token().map(str::to_owned);
        if token.is_none() {
            return Ok(names);
        }
    }
}

/// Lists the tags of all buckets of a region.
async fn tags(session: &Session) -> Result<Tagged, ProviderError> {
    let mut found = Tagged::new();
    let mut token: Option<String> = None;
    loop {
        let request = session.tagging.get_resources();
        let request = request.resource_type_filters("s3:bucket");
        let answer = request.set_pagination_token(token.take()).send().await;
        let answer = answer.map_err(|error| error.failed("tag:GetResources", &session.region))?;
        for resource in answer.resource_tag_mapping_list() {
            let arn = resource.resource_arn().unwrap_or_default();
            let bucket = arn.rsplit(':').next().unwrap_or_default();
            let tags = resource.tags().iter();
            let tags = tags.map(|tag| (tag.key().to_owned(), tag.value().to_owned()));
            found.insert(bucket.to_owned(), tags.collect());
        }
        token = answer
            .pagination_token()
            .filter(|token| !token.is_empty())
            .map(str::to_owned);
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// Returns what protects a bucket, by three requests at once.
async fn protections(session: &Session, bucket: &str) -> Result<Vec<String>, ProviderError> {
    let _permit = session.permits.acquire().await.ok();
    let s3 = &session.s3;
    let (versioning, replication, lock) = join3(
        s3.get_bucket_versioning().bucket(bucket).send(),
        s3.get_bucket_replication().bucket(bucket).send(),
        s3.get_object_lock_configuration().bucket(bucket).send(),
    )
    .await;
    let versioning = versioning.map_err(|it| it.failed("s3:GetBucketVersioning", bucket))?;
    let is_versioned = versioning
        .status()
        .is_some_and(|it| it.as_str() == "Enabled");
    let replication =
        set(replication).map_err(|it| it.failed("s3:GetReplicationConfiguration", bucket))?;
    let destinations = replication.iter().filter_map(|it| {
        let rules = it.replication_configuration()?.rules().iter();
        let on = rules.filter(|rule| rule.status().as_str() == "Enabled");
        let to = on.filter_map(|rule| Some(rule.destination()?.bucket()));
        Some(to.map(|arn| arn.rsplit(':').next().unwrap_or(arn).to_owned()))
    });
    let destinations: std::collections::BTreeSet<String> = destinations.flatten().collect();
    let lock = set(lock).map_err(|it| it.failed("s3:GetBucketObjectLockConfiguration", bucket))?;
    let is_locked = lock.is_some_and(|it| {
        let rule = it.object_lock_configuration().and_then(|it| it.rule());
        rule.is_some_and(|rule| rule.default_retention().is_some())
    });
    let mut protections = Vec::new();
    if is_versioned {
        protections.push("versioning".to_owned());
    }
    protections.extend(destinations.iter().map(|to| format!("replication to {to}")));
    if is_locked {
        protections.push("object lock".to_owned());
    }
    Ok(protections)
}

/// Returns a setting; none where the bucket has none.
fn set<T, E: ProvideErrorMetadata>(answer: Result<T, E>) -> Result<Option<T>, E> {
    match answer {
        Ok(setting) => Ok(Some(setting)),
        Err(error) if error.code().is_some_and(|it| UNSET.contains(&it)) => Ok(None),
        Err(error) => Err(error),
    }
}
