//! A tree, disks, and everything that can protect the one in the other.

use lifeboat_model::{
    AttributeSpec, Catalog, InputSpec, InputUnit, InputValue, KindRole, KindSpec, Mechanism,
    ModelInput, Offer, Price, PriceItem, ProtectionSpec, Provenance, Span, Strength, ValueType,
};
use serde_json::json;

fn unknown(input: ModelInput) -> InputSpec {
    InputSpec {
        input,
        attribute: Some(input.as_str().to_owned()),
        fact: None,
        otherwise: None,
        source: "the test".to_owned(),
    }
}

fn no_time(input: ModelInput) -> InputSpec {
    InputSpec {
        otherwise: Some((InputValue::Span(Span::ZERO), Provenance::Hard)),
        ..unknown(input)
    }
}

fn inputs(mechanism: Mechanism) -> Vec<InputSpec> {
    match mechanism {
        Mechanism::Snapshot | Mechanism::Copy => vec![
            no_time(ModelInput::RunTime),
            no_time(ModelInput::Provision),
            unknown(ModelInput::RestoreTime),
        ],
        Mechanism::Replica => vec![
            unknown(ModelInput::Lag),
            unknown(ModelInput::Promote),
            unknown(ModelInput::Repoint),
        ],
        Mechanism::Log | Mechanism::Lock | Mechanism::Guard => Vec::new(),
    }
}

fn kind(name: &str, role: KindRole, own: Vec<AttributeSpec>, inputs: &[InputSpec]) -> KindSpec {
    let stated = inputs.iter().map(|it| {
        let of = match it.input.unit() {
            InputUnit::Span => ValueType::Duration,
            InputUnit::Size => ValueType::Size,
            InputUnit::Rate => ValueType::Rate,
            InputUnit::Count => ValueType::Number,
        };
        AttributeSpec::optional(it.input.as_str(), of, "")
    });
    let of_protection = role == KindRole::Protection;
    KindSpec {
        name: name.to_owned(),
        provider: "memory".to_owned(),
        role,
        description: String::new(),
        attributes: own.into_iter().chain(stated).collect(),
        inputs: if of_protection {
            Vec::new()
        } else {
            inputs.to_vec()
        },
    }
}

fn own(mechanism: Mechanism) -> Vec<AttributeSpec> {
    let optional = |name: &str, of: ValueType| AttributeSpec::optional(name, of, "");
    let mut all = vec![AttributeSpec::required("target", ValueType::Address, "")];
    if mechanism != Mechanism::Replica {
        all.push(AttributeSpec::required(
            "repository",
            ValueType::Address,
            "",
        ));
    }
    match mechanism {
        Mechanism::Snapshot | Mechanism::Copy => {
            all.push(optional("from", ValueType::Address));
            all.push(optional("schedule", ValueType::Schedule).strength(Strength::LowerIsStronger));
            all.push(optional("retention", ValueType::Retention).strength(Strength::Retention));
        }
        Mechanism::Lock => {
            let lasts = AttributeSpec::required("lock_for", ValueType::Duration, "");
            all.push(lasts.strength(Strength::HigherIsStronger));
            all.push(
                optional("lock_mode", ValueType::String)
                    .default_value("governance")
                    .one_of(&["governance", "compliance"])
                    .strength(Strength::LaterIsStronger),
            );
        }
        _ => {
            let strings = ValueType::List(Box::new(ValueType::String));
            all.push(optional("domains", ValueType::Map(Box::new(strings))));
            all.push(optional("delay", ValueType::Duration));
            all.push(optional("synchronous", ValueType::Bool));
            all.push(optional("fenced", ValueType::Bool).strength(Strength::OnIsStronger));
        }
    }
    all
}

fn offer(mechanism: Mechanism) -> Option<Offer> {
    let runs = matches!(mechanism, Mechanism::Snapshot | Mechanism::Copy);
    match mechanism {
        Mechanism::Replica => None,
        _ => Some(Offer {
            intervals: if runs {
                vec![Span::from_hours(1), Span::from_days(1)]
            } else {
                Vec::new()
            },
            attributes: if runs {
                Vec::new()
            } else {
                vec![
                    ("lock_for".to_owned(), vec![json!("7d"), json!("35d")]),
                    ("lock_mode".to_owned(), vec![json!("compliance")]),
                ]
            },
        }),
    }
}

pub(super) fn catalog() -> Catalog {
    let mechanisms = [
        Mechanism::Snapshot,
        Mechanism::Copy,
        Mechanism::Replica,
        Mechanism::Lock,
    ];
    let named = |mechanism: Mechanism| format!("tree_{mechanism}");
    let mut kinds = vec![
        kind(
            "tree",
            KindRole::Target,
            vec![AttributeSpec::required("path", ValueType::Path, "")],
            &[unknown(ModelInput::Size), unknown(ModelInput::WriteRate)],
        ),
        kind(
            "disk",
            KindRole::Repository,
            vec![AttributeSpec::required("path", ValueType::Path, "").forcing_replacement()],
            &[unknown(ModelInput::RestoreBandwidth)],
        ),
    ];
    kinds.extend(mechanisms.map(|it| {
        let name = named(it);
        kind(&name, KindRole::Protection, own(it), &inputs(it))
    }));
    let protections = mechanisms.map(|mechanism| ProtectionSpec {
        target_kind: "tree".to_owned(),
        mechanism,
        resource_kind: named(mechanism),
        repository_kinds: match mechanism {
            Mechanism::Replica => Vec::new(),
            _ => vec!["disk".to_owned()],
        },
        schedule_kind: None,
        unscheduled: None,
        externally_scheduled: false,
        backs_up: true,
        inputs: inputs(mechanism),
        offer: offer(mechanism),
    });
    let price = |kind: &str, item: PriceItem, amount: u64| Price {
        kind: kind.to_owned(),
        item,
        amount: lifeboat_model::Money(amount),
        currency: "XTS".to_owned(),
        as_of: "2026-10-01".to_owned(),
        source: "the test".to_owned(),
    };
    Catalog {
        kinds: kinds.into_iter().map(|it| (it.name.clone(), it)).collect(),
        protections: protections.into(),
        providers: [("memory".to_owned(), Vec::new())].into(),
        prices: vec![
            price("disk", PriceItem::StorageGibMonth, 10_000),
            price("tree_replica", PriceItem::Month, 50_000_000),
        ],
    }
}
