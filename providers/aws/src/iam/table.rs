//! Every action that the code calls, and what AWS asks for along with one of them.
//!
//! Source: "Actions, resources, and condition keys for AWS services" (Service Authorization Reference, AWS 2025).

use super::Purpose::{self, Apply, Backup, Failover, Plan, Restore};
use super::place::Place::{
    self, AutomatedBackups, Clusters, GlobalClusters, Groups, Instances, Keys, Lists, OurSnapshots,
    Snapshots,
};

/// Leave that a command needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Action {
    /// How IAM names it.
    pub(super) name: &'static str,
    /// The commands that need it.
    pub(super) purposes: &'static [Purpose],
    /// What it is done to: leave on all of these at once.
    pub(super) on: &'static [Place],
    /// The action that AWS asks for this one along with, where no code calls it.
    pub(super) along: Option<&'static str>,
}

const fn called(name: &'static str, purposes: &'static [Purpose], on: &'static [Place]) -> Action {
    Action {
        name,
        purposes,
        on,
        along: None,
    }
}

const fn along(
    with: &'static str,
    name: &'static str,
    purposes: &'static [Purpose],
    on: &'static [Place],
) -> Action {
    Action {
        name,
        purposes,
        on,
        along: Some(with),
    }
}

/// STS tells everybody who they are.
const NONE: &[Purpose] = &[];
const APPLY: &[Purpose] = &[Apply];
const APPLY_BACKUP: &[Purpose] = &[Apply, Backup];
const APPLY_RESTORE: &[Purpose] = &[Apply, Restore];
const APPLY_FAILOVER: &[Purpose] = &[Apply, Failover];
const RESTORE_FAILOVER: &[Purpose] = &[Restore, Failover];
const APPLY_RESTORE_FAILOVER: &[Purpose] = &[Apply, Restore, Failover];
const CHANGES: &[Purpose] = &[Apply, Backup, Restore, Failover];
const EACH: &[Purpose] = &[Plan, Apply, Backup, Restore, Failover];

/// The table, sorted.
pub(super) const TABLE: &[Action] = &[
    along(
        "rds:CopyDBSnapshot",
        "kms:CreateGrant",
        APPLY_BACKUP,
        &[Keys],
    ),
    called("kms:DescribeKey", EACH, &[Keys]),
    called(
        "rds:AddTagsToResource",
        CHANGES,
        &[Instances, Clusters, Snapshots, AutomatedBackups],
    ),
    called("rds:CopyDBClusterSnapshot", APPLY_BACKUP, &[Snapshots]),
    called("rds:CopyDBSnapshot", APPLY_BACKUP, &[Snapshots]),
    called(
        "rds:CreateDBCluster",
        APPLY_RESTORE_FAILOVER,
        &[Clusters, GlobalClusters, Groups],
    ),
    called(
        "rds:CreateDBClusterSnapshot",
        APPLY_BACKUP,
        &[Clusters, OurSnapshots],
    ),
    called(
        "rds:CreateDBInstance",
        APPLY_RESTORE_FAILOVER,
        &[Instances, Clusters, Groups],
    ),
    called(
        "rds:CreateDBInstanceReadReplica",
        APPLY_FAILOVER,
        &[Instances, Clusters, Groups],
    ),
    called(
        "rds:CreateDBSnapshot",
        APPLY_BACKUP,
        &[Instances, OurSnapshots],
    ),
    called(
        "rds:CreateGlobalCluster",
        APPLY,
        &[Clusters, GlobalClusters],
    ),
    called(
        "rds:DeleteDBCluster",
        APPLY_RESTORE,
        &[Clusters, OurSnapshots],
    ),
    called("rds:DeleteDBClusterSnapshot", APPLY_BACKUP, &[OurSnapshots]),
    called("rds:DeleteDBInstance", APPLY_RESTORE, &[Instances]),
    called("rds:DeleteDBSnapshot", APPLY_BACKUP, &[OurSnapshots]),
    called("rds:DeleteGlobalCluster", APPLY, &[GlobalClusters]),
    called("rds:DescribeDBClusterParameterGroups", EACH, &[Lists]),
    called("rds:DescribeDBClusterSnapshots", EACH, &[Lists]),
    called("rds:DescribeDBClusters", EACH, &[Lists]),
    called("rds:DescribeDBInstanceAutomatedBackups", EACH, &[Lists]),
    called("rds:DescribeDBInstances", EACH, &[Lists]),
    called("rds:DescribeDBParameterGroups", EACH, &[Lists]),
    called("rds:DescribeDBSnapshots", EACH, &[Lists]),
    called("rds:DescribeDBSubnetGroups", EACH, &[Lists]),
    called("rds:DescribeGlobalClusters", EACH, &[Lists]),
    called("rds:ModifyDBCluster", APPLY_FAILOVER, &[Clusters]),
    called(
        "rds:ModifyDBClusterSnapshotAttribute",
        APPLY_BACKUP,
        &[OurSnapshots],
    ),
    called("rds:ModifyDBInstance", APPLY_FAILOVER, &[Instances]),
    called(
        "rds:ModifyDBSnapshotAttribute",
        APPLY_BACKUP,
        &[OurSnapshots],
    ),
    called(
        "rds:RemoveFromGlobalCluster",
        APPLY_FAILOVER,
        &[Clusters, GlobalClusters],
    ),
    called(
        "rds:RemoveTagsFromResource",
        CHANGES,
        &[Instances, Clusters, Snapshots, AutomatedBackups],
    ),
    called(
        "rds:RestoreDBClusterFromSnapshot",
        RESTORE_FAILOVER,
        &[Clusters, Snapshots, Groups],
    ),
    called(
        "rds:RestoreDBClusterToPointInTime",
        RESTORE_FAILOVER,
        &[Clusters, AutomatedBackups, Groups],
    ),
    called(
        "rds:RestoreDBInstanceFromDBSnapshot",
        RESTORE_FAILOVER,
        &[Instances, Snapshots, Groups],
    ),
    called(
        "rds:RestoreDBInstanceToPointInTime",
        RESTORE_FAILOVER,
        &[Instances, AutomatedBackups, Groups],
    ),
    called(
        "rds:StartDBInstanceAutomatedBackupsReplication",
        APPLY,
        &[Instances, AutomatedBackups],
    ),
    called(
        "rds:StopDBInstanceAutomatedBackupsReplication",
        APPLY,
        &[Instances],
    ),
    called("sts:GetCallerIdentity", NONE, &[Lists]),
];
