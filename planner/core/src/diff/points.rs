//! Which recovery points an edit of the retention policy takes.

use jiff::Timestamp;
use lifeboat_model::{LiveResource, RecoveryPoint};
use serde_json::Value;

use super::values::policy;

/// Returns the live points that the old policy keeps at `as_of` and the new one drops, oldest first.
///
/// A point that the old policy drops too has merely not been pruned yet: the next run takes it, not this plan. A
/// locked point cannot be deleted and is left to a later run.
pub(super) fn taken_by(
    old: Option<&Value>,
    new: Option<&Value>,
    live: &LiveResource,
    as_of: Timestamp,
) -> Vec<RecoveryPoint> {
    let read = |value: Option<&Value>| value.and_then(policy).unwrap_or_default();
    let times: Vec<Timestamp> = live
        .recovery_points
        .iter()
        .map(|point| point.time)
        .collect();
    let before = read(old).fates(&times, as_of);
    let after = read(new).fates(&times, as_of);
    live.recovery_points
        .iter()
        .zip(before.iter().zip(&after))
        .filter(|(point, (before, after))| {
            before.is_kept() && !after.is_kept() && !is_locked(point, as_of)
        })
        .map(|(point, _)| point.clone())
        .collect()
}

/// Returns whether nobody can delete the point yet.
pub(super) fn is_locked(point: &RecoveryPoint, as_of: Timestamp) -> bool {
    point.locked_until.is_some_and(|until| until > as_of)
}
