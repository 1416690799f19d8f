//! A small catalog with every feature that the planner knows.

use lifeboat_model::{
    AttributeSpec, Catalog, KindRole, KindSpec, Mechanism, ProtectionSpec, Strength, ValueType,
};

fn kind(name: &str, role: KindRole, attributes: Vec<AttributeSpec>) -> (String, KindSpec) {
    let spec = KindSpec {
        inputs: Vec::new(),
        name: name.to_owned(),
        provider: "memory".to_owned(),
        role,
        description: String::new(),
        attributes,
    };
    (name.to_owned(), spec)
}

fn protection(mechanism: Mechanism, resource_kind: &str, runs: bool) -> ProtectionSpec {
    ProtectionSpec {
        target_kind: "tree".to_owned(),
        mechanism,
        resource_kind: resource_kind.to_owned(),
        repository_kinds: vec!["vault".to_owned()],
        schedule_kind: runs.then(|| "timer".to_owned()),
        unscheduled: None,
        externally_scheduled: false,
        backs_up: runs,
        inputs: Vec::new(),
        offer: None,
    }
}

pub(super) fn catalog() -> Catalog {
    let optional = |name: &str, value_type| AttributeSpec::optional(name, value_type, "");
    let texts = || ValueType::List(Box::new(ValueType::String));
    let common = || {
        vec![
            optional("target", ValueType::Address),
            optional("repository", ValueType::Address),
        ]
    };
    let capture = |first: AttributeSpec| {
        let mut attributes = common();
        attributes.extend([
            first,
            optional("schedule", ValueType::Schedule).strength(Strength::LowerIsStronger),
            optional("retention", ValueType::Retention).strength(Strength::Retention),
            optional("tags", texts()),
        ]);
        attributes
    };
    let kinds = [
        kind(
            "tree",
            KindRole::Target,
            vec![
                optional("path", ValueType::Path),
                optional("exclude", texts()).strength(Strength::Exclusion),
            ],
        ),
        kind(
            "vault",
            KindRole::Repository,
            vec![
                optional("path", ValueType::Path).forcing_replacement(),
                optional("compression", ValueType::String),
                AttributeSpec::computed("repository_id", ValueType::String, ""),
            ],
        ),
        kind(
            "tree_snapshot",
            KindRole::Protection,
            capture(optional(
                "source",
                ValueType::Map(Box::new(ValueType::String)),
            )),
        ),
        kind(
            "tree_copy",
            KindRole::Protection,
            capture(optional("from", ValueType::Address)),
        ),
        kind("tree_guard", KindRole::Protection, common()),
        kind(
            "timer",
            KindRole::Setting,
            vec![
                optional("protection", ValueType::Address).forcing_replacement(),
                optional("schedule", ValueType::Schedule).strength(Strength::LowerIsStronger),
            ],
        ),
    ];
    Catalog {
        prices: Vec::new(),
        kinds: kinds.into(),
        protections: vec![
            protection(Mechanism::Snapshot, "tree_snapshot", true),
            protection(Mechanism::Copy, "tree_copy", true),
            protection(Mechanism::Guard, "tree_guard", false),
        ],
        providers: [("memory".to_owned(), Vec::new())].into(),
    }
}
