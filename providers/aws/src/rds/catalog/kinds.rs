//! What stands: its attributes, and the vendor's traps in their descriptions.

use lifeboat_model::{AttributeSpec, KindRole, KindSpec, Strength, ValueType, role};
use serde_json::json;

use super::{
    BACKUPS, CLUSTER, COPY, GUARD, INSTANCE, LOG, REPLICA, SNAPSHOT, UPLOADED_EVERY, inputs,
};
use crate::catalog::kind;

pub(super) fn all() -> Vec<KindSpec> {
    vec![
        instance(),
        cluster(),
        backups(),
        log(),
        snapshot(),
        copy(),
        replica(),
        guard(),
    ]
}

fn instance() -> KindSpec {
    let attributes = vec![identifier(
        "The name of the instance, as `DBInstanceIdentifier`.",
    )];
    kind(
        INSTANCE,
        KindRole::Target,
        "An instance of RDS. A restore never writes into it: it makes a new instance with a new endpoint, the default security group and the default parameter group unless these are put back.",
        attributes,
        inputs::of_target(),
    )
}

fn cluster() -> KindSpec {
    let attributes = vec![identifier(
        "The name of the cluster, as `DBClusterIdentifier`.",
    )];
    kind(
        CLUSTER,
        KindRole::Target,
        "A cluster of Aurora. A restore makes a new cluster without instances, with a new endpoint, the default security group and the default parameter group unless these are put back.",
        attributes,
        inputs::of_target(),
    )
}

fn backups() -> KindSpec {
    let attributes = vec![
        // Filled by the planner; no change of it moves anything, and none is a place by itself.
        AttributeSpec::optional(
            "provider",
            ValueType::Address,
            "The provider block of the region and the account.",
        ),
        AttributeSpec::optional(
            "kms_key",
            ValueType::String,
            "The key that copies are encrypted with: one of this region. An encrypted copy in another region needs one there.",
        ),
        AttributeSpec::computed("region", ValueType::String, "The region."),
        AttributeSpec::computed("account_id", ValueType::String, "The account."),
    ];
    kind(
        BACKUPS,
        KindRole::Repository,
        "The snapshots and automated backups that RDS keeps in one region of one account.",
        attributes,
        inputs::of_backups(),
    )
}

fn identifier(description: &str) -> AttributeSpec {
    AttributeSpec::required("identifier", ValueType::String, description).forcing_replacement()
}

/// Returns what the planner fills in of every protection.
fn of() -> Vec<AttributeSpec> {
    let texts = ValueType::Map(Box::new(ValueType::String));
    vec![
        AttributeSpec::required("target", ValueType::Address, "What it protects."),
        AttributeSpec::optional(
            "source",
            texts,
            "The attributes of the target as they were applied.",
        )
        .forcing_replacement(),
    ]
}

fn runs() -> [AttributeSpec; 2] {
    [
        AttributeSpec::optional(
            role::SCHEDULE,
            ValueType::Schedule,
            "When it runs. RDS makes a snapshot of an instance that is `available` only.",
        )
        .strength(Strength::LowerIsStronger),
        AttributeSpec::optional(role::RETENTION, ValueType::Retention, "What is kept.")
            .strength(Strength::Retention),
    ]
}

fn tags() -> AttributeSpec {
    let texts = ValueType::Map(Box::new(ValueType::String));
    AttributeSpec::optional(
        "tags",
        texts,
        "Tags on every snapshot, beside lifeboat's own.",
    )
    .default_value(json!({}))
}

fn log() -> KindSpec {
    let mut attributes = of();
    attributes.extend([
        AttributeSpec::optional(
            role::WINDOW,
            ValueType::Duration,
            "How far back a restore reaches: 1 to 35 whole days. The first day makes an outage: a change of the retention of an instance from 0, or to 0, takes it down; and at 0 its automated backups are gone.",
        )
        .default_value("7d")
        .strength(Strength::HigherIsStronger),
        AttributeSpec::optional(
            role::FLUSH_EVERY,
            ValueType::String,
            "How often RDS uploads the log; it cannot be changed. `LatestRestorableTime` is usually within the last 5 minutes.",
        )
        .default_value(UPLOADED_EVERY)
        .one_of(&[UPLOADED_EVERY]),
        AttributeSpec::optional(
            "backup_window",
            ValueType::String,
            "When the daily backup begins, in UTC: `03:00-03:30`, at least 30 minutes, not within the maintenance window. Without it, as it is.",
        ),
    ]);
    kind(
        LOG,
        KindRole::Protection,
        "Automated backups: a restore to any second of the window. They are deleted with the instance unless the deletion says otherwise.",
        attributes,
        Vec::new(),
    )
}

fn snapshot() -> KindSpec {
    let mut attributes = of();
    attributes.extend(runs());
    attributes.push(tags());
    kind(
        SNAPSHOT,
        KindRole::Protection,
        "Manual snapshots in the region of the target, which stay when it is deleted.",
        attributes,
        Vec::new(),
    )
}

fn copy() -> KindSpec {
    let mut attributes = of();
    attributes.extend([
        AttributeSpec::required(
            role::FROM,
            ValueType::Address,
            "The protection whose points it copies: a log, whose automated backups are replicated (an instance only, not Aurora), or snapshots.",
        )
        .forcing_replacement(),
        AttributeSpec::required(
            role::REPOSITORY,
            ValueType::Address,
            "The region and the account that the copies go to.",
        )
        .forcing_replacement(),
    ]);
    attributes.extend(runs());
    attributes.push(tags());
    kind(
        COPY,
        KindRole::Protection,
        "Copies of snapshots, or replicated automated backups, in another region or account. Those of an encrypted source need a key there.",
        attributes,
        Vec::new(),
    )
}

fn replica() -> KindSpec {
    let mut attributes = of();
    attributes.extend([
        AttributeSpec::optional(
            "location",
            ValueType::Address,
            "The provider block of another region; without it the region of the target.",
        )
        .forcing_replacement(),
        AttributeSpec::optional(
            role::SYNCHRONOUS,
            ValueType::Bool,
            "Whether a write is there before it is acknowledged: of an instance, a standby in another zone (Multi-AZ); of a cluster, a reader, which shares its storage. Not in another region.",
        )
        .default_value(false)
        .strength(Strength::OnIsStronger)
        .forcing_replacement(),
        AttributeSpec::optional(
            role::FENCED,
            ValueType::Bool,
            "Whether the old primary is cut off before the replica takes writes. RDS does so in a failover to a standby or a reader; not when a read replica is promoted.",
        )
        .strength(Strength::OnIsStronger),
        AttributeSpec::optional(
            "instance_class",
            ValueType::String,
            "The class of a replica of its own; without it that of the target. A smaller one may fall behind.",
        ),
        AttributeSpec::optional(
            "availability_zone",
            ValueType::String,
            "The zone of a replica of its own; without it AWS chooses, and may choose that of the target.",
        )
        .forcing_replacement(),
        AttributeSpec::optional(
            "kms_key",
            ValueType::String,
            "The key in the other region, which a replica of encrypted data needs.",
        )
        .forcing_replacement(),
        AttributeSpec::computed(
            "identifier",
            ValueType::String,
            "The name of what takes writes when it is promoted.",
        ),
    ]);
    kind(
        REPLICA,
        KindRole::Protection,
        "A standby (Multi-AZ), a reader of a cluster, a read replica, or a secondary cluster in another region. A read replica needs a target with automated backups. It follows every write, bad ones too.",
        attributes,
        Vec::new(),
    )
}

fn guard() -> KindSpec {
    let mut attributes = of();
    attributes.extend([
        AttributeSpec::optional(
            "deletion_protection",
            ValueType::Bool,
            "Whether the target cannot be deleted before this is turned off. Its snapshots can.",
        )
        .default_value(true)
        .strength(Strength::OnIsStronger),
        AttributeSpec::optional(
            "copy_tags_to_snapshot",
            ValueType::Bool,
            "Whether the tags of the target go to its snapshots. Without it, as it is.",
        ),
        AttributeSpec::optional(
            "encrypted",
            ValueType::Bool,
            "Whether its storage must be encrypted. This is seen, and cannot be changed: a target becomes encrypted by a copy of a snapshot and a restore.",
        )
        .strength(Strength::OnIsStronger),
    ]);
    kind(
        GUARD,
        KindRole::Protection,
        "Deletion protection. Automated backups go with their instance unless the deletion says `DeleteAutomatedBackups=false`, which no setting can.",
        attributes,
        Vec::new(),
    )
}
