//! What a restore starts from: a snapshot, or automated backups and an instant.

use std::collections::BTreeMap;

use aws_sdk_rds::types::DbInstanceAutomatedBackup;
use jiff::Timestamp;
use lifeboat_contract::{ErrorClass, Protected, ProviderError};
use lifeboat_model::RecoveryPointId;

use crate::client::{Aws, Session};
use crate::rds::catalog::{COPY, LOG, REPLICA, SNAPSHOT};
use crate::rds::points::back_up::member_of;
use crate::rds::points::list::{self, Kept};
use crate::rds::points::log::Reach;
use crate::rds::points::name::PREFIX;
use crate::rds::points::shape::Shape;
use crate::rds::points::snapshot::{Snapshot, by_key, gibibytes, users};
use crate::rds::points::source::{Engine, Source, copies_log};

/// Which of the things that RDS restores from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// The snapshot with this name.
    Snapshot(String),
    /// The log of an instance or a cluster that is there.
    Live(String),
    /// Automated backups that stand by themselves, by their ARN.
    Backups(String),
}

/// What a restore starts from, and what it shall come to.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) start: Start,
    /// The instant of a log; none is the latest one that there is when the restore begins.
    pub(super) at: Option<Timestamp>,
    pub(super) shape: Shape,
    pub(super) bytes: Option<u64>,
    pub(super) engine: String,
    pub(super) version: String,
    pub(super) encrypted: bool,
    /// The user's tags on it.
    pub(super) tags: BTreeMap<String, String>,
}

/// Returns what the point of a protection is restored from.
///
/// # Errors
/// `not_found` when there is no such point.
pub(super) async fn origin_of(
    aws: &Aws,
    session: &Session,
    source: &Source,
    protected: &Protected<'_>,
    point: &RecoveryPointId,
) -> Result<Origin, ProviderError> {
    match protected.kind {
        COPY if copies_log(protected) => replicated(aws, session, source, protected, point).await,
        SNAPSHOT | COPY => snapshot(aws, session, source, protected, point).await,
        LOG if source.engine == Engine::Cluster => {
            of_cluster(session, source, protected, point).await
        }
        LOG => of_instance(aws, session, source, protected, point).await,
        REPLICA => {
            let message = format!("`{}` is promoted, not restored", protected.address);
            Err(ProviderError::new(ErrorClass::Invalid, message)
                .help("Restore a snapshot or a log, or fail over to the replica."))
        }
        other => Err(crate::error::unknown_kind(protected.address, other)),
    }
}

fn no_point(protected: &Protected<'_>, point: &RecoveryPointId) -> ProviderError {
    let message = format!("`{}` has no recovery point `{point}`", protected.address);
    ProviderError::new(ErrorClass::NotFound, message)
}

async fn snapshot(
    aws: &Aws,
    session: &Session,
    source: &Source,
    protected: &Protected<'_>,
    point: &RecoveryPointId,
) -> Result<Origin, ProviderError> {
    // What cannot be in the name of a snapshot names none, and RDS is not asked.
    if !point
        .0
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-')
    {
        return Err(no_point(protected, point));
    }
    let name = format!("{PREFIX}{point}");
    let found = list::snapshot(session, source.engine, &name).await?;
    let configuration = &aws.settings.configuration;
    let found = found.filter(|it| it.is_of(protected.address, configuration) && it.is_available());
    let found = found.ok_or_else(|| no_point(protected, point))?;
    Ok(Origin {
        start: Start::Snapshot(found.name.clone()),
        at: None,
        shape: Shape::of_tags(&found.tags),
        bytes: found.bytes,
        tags: found.tags_of_users(),
        engine: found.engine,
        version: found.version,
        encrypted: found.encrypted,
    })
}

/// Returns the instant that a point of a log means; none for the latest one, whatever it is when the restore begins.
fn instant(
    reach: Option<&Reach>,
    protected: &Protected<'_>,
    point: &RecoveryPointId,
) -> Result<Option<Timestamp>, ProviderError> {
    let missing = || no_point(protected, point);
    let reach = reach.ok_or_else(missing)?;
    let at = reach.named(protected.address, point).ok_or_else(missing)?;
    let is_latest = at == reach.latest && !point.0.contains('@');
    Ok((!is_latest).then_some(at))
}

async fn of_instance(
    aws: &Aws,
    session: &Session,
    source: &Source,
    protected: &Protected<'_>,
    point: &RecoveryPointId,
) -> Result<Origin, ProviderError> {
    let identifier = &source.identifier;
    let live = list::instance(session, identifier).await?;
    let backups = list::backups_of(session, identifier, Kept::Here).await?;
    let Some(live) = live else {
        return of_backups(aws, session, source, protected, &backups, point).await;
    };
    let reach = Reach::of_instance(&session.region, &live, backups.first());
    Ok(Origin {
        start: Start::Live(identifier.clone()),
        at: instant(reach.as_ref(), protected, point)?,
        shape: Shape::of_instance(&live),
        bytes: gibibytes(live.allocated_storage()),
        engine: live.engine().unwrap_or_default().to_owned(),
        version: live.engine_version().unwrap_or_default().to_owned(),
        encrypted: live.storage_encrypted().unwrap_or_default(),
        tags: users(&by_key(live.tag_list())),
    })
}

async fn of_cluster(
    session: &Session,
    source: &Source,
    protected: &Protected<'_>,
    point: &RecoveryPointId,
) -> Result<Origin, ProviderError> {
    let live = list::cluster(session, &source.identifier).await?;
    let live = live.ok_or_else(|| no_point(protected, point))?;
    let member = member_of(session, &live).await?;
    Ok(Origin {
        start: Start::Live(source.identifier.clone()),
        at: instant(
            Reach::of_cluster(&session.region, &live).as_ref(),
            protected,
            point,
        )?,
        shape: Shape::of_cluster(&live, member.as_ref()),
        bytes: None,
        engine: live.engine().unwrap_or_default().to_owned(),
        version: live.engine_version().unwrap_or_default().to_owned(),
        encrypted: live.storage_encrypted().unwrap_or_default(),
        tags: users(&by_key(live.tag_list())),
    })
}

async fn replicated(
    aws: &Aws,
    session: &Session,
    source: &Source,
    protected: &Protected<'_>,
    point: &RecoveryPointId,
) -> Result<Origin, ProviderError> {
    let backups = list::backups_of(session, &source.identifier, Kept::Replicated).await?;
    of_backups(aws, session, source, protected, &backups, point).await
}

/// Returns what automated backups without their instance restore. Of its groups they say little; the newest of our
/// snapshots of the same instance in that region says the rest.
async fn of_backups(
    aws: &Aws,
    session: &Session,
    source: &Source,
    protected: &Protected<'_>,
    backups: &[DbInstanceAutomatedBackup],
    point: &RecoveryPointId,
) -> Result<Origin, ProviderError> {
    let reaching = backups
        .iter()
        .filter_map(|it| Some((it, Reach::of_backup(&session.region, it)?)));
    let newest = reaching.max_by_key(|(_, reach)| reach.latest);
    let (backup, reach) = newest.ok_or_else(|| no_point(protected, point))?;
    let arn = backup.db_instance_automated_backups_arn();
    let arn = arn.ok_or_else(|| no_point(protected, point))?.to_owned();
    let configuration = Some(aws.settings.configuration.as_str());
    let held = list::snapshots_of(session, source).await?;
    let ours = held.iter().filter(|it| {
        let whose = it.tags.get(crate::ownership::CONFIGURATION);
        whose.map(String::as_str) == configuration && !Shape::of_tags(&it.tags).is_empty()
    });
    let newest: Option<&Snapshot> = ours.max_by_key(|it| it.made);
    Ok(Origin {
        start: Start::Backups(arn),
        at: instant(Some(&reach), protected, point)?,
        shape: newest
            .map(|it| Shape::of_tags(&it.tags))
            .unwrap_or_default(),
        bytes: reach.bytes,
        engine: backup.engine().unwrap_or_default().to_owned(),
        version: backup.engine_version().unwrap_or_default().to_owned(),
        encrypted: backup.encrypted().unwrap_or_default(),
        tags: newest.map(Snapshot::tags_of_users).unwrap_or_default(),
    })
}
