//! Restoring an instance.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_rds::types::DbInstance;
use lifeboat_contract::{CallContext, ErrorClass, ProviderError};

use super::groups::otherwise;
use super::origin::{Origin, Start};
use crate::client::{Session, until};
use crate::error::Failed as _;
use crate::rds::points::list;
use crate::rds::points::shape::Shape;
use crate::rds::points::snapshot::as_tags;
use crate::rds::points::stamp::whole_second;

/// The longest wait for an instance that is restored; data of tens of TiB take hours.
const UNTIL_IT_IS_THERE: Duration = Duration::from_secs(12 * 60 * 60);
/// The longest wait for what is changed afterwards.
const UNTIL_IT_IS_SETTLED: Duration = Duration::from_secs(60 * 60);
/// States in which an instance takes queries.
const USABLE: [&str; 3] = [
    "available",
    "storage-optimization",
    "storage-initialization",
];
/// States that do not pass by themselves ("Viewing Amazon RDS DB instance status", RDS user guide).
const STUCK: [&str; 8] = [
    "failed",
    "inaccessible-encryption-credentials",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "restore-error",
    "storage-full",
];
/// What gp3 storage gives to everybody, and does not take as an argument where it is small.
const PLAIN_IOPS: i32 = 3000;
const PLAIN_THROUGHPUT: i32 = 125;

/// Returns the provisioned operations and throughput of a shape, where they are more than what every volume has.
fn provisioned(shape: &Shape) -> (Option<i32>, Option<i32>) {
    let (iops, throughput) = (shape.parsed("iops"), shape.parsed("throughput"));
    match shape.one("storage") {
        Some("io1" | "io2") => (iops, None),
        Some("gp3") => {
            let more = iops.is_some_and(|it| it > PLAIN_IOPS)
                || throughput.is_some_and(|it| it > PLAIN_THROUGHPUT);
            if more {
                (iops, throughput)
            } else {
                (None, None)
            }
        }
        _ => (None, None),
    }
}

/// Asks for a new instance with this name.
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
        Start::Snapshot(snapshot) => from_snapshot(session, snapshot, name, wanted, tags).await,
        _ => to_instant(session, origin, name, wanted, tags).await,
    }
}

async fn from_snapshot(
    session: &Session,
    snapshot: &str,
    name: &str,
    wanted: &Shape,
    tags: &BTreeMap<String, String>,
) -> Result<(), ProviderError> {
    let (iops, throughput) = provisioned(wanted);
    let call = session.rds.restore_db_instance_from_db_snapshot();
    let said = call
        .db_instance_identifier(name)
        .db_snapshot_identifier(snapshot)
        .set_db_instance_class(wanted.owned("class"))
        .set_port(wanted.parsed("port"))
        .set_db_subnet_group_name(wanted.owned("subnets"))
        .set_multi_az(wanted.parsed("multi-az"))
        .set_publicly_accessible(wanted.parsed("public"))
        .set_auto_minor_version_upgrade(wanted.parsed("minor-upgrades"))
        .set_option_group_name(wanted.owned("options"))
        .set_storage_type(wanted.owned("storage"))
        .set_iops(iops)
        .set_storage_throughput(throughput)
        .set_vpc_security_group_ids(wanted.several("security"))
        .set_copy_tags_to_snapshot(wanted.parsed("copy-tags"))
        .set_enable_iam_database_authentication(wanted.parsed("iam"))
        .set_enable_cloudwatch_logs_exports(wanted.several("logs"))
        .set_db_parameter_group_name(wanted.owned("parameters"))
        .set_network_type(wanted.owned("network"))
        .set_deletion_protection(wanted.parsed("protected"))
        .set_tags(Some(as_tags(tags)))
        .send()
        .await;
    said.map(drop)
        .map_err(|error| error.failed("rds:RestoreDBInstanceFromDBSnapshot", snapshot))
}

async fn to_instant(
    session: &Session,
    origin: &Origin,
    name: &str,
    wanted: &Shape,
    tags: &BTreeMap<String, String>,
) -> Result<(), ProviderError> {
    let (iops, throughput) = provisioned(wanted);
    let call = session.rds.restore_db_instance_to_point_in_time();
    let call = call.target_db_instance_identifier(name);
    let (call, source) = match &origin.start {
        Start::Backups(arn) => (call.source_db_instance_automated_backups_arn(arn), arn),
        Start::Live(of) | Start::Snapshot(of) => (call.source_db_instance_identifier(of), of),
    };
    let call = match origin.at {
        Some(at) => call.restore_time(whole_second(at)),
        None => call.use_latest_restorable_time(true),
    };
    let said = call
        .set_db_instance_class(wanted.owned("class"))
        .set_port(wanted.parsed("port"))
        .set_db_subnet_group_name(wanted.owned("subnets"))
        .set_multi_az(wanted.parsed("multi-az"))
        .set_publicly_accessible(wanted.parsed("public"))
        .set_auto_minor_version_upgrade(wanted.parsed("minor-upgrades"))
        .set_option_group_name(wanted.owned("options"))
        .set_storage_type(wanted.owned("storage"))
        .set_iops(iops)
        .set_storage_throughput(throughput)
        .set_vpc_security_group_ids(wanted.several("security"))
        .set_copy_tags_to_snapshot(wanted.parsed("copy-tags"))
        .set_enable_iam_database_authentication(wanted.parsed("iam"))
        .set_enable_cloudwatch_logs_exports(wanted.several("logs"))
        .set_db_parameter_group_name(wanted.owned("parameters"))
        .set_network_type(wanted.owned("network"))
        .set_deletion_protection(wanted.parsed("protected"))
        .set_tags(Some(as_tags(tags)))
        .send()
        .await;
    said.map(drop)
        .map_err(|error| error.failed("rds:RestoreDBInstanceToPointInTime", source))
}

/// Returns whether an instance in this state takes queries; `false` while it will.
pub(super) fn is_usable(name: &str, status: &str) -> Result<bool, ProviderError> {
    if STUCK.contains(&status) {
        let message = format!("`{name}` is `{status}` and takes no queries");
        return Err(ProviderError::new(ErrorClass::Conflict, message)
            .help("Look at its events in RDS, and delete it if it cannot be repaired."));
    }
    Ok(USABLE.contains(&status))
}

/// Waits until an instance takes queries.
pub(super) async fn usable(
    session: &Session,
    name: &str,
    context: &CallContext,
) -> Result<DbInstance, ProviderError> {
    let what = format!("the instance `{name}` to be available");
    until(&what, UNTIL_IT_IS_THERE, context, || async {
        let found = list::instance(session, name)
            .await?
            .ok_or_else(|| gone(name))?;
        let usable = is_usable(name, found.db_instance_status().unwrap_or_default())?;
        Ok(usable.then_some(found))
    })
    .await
}

fn gone(name: &str) -> ProviderError {
    let message = format!("`{name}` is gone while it was restored");
    ProviderError::new(ErrorClass::Conflict, message).help("Find out who deletes it.")
}

/// Puts right in one change what the restore itself did not, and waits for it.
pub(super) async fn settle(
    session: &Session,
    found: &DbInstance,
    name: &str,
    wanted: &Shape,
    context: &CallContext,
) -> Result<(), ProviderError> {
    let differs = otherwise(wanted, &Shape::of_instance(found));
    if differs.is_empty() {
        return Ok(());
    }
    let only = |fact: &'static str| differs.contains(&fact).then_some(fact);
    let said = session
        .rds
        .modify_db_instance()
        .db_instance_identifier(name)
        .apply_immediately(true)
        .set_db_parameter_group_name(only("parameters").and_then(|it| wanted.owned(it)))
        .set_vpc_security_group_ids(only("security").and_then(|it| wanted.several(it)))
        .set_multi_az(only("multi-az").and_then(|it| wanted.parsed(it)))
        .set_deletion_protection(only("protected").and_then(|it| wanted.parsed(it)))
        .set_enable_iam_database_authentication(only("iam").and_then(|it| wanted.parsed(it)))
        .set_backup_retention_period(only("retention").and_then(|it| wanted.parsed(it)))
        .send()
        .await;
    said.map_err(|error| error.failed("rds:ModifyDBInstance", name))?;
    let what = format!("the settings of the instance `{name}`");
    until(&what, UNTIL_IT_IS_SETTLED, context, || async {
        let found = list::instance(session, name)
            .await?
            .ok_or_else(|| gone(name))?;
        let usable = is_usable(name, found.db_instance_status().unwrap_or_default())?;
        let settled = otherwise(wanted, &Shape::of_instance(&found)).is_empty();
        Ok((usable && settled).then_some(()))
    })
    .await
}
