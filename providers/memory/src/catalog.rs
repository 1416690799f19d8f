//! What the planner must know about this provider.

use lifeboat_model::{
    AttributeSpec, Catalog, KindRole, KindSpec, Mechanism, ProtectionSpec, Strength, ValueType,
};

/// The provider's name.
pub(crate) const PROVIDER: &str = "memory";
/// Data to protect.
pub(crate) const DATASET: &str = "memory_dataset";
/// A place that holds recovery points.
pub(crate) const VAULT: &str = "memory_vault";
/// Captures a dataset.
pub(crate) const SNAPSHOT: &str = "memory_snapshot";
/// Copies recovery points to another vault.
pub(crate) const COPY: &str = "memory_copy";
/// Refuses deletions while it stands.
pub(crate) const GUARD: &str = "memory_guard";
/// Runs a protection.
pub(crate) const SCHEDULE: &str = "memory_schedule";

/// Returns what the planner must know about every kind of this provider; the same for every configuration.
pub fn catalog() -> Catalog {
    let kinds = [dataset(), vault(), snapshot(), copy(), guard(), schedule()];
    Catalog {
        prices: Vec::new(),
        kinds: kinds
            .into_iter()
            .map(|kind| (kind.name.clone(), kind))
            .collect(),
        protections: vec![
            protection(Mechanism::Snapshot, SNAPSHOT),
            protection(Mechanism::Copy, COPY),
            protection(Mechanism::Guard, GUARD),
        ],
        providers: [(PROVIDER.to_owned(), arguments())].into(),
    }
}

fn protection(mechanism: Mechanism, resource_kind: &str) -> ProtectionSpec {
    let runs = mechanism != Mechanism::Guard;
    ProtectionSpec {
        target_kind: DATASET.to_owned(),
        mechanism,
        resource_kind: resource_kind.to_owned(),
        repository_kinds: vec![VAULT.to_owned()],
        schedule_kind: runs.then(|| SCHEDULE.to_owned()),
        unscheduled: None,
        externally_scheduled: false,
        backs_up: runs,
        inputs: Vec::new(),
        offer: None,
    }
}

fn arguments() -> Vec<AttributeSpec> {
    vec![
        AttributeSpec::optional(
            "path",
            ValueType::Path,
            "A file that keeps the world between runs; without it the world ends with the run.",
        ),
        AttributeSpec::optional(
            "fail",
            ValueType::List(Box::new(ValueType::String)),
            "Faults to play: \"change 3 throttled\", \"back_up 1 abort after\".",
        ),
    ]
}

fn kind(name: &str, role: KindRole, description: &str, attributes: Vec<AttributeSpec>) -> KindSpec {
    KindSpec {
        inputs: Vec::new(),
        name: name.to_owned(),
        provider: PROVIDER.to_owned(),
        role,
        description: description.to_owned(),
        attributes,
    }
}

fn domains() -> AttributeSpec {
    AttributeSpec::optional(
        "domains",
        ValueType::Map(Box::new(ValueType::String)),
        "The failure domains that it stands in, by scope: { instance = \"host-a\" }.",
    )
}

fn tags() -> AttributeSpec {
    AttributeSpec::optional(
        "tags",
        ValueType::List(Box::new(ValueType::String)),
        "Words written on every recovery point.",
    )
    .default_value(serde_json::json!([]))
}

fn address(name: &str, description: &str) -> AttributeSpec {
    AttributeSpec::required(name, ValueType::Address, description)
}

fn dataset() -> KindSpec {
    let attributes = vec![
        AttributeSpec::required("name", ValueType::String, "The name of the dataset.")
            .forcing_replacement(),
        AttributeSpec::optional(
            "size",
            ValueType::Size,
            "How much data is made up for a dataset that nobody has put there.",
        ),
        domains(),
    ];
    kind(
        DATASET,
        KindRole::Target,
        "Files that exist in memory only.",
        attributes,
    )
}

fn vault() -> KindSpec {
    let attributes = vec![
        AttributeSpec::required("name", ValueType::String, "The name of the vault.")
            .forcing_replacement(),
        AttributeSpec::optional("password", ValueType::Secret, "What opens the vault."),
        AttributeSpec::optional(
            "compression",
            ValueType::Number,
            "A number that is kept and has no effect.",
        ),
        domains(),
        AttributeSpec::computed(
            "repository_id",
            ValueType::String,
            "Names this vault for ever.",
        ),
    ];
    kind(
        VAULT,
        KindRole::Repository,
        "Holds recovery points in memory.",
        attributes,
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

fn snapshot() -> KindSpec {
    let mut attributes = vec![
        address("target", "What it captures."),
        AttributeSpec::required(
            "source",
            ValueType::Map(Box::new(ValueType::String)),
            "The attributes of the target as captured.",
        ),
        address("repository", "Where its recovery points go.").forcing_replacement(),
    ];
    attributes.extend(runs());
    attributes.push(tags());
    kind(
        SNAPSHOT,
        KindRole::Protection,
        "Captures every file of a dataset at an instant.",
        attributes,
    )
}

fn copy() -> KindSpec {
    let mut attributes = vec![
        address("target", "What the recovery points are of."),
        address("from", "The protection whose recovery points it copies."),
        address("repository", "Where its recovery points go.").forcing_replacement(),
    ];
    attributes.extend(runs());
    attributes.push(tags());
    kind(
        COPY,
        KindRole::Protection,
        "Copies recovery points to another vault.",
        attributes,
    )
}

fn guard() -> KindSpec {
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
        GUARD,
        KindRole::Protection,
        "Refuses to delete the recovery points of a dataset in a vault.",
        attributes,
    )
}

fn schedule() -> KindSpec {
    let attributes = vec![
        address("protection", "The protection that it runs.").forcing_replacement(),
        AttributeSpec::required("schedule", ValueType::Schedule, "When it runs.")
            .strength(Strength::LowerIsStronger),
    ];
    kind(
        SCHEDULE,
        KindRole::Setting,
        "Says when a protection runs; the test plays the clock.",
        attributes,
    )
}
