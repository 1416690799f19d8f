//! Every action that the code calls, and what AWS asks for along with one of them.
//!
//! Source: "Actions, resources, and condition keys for AWS services" (Service Authorization Reference, AWS 2025).

use super::Purpose::{self, Apply, Backup, Failover, Plan, Restore};
use super::place::Place::{
    self, AutomatedBackups, Buckets, Clusters, GlobalClusters, Groups, Instances, Keys, Lists,
    Objects, OurSnapshots, Roles, Snapshots,
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
    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "says why the line is there; the test of the table reads it"
        )
    )]
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
const RESTORE: &[Purpose] = &[Restore];
const APPLY_BACKUP: &[Purpose] = &[Apply, Backup];
const APPLY_RESTORE: &[Purpose] = &[Apply, Restore];
const APPLY_FAILOVER: &[Purpose] = &[Apply, Failover];
const RESTORE_FAILOVER: &[Purpose] = &[Restore, Failover];
const APPLY_BACKUP_RESTORE: &[Purpose] = &[Apply, Backup, Restore];
const APPLY_RESTORE_FAILOVER: &[Purpose] = &[Apply, Restore, Failover];
const CHANGES: &[Purpose] = &[Apply, Backup, Restore, Failover];
const EACH: &[Purpose] = &[Plan, Apply, Backup, Restore, Failover];

/// What a state in S3 takes: the first reads it, all of them lock and write it.
pub(super) const STATE: [&str; 3] = ["s3:GetObject", "s3:DeleteObject", "s3:PutObject"];

/// The table, sorted.
pub(super) const TABLE: &[Action] = &[
    along(
        "s3:PutReplicationConfiguration",
        "iam:PassRole",
        APPLY,
        &[Roles],
    ),
    along(
        "rds:CopyDBSnapshot",
        "kms:CreateGrant",
        APPLY_BACKUP,
        &[Keys],
    ),
    along("s3:PutObject", "kms:Decrypt", APPLY_BACKUP_RESTORE, &[Keys]),
    called("kms:DescribeKey", EACH, &[Keys]),
    along(
        "s3:PutObject",
        "kms:GenerateDataKey",
        APPLY_BACKUP_RESTORE,
        &[Keys],
    ),
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
    along(
        "s3:PutObject",
        "s3:AbortMultipartUpload",
        APPLY_BACKUP_RESTORE,
        &[Objects],
    ),
    called("s3:CreateBucket", APPLY_RESTORE, &[Buckets]),
    called("s3:DeleteBucket", APPLY_RESTORE, &[Buckets]),
    called("s3:DeleteObjectVersion", RESTORE, &[Objects]),
    called("s3:GetBucketObjectLockConfiguration", EACH, &[Buckets]),
    called("s3:GetBucketPublicAccessBlock", EACH, &[Buckets]),
    called("s3:GetBucketTagging", EACH, &[Buckets]),
    called("s3:GetBucketVersioning", EACH, &[Buckets]),
    called("s3:GetEncryptionConfiguration", EACH, &[Buckets]),
    called("s3:GetLifecycleConfiguration", EACH, &[Buckets]),
    called("s3:GetObjectVersion", APPLY_BACKUP_RESTORE, &[Objects]),
    along(
        "s3:PutObject",
        "s3:GetObjectVersionTagging",
        APPLY_BACKUP_RESTORE,
        &[Objects],
    ),
    called("s3:GetReplicationConfiguration", EACH, &[Buckets]),
    called("s3:ListAllMyBuckets", EACH, &[Lists]),
    called("s3:ListBucket", EACH, &[Buckets]),
    called("s3:ListBucketVersions", EACH, &[Buckets]),
    called("s3:PutBucketObjectLockConfiguration", APPLY, &[Buckets]),
    called("s3:PutBucketPublicAccessBlock", APPLY, &[Buckets]),
    called("s3:PutBucketTagging", APPLY_RESTORE, &[Buckets]),
    called("s3:PutBucketVersioning", APPLY, &[Buckets]),
    called("s3:PutEncryptionConfiguration", APPLY, &[Buckets]),
    called("s3:PutLifecycleConfiguration", APPLY, &[Buckets]),
    called("s3:PutObject", APPLY_BACKUP_RESTORE, &[Objects]),
    along(
        "s3:PutObject",
        "s3:PutObjectTagging",
        APPLY_BACKUP_RESTORE,
        &[Objects],
    ),
    called("s3:PutReplicationConfiguration", APPLY, &[Buckets]),
    called("sts:GetCallerIdentity", NONE, &[Lists]),
    called("tag:GetResources", EACH, &[Lists]),
];
