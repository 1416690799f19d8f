//! Clearing away what a drill restored. Nothing is deleted that does not carry the tag of a drill.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_rds::types::DbInstance;
use lifeboat_contract::{CallContext, ErrorClass, ProviderError};

use super::place::{Arn, SCRATCH, scratch_identifier};
use crate::client::{Aws, Session, until};
use crate::error::Failed as _;
use crate::ownership;
use crate::rds::points::list;
use crate::rds::points::snapshot::by_key;

/// The longest wait for something to be gone.
const UNTIL_IT_IS_GONE: Duration = Duration::from_secs(2 * 60 * 60);

/// Removes the instance or the cluster that a drill made, given by its ARN or by the name that the drill gave it.
///
/// By name it is looked for in every region that was spoken to. What is gone already is no error.
///
/// # Errors
/// `conflict` when it is not what a drill of this configuration made.
pub(crate) async fn discard_scratch(
    aws: &Aws,
    into: &str,
    context: &CallContext,
) -> Result<(), ProviderError> {
    let (sessions, identifier) = match Arn::of(into) {
        Some(arn) => (vec![of_arn(aws, &arn).await?], arn.identifier),
        None => {
            let mut opened = aws.opened().await;
            if opened.is_empty() {
                opened.push(aws.home().await?);
            }
            (opened, scratch_identifier(into))
        }
    };
    for session in &sessions {
        let place = Scratch {
            aws,
            session,
            context,
        };
        place.remove_instance(&identifier).await?;
        place.remove_cluster(&identifier).await?;
    }
    Ok(())
}

/// Returns a session of the region and the account that an ARN names.
async fn of_arn(aws: &Aws, arn: &Arn) -> Result<Arc<Session>, ProviderError> {
    let fits =
        |session: &&Arc<Session>| session.region == arn.region && session.account == arn.account;
    if let Some(session) = aws.opened().await.iter().find(fits) {
        return Ok(Arc::clone(session));
    }
    let session = aws.in_region(&arn.region).await?;
    if session.account == arn.account {
        return Ok(session);
    }
    let message = format!(
        "`{}` is in the account `{}`, and the credentials are of `{}`",
        arn.identifier, arn.account, session.account
    );
    Err(ProviderError::new(ErrorClass::Denied, message)
        .help("Delete it by hand: it has the tag `lifeboat:scratch`."))
}

/// A region in which something is cleared away.
struct Scratch<'a> {
    aws: &'a Aws,
    session: &'a Session,
    context: &'a CallContext,
}

impl Scratch<'_> {
    /// Fails unless a drill of this configuration made it.
    fn ours(&self, name: &str, tags: &[aws_sdk_rds::types::Tag]) -> Result<(), ProviderError> {
        let tags = by_key(tags);
        let configuration = Some(&self.aws.settings.configuration);
        if tags.contains_key(SCRATCH) && tags.get(ownership::CONFIGURATION) == configuration {
            return Ok(());
        }
        let message = format!("`{name}` was not made by a drill of this configuration");
        Err(ProviderError::new(ErrorClass::Conflict, message)
            .help("Delete it by hand if nobody needs it."))
    }

    async fn remove_instance(&self, name: &str) -> Result<(), ProviderError> {
        let what = format!("the instance `{name}` to be gone");
        until(&what, UNTIL_IT_IS_GONE, self.context, || async {
            let Some(found) = list::instance(self.session, name).await? else {
                return Ok(Some(()));
            };
            self.ours(name, found.tag_list())?;
            self.delete_instance(name, &found).await?;
            let left = list::instance(self.session, name).await?;
            Ok(left.is_none().then_some(()))
        })
        .await
    }

    /// Asks for the deletion of an instance that is not being deleted; a state in which RDS deletes none passes.
    async fn delete_instance(&self, name: &str, found: &DbInstance) -> Result<(), ProviderError> {
        if found.db_instance_status() == Some("deleting") {
            return Ok(());
        }
        let rds = &self.session.rds;
        if found.deletion_protection() == Some(true) {
            // A restore that was stopped before it put the settings right left it as the original was.
            let said = rds.modify_db_instance().db_instance_identifier(name);
            let said = said
                .deletion_protection(false)
                .apply_immediately(true)
                .send()
                .await;
            passing(
                said.map(drop)
                    .map_err(|error| error.failed("rds:ModifyDBInstance", name)),
            )?;
        }
        let call = rds.delete_db_instance().db_instance_identifier(name);
        let call = match found.db_cluster_identifier() {
            // Backups of a member are of its cluster.
            Some(_) => call.skip_final_snapshot(true),
            None => call
                .skip_final_snapshot(true)
                .delete_automated_backups(true),
        };
        let said = call.send().await.map(drop);
        passing(said.map_err(|error| error.failed("rds:DeleteDBInstance", name)))
    }

    async fn remove_cluster(&self, name: &str) -> Result<(), ProviderError> {
        let Some(found) = list::cluster(self.session, name).await? else {
            return Ok(());
        };
        self.ours(name, found.tag_list())?;
        for member in found.db_cluster_members() {
            if let Some(member) = member.db_instance_identifier() {
                self.remove_instance(member).await?;
            }
        }
        let what = format!("the cluster `{name}` to be gone");
        until(&what, UNTIL_IT_IS_GONE, self.context, || async {
            let Some(found) = list::cluster(self.session, name).await? else {
                return Ok(Some(()));
            };
            self.ours(name, found.tag_list())?;
            if found.status() == Some("deleting") {
                return Ok(None);
            }
            let rds = &self.session.rds;
            if found.deletion_protection() == Some(true) {
                let said = rds.modify_db_cluster().db_cluster_identifier(name);
                let said = said
                    .deletion_protection(false)
                    .apply_immediately(true)
                    .send()
                    .await;
                passing(
                    said.map(drop)
                        .map_err(|error| error.failed("rds:ModifyDBCluster", name)),
                )?;
            }
            let said = rds.delete_db_cluster().db_cluster_identifier(name);
            let said = said
                .skip_final_snapshot(true)
                .delete_automated_backups(true);
            let said = said.send().await.map(drop);
            passing(said.map_err(|error| error.failed("rds:DeleteDBCluster", name)))?;
            let left = list::cluster(self.session, name).await?;
            Ok(left.is_none().then_some(()))
        })
        .await
    }
}

/// Takes a refusal because of a state, and that it is gone, as what the next look tells.
fn passing(said: Result<(), ProviderError>) -> Result<(), ProviderError> {
    match said {
        Err(error) if matches!(error.class, ErrorClass::Conflict | ErrorClass::NotFound) => Ok(()),
        said => said,
    }
}
