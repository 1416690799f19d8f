//! The kinds of what runs by itself: logs, replicas, locks.

use lifeboat_model::{AttributeSpec, KindRole, KindSpec, Mechanism, Strength, ValueType, role};

use super::kinds::{address, domains, needs, source};
use super::{LOCK, LOG, REPLICA, inputs, kind};

pub(super) fn log() -> KindSpec {
    let attributes = vec![
        address("target", "What it archives the changes of."),
        source("The attributes of the target as archived."),
        address("repository", "Where the archive is.").forcing_replacement(),
        AttributeSpec::optional(
            role::BASE,
            ValueType::Address,
            "The snapshot protection whose points it starts from; without it the log has a base of its own.",
        ),
        AttributeSpec::optional(
            role::FLUSH_EVERY,
            ValueType::Duration,
            "A piece of log is archived at least this often; `0s` means only when one is full.",
        )
        .default_value("5m")
        .strength(Strength::LowerIsStronger),
        AttributeSpec::optional(
            role::WINDOW,
            ValueType::Duration,
            "How far back it reaches; without it, to its beginning.",
        )
        .strength(Strength::HigherIsStronger),
        AttributeSpec::optional(
            role::QUEUE_LIMIT,
            ValueType::Size,
            "How much waits for a vault that cannot be reached; beyond it log is dropped, and the archive begins anew.",
        ),
    ];
    kind(
        (LOG, KindRole::Protection),
        "Archives every change of a dataset, for a restore to any instant.",
        attributes,
        &inputs::of_mechanism(Mechanism::Log),
    )
}

pub(super) fn replica() -> KindSpec {
    let mut attributes = vec![
        address("target", "What it follows."),
        source("The attributes of the target as followed."),
        domains(),
    ];
    attributes.extend(needs());
    attributes.extend([
        AttributeSpec::optional(
            role::DELAY,
            ValueType::Duration,
            "How far it stays behind on purpose.",
        ),
        AttributeSpec::optional(
            role::SYNCHRONOUS,
            ValueType::Bool,
            "Whether a write is there before it is acknowledged.",
        )
        .strength(Strength::OnIsStronger),
        AttributeSpec::optional(
            role::FENCED,
            ValueType::Bool,
            "Whether the old primary is cut off before the replica is promoted.",
        )
        .strength(Strength::OnIsStronger),
    ]);
    kind(
        (REPLICA, KindRole::Protection),
        "Follows a dataset with a live copy elsewhere.",
        attributes,
        &inputs::of_mechanism(Mechanism::Replica),
    )
}

pub(super) fn lock() -> KindSpec {
    let attributes = vec![
        address("target", "What it locks the recovery points of."),
        address("repository", "The vault that they are in.").forcing_replacement(),
        AttributeSpec::required(
            role::LOCK_FOR,
            ValueType::Duration,
            "Nobody can delete a point younger than this.",
        )
        .strength(Strength::HigherIsStronger),
        AttributeSpec::optional(
            role::LOCK_MODE,
            ValueType::String,
            "Whether the lock can be shortened and removed.",
        )
        .default_value("governance")
        .one_of(&["governance", "compliance"])
        .strength(Strength::LaterIsStronger),
    ];
    kind(
        (LOCK, KindRole::Protection),
        "Makes the recovery points of a dataset in a vault undeletable while they are young.",
        attributes,
        &[],
    )
}
