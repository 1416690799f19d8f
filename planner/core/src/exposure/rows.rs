//! The exposure table.

use std::collections::BTreeSet;

use lifeboat_model::{Action, Address, ExposureRow};

use super::{Assessor, SCOPES, World};
use crate::diff::Snapshots;

/// Returns each target in each scope, with what is live now and with what the actions leave, in address order.
pub(crate) fn rows(snapshots: &Snapshots<'_>, actions: &[Action]) -> Vec<ExposureRow> {
    let now = World::live(snapshots.live, snapshots.recorded);
    let mut planned = now.clone();
    for action in actions {
        planned.apply(action);
    }
    let planned = planned.settled();
    let mut targets: BTreeSet<Address> = now.targets();
    targets.extend(snapshots.design.targets.keys().cloned());
    let as_of = snapshots.options.as_of;
    let mut assessor = Assessor::new(snapshots.catalog, snapshots.live, as_of);
    let mut rows = Vec::with_capacity(targets.len() * SCOPES.len());
    for target in &targets {
        let objective = snapshots.design.objective(target);
        for scope in SCOPES {
            let goal = objective
                .and_then(|objective| objective.goals.get(&scope))
                .cloned()
                .unwrap_or_default();
            rows.push(ExposureRow {
                target: target.clone(),
                objective: objective.map(|objective| objective.name.clone()),
                scope,
                now: assessor.exposure(&now, target, scope, &goal),
                planned: assessor.exposure(&planned, target, scope, &goal),
                goal,
            });
        }
    }
    rows
}
