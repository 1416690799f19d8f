//! Read replicas of instances and readers of clusters: instances of their own, ours by their tags.

use std::sync::Arc;

use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Attributes, LiveResource};

use super::database::{described, gone, settled};
use super::gate::{Make, Step};
use super::settings::Settings;
use super::{Change, replica_name};
use crate::client::{Session, presigned_url};
use crate::error::Failed as _;
use crate::rds::catalog;
use crate::rds::read::{Database, Shown};
use crate::rds::subject::{Subject, text};

impl Change<'_> {
    /// Makes, changes or removes a replica that is an instance of its own, in this region or in another one.
    pub(super) async fn own(
        self,
        away: &Arc<Session>,
    ) -> Result<Option<LiveResource>, ProviderError> {
        let replica = Subject {
            is_cluster: false,
            id: replica_name(&self.subject.id, self.address, self.configuration()),
        };
        let standing = described(away, &replica).await?;
        if let Some(standing) = &standing {
            self.replica_shown(away, standing).is_ours()?;
        }
        let Some(after) = self.after else {
            return self.removed(away, &replica, standing).await;
        };
        if standing.is_none() {
            if self.subject.is_cluster {
                self.make_reader(away, &replica.id, after).await?;
            } else {
                self.make_replica(away, &replica.id, after).await?;
            }
        }
        let class = text(after, "instance_class").map(str::to_owned);
        let settings = Settings {
            class,
            ..Settings::default()
        };
        let what = "to be available";
        let made = settled(away, &replica, what, self.context, |_| true).await?;
        let mut made = made.ok_or_else(|| self.vanished(&replica.id))?;
        self.replica_shown(away, &made).is_ours()?;
        if !settings.lacking(&made).is_empty() {
            let make = Make {
                address: self.address.clone(),
                step: Arc::new(move |_| {
                    Ok(Step {
                        settings: settings.clone(),
                        ..Step::default()
                    })
                }),
            };
            let gates = &self.aws.gates;
            let changed = gates.change(away, &replica, make, self.context).await?;
            let changed = changed.ok_or_else(|| self.vanished(&replica.id))?;
            made = Database::clone(&changed);
        }
        self.replica_shown(away, &made).own(None)
    }

    pub(super) fn replica_shown<'a>(
        &'a self,
        away: &'a Session,
        database: &'a Database,
    ) -> Shown<'a> {
        Shown {
            address: self.address,
            applied: self.attributes,
            configuration: self.configuration(),
            session: away,
            database,
        }
    }

    pub(super) fn vanished(&self, id: &str) -> ProviderError {
        let message = format!("`{id}` is gone while `{}` is made", self.address);
        ProviderError::new(ErrorClass::Conflict, message).help("Plan again.")
    }

    /// Returns the target, which must be there.
    pub(super) async fn target(&self) -> Result<Database, ProviderError> {
        let found = described(self.home, self.subject).await?;
        found.ok_or_else(|| self.gone())
    }

    /// Returns the target, which must have automated backups; those that are being turned on now count.
    async fn target_with_backups(&self) -> Result<Database, ProviderError> {
        let target = self.target().await?;
        if target.retention > 0 {
            return Ok(target);
        }
        self.aws.gates.quiet(self.home, self.subject).await;
        let target = self.target().await?;
        if target.retention > 0 {
            return Ok(target);
        }
        let message = format!(
            "`{}` has no automated backups, which `{}` needs",
            target.id, self.address
        );
        Err(ProviderError::new(ErrorClass::Conflict, message)
            .help("Add a `log` protection, and name it in the replica's `depends_on`."))
    }

    async fn make_replica(
        &self,
        away: &Session,
        name: &str,
        after: &Attributes,
    ) -> Result<(), ProviderError> {
        let source = self.target_with_backups().await?;
        let is_here = away.region == self.home.region;
        let key = text(after, "kms_key");
        let url = if is_here || !source.encrypted {
            None
        } else {
            let key = key.ok_or_else(|| self.no_key(away))?;
            let parameters = [
                ("DBInstanceIdentifier", name),
                ("SourceDBInstanceIdentifier", source.arn.as_str()),
                ("KmsKeyId", key),
            ];
            let action = "CreateDBInstanceReadReplica";
            Some(presigned_url(self.home, &away.region, action, &parameters).await?)
        };
        // In its own region the source is named by its name, and the key is the source's.
        let of = if is_here { &source.id } else { &source.arn };
        let request = away.rds.create_db_instance_read_replica();
        let answer = request
            .db_instance_identifier(name)
            .source_db_instance_identifier(of)
            .set_db_instance_class(text(after, "instance_class").map(str::to_owned))
            .set_availability_zone(text(after, "availability_zone").map(str::to_owned))
            .set_kms_key_id(key.filter(|_| !is_here).map(str::to_owned))
            .set_pre_signed_url(url)
            .copy_tags_to_snapshot(true)
            .set_tags(Some(self.tags()))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            // A lost answer: what is there is looked at next.
            Err(error) if error.code() == Some("DBInstanceAlreadyExists") => Ok(()),
            Err(error) => Err(error.failed("rds:CreateDBInstanceReadReplica", name)),
        }
    }

    /// Returns the refusal to take encrypted data to a region without a key.
    pub(super) fn no_key(&self, away: &Session) -> ProviderError {
        let message = format!(
            "`{}` is encrypted, and `{}` has no key in {}",
            self.subject.id, self.address, away.region
        );
        let of = match self.kind {
            catalog::COPY => "`kms_key` of the repository",
            _ => "`kms_key`",
        };
        ProviderError::new(ErrorClass::Invalid, message)
            .help(format!("Set {of} to a key of {}.", away.region))
    }

    async fn make_reader(
        &self,
        away: &Session,
        name: &str,
        after: &Attributes,
    ) -> Result<(), ProviderError> {
        let cluster = self.target().await?;
        let class = match text(after, "instance_class") {
            Some(class) => class.to_owned(),
            None => self.class_of_writer(&cluster).await?,
        };
        let zone = text(after, "availability_zone");
        self.make_member(away, &cluster, name, &class, zone).await
    }

    /// Returns the class of the instance of a cluster that takes the writes.
    pub(super) async fn class_of_writer(
        &self,
        cluster: &Database,
    ) -> Result<String, ProviderError> {
        let writer = cluster.members.iter().find(|member| member.writes);
        let found = match writer {
            None => None,
            Some(member) => {
                let subject = Subject {
                    is_cluster: false,
                    id: member.id.clone(),
                };
                described(self.home, &subject).await?
            }
        };
        found.and_then(|found| found.class).ok_or_else(|| {
            let message = format!(
                "`{}` has no instance whose class could be taken",
                cluster.id
            );
            ProviderError::new(ErrorClass::Invalid, message).help("Give `instance_class`.")
        })
    }

    /// Makes an instance in a cluster.
    pub(super) async fn make_member(
        &self,
        session: &Session,
        cluster: &Database,
        name: &str,
        class: &str,
        zone: Option<&str>,
    ) -> Result<(), ProviderError> {
        let request = session.rds.create_db_instance();
        let answer = request
            .db_instance_identifier(name)
            .db_cluster_identifier(&cluster.id)
            .engine(&cluster.engine)
            .db_instance_class(class)
            .set_availability_zone(zone.map(str::to_owned))
            .set_tags(Some(self.tags()))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("DBInstanceAlreadyExists") => Ok(()),
            Err(error) => Err(error.failed("rds:CreateDBInstance", name)),
        }
    }

    /// Removes a replica that still is one.
    async fn removed(
        &self,
        away: &Session,
        replica: &Subject,
        standing: Option<Database>,
    ) -> Result<Option<LiveResource>, ProviderError> {
        let Some(standing) = standing else {
            return Ok(None);
        };
        if standing.status != "deleting" {
            let follows = match &standing.member_of {
                None => standing.replica_of.is_some(),
                Some(_) => !self.takes_writes(&standing).await?,
            };
            if !follows {
                return Err(self.took_over(&standing.id));
            }
            delete_instance(away, &standing.id).await?;
        }
        gone(away, replica, self.context).await?;
        Ok(None)
    }

    /// Returns the refusal to delete what is no replica any more: it holds the data.
    pub(super) fn took_over(&self, id: &str) -> ProviderError {
        let message = format!("`{id}` takes the writes now, and is no replica any more");
        ProviderError::new(ErrorClass::Conflict, message)
            .help("Delete it by hand if its data are not needed, or name it as the target.")
    }

    async fn takes_writes(&self, member: &Database) -> Result<bool, ProviderError> {
        let cluster = self.target().await?;
        let members = cluster.members.iter();
        Ok(members.filter(|it| it.id == member.id).any(|it| it.writes))
    }
}

/// Deletes an instance that holds nothing of its own.
///
/// # Errors
/// What AWS refuses.
pub(super) async fn delete_instance(session: &Session, id: &str) -> Result<(), ProviderError> {
    let request = session.rds.delete_db_instance();
    let answer = request
        .db_instance_identifier(id)
        .skip_final_snapshot(true)
        .send()
        .await;
    match answer {
        Ok(_) => Ok(()),
        Err(error) => match error.failed("rds:DeleteDBInstance", id) {
            error if error.class == ErrorClass::NotFound => Ok(()),
            error => Err(error),
        },
    }
}
