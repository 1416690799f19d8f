//! Recorded against live.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use lifeboat_model::{
    Catalog, Drift, DriftKind, Fate, LiveResource, LiveState, RecordedResource, RecordedState,
    RecoveryPoint, Retention,
};
use serde_json::Value;

use super::values::{is_settable, policy, same};

/// Returns how live differs from what the last apply recorded, in address order.
///
/// What could not be read has not drifted: nothing is known about it. A recovery point that the recorded retention
/// policy drops at `as_of` is not missed.
pub fn drift(
    recorded: &RecordedState,
    live: &LiveState,
    catalog: &Catalog,
    as_of: Timestamp,
) -> Vec<Drift> {
    let mut found = Vec::new();
    for (address, resource) in &recorded.resources {
        if live.failures.contains_key(address) {
            continue;
        }
        let mut add = |drift| {
            found.push(Drift {
                address: address.clone(),
                kind: resource.kind.clone(),
                drift,
            });
        };
        let Some(now) = live.resources.get(address) else {
            add(DriftKind::Deleted);
            continue;
        };
        let changed = changed(resource, now, catalog);
        if !changed.is_empty() {
            add(DriftKind::Changed(changed));
        }
        let missing = missing(resource, now, as_of);
        if !missing.is_empty() {
            add(DriftKind::PointsMissing(missing));
        }
    }
    found
}

/// Returns the attributes that are not as they were applied: computed ones included, and ones that were not applied
/// and that somebody else has set.
fn changed(
    recorded: &RecordedResource,
    live: &LiveResource,
    catalog: &Catalog,
) -> BTreeMap<String, (Value, Value)> {
    let kind = catalog.kind(&recorded.kind);
    let added = live
        .attributes
        .keys()
        .filter(|name| is_settable(kind, name));
    let names: BTreeSet<&String> = recorded.attributes.keys().chain(added).collect();
    names
        .into_iter()
        .map(|name| {
            (
                name,
                recorded.attributes.get(name),
                live.attributes.get(name),
            )
        })
        .filter(|(name, then, now)| !same(kind, name, *then, *now))
        .map(|(name, then, now)| {
            let pair = (
                then.cloned().unwrap_or_default(),
                now.cloned().unwrap_or_default(),
            );
            (name.clone(), pair)
        })
        .collect()
}

/// Returns the recorded points that are gone although the recorded policy keeps them.
pub(super) fn missing(
    recorded: &RecordedResource,
    live: &LiveResource,
    as_of: Timestamp,
) -> Vec<RecoveryPoint> {
    let there: BTreeSet<_> = live.recovery_points.iter().map(|point| &point.id).collect();
    let gone: Vec<_> = recorded
        .recovery_points
        .iter()
        .filter(|point| !there.contains(&point.id))
        .collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let retention: Retention = recorded
        .attributes
        .get("retention")
        .and_then(policy)
        .unwrap_or_default();
    let times: Vec<Timestamp> = gone
        .iter()
        .copied()
        .chain(&live.recovery_points)
        .map(|point| point.time)
        .collect();
    gone.into_iter()
        .zip(retention.fates(&times, as_of))
        .filter(|(_, fate)| Fate::is_kept(fate))
        .map(|(point, _)| point.clone())
        .collect()
}
