//! The kinds of data, of vaults, and of what captures, copies and guards.

use lifeboat_model::{AttributeSpec, KindRole, KindSpec, Mechanism, Strength, ValueType};

use super::{COPY, DATASET, GUARD, SCHEDULE, SNAPSHOT, VAULT, inputs, kind};

/// Returns an attribute that names domains by scope.
fn by_scope(name: &str, description: &str) -> AttributeSpec {
    let texts = ValueType::List(Box::new(ValueType::String));
    AttributeSpec::optional(name, ValueType::Map(Box::new(texts)), description)
}

pub(super) fn domains() -> AttributeSpec {
    by_scope(
        "domains",
        "What it fails with, by scope: { zone = \"a\", account = [\"ops\", \"vendor\"] }; `vendor` stands for an account.",
    )
}

/// Returns the attributes that say what using points takes besides, and what that fails with.
pub(super) fn needs() -> [AttributeSpec; 4] {
    [
        by_scope(
            "key_domains",
            "What the key fails with, by scope, as `domains`.",
        ),
        by_scope(
            "credentials_domains",
            "What the credentials fail with, by scope, as `domains`.",
        ),
        by_scope(
            "catalogue_domains",
            "What the catalogue of points fails with, by scope, as `domains`.",
        ),
        by_scope(
            "control_plane",
            "What the service that a restore calls fails with, by scope, as `domains`.",
        ),
    ]
}

fn tags() -> AttributeSpec {
    AttributeSpec::optional(
        "tags",
        ValueType::List(Box::new(ValueType::String)),
        "Words written on every recovery point.",
    )
    .default_value(serde_json::json!([]))
}

pub(super) fn address(name: &str, description: &str) -> AttributeSpec {
    AttributeSpec::required(name, ValueType::Address, description)
}

pub(super) fn source(description: &str) -> AttributeSpec {
    let texts = ValueType::Map(Box::new(ValueType::String));
    AttributeSpec::required("source", texts, description)
}

pub(super) fn dataset() -> KindSpec {
    let attributes = vec![
        AttributeSpec::required("name", ValueType::String, "The name of the dataset.")
            .forcing_replacement(),
        domains(),
    ];
    kind(
        (DATASET, KindRole::Target),
        "Files that exist in memory only.",
        attributes,
        &inputs::of_dataset(),
    )
}

pub(super) fn vault() -> KindSpec {
    let mut attributes = vec![
        AttributeSpec::required("name", ValueType::String, "The name of the vault.")
            .forcing_replacement(),
        AttributeSpec::optional("password", ValueType::Secret, "What opens the vault."),
        AttributeSpec::optional(
            "compression",
            ValueType::Number,
            "A number that is kept and has no effect.",
        ),
        domains(),
    ];
    attributes.extend(needs());
    attributes.push(AttributeSpec::computed(
        "repository_id",
        ValueType::String,
        "Names this vault for ever.",
    ));
    kind(
        (VAULT, KindRole::Repository),
        "Holds recovery points in memory.",
        attributes,
        &inputs::of_vault(),
    )
}

fn runs() -> [AttributeSpec; 2] {
    [
        AttributeSpec::optional("schedule", ValueType::Schedule, "When it runs.")
            .strength(Strength::LowerIsStronger),
        AttributeSpec::optional("retention", ValueType::Retention, "What is kept.")
            .strength(Strength::Retention),
    ]
}

pub(super) fn snapshot() -> KindSpec {
    let mut attributes = vec![
        address("target", "What it captures."),
        source("The attributes of the target as captured."),
        address("repository", "Where its recovery points go.").forcing_replacement(),
    ];
    attributes.extend(runs());
    attributes.push(tags());
    kind(
        (SNAPSHOT, KindRole::Protection),
        "Captures every file of a dataset at an instant.",
        attributes,
        &inputs::of_mechanism(Mechanism::Snapshot),
    )
}

pub(super) fn copy() -> KindSpec {
    let mut attributes = vec![
        address("target", "What the recovery points are of."),
        address("from", "The protection whose recovery points it copies."),
        address("repository", "Where its recovery points go.").forcing_replacement(),
    ];
    attributes.extend(runs());
    attributes.push(tags());
    kind(
        (COPY, KindRole::Protection),
        "Copies recovery points to another vault.",
        attributes,
        &inputs::of_mechanism(Mechanism::Copy),
    )
}

pub(super) fn guard() -> KindSpec {
    let attributes = vec![
        address("target", "What it guards the recovery points of."),
        address("repository", "The vault that it stands in.").forcing_replacement(),
        AttributeSpec::optional(
            "reason",
            ValueType::String,
            "Why, shown to whoever is refused.",
        ),
    ];
    kind(
        (GUARD, KindRole::Protection),
        "Refuses to delete the recovery points of a dataset in a vault.",
        attributes,
        &[],
    )
}

pub(super) fn schedule() -> KindSpec {
    let attributes = vec![
        address("protection", "The protection that it runs.").forcing_replacement(),
        AttributeSpec::required("schedule", ValueType::Schedule, "When it runs.")
            .strength(Strength::LowerIsStronger),
    ];
    kind(
        (SCHEDULE, KindRole::Setting),
        "Says when a protection runs; the test plays the clock.",
        attributes,
        &[],
    )
}
