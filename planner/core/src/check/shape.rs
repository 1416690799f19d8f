//! The invariants of the plan as a value.

use std::collections::BTreeSet;

use lifeboat_model::{ActionId, Plan, RecoveryPointId, Verb};

use super::Finding;

pub(super) fn shape(plan: &Plan) -> Vec<Finding> {
    let mut findings = Vec::new();
    let announced: BTreeSet<(ActionId, &RecoveryPointId)> = plan
        .losses
        .iter()
        .map(|loss| (loss.action, &loss.point.id))
        .collect();
    let mut deleted: BTreeSet<(ActionId, &RecoveryPointId)> = BTreeSet::new();
    for (place, action) in (0..).zip(&plan.actions) {
        let id = action.id;
        if id != ActionId(place) {
            findings.push(Finding::Misnumbered { id, place });
        }
        for after in action.after_actions.iter().copied() {
            if after >= id {
                findings.push(Finding::WaitsForLater { id, after });
            }
        }
        if action.verb == Verb::Forget && !action.deletes.is_empty() {
            findings.push(Finding::ForgetDeletes(action.address.clone()));
        }
        for point in &action.deletes {
            deleted.insert((id, point));
            if !announced.contains(&(id, point)) {
                let point = point.clone();
                findings.push(Finding::Unannounced { id, point });
            }
        }
    }
    for (id, point) in announced.difference(&deleted) {
        findings.push(Finding::NotDeleted {
            id: *id,
            point: (*point).clone(),
        });
    }
    findings
}
