//! Finding instances, clusters, snapshots and automated backups: what is not there is none, not an error.

use aws_sdk_rds::types::{DbCluster, DbInstance, DbInstanceAutomatedBackup};
use lifeboat_contract::{ErrorClass, ProviderError};

use super::snapshot::Snapshot;
use super::source::{Engine, Source};
use crate::client::Session;
use crate::error::Failed as _;

/// Turns the failure to find something into nothing.
fn unless_missing<T>(found: Result<T, ProviderError>) -> Result<Option<T>, ProviderError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.class == ErrorClass::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the instance with this identifier.
///
/// # Errors
/// When RDS cannot be asked.
pub(crate) async fn instance(
    session: &Session,
    identifier: &str,
) -> Result<Option<DbInstance>, ProviderError> {
    let said = session.rds.describe_db_instances();
    let said = said.db_instance_identifier(identifier).send().await;
    let said = said.map_err(|error| error.failed("rds:DescribeDBInstances", identifier));
    Ok(unless_missing(said)?.and_then(|it| it.db_instances.unwrap_or_default().pop()))
}

/// Returns the cluster with this identifier.
///
/// # Errors
/// When RDS cannot be asked.
pub(crate) async fn cluster(
    session: &Session,
    identifier: &str,
) -> Result<Option<DbCluster>, ProviderError> {
    let said = session.rds.describe_db_clusters();
    let said = said.db_cluster_identifier(identifier).send().await;
    let said = said.map_err(|error| error.failed("rds:DescribeDBClusters", identifier));
    Ok(unless_missing(said)?.and_then(|it| it.db_clusters.unwrap_or_default().pop()))
}

/// Returns the snapshot with this name.
///
/// # Errors
/// When RDS cannot be asked.
pub(crate) async fn snapshot(
    session: &Session,
    engine: Engine,
    name: &str,
) -> Result<Option<Snapshot>, ProviderError> {
    match engine {
        Engine::Instance => {
            let said = session.rds.describe_db_snapshots();
            let said = said.db_snapshot_identifier(name).send().await;
            let said = said.map_err(|error| error.failed("rds:DescribeDBSnapshots", name));
            let found = unless_missing(said)?.and_then(|it| it.db_snapshots?.pop());
            Ok(found.as_ref().map(Snapshot::from))
        }
        Engine::Cluster => {
            let said = session.rds.describe_db_cluster_snapshots();
            let said = said.db_cluster_snapshot_identifier(name).send().await;
            let said = said.map_err(|error| error.failed("rds:DescribeDBClusterSnapshots", name));
            let found = unless_missing(said)?.and_then(|it| it.db_cluster_snapshots?.pop());
            Ok(found.as_ref().map(Snapshot::from))
        }
    }
}

/// Returns the manual snapshots of an instance or a cluster that stand in a region, whoever made them.
///
/// A snapshot that was copied there says of which instance it once was; so they are found wherever that one is.
///
/// # Errors
/// When RDS cannot be asked.
pub(crate) async fn snapshots_of(
    session: &Session,
    source: &Source,
) -> Result<Vec<Snapshot>, ProviderError> {
    let of = &source.identifier;
    let mut found = Vec::new();
    match source.engine {
        Engine::Instance => {
            let pages = session.rds.describe_db_snapshots();
            let pages = pages.db_instance_identifier(of).snapshot_type("manual");
            let mut pages = pages.into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| error.failed("rds:DescribeDBSnapshots", of));
                let page = unless_missing(page)?;
                found.extend(
                    page.iter()
                        .flat_map(|it| it.db_snapshots())
                        .map(Snapshot::from),
                );
            }
        }
        Engine::Cluster => {
            let pages = session.rds.describe_db_cluster_snapshots();
            let pages = pages.db_cluster_identifier(of).snapshot_type("manual");
            let mut pages = pages.into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| error.failed("rds:DescribeDBClusterSnapshots", of));
                let page = unless_missing(page)?;
                let page = page.iter().flat_map(|it| it.db_cluster_snapshots());
                found.extend(page.map(Snapshot::from));
            }
        }
    }
    // A page may arrive twice.
    found.sort_by(|a: &Snapshot, b| a.name.cmp(&b.name));
    found.dedup_by(|a, b| a.name == b.name);
    Ok(found)
}

/// Whose automated backups are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Those of an instance that is, or was, in this region.
    Here,
    /// Those that were replicated from another region.
    Replicated,
}

/// Returns the automated backups of instances of this name that a region keeps.
///
/// # Errors
/// When RDS cannot be asked.
pub(crate) async fn backups_of(
    session: &Session,
    identifier: &str,
    kept: Kept,
) -> Result<Vec<DbInstanceAutomatedBackup>, ProviderError> {
    let said = session.rds.describe_db_instance_automated_backups();
    let said = said.db_instance_identifier(identifier).send().await;
    let said =
        said.map_err(|error| error.failed("rds:DescribeDBInstanceAutomatedBackups", identifier));
    let found = unless_missing(said)?.and_then(|it| it.db_instance_automated_backups);
    let mut found = found.unwrap_or_default();
    // What was replicated names the instance in the region that it came from; one of the same name here is another.
    let here = format!(":rds:{}:", session.region);
    found.retain(|backup| {
        let is_here = backup
            .db_instance_arn()
            .is_none_or(|arn| arn.contains(&here));
        is_here == (kept == Kept::Here)
    });
    Ok(found)
}
