//! One database: described, tagged, waited for.

use std::time::Duration;

use aws_sdk_rds::types::Tag;
use lifeboat_contract::{CallContext, ErrorClass, ProviderError};

use crate::client::{Session, until};
use crate::error::Failed as _;
use crate::rds::marks::Tags;
use crate::rds::read::Database;
use crate::rds::subject::Subject;

/// The longest wait for what takes minutes, and for a large database hours.
const CEILING: Duration = Duration::from_secs(6 * 3600);

/// Returns tags as the API wants them.
pub(super) fn tags(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// Returns a database as it is; none where there is none.
///
/// # Errors
/// What AWS refuses.
pub(super) async fn described(
    session: &Session,
    subject: &Subject,
) -> Result<Option<Database>, ProviderError> {
    let id = &subject.id;
    let found = if subject.is_cluster {
        let request = session.rds.describe_db_clusters();
        let answer = request.db_cluster_identifier(id).send().await;
        answer
            .map(|answer| answer.db_clusters().first().map(Database::of_cluster))
            .map_err(|error| error.failed("rds:DescribeDBClusters", id))
    } else {
        let request = session.rds.describe_db_instances();
        let answer = request.db_instance_identifier(id).send().await;
        answer
            .map(|answer| answer.db_instances().first().map(Database::of_instance))
            .map_err(|error| error.failed("rds:DescribeDBInstances", id))
    };
    match found {
        Err(error) if error.class == ErrorClass::NotFound => Ok(None),
        other => other,
    }
}

/// Adds tags.
///
/// # Errors
/// What AWS refuses.
pub(super) async fn tag(session: &Session, arn: &str, add: &Tags) -> Result<(), ProviderError> {
    if add.is_empty() {
        return Ok(());
    }
    let request = session.rds.add_tags_to_resource().resource_name(arn);
    let answer = request.set_tags(Some(tags(add))).send().await;
    answer
        .map(|_| ())
        .map_err(|error| error.failed("rds:AddTagsToResource", arn))
}

/// Removes tags.
///
/// # Errors
/// What AWS refuses.
pub(super) async fn untag(
    session: &Session,
    arn: &str,
    remove: Vec<String>,
) -> Result<(), ProviderError> {
    if remove.is_empty() {
        return Ok(());
    }
    let request = session.rds.remove_tags_from_resource().resource_name(arn);
    let answer = request.set_tag_keys(Some(remove)).send().await;
    answer
        .map(|_| ())
        .map_err(|error| error.failed("rds:RemoveTagsFromResource", arn))
}

/// Returns why a database in this state takes no change, and will not by itself; none where it does or will.
pub(super) fn refusal(database: &Database) -> Option<ProviderError> {
    let (noun, id, status) = (database.noun(), &database.id, database.status.as_str());
    let help = match status {
        "stopped" | "stopping" => "Start it first: RDS changes nothing of what is stopped.",
        "storage-full" => "Give it more storage first: RDS changes nothing else of it until then.",
        "deleting" | "failed" | "restore-error" => {
            "Restore it, or remove it from the configuration."
        }
        "inaccessible-encryption-credentials"
        | "inaccessible-encryption-credentials-recoverable" => {
            "Give RDS access to its KMS key again."
        }
        _ if status.starts_with("incompatible-") => "Look at its events in the console of RDS.",
        _ => return None,
    };
    let message = format!("the {noun} `{id}` is `{status}`");
    Some(ProviderError::new(ErrorClass::Conflict, message).help(help))
}

/// Returns whether RDS changes settings of a database in this state.
pub(super) fn takes_changes(database: &Database) -> bool {
    database.is_available() || database.status == "storage-optimization"
}

/// Waits until a database is as it should be.
///
/// # Errors
/// `conflict` when it is in a state that it does not leave by itself, or takes too long; `interrupted`.
pub(super) async fn settled(
    session: &Session,
    subject: &Subject,
    what: &str,
    context: &CallContext,
    is_there: impl Fn(&Database) -> bool,
) -> Result<Option<Database>, ProviderError> {
    let what = format!("`{}` {what}", subject.id);
    let is_there = &is_there;
    until(&what, CEILING, context, || async {
        match described(session, subject).await? {
            None => Ok(Some(None)),
            Some(database) if takes_changes(&database) && is_there(&database) => {
                Ok(Some(Some(database)))
            }
            Some(database) => match refusal(&database) {
                Some(refused) => Err(refused),
                None => Ok(None),
            },
        }
    })
    .await
}

/// Waits until a database is gone.
///
/// # Errors
/// As [`settled`].
pub(super) async fn gone(
    session: &Session,
    subject: &Subject,
    context: &CallContext,
) -> Result<(), ProviderError> {
    let what = format!("`{}` to be gone", subject.id);
    until(&what, CEILING, context, || async {
        let found = described(session, subject).await?;
        Ok(found.is_none().then_some(()))
    })
    .await
}
