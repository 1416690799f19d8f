//! What there is: buckets and their tags, in as few requests as there are pages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_config::Region;
use jiff::Timestamp;
use lifeboat_contract::{ErrorClass, ProviderError};

use super::bucket::Bucket;
use super::tags::{self, Tags};
use crate::client::Session;
use crate::error::Failed as _;

/// The most buckets of a page: the most that the API gives.
const BUCKETS_A_PAGE: i32 = 10_000;
/// The most objects of a page of tags, likewise.
const TAGGED_A_PAGE: i32 = 100;

/// A bucket as it is listed.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    /// Where it is; none where the store does not say it.
    pub(super) region: Option<String>,
    /// When it was made.
    pub(super) created: Option<Timestamp>,
}

/// Returns every bucket of the account, by name.
///
/// # Errors
/// What ListBuckets failed with.
pub(super) async fn buckets(session: &Session) -> Result<BTreeMap<String, Listed>, ProviderError> {
    let mut found = BTreeMap::new();
    let mut next: Option<String> = None;
    loop {
        let page = session
            .s3
            .list_buckets()
            .max_buckets(BUCKETS_A_PAGE)
            .set_continuation_token(next)
            .send()
            .await
            .map_err(|error| error.failed("s3:ListAllMyBuckets", "*"))?;
        for bucket in page.buckets() {
            let created = bucket.creation_date();
            let created = created.and_then(|at| Timestamp::from_second(at.secs()).ok());
            let region = bucket.bucket_region().filter(|it| !it.is_empty());
            let listed = Listed {
                region: region.map(str::to_owned),
                created,
            };
            if let Some(name) = bucket.name() {
                found.insert(name.to_owned(), listed);
            }
        }
        next = page
            .continuation_token()
            .filter(|it| !it.is_empty())
            .map(str::to_owned);
        if next.is_none() {
            return Ok(found);
        }
    }
}

/// Returns the names of every bucket of the account.
///
/// # Errors
/// As [`buckets`].
pub(super) async fn names(session: &Session) -> Result<Vec<String>, ProviderError> {
    Ok(buckets(session).await?.into_keys().collect())
}

/// Returns the tags of these buckets: in bulk once for each region, else by a request for each bucket.
///
/// A store without Resource Groups Tagging, and credentials without leave for it, make for the latter.
///
/// # Errors
/// What the requests failed with.
pub(super) async fn tags_of(
    session: &Arc<Session>,
    buckets: &BTreeMap<&str, Bucket>,
) -> Result<BTreeMap<String, Tags>, ProviderError> {
    let regions: BTreeSet<&str> = buckets.values().map(|it| it.region.as_str()).collect();
    let mut found = BTreeMap::new();
    for region in regions {
        match in_bulk(session, region).await {
            Ok(tags) => found.extend(tags),
            Err(error) if has_none(session, &error) => return one_by_one(buckets).await,
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Returns whether a failure means that there is no such service here, or not for us.
fn has_none(session: &Session, error: &ProviderError) -> bool {
    let elsewhere = session.settings.endpoint_url.is_some();
    let passing = error.class == ErrorClass::Throttled;
    matches!(error.class, ErrorClass::Denied) || (elsewhere && !passing)
}

async fn in_bulk(session: &Session, region: &str) -> Result<BTreeMap<String, Tags>, ProviderError> {
    let client = if region == session.region {
        session.tagging.clone()
    } else {
        let config = session.tagging.config().to_builder();
        let config = config.region(Region::new(region.to_owned()));
        aws_sdk_resourcegroupstagging::Client::from_conf(config.build())
    };
    let mut found: BTreeMap<String, Tags> = BTreeMap::new();
    let mut next: Option<String> = None;
    loop {
        let page = client
            .get_resources()
            .resource_type_filters("s3")
            .resources_per_page(TAGGED_A_PAGE)
            .set_pagination_token(next)
            .send()
            .await
            .map_err(|error| error.failed("tag:GetResources", region))?;
        for resource in page.resource_tag_mapping_list() {
            let arn = resource.resource_arn().unwrap_or_default();
            let Some((_, name)) = arn.split_once(":s3:::") else {
                continue;
            };
            let tags = resource.tags().iter();
            let tags = tags.map(|tag| (tag.key().to_owned(), tag.value().to_owned()));
            found.insert(name.to_owned(), tags.collect());
        }
        next = page
            .pagination_token()
            .filter(|it| !it.is_empty())
            .map(str::to_owned);
        if next.is_none() {
            return Ok(found);
        }
    }
}

async fn one_by_one(
    buckets: &BTreeMap<&str, Bucket>,
) -> Result<BTreeMap<String, Tags>, ProviderError> {
    let asked = buckets.values().map(|bucket| async move {
        let _permit = bucket.session.permits.acquire().await;
        Ok((bucket.name.clone(), tags::get(bucket).await?))
    });
    futures_util::future::try_join_all(asked)
        .await
        .map(|found| found.into_iter().collect())
}
