//! What stands: its attributes, and the vendor's traps in their descriptions.

use lifeboat_model::{AttributeSpec, KindRole, KindSpec, Strength, ValueType, role};

use super::{
    BUCKET, COPY, EXISTING, GUARD, LOCK, LOG, REPLICA_BUCKET, TIME_CONTROL, WITH_EACH_WRITE, inputs,
};
use crate::catalog::kind;

/// The storage classes that replicas may have, as the API writes them.
const STORAGE_CLASSES: [&str; 7] = [
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
];

pub(super) fn all() -> Vec<KindSpec> {
    vec![bucket(), replica_bucket(), log(), copy(), lock(), guard()]
}

fn bucket() -> KindSpec {
    kind(
        BUCKET,
        KindRole::Target,
        "A bucket of S3, or of a store that speaks S3.",
        vec![name_of_bucket("The name of the bucket.")],
        inputs::of_bucket(),
    )
}

fn name_of_bucket(description: &str) -> AttributeSpec {
    AttributeSpec::required("bucket", ValueType::String, description).forcing_replacement()
}

fn text(name: &str, description: &str) -> AttributeSpec {
    AttributeSpec::optional(name, ValueType::String, description)
}

fn replica_bucket() -> KindSpec {
    let attributes = vec![
        // Filled by the planner; no change of it moves anything, and it is no place by itself.
        AttributeSpec::optional(
            "provider",
            ValueType::Address,
            "The provider block of the region and the account.",
        ),
        name_of_bucket("The name of the bucket; it is made where it is missing, with versioning."),
        text(
            "kms_key",
            "The ARN of the key that encrypts what comes without one of its own; without it, as the bucket says.",
        ),
        AttributeSpec::optional(
            "versioning",
            ValueType::Bool,
            "Whether versions are kept, which replication needs.",
        )
        .default_value(true)
        .strength(Strength::OnIsStronger),
        AttributeSpec::optional(
            role::WINDOW,
            ValueType::Duration,
            "For how many whole days versions that were replaced are kept; without it, for ever.",
        )
        .strength(Strength::HigherIsStronger),
        AttributeSpec::computed("region", ValueType::String, "The region."),
        AttributeSpec::computed("account_id", ValueType::String, "The account."),
    ];
    kind(
        REPLICA_BUCKET,
        KindRole::Repository,
        "A bucket that receives replicas. Deletions of versions are never replicated to it.",
        attributes,
        inputs::of_replica_bucket(),
    )
}

/// Returns what the planner fills in of every protection.
fn of() -> Vec<AttributeSpec> {
    let texts = ValueType::Map(Box::new(ValueType::String));
    vec![
        AttributeSpec::required("target", ValueType::Address, "What it protects."),
        AttributeSpec::required("source", texts, "The attributes of the target.")
            .forcing_replacement(),
    ]
}

fn log() -> KindSpec {
    let mut attributes = of();
    attributes.extend([
        AttributeSpec::optional(
            role::WINDOW,
            ValueType::Duration,
            "For how many whole days versions that were replaced or deleted are kept; without it, for ever. S3 deletes them at the midnight after.",
        )
        .strength(Strength::HigherIsStronger),
        AttributeSpec::optional(
            "newer_noncurrent_versions",
            ValueType::Number,
            "So many versions that were replaced, 1 to 100, are kept of each object whatever their age.",
        )
        .strength(Strength::HigherIsStronger),
        text(
            role::FLUSH_EVERY,
            "How often a version is kept: with each write. It cannot be changed.",
        )
        .default_value(WITH_EACH_WRITE)
        .one_of(&[WITH_EACH_WRITE]),
    ]);
    kind(
        LOG,
        KindRole::Protection,
        "Versioning: a restore to any second since it was turned on, as far back as versions are kept. Whoever may delete versions can delete all of it.",
        attributes,
        Vec::new(),
    )
}

fn copy() -> KindSpec {
    let mut attributes = of();
    let switch = |name: &str, description: &str| {
        AttributeSpec::optional(name, ValueType::Bool, description).strength(Strength::OnIsStronger)
    };
    attributes.extend([
        AttributeSpec::required(
            role::FROM,
            ValueType::Address,
            "The log of the bucket: replication needs versioning on both sides.",
        ),
        AttributeSpec::required(
            role::REPOSITORY,
            ValueType::Address,
            "The bucket that receives the replicas.",
        )
        .forcing_replacement(),
        AttributeSpec::required(
            "role",
            ValueType::String,
            "The ARN of the role that S3 replicates with. A bucket has one for all its rules.",
        ),
        switch(
            TIME_CONTROL,
            "Whether S3 promises to replicate 99.99 percent of objects within 15 minutes, for a price. Without it no bound in time is known.",
        )
        .default_value(true),
        switch(
            EXISTING,
            "Whether what was there before the rule is to be in the copy too. S3 does not replicate it: the first run of `lifeboat backup run` copies it, each object by a request.",
        )
        .default_value(false),
        AttributeSpec::optional(
            "delete_markers",
            ValueType::Bool,
            "Whether a deletion without a version shows in the copy too. A deletion of a version never does.",
        )
        .default_value(true),
        text(
            "storage_class",
            "The storage class of replicas; without it, that of the object. From GLACIER and DEEP_ARCHIVE nothing is restored before it is brought back, which takes hours.",
        )
        .one_of(&STORAGE_CLASSES),
        text(
            "kms_key",
            "The ARN of the key, one of the region of the replicas, that they are encrypted with. Without it, objects that a key of KMS encrypts are not replicated at all.",
        ),
        AttributeSpec::optional(
            "priority",
            ValueType::Number,
            "Which of several rules for one destination counts: the greatest.",
        ),
    ]);
    kind(
        COPY,
        KindRole::Protection,
        "Replication of each write to a bucket in another region or account; there, replicas belong to the owner of that bucket.",
        attributes,
        Vec::new(),
    )
}

fn lock() -> KindSpec {
    let mut attributes = of();
    attributes.extend([
        AttributeSpec::required(
            role::LOCK_FOR,
            ValueType::Duration,
            "For how many whole days nobody can delete a version after it is written. It counts from the write: what is older, current or not, can be deleted.",
        )
        .strength(Strength::HigherIsStronger),
        text(
            role::LOCK_MODE,
            "Whether a permission lifts the lock of a version (governance), or nobody can (compliance): lifeboat does not shorten or remove the latter.",
        )
        .default_value("governance")
        .one_of(&["governance", "compliance"])
        .strength(Strength::LaterIsStronger),
    ]);
    kind(
        LOCK,
        KindRole::Protection,
        "The default retention of object lock. It holds what was written lately, and so keeps no point whole: objects that nobody has written for longer than it lasts are not locked.",
        attributes,
        Vec::new(),
    )
}

fn guard() -> KindSpec {
    let mut attributes = of();
    attributes.extend([
        AttributeSpec::optional(
            "public_access_block",
            ValueType::Bool,
            "Whether public access is blocked, by policies and by access control lists.",
        )
        .default_value(true)
        .strength(Strength::OnIsStronger),
        text(
            "encryption",
            "How new objects are encrypted where the request does not say it.",
        )
        .default_value("AES256")
        .one_of(&["AES256", "aws:kms", "aws:kms:dsse"]),
        text(
            "kms_key",
            "The key of `aws:kms`; without it, the account's key for S3, which no other account can use.",
        ),
    ]);
    kind(
        GUARD,
        KindRole::Protection,
        "No public access, and encryption by default. Deletions with MFA are seen, not managed: only the root user can turn them on.",
        attributes,
        Vec::new(),
    )
}
