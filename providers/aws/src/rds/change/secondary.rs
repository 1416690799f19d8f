//! Secondary clusters in other regions: members of one global cluster with the target.

use std::sync::Arc;

use aws_sdk_rds::types::GlobalCluster;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Attributes, LiveResource};

use super::database::{described, gone, settled};
use super::replica::delete_instance;
use super::{Change, replica_name};
use crate::client::{Session, presigned_url};
use crate::error::Failed as _;
use crate::rds::read::Database;
use crate::rds::subject::{Subject, text};

fn cluster(id: &str) -> Subject {
    Subject {
        is_cluster: true,
        id: id.to_owned(),
    }
}

fn instance(id: &str) -> Subject {
    Subject {
        is_cluster: false,
        id: format!("{id}-1"),
    }
}

/// Returns whether a cluster is a member; of the writer only, where that is asked for.
fn has(global: &GlobalCluster, arn: &str, only_writer: bool) -> bool {
    let members = global.global_cluster_members().iter();
    members
        .filter(|member| !only_writer || member.is_writer() == Some(true))
        .any(|member| member.db_cluster_arn() == Some(arn))
}

impl Change<'_> {
    /// Makes, changes or removes a secondary cluster with one instance.
    pub(super) async fn secondary(
        self,
        away: &Arc<Session>,
    ) -> Result<Option<LiveResource>, ProviderError> {
        let name = replica_name(&self.subject.id, self.address, self.configuration());
        let standing = described(away, &cluster(&name)).await?;
        if let Some(standing) = &standing {
            self.replica_shown(away, standing).is_ours()?;
        }
        let Some(after) = self.after else {
            self.remove_secondary(away, &name, standing).await?;
            return Ok(None);
        };
        let target = self.target().await?;
        if standing.is_none() {
            let global = self.global(&target).await?;
            self.make_secondary(away, &name, &target, &global, after)
                .await?;
        }
        let what = "to be available";
        let made = settled(away, &cluster(&name), what, self.context, |_| true).await?;
        let made = made.ok_or_else(|| self.vanished(&name))?;
        self.replica_shown(away, &made).is_ours()?;
        let member = instance(&name);
        if described(away, &member).await?.is_none() {
            let class = match text(after, "instance_class") {
                Some(class) => class.to_owned(),
                None => self.class_of_writer(&target).await?,
            };
            let zone = text(after, "availability_zone");
            self.make_member(away, &made, &member.id, &class, zone)
                .await?;
        }
        let ready = settled(away, &member, what, self.context, |_| true).await?;
        let ready = ready.ok_or_else(|| self.vanished(&member.id))?;
        let made = described(away, &cluster(&name)).await?;
        let made = made.ok_or_else(|| self.vanished(&name))?;
        self.replica_shown(away, &made).own(Some(&ready))
    }

    /// Returns the global cluster that a cluster is in; none where it is in none.
    async fn global_of(&self, arn: &str) -> Result<Option<GlobalCluster>, ProviderError> {
        let mut marker = None;
        loop {
            let request = self.home.rds.describe_global_clusters();
            let answer = request.set_marker(marker).send().await;
            let answer = answer
                .map_err(|error| error.failed("rds:DescribeGlobalClusters", &self.home.region))?;
            let mut found = answer.global_clusters().iter();
            if let Some(global) = found.find(|global| has(global, arn, false)) {
                return Ok(Some(global.clone()));
            }
            match answer.marker().filter(|marker| !marker.is_empty()) {
                Some(next) => marker = Some(next.to_owned()),
                None => return Ok(None),
            }
        }
    }

    fn global_name(&self) -> String {
        let id: String = self.subject.id.chars().take(50).collect();
        format!("{}-lifeboat", id.trim_end_matches('-'))
    }

    /// Returns the name of the global cluster of the target, which is made where there is none.
    async fn global(&self, target: &Database) -> Result<String, ProviderError> {
        let named = |global: GlobalCluster| global.global_cluster_identifier().map(str::to_owned);
        if let Some(found) = self.global_of(&target.arn).await?.and_then(named) {
            return Ok(found);
        }
        let name = self.global_name();
        let request = self.home.rds.create_global_cluster();
        let answer = request
            .global_cluster_identifier(&name)
            .source_db_cluster_identifier(&target.arn)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(name),
            Err(error) if error.code() == Some("GlobalClusterAlreadyExistsFault") => {
                let found = self.global_of(&target.arn).await?.and_then(named);
                found.ok_or_else(|| {
                    let message = format!(
                        "there is a global cluster `{name}` already, and `{}` is not in it",
                        target.id
                    );
                    ProviderError::new(ErrorClass::Conflict, message)
                        .help("Put the cluster into a global cluster by hand.")
                })
            }
            Err(error) => Err(error.failed("rds:CreateGlobalCluster", &name)),
        }
    }

    async fn make_secondary(
        &self,
        away: &Session,
        name: &str,
        target: &Database,
        global: &str,
        after: &Attributes,
    ) -> Result<(), ProviderError> {
        let key = text(after, "kms_key");
        let url = if target.encrypted {
            let key = key.ok_or_else(|| self.no_key(away))?;
            let parameters = [
                ("DBClusterIdentifier", name),
                ("Engine", target.engine.as_str()),
                ("GlobalClusterIdentifier", global),
                ("KmsKeyId", key),
            ];
            let action = "CreateDBCluster";
            Some(presigned_url(self.home, &away.region, action, &parameters).await?)
        } else {
            None
        };
        let request = away.rds.create_db_cluster();
        let answer = request
            .db_cluster_identifier(name)
            .engine(&target.engine)
            .engine_version(&target.version)
            .global_cluster_identifier(global)
            .set_kms_key_id(key.map(str::to_owned))
            .set_storage_encrypted(target.encrypted.then_some(true))
            .set_pre_signed_url(url)
            .copy_tags_to_snapshot(true)
            .set_tags(Some(self.tags()))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("DBClusterAlreadyExistsFault") => Ok(()),
            Err(error) => Err(error.failed("rds:CreateDBCluster", name)),
        }
    }

    /// Removes a secondary cluster that still is one, and the global cluster where that was made for it.
    async fn remove_secondary(
        &self,
        away: &Session,
        name: &str,
        standing: Option<Database>,
    ) -> Result<(), ProviderError> {
        if let Some(standing) = standing {
            let global = self.global_of(&standing.arn).await?;
            match &global {
                Some(global) if has(global, &standing.arn, true) => {
                    return Err(self.took_over(name));
                }
                Some(global) => self.leave(away, global, &standing.arn).await?,
                // It has left: by an earlier try of ours, which is deleting it, or by hand, which is a promotion.
                None if standing.status == "deleting" || standing.members.is_empty() => {}
                None => return Err(self.took_over(name)),
            }
            let member = instance(name);
            delete_instance(away, &member.id).await?;
            gone(away, &member, self.context).await?;
            let request = away.rds.delete_db_cluster();
            let request = request.db_cluster_identifier(name);
            let answer = request.skip_final_snapshot(true).send().await;
            if let Err(error) = answer {
                let error = error.failed("rds:DeleteDBCluster", name);
                let under_way = [ErrorClass::NotFound, ErrorClass::Conflict];
                if !under_way.contains(&error.class) {
                    return Err(error);
                }
            }
            gone(away, &cluster(name), self.context).await?;
        }
        self.remove_global().await
    }

    async fn leave(
        &self,
        session: &Session,
        global: &GlobalCluster,
        arn: &str,
    ) -> Result<(), ProviderError> {
        let name = global.global_cluster_identifier().unwrap_or_default();
        let request = session.rds.remove_from_global_cluster();
        let request = request.global_cluster_identifier(name);
        let answer = request.db_cluster_identifier(arn).send().await;
        answer
            .map(|_| ())
            .map_err(|error| error.failed("rds:RemoveFromGlobalCluster", name))
    }

    /// Removes the global cluster where it has our name and the target only.
    async fn remove_global(&self) -> Result<(), ProviderError> {
        let Some(target) = described(self.home, self.subject).await? else {
            return Ok(());
        };
        let Some(global) = self.global_of(&target.arn).await? else {
            return Ok(());
        };
        let name = self.global_name();
        let ours = global.global_cluster_identifier() == Some(&name);
        if !ours || global.global_cluster_members().len() > 1 {
            return Ok(());
        }
        self.leave(self.home, &global, &target.arn).await?;
        let request = self.home.rds.delete_global_cluster();
        let answer = request.global_cluster_identifier(&name).send().await;
        match answer.map_err(|error| error.failed("rds:DeleteGlobalCluster", &name)) {
            Err(error) if error.class != ErrorClass::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
