//! Instances and clusters, as the listings of RDS tell of them.

use std::collections::BTreeMap;

use futures_util::future::try_join;
use lifeboat_contract::{Discovered, ProviderError};
use serde_json::json;

use crate::client::Session;
use crate::rds::{CLUSTER, Database, INSTANCE, clusters, instances};

/// Lists the databases of a region that stand for themselves: no members of clusters, and no replicas.
pub(super) async fn discover(session: &Session) -> Result<Vec<Discovered>, ProviderError> {
    let (instances, clusters) = try_join(instances(session), clusters(session)).await?;
    let alone = instances
        .values()
        .filter(|it| it.member_of.is_none() && it.replica_of.is_none());
    let whole = clusters.values().filter(|it| it.replica_of.is_none());
    let replicas = |of: &Database| {
        let follows = |it: &&Database| {
            let source = it.replica_of.as_deref();
            source == Some(of.id.as_str()) || source == Some(of.arn.as_str())
        };
        instances.values().filter(follows).count()
    };
    Ok(alone
        .chain(whole)
        .map(|database| found(session, database, replicas(database)))
        .collect())
}

fn found(session: &Session, database: &Database, replicas: usize) -> Discovered {
    let kind = if database.is_cluster {
        CLUSTER
    } else {
        INSTANCE
    };
    Discovered {
        kind: kind.to_owned(),
        name: database.id.clone(),
        attributes: BTreeMap::from([("identifier".to_owned(), json!(database.id))]),
        region: session.region.clone(),
        tags: database.tags.clone(),
        protected_by: protections(database, replicas),
    }
}

fn protections(database: &Database, replicas: usize) -> Vec<String> {
    let readers = database.members.iter().filter(|it| !it.writes).count();
    let counted = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(one.to_owned()),
        count => Some(format!("{count} {many}")),
    };
    let protections = [
        (database.retention > 0).then(|| format!("automated backups, {}d", database.retention)),
        (!database.is_cluster && database.multi_az).then(|| "a standby (Multi-AZ)".to_owned()),
        counted(readers, "a reader", "readers"),
        counted(replicas, "a read replica", "read replicas"),
        database
            .global
            .as_ref()
            .map(|global| format!("the global cluster {global}")),
        database
            .deletion_protection
            .then(|| "deletion protection".to_owned()),
    ];
    protections.into_iter().flatten().collect()
}
