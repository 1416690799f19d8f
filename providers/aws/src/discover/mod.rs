//! Looking for data stores: what is there in which region, with which tags, and what protects it now.
//!
//! `databases` takes what the listings of RDS say anyway; `buckets` asks each bucket for the settings that protect it,
//! which no listing has.

mod buckets;
mod databases;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::try_join_all;
use lifeboat_contract::{DiscoverQuery, Discovered, ProviderError};

use crate::client::{Aws, Session};

/// Lists the data stores of some regions, by region, kind and name.
///
/// # Errors
/// When one of the listings fails: half of them would look like all.
pub(crate) async fn discover(
    aws: &Aws,
    query: &DiscoverQuery,
) -> Result<Vec<Discovered>, ProviderError> {
    let sessions = sessions(aws, query).await?;
    let has_tags = |found: &Discovered| {
        let mut wanted = query.tags.iter();
        wanted.all(|(key, value)| found.tags.get(key) == Some(value))
    };
    let databases = sessions
        .values()
        .map(|session| async move { databases::discover(session).await });
    let mut found: Vec<Discovered> = try_join_all(databases)
        .await?
        .into_iter()
        .flatten()
        .filter(has_tags)
        .collect();
    found.extend(buckets::discover(&sessions, has_tags).await?);
    found.sort_by(|a, b| {
        let key = |it: &Discovered| (it.region.clone(), it.kind.clone(), it.name.clone());
        key(a).cmp(&key(b))
    });
    Ok(found)
}

/// Returns a session for each region, by its name.
async fn sessions(
    aws: &Aws,
    query: &DiscoverQuery,
) -> Result<BTreeMap<String, Arc<Session>>, ProviderError> {
    if query.regions.is_empty() {
        let home = aws.home().await?;
        return Ok([(home.region.clone(), home)].into());
    }
    let mut sessions = BTreeMap::new();
    for region in &query.regions {
        sessions.insert(region.clone(), aws.in_region(region).await?);
    }
    Ok(sessions)
}
