//! Sharing a snapshot with another account for as long as that account copies it.
//!
//! The snapshot says in a tag whom it is shared with, so that a run that died leaves a mark that the next one sees.

use lifeboat_contract::ProviderError;

use super::snapshot::{SHARED, Snapshot};
use super::source::Engine;
use crate::client::Session;
use crate::error::Failed as _;

/// The attribute of a snapshot that names who may restore and copy it.
const RESTORE: &str = "restore";

/// Shares a snapshot with an account; one that is shared already stays so.
///
/// # Errors
/// When RDS refuses: a snapshot that is encrypted with AWS's own key cannot be shared.
pub(crate) async fn share(
    session: &Session,
    engine: Engine,
    snapshot: &Snapshot,
    account: &str,
) -> Result<(), ProviderError> {
    let mark = aws_sdk_rds::types::Tag::builder()
        .key(SHARED)
        .value(account)
        .build();
    let said = session
        .rds
        .add_tags_to_resource()
        .resource_name(&snapshot.arn);
    let said = said.tags(mark).send().await;
    said.map_err(|error| error.failed("rds:AddTagsToResource", &snapshot.name))?;
    modify(session, engine, snapshot, Some(account), None).await
}

/// Ends the sharing of a snapshot with an account; one that is not shared, or is gone, is no error.
///
/// # Errors
/// When RDS cannot be asked.
pub(crate) async fn unshare(
    session: &Session,
    engine: Engine,
    snapshot: &Snapshot,
    account: &str,
) -> Result<(), ProviderError> {
    modify(session, engine, snapshot, None, Some(account)).await?;
    let said = session
        .rds
        .remove_tags_from_resource()
        .resource_name(&snapshot.arn);
    let said = said.tag_keys(SHARED).send().await;
    said.map(drop)
        .map_err(|error| error.failed("rds:RemoveTagsFromResource", &snapshot.name))
}

async fn modify(
    session: &Session,
    engine: Engine,
    snapshot: &Snapshot,
    add: Option<&str>,
    remove: Option<&str>,
) -> Result<(), ProviderError> {
    let name = &snapshot.name;
    let (add, remove) = (add.map(str::to_owned), remove.map(str::to_owned));
    let (add, remove) = (add.map(|it| vec![it]), remove.map(|it| vec![it]));
    match engine {
        Engine::Instance => {
            let call = session
                .rds
                .modify_db_snapshot_attribute()
                .attribute_name(RESTORE);
            let call = call.db_snapshot_identifier(name).set_values_to_add(add);
            let said = call.set_values_to_remove(remove).send().await;
            said.map(drop)
                .map_err(|error| error.failed("rds:ModifyDBSnapshotAttribute", name))
        }
        Engine::Cluster => {
            let call = session.rds.modify_db_cluster_snapshot_attribute();
            let call = call
                .attribute_name(RESTORE)
                .db_cluster_snapshot_identifier(name);
            let said = call
                .set_values_to_add(add)
                .set_values_to_remove(remove)
                .send()
                .await;
            said.map(drop)
                .map_err(|error| error.failed("rds:ModifyDBClusterSnapshotAttribute", name))
        }
    }
}
