//! What the planner must know about this provider.

mod inputs;
mod kinds;
mod prices;
mod streams;

use lifeboat_model::{
    AttributeSpec, Catalog, InputSpec, KindRole, KindSpec, Mechanism, Offer, ProtectionSpec, Span,
    ValueType,
};
use serde_json::{Value, json};

/// The provider's name.
pub(crate) const PROVIDER: &str = "memory";
/// Data to protect.
pub(crate) const DATASET: &str = "memory_dataset";
/// A place that holds recovery points.
pub(crate) const VAULT: &str = "memory_vault";
/// Captures a dataset.
pub(crate) const SNAPSHOT: &str = "memory_snapshot";
/// Archives the changes of a dataset.
pub(crate) const LOG: &str = "memory_log";
/// Copies recovery points to another vault.
pub(crate) const COPY: &str = "memory_copy";
/// Follows a dataset with a live copy.
pub(crate) const REPLICA: &str = "memory_replica";
/// Makes recovery points undeletable.
pub(crate) const LOCK: &str = "memory_lock";
/// Refuses deletions while it stands.
pub(crate) const GUARD: &str = "memory_guard";
/// Runs a protection.
pub(crate) const SCHEDULE: &str = "memory_schedule";

/// Returns what the planner must know about every kind of this provider; the same for every configuration.
pub fn catalog() -> Catalog {
    let kinds = [
        kinds::dataset(),
        kinds::vault(),
        kinds::snapshot(),
        streams::log(),
        kinds::copy(),
        streams::replica(),
        streams::lock(),
        kinds::guard(),
        kinds::schedule(),
    ];
    Catalog {
        prices: prices::book(),
        kinds: kinds
            .into_iter()
            .map(|kind| (kind.name.clone(), kind))
            .collect(),
        protections: Mechanism::ALL.map(protection).into(),
        providers: [(PROVIDER.to_owned(), arguments())].into(),
    }
}

/// Returns whether resources of this kind stand in a vault.
pub(crate) fn stands_in_vault(kind: &str) -> bool {
    [SNAPSHOT, LOG, COPY, LOCK, GUARD].contains(&kind)
}

/// Returns how a mechanism works on a dataset.
fn protection(mechanism: Mechanism) -> ProtectionSpec {
    let resource_kind = match mechanism {
        Mechanism::Snapshot => SNAPSHOT,
        Mechanism::Log => LOG,
        Mechanism::Copy => COPY,
        Mechanism::Replica => REPLICA,
        Mechanism::Lock => LOCK,
        Mechanism::Guard => GUARD,
    };
    let runs = matches!(mechanism, Mechanism::Snapshot | Mechanism::Copy);
    let repository_kinds = match mechanism {
        Mechanism::Replica => Vec::new(),
        _ => vec![VAULT.to_owned()],
    };
    ProtectionSpec {
        target_kind: DATASET.to_owned(),
        mechanism,
        resource_kind: resource_kind.to_owned(),
        repository_kinds,
        schedule_kind: runs.then(|| SCHEDULE.to_owned()),
        unscheduled: None,
        externally_scheduled: false,
        backs_up: runs || mechanism == Mechanism::Log,
        inputs: inputs::of_mechanism(mechanism),
        offer: offer(mechanism),
    }
}

/// Returns what the planner may choose. It cannot make up where a replica stands, and nobody but a person guards.
fn offer(mechanism: Mechanism) -> Option<Offer> {
    let values = |name: &str, values: Value| {
        let values = values.as_array().cloned().unwrap_or_default();
        (name.to_owned(), values)
    };
    let (intervals, attributes) = match mechanism {
        Mechanism::Snapshot | Mechanism::Copy => (intervals(), Vec::new()),
        Mechanism::Log => (
            Vec::new(),
            vec![
                values("flush_every", json!(["15m", "5m", "1m"])),
                values("window", json!(["7d", "14d", "35d", "90d"])),
            ],
        ),
        Mechanism::Lock => (
            Vec::new(),
            vec![
                values("lock_for", json!(["7d", "14d", "35d", "90d"])),
                values("lock_mode", json!(["governance", "compliance"])),
            ],
        ),
        Mechanism::Replica | Mechanism::Guard => return None,
    };
    Some(Offer {
        intervals,
        attributes,
    })
}

/// Returns the schedules that are worth considering, shortest first.
fn intervals() -> Vec<Span> {
    let minutes = |minutes: u64| Span::from_secs(60 * minutes);
    vec![
        minutes(5),
        minutes(15),
        Span::from_hours(1),
        Span::from_hours(6),
        Span::from_days(1),
        Span::from_days(7),
    ]
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

/// Returns a kind with its attributes, to which come those that state its inputs.
fn kind(
    (name, role): (&str, KindRole),
    description: &str,
    mut attributes: Vec<AttributeSpec>,
    inputs: &[InputSpec],
) -> KindSpec {
    attributes.extend(inputs::attributes(inputs));
    KindSpec {
        // The inputs of a mechanism stand in its own specification.
        inputs: if role == KindRole::Protection {
            Vec::new()
        } else {
            inputs.to_vec()
        },
        name: name.to_owned(),
        provider: PROVIDER.to_owned(),
        role,
        description: description.to_owned(),
        attributes,
    }
}
