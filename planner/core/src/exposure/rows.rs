//! The exposure table.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lifeboat_model::{
    Action, Address, Catalog, ExposureRow, LiveState, PlanOptions, RecordedState, Span,
};

use super::{Assessor, SCOPES, World};
use crate::design::Design;
use crate::diff::Snapshots;

/// Returns each target in each scope as it stands, in address order.
///
/// `now` is with what is live; `planned` is with the same once its schedules and its retention have run for long
/// enough: nothing is planned.
pub fn assess(
    design: &Design,
    live: &LiveState,
    recorded: &RecordedState,
    catalog: &Catalog,
    as_of: Timestamp,
) -> Vec<ExposureRow> {
    let options = PlanOptions {
        as_of,
        seed: 0,
        destroy: false,
        targets: Vec::new(),
        lifeboat_version: String::new(),
        allow_exposure: Span::ZERO,
    };
    let snapshots = Snapshots {
        design,
        live,
        recorded,
        catalog,
        options: &options,
    };
    rows(&snapshots, &[])
}

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
