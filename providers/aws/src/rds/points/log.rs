//! What automated backups reach, as recovery points: the earliest and the latest instant that can be restored.
//!
//! Both move on by themselves, so their ids are of the log and not of the instant. `ID@INSTANT` after the id of the
//! latest one names any instant between them.

use aws_sdk_rds::types::{DbCluster, DbInstance, DbInstanceAutomatedBackup};
use jiff::Timestamp;
use lifeboat_model::{Address, RecoveryPoint, RecoveryPointId};

use super::name::moving;
use super::snapshot::gibibytes;
use super::stamp::instant;

/// How far automated backups reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    /// The region that they are kept and restored in.
    pub(crate) region: String,
    /// The earliest instant, where RDS says it.
    pub(crate) earliest: Option<Timestamp>,
    /// The latest instant.
    pub(crate) latest: Timestamp,
    /// Storage that a restore allocates.
    pub(crate) bytes: Option<u64>,
}

impl Reach {
    /// Returns the reach of the automated backups of an instance; none without any.
    ///
    /// `backup` is what DescribeDBInstanceAutomatedBackups says of it: there stands since when.
    pub(crate) fn of_instance(
        region: &str,
        instance: &DbInstance,
        backup: Option<&DbInstanceAutomatedBackup>,
    ) -> Option<Self> {
        if instance.backup_retention_period().unwrap_or_default() == 0 {
            return None;
        }
        let window = backup.and_then(DbInstanceAutomatedBackup::restore_window);
        Some(Self {
            region: region.to_owned(),
            earliest: window.and_then(|window| instant(window.earliest_time())),
            latest: instant(instance.latest_restorable_time())?,
            bytes: gibibytes(instance.allocated_storage()),
        })
    }

    /// Returns the reach of backups that stand by themselves: retained after their instance, or replicated to a region.
    pub(crate) fn of_backup(region: &str, backup: &DbInstanceAutomatedBackup) -> Option<Self> {
        let window = backup.restore_window()?;
        Some(Self {
            region: region.to_owned(),
            earliest: instant(window.earliest_time()),
            latest: instant(window.latest_time())?,
            bytes: gibibytes(backup.allocated_storage()),
        })
    }

    /// Returns the reach of the automated backups of a cluster, which always has some.
    pub(crate) fn of_cluster(region: &str, cluster: &DbCluster) -> Option<Self> {
        Some(Self {
            region: region.to_owned(),
            earliest: instant(cluster.earliest_restorable_time()),
            latest: instant(cluster.latest_restorable_time())?,
            // Aurora says 1 GiB of every cluster.
            bytes: None,
        })
    }

    /// Returns the instant that a point of the log is; none if it is none of them.
    pub(crate) fn named(&self, protection: &Address, id: &RecoveryPointId) -> Option<Timestamp> {
        let points = points_of_log(self, protection);
        if let Some(point) = points.iter().find(|point| point.id == *id) {
            return Some(point.time);
        }
        let (last, time) = id.0.split_once('@')?;
        let time: Timestamp = time.parse().ok()?;
        let known = points.last()?.id.0 == last;
        let since = self.earliest.unwrap_or(self.latest);
        (known && (since..=self.latest).contains(&time)).then_some(time)
    }
}

/// Returns the recovery points of a log: the earliest instant, where that is known, and the latest one.
pub(crate) fn points_of_log(reach: &Reach, protection: &Address) -> Vec<RecoveryPoint> {
    let gib = reach.bytes.map(|bytes| bytes >> 30);
    ends(
        protection,
        &reach.region,
        (reach.earliest, Some(reach.latest)),
        gib,
    )
}

/// Returns the first and the last instant that automated backups in a region reach, as points.
pub(crate) fn ends(
    protection: &Address,
    region: &str,
    (earliest, latest): (Option<Timestamp>, Option<Timestamp>),
    gib: Option<u64>,
) -> Vec<RecoveryPoint> {
    let Some(latest) = latest else {
        return Vec::new();
    };
    let point = |end: &str, time: Timestamp| RecoveryPoint {
        id: moving(end, protection, region),
        time,
        size_bytes: gib.map(|gib| gib << 30),
        locked_until: None,
        token: None,
        copy_of: None,
    };
    let earliest = earliest.filter(|time| *time < latest);
    let first = earliest.map(|time| point("earliest", time));
    first.into_iter().chain([point("latest", latest)]).collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_rds::types::RestoreWindow;
    use aws_smithy_types::DateTime;

    use super::*;

    #[test]
    fn a_log_names_its_ends_and_every_instant_between_them() {
        let window = RestoreWindow::builder()
            .earliest_time(DateTime::from_secs(1_000_000))
            .build();
        let backup = DbInstanceAutomatedBackup::builder()
            .restore_window(window)
            .build();
        let instance = DbInstance::builder()
            .db_instance_arn("arn:aws:rds:eu-west-1:123456789012:db:orders")
            .backup_retention_period(7)
            .latest_restorable_time(DateTime::from_secs(2_000_000))
            .allocated_storage(20);
        let log: Address = "target.aws_db_instance.orders.log".parse().unwrap();
        let reach =
            Reach::of_instance("eu-west-1", &instance.clone().build(), Some(&backup)).unwrap();
        let points = points_of_log(&reach, &log);
        let times: Vec<_> = points.iter().map(|point| point.time.as_second()).collect();
        assert_eq!(times, [1_000_000, 2_000_000]);
        let latest = &points[1].id;
        let at = |second: i64| {
            let time = Timestamp::from_second(second).unwrap();
            reach.named(&log, &RecoveryPointId(format!("{latest}@{time}")))
        };
        assert_eq!(at(1_500_000).unwrap().as_second(), 1_500_000);
        assert_eq!(at(2_000_001), None);
        assert_eq!(at(999_999), None);

        let later = instance
            .latest_restorable_time(DateTime::from_secs(2_000_300))
            .build();
        let moved = points_of_log(
            &Reach::of_instance("eu-west-1", &later, Some(&backup)).unwrap(),
            &log,
        );
        assert_eq!(moved[1].id, *latest);
        assert_eq!(moved[1].time.as_second(), 2_000_300);
    }

    #[test]
    fn an_instance_that_keeps_no_backups_reaches_nothing_whatever_else_it_says() {
        let instance = DbInstance::builder()
            .backup_retention_period(0)
            .latest_restorable_time(DateTime::from_secs(2_000_000))
            .build();
        assert_eq!(Reach::of_instance("eu-west-1", &instance, None), None);
    }
}
