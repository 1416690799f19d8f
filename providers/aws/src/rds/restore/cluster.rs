//! Restoring a cluster: RDS makes one without instances, which nobody can query; one instance is put into it.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_rds::types::{DbCluster, ServerlessV2ScalingConfiguration};
use lifeboat_contract::{CallContext, ErrorClass, ProviderError};

use super::groups::otherwise;
use super::instance;
use super::origin::{Origin, Start};
use crate::client::{Session, until};
use crate::error::Failed as _;
use crate::rds::points::list;
use crate::rds::points::shape::Shape;
use crate::rds::points::snapshot::as_tags;
use crate::rds::points::stamp::whole_second;

/// The longest wait for a cluster that is restored.
const UNTIL_IT_IS_THERE: Duration = Duration::from_secs(12 * 60 * 60);
/// The longest wait for what is changed afterwards.
const UNTIL_IT_IS_SETTLED: Duration = Duration::from_secs(60 * 60);

/// Returns the name of the instance that is put into a restored cluster.
pub(super) fn member_name(cluster: &str) -> String {
    let shortened = cluster.get(..61).unwrap_or(cluster);
    format!("{}-1", shortened.trim_end_matches('-'))
}

fn scaling(shape: &Shape) -> Option<ServerlessV2ScalingConfiguration> {
    let (least, most) = (shape.parsed("scale-min"), shape.parsed("scale-max"));
    (least.is_some() || most.is_some()).then(|| {
        ServerlessV2ScalingConfiguration::builder()
            .set_min_capacity(least)
            .set_max_capacity(most)
            .build()
    })
}

/// Asks for a new cluster with this name.
///
/// # Errors
/// What RDS refuses with.
pub(super) async fn begin(
    session: &Session,
    origin: &Origin,
    name: &str,
    wanted: &Shape,
    tags: &BTreeMap<String, String>,
) -> Result<(), ProviderError> {
    match &origin.start {
        Start::Snapshot(snapshot) => {
            let call = session.rds.restore_db_cluster_from_snapshot();
            let said = call
                .db_cluster_identifier(name)
                .snapshot_identifier(snapshot)
                .engine(&origin.engine)
                .engine_version(&origin.version)
                .set_port(wanted.parsed("port"))
                .set_db_subnet_group_name(wanted.owned("subnets"))
                .set_vpc_security_group_ids(wanted.several("security"))
                .set_db_cluster_parameter_group_name(wanted.owned("parameters"))
                .set_db_cluster_instance_class(wanted.owned("cluster-class"))
                .set_serverless_v2_scaling_configuration(scaling(wanted))
                .set_enable_iam_database_authentication(wanted.parsed("iam"))
                .set_enable_cloudwatch_logs_exports(wanted.several("logs"))
                .set_copy_tags_to_snapshot(wanted.parsed("copy-tags"))
                .set_deletion_protection(wanted.parsed("protected"))
                .set_tags(Some(as_tags(tags)))
                .send()
                .await;
            let action = "rds:RestoreDBClusterFromSnapshot";
            said.map(drop)
                .map_err(|error| error.failed(action, snapshot))
        }
        Start::Live(source) | Start::Backups(source) => {
            let call = session.rds.restore_db_cluster_to_point_in_time();
            let call = match origin.at {
                Some(at) => call.restore_to_time(whole_second(at)),
                None => call.use_latest_restorable_time(true),
            };
            let said = call
                .db_cluster_identifier(name)
                .source_db_cluster_identifier(source)
                .set_port(wanted.parsed("port"))
                .set_db_subnet_group_name(wanted.owned("subnets"))
                .set_vpc_security_group_ids(wanted.several("security"))
                .set_db_cluster_parameter_group_name(wanted.owned("parameters"))
                .set_db_cluster_instance_class(wanted.owned("cluster-class"))
                .set_serverless_v2_scaling_configuration(scaling(wanted))
                .set_enable_iam_database_authentication(wanted.parsed("iam"))
                .set_enable_cloudwatch_logs_exports(wanted.several("logs"))
                .set_copy_tags_to_snapshot(wanted.parsed("copy-tags"))
                .set_deletion_protection(wanted.parsed("protected"))
                .set_tags(Some(as_tags(tags)))
                .send()
                .await;
            let action = "rds:RestoreDBClusterToPointInTime";
            said.map(drop).map_err(|error| error.failed(action, source))
        }
    }
}

fn gone(name: &str) -> ProviderError {
    let message = format!("the cluster `{name}` is gone while it was restored");
    ProviderError::new(ErrorClass::Conflict, message).help("Find out who deletes it.")
}

/// Waits until a cluster is available.
pub(super) async fn usable(
    session: &Session,
    name: &str,
    context: &CallContext,
) -> Result<DbCluster, ProviderError> {
    let what = format!("the cluster `{name}` to be available");
    until(&what, UNTIL_IT_IS_THERE, context, || async {
        let found = list::cluster(session, name)
            .await?
            .ok_or_else(|| gone(name))?;
        let usable = instance::is_usable(name, found.status().unwrap_or_default())?;
        Ok(usable.then_some(found))
    })
    .await
}

/// Puts an instance into a restored cluster and waits for it; answers `false` where it is not known of what class.
///
/// A Multi-AZ cluster has its instances from the restore.
pub(super) async fn give_member(
    session: &Session,
    origin: &Origin,
    name: &str,
    wanted: &Shape,
    tags: &BTreeMap<String, String>,
    context: &CallContext,
) -> Result<bool, ProviderError> {
    if wanted.one("cluster-class").is_some() {
        return Ok(true);
    }
    let Some(class) = wanted.one("class") else {
        return Ok(false);
    };
    let member = member_name(name);
    let call = session.rds.create_db_instance();
    let said = call
        .db_instance_identifier(&member)
        .db_cluster_identifier(name)
        .db_instance_class(class)
        .engine(&origin.engine)
        .set_db_parameter_group_name(wanted.owned("member-parameters"))
        .set_publicly_accessible(wanted.parsed("public"))
        .set_tags(Some(as_tags(tags)))
        .send()
        .await;
    match said.map_err(|error| error.failed("rds:CreateDBInstance", &member)) {
        Ok(_) => {}
        Err(error) if error.message.contains("AlreadyExists") => {
            let found = list::instance(session, &member).await?;
            if found.is_none_or(|it| it.db_cluster_identifier() != Some(name)) {
                return Err(error);
            }
        }
        Err(error) => return Err(error),
    }
    instance::usable(session, &member, context).await?;
    Ok(true)
}

/// Puts right in one change what the restore itself did not, and waits for it.
pub(super) async fn settle(
    session: &Session,
    found: &DbCluster,
    name: &str,
    wanted: &Shape,
    context: &CallContext,
) -> Result<(), ProviderError> {
    let differs = otherwise(wanted, &Shape::of_cluster(found, None));
    if differs.is_empty() {
        return Ok(());
    }
    let only = |fact: &'static str| differs.contains(&fact).then_some(fact);
    let said = session
        .rds
        .modify_db_cluster()
        .db_cluster_identifier(name)
        .apply_immediately(true)
        .set_db_cluster_parameter_group_name(only("parameters").and_then(|it| wanted.owned(it)))
        .set_vpc_security_group_ids(only("security").and_then(|it| wanted.several(it)))
        .set_deletion_protection(only("protected").and_then(|it| wanted.parsed(it)))
        .set_enable_iam_database_authentication(only("iam").and_then(|it| wanted.parsed(it)))
        .set_backup_retention_period(only("retention").and_then(|it| wanted.parsed(it)))
        .send()
        .await;
    said.map_err(|error| error.failed("rds:ModifyDBCluster", name))?;
    let what = format!("the settings of the cluster `{name}`");
    until(&what, UNTIL_IT_IS_SETTLED, context, || async {
        let found = list::cluster(session, name)
            .await?
            .ok_or_else(|| gone(name))?;
        let usable = instance::is_usable(name, found.status().unwrap_or_default())?;
        let settled = otherwise(wanted, &Shape::of_cluster(&found, None)).is_empty();
        Ok((usable && settled).then_some(()))
    })
    .await
}
