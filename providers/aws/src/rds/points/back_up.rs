//! Making recovery points: a snapshot of an instance or a cluster, or the copies that a place lacks.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_rds::types::{DbCluster, DbInstance};
use lifeboat_contract::{
    BackUpReport, BackUpRequest, CallContext, ErrorClass, Protected, ProviderError,
};
use lifeboat_model::RecoveryPoint;

use super::list::Kept;
use super::log::{Reach, points_of_log};
use super::name::snapshot_name;
use super::shape::Shape;
use super::snapshot::{AVAILABLE, BEGAN, Snapshot, TOKEN, as_tags, by_key, users};
use super::source::{Engine, Source};
use super::{copy, list};
use crate::client::{Aws, Session, until};
use crate::error::{Failed as _, unknown_kind};
use crate::ownership;
use crate::rds::catalog::{COPY, LOG, SNAPSHOT};

/// The longest wait for an instance to be `available` so that a snapshot can begin.
const UNTIL_IT_BEGINS: Duration = Duration::from_secs(30 * 60);
/// The longest wait for a snapshot: the first one of 64 TiB takes many hours.
const UNTIL_IT_IS_THERE: Duration = Duration::from_secs(24 * 60 * 60);
/// States that pass by themselves, after which an instance or a cluster is `available` again ("Viewing Amazon RDS DB
/// instance status", RDS user guide).
const PASSING: [&str; 12] = [
    "backing-up",
    "configuring-enhanced-monitoring",
    "configuring-iam-database-auth",
    "configuring-log-exports",
    "creating",
    "maintenance",
    "modifying",
    "rebooting",
    "renaming",
    "resetting-master-credentials",
    "starting",
    "upgrading",
];

/// Fails where somebody asked to stop.
pub(crate) fn go_on(context: &CallContext) -> Result<(), ProviderError> {
    if context.cancel.is_cancelled() {
        return Err(ProviderError::new(
            ErrorClass::Interrupted,
            "stopped as asked",
        ));
    }
    Ok(())
}

/// Makes a recovery point now; for a copy, copies every point of its source that it lacks.
///
/// # Errors
/// `conflict` when the instance or the cluster is in a state in which RDS takes no backup.
pub(crate) async fn back_up(
    aws: &Aws,
    request: BackUpRequest<'_>,
    context: &CallContext,
) -> Result<BackUpReport, ProviderError> {
    let protected = &request.protected;
    go_on(context)?;
    match protected.kind {
        SNAPSHOT => snapshot(aws, protected, context).await,
        LOG => Ok(moving(of_log(aws, protected).await?)),
        COPY => copy::copy(aws, protected, context).await,
        other => Err(unknown_kind(protected.address, other)),
    }
}

/// Returns the report of a log, which RDS writes by itself: the last instant that can be restored.
pub(crate) fn moving(points: Vec<RecoveryPoint>) -> BackUpReport {
    let points: Vec<RecoveryPoint> = points.into_iter().next_back().into_iter().collect();
    report(points)
}

/// Returns the report of these points.
pub(crate) fn report(points: Vec<RecoveryPoint>) -> BackUpReport {
    let bytes = points.iter().filter_map(|point| point.size_bytes).sum();
    BackUpReport {
        entries: points.len() as u64,
        unreadable: Vec::new(),
        source_bytes: bytes,
        // RDS does not say what a snapshot adds to those before it.
        added_bytes: 0,
        points,
    }
}

/// Returns the points of a log in the target's own region.
async fn of_log(aws: &Aws, protected: &Protected<'_>) -> Result<Vec<RecoveryPoint>, ProviderError> {
    let home = aws.home().await?;
    let source = Source::of(protected.address, protected.attributes, protected.bindings)?;
    let reach = reach_of(&home, &source).await?;
    Ok(reach.map_or_else(Vec::new, |it| points_of_log(&it, protected.address)))
}

/// Returns how far automated backups reach in the region where the target is, or was.
pub(crate) async fn reach_of(
    home: &Session,
    source: &Source,
) -> Result<Option<Reach>, ProviderError> {
    let identifier = &source.identifier;
    if source.engine == Engine::Cluster {
        let cluster = list::cluster(home, identifier).await?;
        return Ok(cluster.and_then(|it| Reach::of_cluster(&home.region, &it)));
    }
    let instance = list::instance(home, identifier).await?;
    let backups = list::backups_of(home, identifier, Kept::Here).await?;
    Ok(match &instance {
        Some(instance) => Reach::of_instance(&home.region, instance, backups.first()),
        None => backups
            .iter()
            .filter_map(|it| Reach::of_backup(&home.region, it))
            .max_by_key(|it| it.latest),
    })
}

async fn snapshot(
    aws: &Aws,
    protected: &Protected<'_>,
    context: &CallContext,
) -> Result<BackUpReport, ProviderError> {
    let session = aws.home().await?;
    let source = Source::of(protected.address, protected.attributes, protected.bindings)?;
    let name = snapshot_name(
        &aws.settings.configuration,
        protected.address,
        &source.identifier,
        &context.token,
    );
    let found = list::snapshot(&session, source.engine, &name).await?;
    if !ours(aws, found.as_ref(), protected, context)? {
        let made = Made {
            aws,
            session: &session,
            source: &source,
            name: &name,
        };
        made.begin(protected, context).await?;
    }
    let snapshot = available(&session, source.engine, &name, context).await?;
    Ok(report(snapshot.point().into_iter().collect()))
}

/// Returns whether the snapshot that was found under a name of ours is the one that a call with this token began.
///
/// # Errors
/// `conflict` when it is somebody else's.
pub(crate) fn ours(
    aws: &Aws,
    found: Option<&Snapshot>,
    protected: &Protected<'_>,
    context: &CallContext,
) -> Result<bool, ProviderError> {
    let Some(found) = found else { return Ok(false) };
    let configuration = &aws.settings.configuration;
    let made = ownership::owned(&found.name, &found.tags, protected.address, configuration)?;
    // A copy that another run began is the same copy: its name says what it copies.
    if made && (found.token() == Some(&context.token) || found.copy_of().is_some()) {
        return Ok(true);
    }
    let message = format!(
        "there is a snapshot `{}` that this call did not make",
        found.name
    );
    Err(ProviderError::new(ErrorClass::Conflict, message)
        .help("Delete that snapshot if nobody needs it."))
}

/// A snapshot that is to be made.
struct Made<'a> {
    aws: &'a Aws,
    session: &'a Session,
    source: &'a Source,
    name: &'a str,
}

impl Made<'_> {
    /// Waits until the instance is in a state in which a snapshot can begin, and begins it.
    async fn begin(
        &self,
        protected: &Protected<'_>,
        context: &CallContext,
    ) -> Result<(), ProviderError> {
        let (session, source) = (self.session, self.source);
        let what = format!(
            "the {} `{}` to be available, so that a snapshot can begin",
            source.engine.noun(),
            source.identifier
        );
        until(&what, UNTIL_IT_BEGINS, context, || async {
            let Some((inherited, shape)) = ready(session, source).await? else {
                return Ok(None);
            };
            let tags = tags_of(self.aws, protected, &users(&inherited), &shape, context);
            create(session, source, self.name, &tags).await
        })
        .await
    }
}

/// Returns the tags and the shape of what a snapshot can be made of now; none while it is in a state that passes.
async fn ready(
    session: &Session,
    source: &Source,
) -> Result<Option<(BTreeMap<String, String>, Shape)>, ProviderError> {
    let identifier = &source.identifier;
    let missing = || {
        let message = format!("there is no {} `{identifier}`", source.engine.noun());
        ProviderError::new(ErrorClass::NotFound, message)
    };
    match source.engine {
        Engine::Instance => {
            let instance = list::instance(session, identifier)
                .await?
                .ok_or_else(missing)?;
            let ready = is_ready(source, instance.db_instance_status())?;
            let tags = by_key(instance.tag_list());
            Ok(ready.then(|| (tags, Shape::of_instance(&instance))))
        }
        Engine::Cluster => {
            let cluster = list::cluster(session, identifier)
                .await?
                .ok_or_else(missing)?;
            if !is_ready(source, cluster.status())? {
                return Ok(None);
            }
            let member = member_of(session, &cluster).await?;
            let shape = Shape::of_cluster(&cluster, member.as_ref());
            Ok(Some((by_key(cluster.tag_list()), shape)))
        }
    }
}

/// Returns the tags of a new snapshot: those of the instance, those that the protection asks for, and ours.
fn tags_of(
    aws: &Aws,
    protected: &Protected<'_>,
    inherited: &BTreeMap<String, String>,
    shape: &Shape,
    context: &CallContext,
) -> BTreeMap<String, String> {
    let settings = &aws.settings;
    let mut users = settings.default_tags.clone();
    users.extend(inherited.clone());
    users.extend(asked(protected));
    let mut tags = ownership::tags(protected.address, &settings.configuration, &users);
    tags.insert(TOKEN.to_owned(), context.token.clone());
    tags.insert(BEGAN.to_owned(), context.as_of.to_string());
    tags.extend(shape.tags());
    tags
}

/// Returns the tags that a protection asks for.
pub(crate) fn asked(protected: &Protected<'_>) -> BTreeMap<String, String> {
    let tags = protected
        .attributes
        .get("tags")
        .and_then(|it| it.as_object());
    let tags = tags.into_iter().flatten();
    tags.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// Asks for a snapshot; none where the instance has left the state in which one can begin.
async fn create(
    session: &Session,
    source: &Source,
    name: &str,
    tags: &BTreeMap<String, String>,
) -> Result<Option<()>, ProviderError> {
    let tags = Some(as_tags(tags));
    let (said, action) = match source.engine {
        Engine::Instance => {
            let call = session.rds.create_db_snapshot().set_tags(tags);
            let call = call.db_instance_identifier(&source.identifier);
            let said = call.db_snapshot_identifier(name).send().await;
            let action = "rds:CreateDBSnapshot";
            (
                said.map(drop)
                    .map_err(|error| error.failed(action, &source.identifier)),
                action,
            )
        }
        Engine::Cluster => {
            let call = session.rds.create_db_cluster_snapshot().set_tags(tags);
            let call = call.db_cluster_identifier(&source.identifier);
            let said = call.db_cluster_snapshot_identifier(name).send().await;
            let action = "rds:CreateDBClusterSnapshot";
            (
                said.map(drop)
                    .map_err(|error| error.failed(action, &source.identifier)),
                action,
            )
        }
    };
    match said {
        Ok(()) => Ok(Some(())),
        // A reply was lost and the call sent again: the name is ours alone, and is read back by who waits for it.
        Err(error) if error.message.contains("AlreadyExists") => {
            tracing::debug!(action, name, "the snapshot is there already");
            Ok(Some(()))
        }
        Err(error) if error.class == ErrorClass::Conflict => Ok(None),
        Err(error) => Err(error),
    }
}

/// Waits until a snapshot can be restored.
pub(crate) async fn available(
    session: &Session,
    engine: Engine,
    name: &str,
    context: &CallContext,
) -> Result<Snapshot, ProviderError> {
    let what = format!("the snapshot `{name}` to be available");
    until(&what, UNTIL_IT_IS_THERE, context, || async {
        match list::snapshot(session, engine, name).await? {
            Some(snapshot) if snapshot.is_available() => Ok(Some(snapshot)),
            Some(snapshot) if snapshot.status == "failed" => {
                let message = format!("RDS could not make the snapshot `{name}`");
                Err(ProviderError::new(ErrorClass::Conflict, message).help(
                    "Look at the events of the instance, delete the snapshot, and back up again.",
                ))
            }
            Some(snapshot) => {
                tracing::debug!(
                    name,
                    percent = snapshot.percent,
                    "the snapshot is being made"
                );
                Ok(None)
            }
            None => {
                let message = format!("the snapshot `{name}` is gone while it was made");
                Err(ProviderError::new(ErrorClass::Conflict, message)
                    .help("Find out who deletes snapshots, and back up again."))
            }
        }
    })
    .await
}

/// Returns whether a state is the one in which a backup can begin; `false` while it is one that passes.
fn is_ready(source: &Source, status: Option<&str>) -> Result<bool, ProviderError> {
    let status = status.unwrap_or_default();
    if status == AVAILABLE {
        return Ok(true);
    }
    if PASSING.contains(&status) {
        return Ok(false);
    }
    let message = format!(
        "the {} `{}` is `{status}`, and RDS takes a backup only of what is `available`",
        source.engine.noun(),
        source.identifier
    );
    Err(ProviderError::new(ErrorClass::Conflict, message)
        .help("Bring it back to `available`, and back up again."))
}

/// Returns the member of a cluster that takes the writes, or else any; none of a cluster without instances.
pub(crate) async fn member_of(
    session: &Session,
    cluster: &DbCluster,
) -> Result<Option<DbInstance>, ProviderError> {
    let members = cluster.db_cluster_members();
    let writer = members
        .iter()
        .find(|it| it.is_cluster_writer() == Some(true));
    match writer
        .or(members.first())
        .and_then(|it| it.db_instance_identifier())
    {
        Some(identifier) => list::instance(session, identifier).await,
        None => Ok(None),
    }
}
