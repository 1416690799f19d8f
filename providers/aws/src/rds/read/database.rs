//! An instance or a cluster as RDS describes it, with what both have in common.

use aws_sdk_rds::types::{DbCluster, DbInstance, Tag};
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use crate::rds::marks::Tags;

/// A member of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// Its name.
    pub(crate) id: String,
    /// Whether it takes the writes.
    pub(crate) writes: bool,
}

/// What RDS will set and has not set yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pending {
    /// `BackupRetentionPeriod`.
    pub(crate) retention: Option<i32>,
    /// `MultiAZ`.
    pub(crate) multi_az: Option<bool>,
    /// `DBInstanceClass`.
    pub(crate) class: Option<String>,
}

/// An instance or a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Database {
    /// Whether it is a cluster.
    pub(crate) is_cluster: bool,
    /// Its name.
    pub(crate) id: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// What it is doing: `available`, `modifying`, …
    pub(crate) status: String,
    /// `postgres`, `aurora-mysql`, …
    pub(crate) engine: String,
    /// Of the engine.
    pub(crate) version: String,
    /// Of an instance: `db.m6g.large`.
    pub(crate) class: Option<String>,
    /// What is allocated, in GiB.
    pub(crate) gib: Option<u64>,
    /// For how many days automated backups are kept; 0 means that there are none.
    pub(crate) retention: i32,
    /// When the daily backup begins.
    pub(crate) window: Option<String>,
    /// Whether it has a standby.
    pub(crate) multi_az: bool,
    /// Whether it cannot be deleted.
    pub(crate) deletion_protection: bool,
    /// Whether its snapshots get its tags.
    pub(crate) copy_tags: bool,
    /// Whether its storage is encrypted, and with which key.
    pub(crate) encrypted: bool,
    /// The key.
    pub(crate) kms_key: Option<String>,
    /// Where it stands.
    pub(crate) zone: Option<String>,
    /// Where its standby stands.
    pub(crate) second_zone: Option<String>,
    /// The first and the last instant that it can be brought back to; of an instance RDS tells the last one here.
    pub(crate) earliest: Option<Timestamp>,
    /// The last one.
    pub(crate) latest: Option<Timestamp>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// What it is a replica of: a name, or an ARN in another region.
    pub(crate) replica_of: Option<String>,
    /// The cluster that it is a member of.
    pub(crate) member_of: Option<String>,
    /// Its members.
    pub(crate) members: Vec<Member>,
    /// The global cluster that it is in.
    pub(crate) global: Option<String>,
    /// What a restore must put back, by name: groups of parameters, options, security, subnets.
    pub(crate) groups: Vec<(&'static str, Vec<String>)>,
    /// Where clients connect to.
    pub(crate) endpoint: Option<String>,
    /// What is under way.
    pub(crate) pending: Pending,
}

/// Returns tags by key.
pub(crate) fn tags_of(list: &[Tag]) -> Tags {
    list.iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())))
        .collect()
}

/// Returns an instant of the API.
pub(crate) fn instant(time: Option<&DateTime>) -> Option<Timestamp> {
    let time = time?;
    let nanos = i32::try_from(time.subsec_nanos()).unwrap_or_default();
    Timestamp::new(time.secs(), nanos).ok()
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

fn names<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Vec<String> {
    values.flatten().map(str::to_owned).collect()
}

impl Database {
    /// Returns an instance.
    pub(crate) fn of_instance(of: &DbInstance) -> Self {
        let pending = of.pending_modified_values();
        let parameters = of.db_parameter_groups().iter();
        let options = of.option_group_memberships().iter();
        let security = of.vpc_security_groups().iter();
        let subnets = of
            .db_subnet_group()
            .map(|group| group.db_subnet_group_name());
        Self {
            is_cluster: false,
            id: text(of.db_instance_identifier()),
            arn: text(of.db_instance_arn()),
            status: text(of.db_instance_status()),
            engine: text(of.engine()),
            version: text(of.engine_version()),
            class: of.db_instance_class().map(str::to_owned),
            gib: of.allocated_storage().and_then(|it| u64::try_from(it).ok()),
            retention: of.backup_retention_period().unwrap_or(0),
            window: of.preferred_backup_window().map(str::to_owned),
            multi_az: of.multi_az().unwrap_or(false),
            deletion_protection: of.deletion_protection().unwrap_or(false),
            copy_tags: of.copy_tags_to_snapshot().unwrap_or(false),
            encrypted: of.storage_encrypted().unwrap_or(false),
            kms_key: of.kms_key_id().map(str::to_owned),
            zone: of.availability_zone().map(str::to_owned),
            second_zone: of.secondary_availability_zone().map(str::to_owned),
            earliest: None,
            latest: instant(of.latest_restorable_time()),
            tags: tags_of(of.tag_list()),
            replica_of: of
                .read_replica_source_db_instance_identifier()
                .or(of.read_replica_source_db_cluster_identifier())
                .map(str::to_owned),
            member_of: of.db_cluster_identifier().map(str::to_owned),
            members: Vec::new(),
            global: None,
            groups: vec![
                (
                    "parameter_groups",
                    names(parameters.map(|it| it.db_parameter_group_name())),
                ),
                (
                    "option_groups",
                    names(options.map(|it| it.option_group_name())),
                ),
                (
                    "security_groups",
                    names(security.map(|it| it.vpc_security_group_id())),
                ),
                ("subnet_groups", names(subnets.into_iter())),
            ],
            endpoint: of
                .endpoint()
                .and_then(|endpoint| endpoint.address())
                .map(str::to_owned),
            pending: Pending {
                retention: pending.and_then(|it| it.backup_retention_period()),
                multi_az: pending.and_then(|it| it.multi_az()),
                class: pending.and_then(|it| it.db_instance_class().map(str::to_owned)),
            },
        }
    }

    /// Returns a cluster.
    pub(crate) fn of_cluster(of: &DbCluster) -> Self {
        let members = of.db_cluster_members().iter().filter_map(|member| {
            Some(Member {
                id: member.db_instance_identifier()?.to_owned(),
                writes: member.is_cluster_writer().unwrap_or(false),
            })
        });
        let security = of.vpc_security_groups().iter();
        Self {
            is_cluster: true,
            id: text(of.db_cluster_identifier()),
            arn: text(of.db_cluster_arn()),
            status: text(of.status()),
            engine: text(of.engine()),
            version: text(of.engine_version()),
            class: of.db_cluster_instance_class().map(str::to_owned),
            gib: of.allocated_storage().and_then(|it| u64::try_from(it).ok()),
            retention: of.backup_retention_period().unwrap_or(0),
            window: of.preferred_backup_window().map(str::to_owned),
            multi_az: of.multi_az().unwrap_or(false),
            deletion_protection: of.deletion_protection().unwrap_or(false),
            copy_tags: of.copy_tags_to_snapshot().unwrap_or(false),
            encrypted: of.storage_encrypted().unwrap_or(false),
            kms_key: of.kms_key_id().map(str::to_owned),
            zone: None,
            second_zone: None,
            earliest: instant(of.earliest_restorable_time()),
            latest: instant(of.latest_restorable_time()),
            tags: tags_of(of.tag_list()),
            replica_of: of.replication_source_identifier().map(str::to_owned),
            member_of: None,
            members: members.collect(),
            global: of.global_cluster_identifier().map(str::to_owned),
            groups: vec![
                (
                    "parameter_groups",
                    names([of.db_cluster_parameter_group()].into_iter()),
                ),
                (
                    "security_groups",
                    names(security.map(|it| it.vpc_security_group_id())),
                ),
                ("subnet_groups", names([of.db_subnet_group()].into_iter())),
            ],
            endpoint: of.endpoint().map(str::to_owned),
            pending: Pending {
                retention: of
                    .pending_modified_values()
                    .and_then(|it| it.backup_retention_period()),
                ..Pending::default()
            },
        }
    }

    /// Returns what it is, for a person.
    pub(crate) const fn noun(&self) -> &'static str {
        if self.is_cluster {
            "cluster"
        } else {
            "instance"
        }
    }

    /// Returns whether it can be changed and backed up.
    pub(crate) fn is_available(&self) -> bool {
        self.status == "available"
    }
}
