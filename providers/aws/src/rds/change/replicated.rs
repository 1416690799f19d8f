//! Automated backups of an instance, replicated into another region.
//!
//! RDS replicates into one region at most, so that the instance's one tag for it says whose it is. For how long the
//! copies are kept cannot be changed: the replication is stopped and begun anew, and what was there stays for its time.

use std::sync::Arc;

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{LiveResource, role};

use super::database::{described, tag, untag};
use super::{Change, policy};
use crate::client::{Session, presigned_url};
use crate::error::Failed as _;
use crate::rds::marks::{self, REPLICATED, Tags};
use crate::rds::read::{Automated, Database, Shown, automated_of, retention_days};
use crate::rds::subject::{at_repository, bad_attribute};

/// For how many days copies are kept where nobody says; what RDS takes.
const DAYS: i32 = 7;

impl Change<'_> {
    /// Begins, changes or ends a replication.
    pub(super) async fn replicated(self) -> Result<Option<LiveResource>, ProviderError> {
        let (away, kms) =
            at_repository(self.aws, self.address, self.attributes, self.bindings).await?;
        if self.subject.is_cluster {
            let message = format!(
                "`{}` would replicate automated backups of an Aurora cluster, which RDS does not do",
                self.address
            );
            return Err(ProviderError::new(ErrorClass::Invalid, message)
                .help("Copy a snapshot protection instead, or add a replica elsewhere."));
        }
        let Some(mut source) = described(self.home, self.subject).await? else {
            return match self.after {
                Some(_) => Err(self.gone()),
                None => Ok(None),
            };
        };
        let ours = self.claims(&source)?;
        let standing = automated_of(&away, &source.arn).await?;
        let standing = standing.filter(|it| it.status != "retained");
        let Some(after) = self.after else {
            if ours {
                self.stop(&away, &source, standing.as_ref()).await?;
                let keys = marks::keys(REPLICATED, &source.tags);
                untag(self.home, &source.arn, keys).await?;
            }
            return Ok(None);
        };
        let days = match after.get(role::RETENTION).filter(|it| !it.is_null()) {
            None => DAYS,
            Some(retention) => retention_days(retention)
                .and_then(|days| i32::try_from(days).ok())
                .ok_or_else(|| {
                    let expected = "`delete_after` alone, of 1 to 35 whole days";
                    bad_attribute(self.address, role::RETENTION, expected)
                })?,
        };
        self.mark(&mut source, after).await?;
        let running = standing
            .as_ref()
            .is_some_and(|it| it.retention.is_none_or(|held| held == days));
        if !running {
            self.stop(&away, &source, standing.as_ref()).await?;
            self.start(&away, &source, days, kms).await?;
        }
        let replicated = automated_of(&away, &source.arn).await?;
        let shown = Shown {
            address: self.address,
            applied: self.attributes,
            configuration: self.configuration(),
            session: self.home,
            database: &source,
        };
        match shown.replicated(replicated.as_ref())? {
            Some(live) => Ok(Some(live)),
            None => Err(ProviderError::new(
                ErrorClass::Conflict,
                format!(
                    "`{}` has begun, and nothing of it is seen in {}",
                    self.address, away.region
                ),
            )
            .help("Run the same command again.")),
        }
    }

    fn claims(&self, source: &Database) -> Result<bool, ProviderError> {
        marks::claimed(
            &source.id,
            REPLICATED,
            &source.tags,
            self.address,
            self.configuration(),
        )
    }

    /// Marks the instance, before anything else.
    async fn mark(
        &self,
        source: &mut Database,
        after: &lifeboat_model::Attributes,
    ) -> Result<(), ProviderError> {
        let mut add = marks::document(self.address, REPLICATED, &policy(after))?;
        let mark = marks::value(self.address, self.configuration());
        add.insert(REPLICATED.to_owned(), mark);
        let standing = marks::keys(REPLICATED, &source.tags);
        let over: Vec<String> = standing
            .into_iter()
            .filter(|key| !add.contains_key(key))
            .collect();
        let new: Tags = add
            .iter()
            .filter(|(key, value)| source.tags.get(*key) != Some(value))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        source.tags.retain(|key, _| !over.contains(key));
        source.tags.extend(add);
        tag(self.home, &source.arn, &new).await?;
        untag(self.home, &source.arn, over).await
    }

    async fn stop(
        &self,
        away: &Arc<Session>,
        source: &Database,
        standing: Option<&Automated>,
    ) -> Result<(), ProviderError> {
        if standing.is_none() {
            return Ok(());
        }
        let request = away.rds.stop_db_instance_automated_backups_replication();
        let answer = request.source_db_instance_arn(&source.arn).send().await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) => {
                let action = "rds:StopDBInstanceAutomatedBackupsReplication";
                match error.failed(action, &source.arn) {
                    error if error.class == ErrorClass::NotFound => Ok(()),
                    error => Err(error),
                }
            }
        }
    }

    async fn start(
        &self,
        away: &Arc<Session>,
        source: &Database,
        days: i32,
        key: Option<String>,
    ) -> Result<(), ProviderError> {
        const ACTION: &str = "StartDBInstanceAutomatedBackupsReplication";
        let retention = days.to_string();
        let mut parameters = vec![
            ("SourceDBInstanceArn", source.arn.as_str()),
            ("BackupRetentionPeriod", retention.as_str()),
        ];
        if let Some(key) = &key {
            parameters.push(("KmsKeyId", key));
        } else if source.encrypted {
            return Err(self.no_key(away));
        }
        let url = match source.encrypted {
            true => Some(presigned_url(self.home, &away.region, ACTION, &parameters).await?),
            false => None,
        };
        let request = away.rds.start_db_instance_automated_backups_replication();
        let answer = request
            .source_db_instance_arn(&source.arn)
            .backup_retention_period(days)
            .set_kms_key_id(key)
            .set_pre_signed_url(url)
            .send()
            .await;
        let action = "rds:StartDBInstanceAutomatedBackupsReplication";
        answer
            .map(|_| ())
            .map_err(|error| error.failed(action, &source.arn))
    }
}
