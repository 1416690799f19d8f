//! What a plan touches, against what was read and recorded.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{
    Address, Catalog, KindRole, LiveState, OnRemove, Plan, RecordedState, RecoveryPointId, Verb,
};

use super::Finding;

pub(super) fn touched(
    plan: &Plan,
    live: &LiveState,
    recorded: &RecordedState,
    catalog: &Catalog,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let announced: BTreeSet<&RecoveryPointId> =
        plan.losses.iter().map(|loss| &loss.point.id).collect();
    let mut last: BTreeMap<&Address, u32> = BTreeMap::new();
    for action in &plan.actions {
        last.insert(&action.address, action.id.0);
        if live.failures.contains_key(&action.address) {
            findings.push(Finding::ActsOnUnread(action.address.clone()));
        }
        if action.verb != Verb::Delete {
            continue;
        }
        let is_repository = catalog
            .kind(&action.kind)
            .is_some_and(|kind| kind.role == KindRole::Repository);
        let held: Vec<&Address> = if is_repository {
            Vec::new()
        } else {
            vec![&action.address]
        };
        for point in held
            .into_iter()
            .filter_map(|address| live.resources.get(address))
            .flat_map(|resource| &resource.recovery_points)
        {
            if !announced.contains(&point.id) {
                findings.push(Finding::LostSilently {
                    address: action.address.clone(),
                    point: point.id.clone(),
                });
            }
        }
    }
    findings.extend(repositories(plan, live, catalog, &announced));
    findings.extend(removals(plan, recorded, &last));
    findings
}

/// Returns the points in destroyed repositories that no loss announces.
fn repositories(
    plan: &Plan,
    live: &LiveState,
    catalog: &Catalog,
    announced: &BTreeSet<&RecoveryPointId>,
) -> Vec<Finding> {
    let destroyed: BTreeMap<String, &Address> = plan
        .actions
        .iter()
        .filter(|action| {
            action.verb == Verb::Delete
                || (action.verb == Verb::Replace && action.on_remove == OnRemove::Destroy)
        })
        .filter(|action| {
            catalog
                .kind(&action.kind)
                .is_some_and(|kind| kind.role == KindRole::Repository)
        })
        .map(|action| (action.address.to_string(), &action.address))
        .collect();
    if destroyed.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (address, resource) in &live.resources {
        let held_in = resource.attributes.get("repository");
        let repository = held_in
            .and_then(|value| destroyed.get(value.as_str()?))
            .or_else(|| destroyed.get(&address.to_string()));
        let Some(repository) = repository else {
            continue;
        };
        for point in &resource.recovery_points {
            if !announced.contains(&point.id) {
                findings.push(Finding::LostSilently {
                    address: (*repository).clone(),
                    point: point.id.clone(),
                });
            }
        }
    }
    findings
}

/// Returns what is destroyed while something that was applied with it is acted on only later.
fn removals(plan: &Plan, recorded: &RecordedState, last: &BTreeMap<&Address, u32>) -> Vec<Finding> {
    let removed: BTreeMap<&Address, u32> = plan
        .actions
        .iter()
        .filter(|action| action.verb == Verb::Delete)
        .filter(|action| action.target.is_none())
        .map(|action| (&action.address, action.id.0))
        .collect();
    let mut findings = Vec::new();
    for (address, resource) in &recorded.resources {
        let Some(own) = last.get(address) else {
            continue;
        };
        for required in &resource.requires {
            if removed.get(required).is_some_and(|removal| removal < own) {
                findings.push(Finding::RemovedTooEarly {
                    removed: required.clone(),
                    dependent: address.clone(),
                });
            }
        }
    }
    findings
}
