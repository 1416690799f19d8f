//! The settings of a database that protections are, and the one request that changes them.

use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use lifeboat_contract::ProviderError;

use crate::client::Session;
use crate::error::Failed as _;
use crate::rds::read::Database;

/// Settings; what is none stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// For how many days automated backups are kept.
    pub(super) retention: Option<i32>,
    /// When the daily backup begins.
    pub(super) window: Option<String>,
    /// Whether there is a standby; of an instance only.
    pub(super) multi_az: Option<bool>,
    /// Whether it cannot be deleted.
    pub(super) deletion_protection: Option<bool>,
    /// Whether snapshots get its tags.
    pub(super) copy_tags: Option<bool>,
    /// The class; of an instance only.
    pub(super) class: Option<String>,
}

/// Why a request was not carried out.
pub(super) enum Unmodified {
    /// Somebody else is changing it: worth another try when that is over.
    Busy(ProviderError),
    /// Anything else.
    Refused(ProviderError),
}

/// Takes over a value; returns whether there was another one.
fn merge<T: PartialEq>(into: &mut Option<T>, from: Option<T>) -> bool {
    match (&*into, from) {
        (_, None) => true,
        (Some(known), Some(value)) => *known == value,
        (None, value) => {
            *into = value;
            true
        }
    }
}

impl Settings {
    /// Returns both; none where they contradict each other.
    pub(super) fn with(&self, other: Self) -> Option<Self> {
        let mut all = self.clone();
        let agree = [
            merge(&mut all.retention, other.retention),
            merge(&mut all.window, other.window),
            merge(&mut all.multi_az, other.multi_az),
            merge(&mut all.deletion_protection, other.deletion_protection),
            merge(&mut all.copy_tags, other.copy_tags),
            merge(&mut all.class, other.class),
        ];
        agree.into_iter().all(|it| it).then_some(all)
    }

    /// Returns what of it a database does not have.
    pub(super) fn lacking(&self, database: &Database) -> Self {
        let Self {
            retention,
            window,
            multi_az,
            deletion_protection,
            copy_tags,
            class,
        } = self.clone();
        Self {
            retention: retention.filter(|it| *it != database.retention),
            window: window.filter(|it| Some(it) != database.window.as_ref()),
            multi_az: multi_az.filter(|it| *it != database.multi_az),
            deletion_protection: deletion_protection
                .filter(|it| *it != database.deletion_protection),
            copy_tags: copy_tags.filter(|it| *it != database.copy_tags),
            class: class.filter(|it| Some(it) != database.class.as_ref()),
        }
    }

    /// Returns what of it nobody has asked RDS for yet.
    ///
    /// A run that was stopped while it waited has asked already: the values are pending.
    pub(super) fn unasked(&self, database: &Database) -> Self {
        let mut lacking = self.lacking(database);
        let pending = &database.pending;
        lacking.retention = lacking
            .retention
            .filter(|it| pending.retention != Some(*it));
        lacking.multi_az = lacking.multi_az.filter(|it| pending.multi_az != Some(*it));
        lacking.class = lacking
            .class
            .filter(|it| pending.class.as_ref() != Some(it));
        lacking
    }

    /// Returns whether nothing is set.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Sets it at once, in one request.
    ///
    /// # Errors
    /// What AWS refuses; whether it is worth another try.
    pub(super) async fn set(
        self,
        session: &Session,
        database: &Database,
    ) -> Result<(), Unmodified> {
        let id = &database.id;
        let (busy, error) = if database.is_cluster {
            let request = session.rds.modify_db_cluster();
            let request = request
                .db_cluster_identifier(id)
                .apply_immediately(true)
                .set_backup_retention_period(self.retention)
                .set_preferred_backup_window(self.window)
                .set_deletion_protection(self.deletion_protection)
                .set_copy_tags_to_snapshot(self.copy_tags);
            let Err(error) = request.send().await else {
                return Ok(());
            };
            let busy = error.code() == Some("InvalidDBClusterStateFault");
            (busy, error.failed("rds:ModifyDBCluster", id))
        } else {
            let request = session.rds.modify_db_instance();
            let request = request
                .db_instance_identifier(id)
                .apply_immediately(true)
                .set_backup_retention_period(self.retention)
                .set_preferred_backup_window(self.window)
                .set_multi_az(self.multi_az)
                .set_deletion_protection(self.deletion_protection)
                .set_copy_tags_to_snapshot(self.copy_tags)
                .set_db_instance_class(self.class);
            let Err(error) = request.send().await else {
                return Ok(());
            };
            let busy = error.code() == Some("InvalidDBInstanceState");
            (busy, error.failed("rds:ModifyDBInstance", id))
        };
        Err(if busy {
            Unmodified::Busy(error)
        } else {
            Unmodified::Refused(error)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retention(days: i32) -> Settings {
        Settings {
            retention: Some(days),
            ..Settings::default()
        }
    }

    #[test]
    fn settings_of_several_protections_are_one_and_contradictions_are_none() {
        let guard = Settings {
            deletion_protection: Some(true),
            ..Settings::default()
        };
        let both = retention(7).with(guard).unwrap();
        assert_eq!(
            (both.retention, both.deletion_protection),
            (Some(7), Some(true))
        );
        assert_eq!(both.with(retention(7)), Some(both.clone()));
        assert_eq!(both.with(retention(14)), None);
    }

    #[test]
    fn what_is_there_or_was_asked_for_is_not_asked_for_again() {
        let mut database = Database {
            retention: 1,
            ..Database::default()
        };
        assert!(retention(1).lacking(&database).is_empty());
        assert_eq!(retention(7).unasked(&database), retention(7));
        database.pending.retention = Some(7);
        assert!(retention(7).unasked(&database).is_empty());
        assert_eq!(retention(7).lacking(&database), retention(7));
    }
}
