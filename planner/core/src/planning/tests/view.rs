//! Compact text of a plan, for snapshots.

use lifeboat_model::{Cause, DriftKind, Effect, Plan, Severity, Verb};

pub(super) fn view(plan: &Plan) -> String {
    let mut lines = Vec::new();
    for loss in &plan.losses {
        lines.push(format!(
            "LOSES {} of {} by {}",
            loss.point.id, loss.address, loss.action.0
        ));
    }
    for drift in &plan.drift {
        let how = match &drift.drift {
            DriftKind::Changed(changed) => changed.keys().cloned().collect::<Vec<_>>().join(" "),
            DriftKind::Deleted => "deleted".to_owned(),
            DriftKind::PointsMissing(points) => format!("{} points missing", points.len()),
        };
        lines.push(format!("drift {}: {how}", drift.address));
    }
    for action in &plan.actions {
        let sign = match action.effect {
            Effect::Strengthens => "+",
            Effect::Neutral => "=",
            Effect::Weakens => "-",
        };
        let verb = match action.verb {
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Replace => "replace",
            Verb::Adopt => "adopt",
            Verb::BackUp => "back up",
            Verb::Forget => "forget",
            Verb::Delete => "delete",
        };
        let causes: Vec<String> = action.causes.iter().map(cause).collect();
        let after: Vec<String> = action
            .after_actions
            .iter()
            .map(|id| id.0.to_string())
            .collect();
        let after = if after.is_empty() {
            String::new()
        } else {
            format!(" after {}", after.join(" "))
        };
        lines.push(format!(
            "{} {sign} {verb} {} ({}){after}",
            action.id.0,
            action.address,
            causes.join("; ")
        ));
    }
    for notice in &plan.notices {
        let grave = match notice.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        lines.push(format!("{grave} {}: {}", notice.code, notice.message));
    }
    if lines.is_empty() {
        lines.push("no changes".to_owned());
    }
    lines.join("\n")
}

fn cause(cause: &Cause) -> String {
    match cause {
        Cause::NotLive => "not live".to_owned(),
        Cause::DeletedOutside => "deleted outside".to_owned(),
        Cause::Configuration(names) => format!("configuration: {}", names.join(" ")),
        Cause::Drifted(names) => format!("drifted: {}", names.join(" ")),
        Cause::CannotUpdate(names) => format!("cannot update: {}", names.join(" ")),
        Cause::NotRecorded => "not recorded".to_owned(),
        Cause::NoRecoveryPoint => "no recovery point".to_owned(),
        Cause::NotInConfiguration => "not in configuration".to_owned(),
        Cause::Destroy => "destroy".to_owned(),
        Cause::Follows(address) => format!("follows {address}"),
        Cause::Chosen(reason) => format!("chosen: {reason}"),
    }
}

/// The exposure table, a row a line.
pub(super) fn exposure(plan: &Plan) -> String {
    let lines: Vec<String> = plan
        .exposure
        .iter()
        .map(|row| {
            format!(
                "{} {}: rpo {} → {}, rto {} → {}",
                row.target,
                row.scope,
                row.now.rpo.bound,
                row.planned.rpo.bound,
                row.now.rto.bound,
                row.planned.rto.bound
            )
        })
        .collect();
    lines.join("\n")
}
