//! The resources that leave is given on.

/// A kind of resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// What lists has no resource.
    Lists,
    /// Instances of RDS.
    Instances,
    /// Clusters of Aurora.
    Clusters,
    /// Global clusters of Aurora.
    GlobalClusters,
    /// Snapshots, ours and those that others made or share.
    Snapshots,
    /// Snapshots that lifeboat named.
    OurSnapshots,
    /// Automated backups, also those that are replicated.
    AutomatedBackups,
    /// What a restored instance is put into: groups of parameters, options and subnets.
    Groups,
    /// Keys of KMS.
    Keys,
    /// Buckets.
    Buckets,
    /// Objects and their versions.
    Objects,
    /// Roles that are handed to a service.
    Roles,
}

impl Place {
    /// Returns its part of the name of a statement.
    pub(super) const fn sid(self) -> &'static str {
        match self {
            Self::Lists => "Lists",
            Self::Instances => "Instances",
            Self::Clusters => "Clusters",
            Self::GlobalClusters => "GlobalClusters",
            Self::Snapshots => "Snapshots",
            Self::OurSnapshots => "OurSnapshots",
            Self::AutomatedBackups => "AutomatedBackups",
            Self::Groups => "Groups",
            Self::Keys => "Keys",
            Self::Buckets => "Buckets",
            Self::Objects => "Objects",
            Self::Roles => "Roles",
        }
    }

    /// Returns the ARNs of the resources in a partition.
    pub(super) fn arns(self, partition: &str) -> Vec<String> {
        let patterns: &[&str] = match self {
            Self::Lists => return vec!["*".to_owned()],
            Self::Instances => &["rds:*:*:db:*"],
            Self::Clusters => &["rds:*:*:cluster:*"],
            Self::GlobalClusters => &["rds::*:global-cluster:*"],
            Self::Snapshots => &["rds:*:*:snapshot:*", "rds:*:*:cluster-snapshot:*"],
            Self::OurSnapshots => &[
                "rds:*:*:snapshot:lifeboat-*",
                "rds:*:*:cluster-snapshot:lifeboat-*",
            ],
            Self::AutomatedBackups => &["rds:*:*:auto-backup:*", "rds:*:*:cluster-auto-backup:*"],
            Self::Groups => &[
                "rds:*:*:og:*",
                "rds:*:*:pg:*",
                "rds:*:*:cluster-pg:*",
                "rds:*:*:subgrp:*",
            ],
            Self::Keys => &["kms:*:*:key/*"],
            Self::Buckets => &["s3:::*"],
            Self::Objects => &["s3:::*/*"],
            Self::Roles => &["iam::*:role/*"],
        };
        patterns
            .iter()
            .map(|pattern| format!("arn:{partition}:{pattern}"))
            .collect()
    }
}
