//! Deleting recovery points.

use lifeboat_contract::{CallContext, ErrorClass, Protected, ProviderError};
use lifeboat_model::RecoveryPointId;

use super::back_up::go_on;
use super::list;
use super::name::id_of;
use super::snapshot::Snapshot;
use super::source::{Engine, Source, copies_log, place_of};
use crate::client::{Aws, Session};
use crate::error::{Failed as _, unknown_kind};
use crate::rds::catalog::{COPY, LOG, REPLICA, SNAPSHOT};

/// Deletes exactly these snapshots of a protection; ones that are gone already are no error.
///
/// Deletion protection keeps an instance, not its snapshots: nothing of RDS keeps these.
///
/// # Errors
/// `denied` for what only moves with time or stands by itself, the ends of a log and a replica; nothing is deleted then.
pub(crate) async fn delete_points(
    aws: &Aws,
    protected: Protected<'_>,
    points: &[RecoveryPointId],
    context: &CallContext,
) -> Result<(), ProviderError> {
    let address = protected.address;
    match protected.kind {
        SNAPSHOT => {}
        COPY => {
            if copies_log(&protected) {
                return refused(
                    points,
                    &format!(
                        "`{address}` is of automated backups, which RDS lets expire by their retention alone"
                    ),
                );
            }
        }
        LOG => {
            return refused(
                points,
                &format!(
                    "`{address}` is of automated backups, which RDS lets expire by their window alone"
                ),
            );
        }
        REPLICA => {
            return refused(
                points,
                &format!("`{address}` has no recovery points that could be deleted apart from it"),
            );
        }
        other => return Err(unknown_kind(address, other)),
    }
    if points.is_empty() {
        return Ok(());
    }
    let place = place_of(aws, protected.attributes, protected.bindings).await?;
    let source = Source::of(address, protected.attributes, protected.bindings)?;
    let held = list::snapshots_of(&place.session, &source).await?;
    let doomed = held.iter().filter(|it| {
        it.is_of(address, &aws.settings.configuration) && points.contains(&id_of(&it.name))
    });
    for snapshot in doomed {
        go_on(context)?;
        delete(&place.session, source.engine, snapshot).await?;
    }
    Ok(())
}

fn refused(points: &[RecoveryPointId], why: &str) -> Result<(), ProviderError> {
    if points.is_empty() {
        return Ok(());
    }
    Err(ProviderError::new(ErrorClass::Denied, why)
        .help("Shorten what it keeps, or remove the protection."))
}

async fn delete(
    session: &Session,
    engine: Engine,
    snapshot: &Snapshot,
) -> Result<(), ProviderError> {
    let name = &snapshot.name;
    let said = match engine {
        Engine::Instance => {
            let said = session
                .rds
                .delete_db_snapshot()
                .db_snapshot_identifier(name);
            let said = said.send().await.map(drop);
            said.map_err(|error| error.failed("rds:DeleteDBSnapshot", name))
        }
        Engine::Cluster => {
            let said = session.rds.delete_db_cluster_snapshot();
            let said = said
                .db_cluster_snapshot_identifier(name)
                .send()
                .await
                .map(drop);
            said.map_err(|error| error.failed("rds:DeleteDBClusterSnapshot", name))
        }
    };
    match said {
        Err(error) if error.class == ErrorClass::NotFound => Ok(()),
        said => said,
    }
}
