//! What holds for every plan, whatever stands in it.

use lifeboat_model::{
    Action, Address, Block, Bound, Cause, Drift, DriftKind, Effect, Exposure, ExposureRow, Figure,
    Goal, Loss, Notice, OnRemove, Plan, Provenance, RecoveryPoint, RecoveryPointId, Scope,
    Severity, Span, Verb,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::Value;

use super::super::*;
use super::fixture::{action, as_of, empty_plan};

fn text() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        "[a-z_]{1,8}",
        ".{0,12}",
        "[\\PC\n\t\u{1b}\u{202e}|`<]{0,12}",
        "x{130,140}"
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(text(), inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn address() -> impl Strategy<Value = Address> {
    let key = proptest::option::of(text());
    (
        "[a-z]{1,12}",
        key.clone(),
        proptest::option::of((prop_oneof!["snapshot", "copy", "schedule"], key)),
    )
        .prop_map(|(name, key, part)| {
            let block = Address::of_kind(Block::Target, "local_directory", name);
            let block = key.into_iter().fold(block, Address::keyed);
            part.into_iter()
                .fold(block, |block, (role, key)| block.part(role, key))
        })
}

fn cause() -> impl Strategy<Value = Cause> {
    let names = vec(text(), 0..3);
    prop_oneof![
        Just(Cause::NotLive),
        Just(Cause::NotInConfiguration),
        names.clone().prop_map(Cause::Configuration),
        names.clone().prop_map(Cause::Drifted),
        names.prop_map(Cause::CannotUpdate),
        address().prop_map(Cause::Follows),
    ]
}

fn verb() -> impl Strategy<Value = Verb> {
    proptest::sample::select(vec![
        Verb::Create,
        Verb::Update,
        Verb::Replace,
        Verb::Adopt,
        Verb::BackUp,
        Verb::Forget,
        Verb::Delete,
    ])
}

fn any_action() -> impl Strategy<Value = Action> {
    let attributes = || proptest::option::of(btree_map(text(), value(), 0..5));
    let effect =
        proptest::sample::select(vec![Effect::Strengthens, Effect::Neutral, Effect::Weakens]);
    (
        any::<u32>(),
        verb(),
        address(),
        attributes(),
        attributes(),
        vec(cause(), 0..3),
        effect,
        any::<bool>(),
    )
        .prop_map(
            |(id, verb, address, before, after, causes, effect, destroy)| Action {
                before,
                after,
                causes,
                effect,
                target: Some(address.owner()),
                on_remove: if destroy {
                    OnRemove::Destroy
                } else {
                    OnRemove::Forget
                },
                address,
                ..action(id, verb, "repository.directory.main", "directory")
            },
        )
}

fn any_point() -> impl Strategy<Value = RecoveryPoint> {
    (
        text(),
        any::<u64>(),
        proptest::option::of(any::<u64>()),
        any::<bool>(),
    )
        .prop_map(|(id, ago, size_bytes, locked)| {
            let time = Span::from_millis(ago >> 20).before(as_of());
            RecoveryPoint {
                id: RecoveryPointId(id.clone()),
                time,
                size_bytes,
                locked_until: locked.then(|| Span::from_days(1).after(as_of())),
                token: None,
                copy_of: locked.then_some(RecoveryPointId(id)),
            }
        })
}

fn any_drift() -> impl Strategy<Value = Drift> {
    let kind = prop_oneof![
        btree_map(text(), (value(), value()), 0..4).prop_map(DriftKind::Changed),
        Just(DriftKind::Deleted),
        vec(any_point(), 0..60).prop_map(DriftKind::PointsMissing),
    ];
    (address(), kind).prop_map(|(address, drift)| Drift {
        address,
        kind: "directory".to_owned(),
        drift,
    })
}

fn any_notice() -> impl Strategy<Value = Notice> {
    let severity =
        proptest::sample::select(vec![Severity::Error, Severity::Warning, Severity::Note]);
    (
        severity,
        text(),
        proptest::option::of(address()),
        proptest::option::of(text()),
    )
        .prop_map(|(severity, message, address, help)| Notice {
            severity,
            code: "plan::any".to_owned(),
            address,
            message,
            help,
        })
}

fn any_exposure() -> impl Strategy<Value = Exposure> {
    let bound = || {
        let finite = any::<u64>().prop_map(|millis| Bound::Finite(Span::from_millis(millis >> 24)));
        prop_oneof![Just(Bound::Unbounded), finite]
    };
    let figure = || {
        let parts = (
            bound(),
            proptest::option::of(address()),
            text(),
            vec(text(), 0..2),
        );
        parts.prop_map(|(bound, uses, reason, assuming)| Figure {
            bound,
            provenance: Provenance::Declared,
            uses,
            reason,
            assuming,
        })
    };
    let dwell = || proptest::option::of(bound());
    (figure(), figure(), dwell(), dwell()).prop_map(|(rpo, rto, tolerated_dwell, rollback)| {
        Exposure {
            rpo,
            rto,
            tolerated_dwell,
            dwell_assuming: Vec::new(),
            rollback,
            choices: Vec::new(),
        }
    })
}

fn any_row() -> impl Strategy<Value = ExposureRow> {
    let goal = || proptest::option::of(any::<u32>().prop_map(|secs| Span::from_secs(secs.into())));
    let goal = (goal(), goal(), goal()).prop_map(|(rpo, rto, detected_within)| Goal {
        rpo,
        rto,
        detected_within,
    });
    let scope = proptest::sample::select(Scope::ALL.to_vec());
    (
        address(),
        proptest::option::of(text()),
        scope,
        goal,
        any_exposure(),
        any_exposure(),
    )
        .prop_map(
            |(target, objective, scope, goal, now, planned)| ExposureRow {
                target: target.owner(),
                objective,
                scope,
                goal,
                now,
                planned,
            },
        )
}

fn any_plan() -> impl Strategy<Value = Plan> {
    let loss = (any_action(), any_point()).prop_map(|(action, point)| Loss {
        action: action.id,
        address: action.address,
        point,
    });
    (
        vec(any_action(), 0..5),
        vec(loss, 0..4),
        vec(any_drift(), 0..3),
        vec(any_notice(), 0..3),
        btree_map(text(), value(), 0..3),
        vec(any_row(), 0..4),
    )
        .prop_map(|(actions, losses, drift, notices, outputs, rows)| Plan {
            actions,
            losses,
            drift,
            notices,
            outputs,
            exposure: rows,
            ..empty_plan()
        })
}

fn any_style() -> impl Strategy<Value = Style> {
    (any::<bool>(), any::<bool>(), 0..200usize).prop_map(|(unicode, verbose, width)| Style {
        color: false,
        unicode,
        width,
        verbose,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_plan_has_a_text_that_cannot_steer_a_terminal(plan in any_plan(), style in any_style()) {
        let view = PlanView { next: Next::Saved("p.plan"), ..PlanView::default() };
        let text = plan_text(&plan, view, style);
        prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        let is_refused = plan.notices.iter().any(|notice| notice.severity == Severity::Error);
        let line = match (plan.is_empty(), is_refused) {
            (true, true) => "Nothing is planned:",
            (true, false) => "No changes.",
            (false, _) => "Plan: ",
        };
        prop_assert_eq!(text.lines().filter(|text| text.starts_with(line)).count(), 1);
        let losses = text.lines().next().unwrap_or_default();
        prop_assert!(losses.starts_with("Recovery points that this plan deletes:"));
        let colored = plan_text(&plan, view, Style { color: true, unicode: false, ..style });
        let plain = plan_text(&plan, view, Style { color: false, unicode: false, ..style });
        let code = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
        prop_assert_eq!(code.replace_all(&colored, "").into_owned(), plain);
    }

    #[test]
    fn every_plan_has_json_that_parses_and_markdown_whose_fence_holds(plan in any_plan()) {
        let document = plan_json(&plan, None);
        let read: Value = serde_json::from_str(&document.to_string()).unwrap();
        prop_assert_eq!(&read, &document);
        prop_assert_eq!(read["resource_changes"].as_array().map(Vec::len), Some(plan.actions.len()));
        for line in plan_events(&plan, as_of()) {
            prop_assert!(!line.to_string().contains('\n') && line["type"].is_string());
        }
        let markdown = plan_markdown(&plan, None, None);
        let fences = markdown.lines().filter(|line| line.starts_with("```")).count();
        prop_assert_eq!(fences % 2, 0, "{}", markdown);
    }
}
