//! The public documents: JSON with Terraform's key names where the meaning is Terraform's.

use jiff::Timestamp;
use lifeboat_model::{
    Action, Address, Attributes, Catalog, Cause, Cost, Drift, DriftKind, ExposureRow, Finding,
    Loss, Notice, OnRemove, Plan, RecoveryPoint, Severity, Span, Verb,
};
use serde_json::{Map, Value, json};

use super::action::{is_import, reasons, turns};
use super::document::PlanDocument;
use super::measure::{Judged, Measure, measures, why};
use super::summary::Summary;
use super::value::Turn;

/// The shape of the documents here, `major.minor`: a minor adds, a major breaks.
pub const FORMAT_VERSION: &str = "1.1";

/// Returns the public document of a plan as one value; [`PlanDocument`] writes the same without holding all of it.
pub fn plan_json(plan: &Plan, catalog: Option<&Catalog>) -> Value {
    json!(PlanDocument {
        plan,
        catalog,
        proposals: None,
    })
}

/// Returns the public document of drift.
pub fn drift_json(drift: &[Drift], as_of: Timestamp) -> Value {
    json!({
        "format_version": FORMAT_VERSION,
        "timestamp": as_of.to_string(),
        "drifted": !drift.is_empty(),
        "resource_drift": drift.iter().map(drifted).collect::<Vec<_>>(),
    })
}

/// Returns the public document of recovery points by protection.
pub fn points_json<'a>(
    protections: impl IntoIterator<Item = (&'a Address, &'a [RecoveryPoint])>,
    as_of: Timestamp,
) -> Value {
    let protections: Vec<Value> = protections
        .into_iter()
        .map(|(address, points)| json!({ "address": address, "recovery_points": points }))
        .collect();
    json!({ "format_version": FORMAT_VERSION, "timestamp": as_of.to_string(), "protections": protections })
}

/// Returns one report ([`StatusReport`](super::StatusReport), [`RestoreView`](super::RestoreView), …) or a list of
/// them as a public document under `key`.
///
/// # Errors
/// When the report has no JSON form; those of this module always have one.
pub fn report_json<T: serde::Serialize + ?Sized>(
    key: &str,
    report: &T,
    as_of: Timestamp,
) -> Result<Value, serde_json::Error> {
    let mut document = Map::new();
    document.insert("format_version".to_owned(), FORMAT_VERSION.into());
    document.insert("timestamp".to_owned(), as_of.to_string().into());
    document.insert(key.to_owned(), serde_json::to_value(report)?);
    Ok(Value::Object(document))
}

/// Returns one line of a stream, in Terraform's envelope; the fields of `payload`, an object, stand beside it.
pub fn event_json(level: &str, kind: &str, message: &str, at: Timestamp, payload: Value) -> Value {
    let mut line = Map::new();
    if let Value::Object(fields) = payload {
        line.extend(fields);
    }
    line.insert("@level".to_owned(), level.into());
    line.insert("@message".to_owned(), message.into());
    line.insert("@module".to_owned(), "lifeboat.ui".into());
    line.insert("@timestamp".to_owned(), at.to_string().into());
    line.insert("type".to_owned(), kind.into());
    Value::Object(line)
}

/// Returns the lines of a stream that announce a plan: drift, each planned change, the counts.
pub fn plan_events(plan: &Plan, at: Timestamp) -> Vec<Value> {
    let mut lines: Vec<Value> = plan
        .drift
        .iter()
        .map(|drift| {
            let message = format!("{}: Drift detected", drift.address);
            event_json(
                "info",
                "resource_drift",
                &message,
                at,
                json!({ "change": drifted(drift) }),
            )
        })
        .collect();
    lines.extend(plan.actions.iter().map(|action| {
        let payload = json!({
            "change": { "resource": named(&action.address, &action.kind), "action": word(action.verb) },
        });
        let message = format!("{}: Plan to {}", action.address, word(action.verb));
        event_json("info", "planned_change", &message, at, payload)
    }));
    let summary = Summary::of(&plan.actions);
    let message = format!("Plan: {}", summary.sentence());
    let payload = json!({ "changes": summary });
    lines.push(event_json("info", "change_summary", &message, at, payload));
    lines
}

const fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::Replace => "replace",
        Verb::Adopt => "import",
        Verb::BackUp => "back_up",
        Verb::Forget => "forget",
        Verb::Delete => "delete",
    }
}

fn named(address: &Address, kind: &str) -> Value {
    let part = address.part.as_ref();
    let key = part.map_or(address.key.as_ref(), |part| part.key.as_ref());
    let mut named = json!({ "address": address, "type": kind, "name": address.name });
    if let (Some(key), Value::Object(fields)) = (key, &mut named) {
        fields.insert("index".to_owned(), key.as_str().into());
    }
    named
}

pub(super) fn change(action: &Action, catalog: Option<&Catalog>) -> Value {
    let actions: &[&str] = match (action.verb, action.on_remove) {
        (Verb::Create, _) => &["create"],
        (Verb::Update, _) => &["update"],
        (Verb::Replace, OnRemove::Destroy) => &["create", "delete"],
        (Verb::Replace, OnRemove::Forget) => &["create", "forget"],
        (Verb::Adopt, _) => &["no-op"],
        (Verb::BackUp, _) => &["back-up"],
        (Verb::Forget, _) => &["forget"],
        (Verb::Delete, _) => &["delete"],
    };
    let unknown: Map<String, Value> = turns(action, catalog)
        .into_iter()
        .filter(|(_, turn)| matches!(turn, Turn::Unknown(_)))
        .map(|(name, _)| (name.to_owned(), Value::Bool(true)))
        .collect();
    let mut change = json!({
        "actions": actions,
        "before": action.before,
        "after": action.after,
        "after_unknown": unknown,
    });
    if let (true, Value::Object(fields)) = (is_import(action), &mut change) {
        fields.insert("importing".to_owned(), json!({ "id": action.address }));
    }
    let mut document = named(&action.address, &action.kind);
    if let Value::Object(fields) = &mut document {
        fields.insert("provider_name".to_owned(), json!(action.provider));
        fields.insert("change".to_owned(), change);
        fields.insert("action_reason".to_owned(), json!(reason(action)));
        let texts: Vec<String> = reasons(action).into_iter().map(|(_, text)| text).collect();
        fields.insert("reasons".to_owned(), json!(texts));
        fields.insert("effect".to_owned(), json!(action.effect));
        fields.insert("id".to_owned(), json!(action.id));
        fields.insert("after_actions".to_owned(), json!(action.after_actions));
        fields.insert("deletes".to_owned(), json!(action.deletes));
        fields.insert("target".to_owned(), json!(action.target));
    }
    document
}

/// Returns why, as one word: Terraform's where it has one.
fn reason(action: &Action) -> Option<&'static str> {
    Some(match (action.causes.first()?, action.verb) {
        (Cause::CannotUpdate(_), _) => "replace_because_cannot_update",
        (Cause::NotInConfiguration, _) => "delete_because_no_resource_config",
        (Cause::NotLive, _) => "create_because_not_live",
        (Cause::DeletedOutside, _) => "create_because_deleted_outside",
        (Cause::Configuration(_), _) => "update_because_configuration",
        (Cause::Drifted(_), _) => "update_because_drifted",
        (Cause::NotRecorded, _) => "import_because_not_recorded",
        (Cause::NoRecoveryPoint, _) => "back_up_because_no_recovery_point",
        (Cause::Destroy, _) => "delete_by_request",
        (Cause::Follows(_), Verb::Replace) => "replace_by_triggers",
        (Cause::Follows(_), _) => "follows_another_action",
        (Cause::Chosen(_), _) => "chosen_for_objective",
    })
}

pub(super) fn drifted(drift: &Drift) -> Value {
    let mut document = named(&drift.address, &drift.kind);
    let (actions, before, after, missing) = match &drift.drift {
        DriftKind::Changed(changes) => {
            let side = |pick: fn(&(Value, Value)) -> &Value| -> Attributes {
                let values = changes.iter();
                values
                    .map(|(name, both)| (name.clone(), pick(both).clone()))
                    .collect()
            };
            (
                "update",
                json!(side(|both| &both.0)),
                json!(side(|both| &both.1)),
                None,
            )
        }
        DriftKind::Deleted => ("delete", Value::Null, Value::Null, None),
        DriftKind::PointsMissing(points) => ("update", Value::Null, Value::Null, Some(points)),
    };
    if let Value::Object(fields) = &mut document {
        let change = json!({ "actions": [actions], "before": before, "after": after });
        fields.insert("change".to_owned(), change);
        if let Some(points) = missing {
            fields.insert("missing_recovery_points".to_owned(), json!(points));
        }
    }
    document
}

pub(super) fn outputs(plan: &Plan) -> Map<String, Value> {
    let outputs = plan.outputs.iter();
    outputs
        .map(|(name, value)| {
            let sensitive = value.is_null();
            let change =
                json!({ "actions": ["no-op"], "after": value, "after_sensitive": sensitive });
            (name.clone(), change)
        })
        .collect()
}

/// Returns a bound as text and in milliseconds, none where it is unbounded, and how it stands to its goal.
fn judged(judged: &Judged) -> Value {
    json!({
        "bound": judged.bound.to_string(),
        "bound_ms": judged.bound.finite().map(Span::as_millis),
        "verdict": judged.verdict,
        "words": judged.wording().map(|it| it.text("…")),
        "uses": judged.uses,
        "reason": judged.reason,
        "assuming": judged.assuming,
    })
}

pub(super) fn exposure(row: &ExposureRow) -> Value {
    let measure = |one: &Measure| {
        json!({
            "goal": one.goal,
            "now": judged(&one.now),
            "planned": judged(&one.planned),
            "why": why(row, one),
        })
    };
    let mut document = json!({
        "target": row.target,
        "objective": row.objective,
        "scope": row.scope,
        "met": row.is_met(),
        "choices": row.planned.choices,
        "choices_now": row.now.choices,
        "rollback": row.planned.rollback,
    });
    if let Value::Object(fields) = &mut document {
        for one in measures(row) {
            fields.insert(one.name.to_owned(), measure(&one));
        }
    }
    document
}

pub(super) fn loss(loss: &Loss) -> Value {
    json!({
        "address": loss.address,
        "action": loss.action,
        "recovery_point": loss.point,
    })
}

const fn grave(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

pub(super) fn finding(finding: &Finding) -> Value {
    json!({
        "severity": grave(finding.severity),
        "code": finding.code,
        "summary": finding.message,
        "detail": finding.help,
        "address": finding.address,
        "ignored": finding.ignored,
    })
}

/// Returns the cost a month, in the currency's unit and in millionths of it.
pub(super) fn cost(cost: &Cost) -> Value {
    json!({
        "now": cost.now.map(|it| it.to_string()),
        "now_micros": cost.now,
        "planned": cost.planned.map(|it| it.to_string()),
        "planned_micros": cost.planned,
        "currency": cost.currency,
        "as_of": cost.as_of,
        "unpriced": cost.unpriced,
    })
}

pub(super) fn notice(notice: &Notice) -> Value {
    json!({
        "severity": grave(notice.severity),
        "code": notice.code,
        "summary": notice.message,
        "detail": notice.help,
        "address": notice.address,
    })
}
