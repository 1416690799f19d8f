//! A small catalog in which every type of attribute is used.

use lifeboat_model::{
    AttributeSpec, Catalog, KindRole, KindSpec, Mechanism, Money, Offer, Price, PriceItem,
    ProtectionSpec, ValueType,
};

fn kind(name: &str, role: KindRole, attributes: Vec<AttributeSpec>) -> KindSpec {
    KindSpec {
        inputs: Vec::new(),
        name: name.to_owned(),
        provider: "local".to_owned(),
        role,
        description: String::new(),
        attributes,
    }
}

fn strings() -> ValueType {
    ValueType::List(Box::new(ValueType::String))
}

fn directory() -> KindSpec {
    kind(
        "local_directory",
        KindRole::Target,
        vec![
            AttributeSpec::required("path", ValueType::Path, "The root of the tree."),
            AttributeSpec::optional("exclude", strings(), "What is left out.")
                .default_value(serde_json::json!([])),
            AttributeSpec::optional("one_file_system", ValueType::Bool, "Where to stop.")
                .default_value(false),
            AttributeSpec::optional("largest", ValueType::Size, "The largest file."),
            AttributeSpec::optional("settle", ValueType::Duration, "How long to wait."),
            AttributeSpec::optional("weight", ValueType::Number, "How much it counts."),
            AttributeSpec::optional(
                "labels",
                ValueType::Map(Box::new(ValueType::String)),
                "Labels.",
            ),
            AttributeSpec::computed("device", ValueType::String, "Where it is."),
        ],
    )
}

fn repositories() -> [KindSpec; 2] {
    let password = || {
        AttributeSpec::required(
            "password",
            ValueType::Secret,
            "Where the password is found.",
        )
    };
    [
        kind(
            "directory",
            KindRole::Repository,
            vec![
                AttributeSpec::required("path", ValueType::Path, "The directory."),
                password(),
                AttributeSpec::optional("compression", ValueType::String, "How hard.")
                    .default_value("auto")
                    .one_of(&["auto", "off", "max"]),
            ],
        ),
        kind(
            "s3",
            KindRole::Repository,
            vec![
                AttributeSpec::required("bucket", ValueType::String, "The bucket."),
                password(),
            ],
        ),
    ]
}

fn mechanisms() -> [KindSpec; 5] {
    let filled = |name: &str| AttributeSpec::optional(name, ValueType::Address, "");
    let schedule = || AttributeSpec::optional("schedule", ValueType::Schedule, "");
    let retention = || AttributeSpec::optional("retention", ValueType::Retention, "");
    let tags =
        || AttributeSpec::optional("tags", strings(), "Tags.").default_value(serde_json::json!([]));
    let role = KindRole::Protection;
    [
        kind(
            "local_snapshot",
            role,
            vec![
                filled("target"),
                filled("repository"),
                schedule(),
                retention(),
                tags(),
            ],
        ),
        kind(
            "local_copy",
            role,
            vec![
                filled("target"),
                filled("from"),
                filled("repository"),
                schedule(),
                retention(),
            ],
        ),
        kind(
            "local_guard",
            role,
            vec![
                filled("target"),
                filled("repository"),
                AttributeSpec::optional("reason", ValueType::String, "Why."),
            ],
        ),
        kind(
            "sqlite_log",
            role,
            vec![
                filled("target"),
                filled("repository"),
                filled("base"),
                AttributeSpec::optional("flush_every", ValueType::Duration, "How often."),
            ],
        ),
        kind(
            "sqlite_replica",
            role,
            vec![
                filled("target"),
                AttributeSpec::optional("delay", ValueType::Duration, "How far behind."),
                AttributeSpec::optional("location", ValueType::Address, "Where else."),
                AttributeSpec::optional(
                    "synchronous",
                    ValueType::Bool,
                    "Whether it is waited for.",
                ),
                AttributeSpec::optional(
                    "domains",
                    ValueType::Map(Box::new(ValueType::List(Box::new(ValueType::String)))),
                    "Where it stands.",
                ),
            ],
        ),
    ]
}

pub(super) fn catalog() -> Catalog {
    let kinds = [
        directory(),
        kind("local_sqlite", KindRole::Target, directory().attributes),
    ]
    .into_iter()
    .chain(repositories())
    .chain(mechanisms());
    let protection =
        |target: &str, mechanism, resource: &str, repositories: &[&str]| ProtectionSpec {
            target_kind: target.to_owned(),
            mechanism,
            resource_kind: resource.to_owned(),
            repository_kinds: repositories.iter().map(|kind| (*kind).to_owned()).collect(),
            schedule_kind: None,
            unscheduled: None,
            externally_scheduled: false,
            backs_up: mechanism != Mechanism::Guard,
            inputs: Vec::new(),
            offer: (mechanism == Mechanism::Snapshot).then(|| Offer {
                intervals: vec!["1h".parse().unwrap()],
                attributes: Vec::new(),
            }),
        };
    let both = ["directory", "s3"];
    Catalog {
        prices: vec![Price {
            kind: "s3".to_owned(),
            item: PriceItem::StorageGibMonth,
            amount: Money(23_000),
            currency: "USD".to_owned(),
            as_of: "2026-10-01".to_owned(),
            source: "the vendor's price list".to_owned(),
        }],
        kinds: kinds.map(|kind| (kind.name.clone(), kind)).collect(),
        protections: vec![
            protection(
                "local_directory",
                Mechanism::Snapshot,
                "local_snapshot",
                &both,
            ),
            protection("local_directory", Mechanism::Copy, "local_copy", &["s3"]),
            protection("local_directory", Mechanism::Guard, "local_guard", &both),
            protection("local_sqlite", Mechanism::Snapshot, "local_snapshot", &both),
            protection("local_sqlite", Mechanism::Log, "sqlite_log", &both),
            protection("local_sqlite", Mechanism::Replica, "sqlite_replica", &[]),
        ],
        providers: [
            (
                "local".to_owned(),
                vec![
                    AttributeSpec::optional("scheduler", ValueType::String, "Who runs schedules.")
                        .default_value("auto"),
                ],
            ),
            ("aws".to_owned(), Vec::new()),
        ]
        .into(),
    }
}
