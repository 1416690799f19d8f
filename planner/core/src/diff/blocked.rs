//! What must not be touched: what could not be read, repositories that are not ours, and what requires them.

use std::collections::BTreeSet;

use lifeboat_model::{Address, KindRole, LiveResource, Notice, RecordedResource, Severity};
use serde_json::Value;

use super::Snapshots;
use super::selection::dependents;
use super::values::{given, same};

/// Returns the addresses that get no action, with a notice for each cause.
///
/// Whatever requires a blocked resource is blocked. A resource that is going stays as long as one that requires it
/// is blocked: it would be pulled away from under it.
pub(super) fn blocked<'a>(
    snapshots: &Snapshots<'a>,
    is_selected: impl Fn(&Address) -> bool,
) -> (BTreeSet<&'a Address>, Vec<Notice>) {
    let mut notices = Vec::new();
    let mut roots: Vec<&'a Address> = Vec::new();
    for (address, failure) in &snapshots.live.failures {
        let known = snapshots.desired(address).is_some() || snapshots.recorded(address).is_some();
        if known && is_selected(address) {
            roots.push(address);
            notices.push(Notice {
                severity: Severity::Error,
                code: "plan::unread".to_owned(),
                address: Some(address.clone()),
                message: format!("`{address}` could not be read: {}", failure.message),
                help: failure.help.clone(),
            });
        }
    }
    for (address, recorded) in &snapshots.recorded.resources {
        let Some(live) = snapshots.live(address).filter(|_| is_selected(address)) else {
            continue;
        };
        if let Some((name, was, is)) = foreign(snapshots, recorded, live) {
            roots.push(address);
            notices.push(Notice {
                severity: Severity::Error,
                code: "plan::foreign_repository".to_owned(),
                address: Some(address.clone()),
                message: format!(
                    "another repository stands where `{address}` was: its {name} is {is}, not {was}"
                ),
                help: Some(format!(
                    "Put the repository back, or accept the other one with `lifeboat state rm '{address}'`."
                )),
            });
        }
    }
    (spread(snapshots, roots), notices)
}

/// Returns the attribute by which a repository is seen to be another one than was recorded.
///
/// What the provider sets on a repository identifies it; nothing else of a repository is computed.
fn foreign<'a>(
    snapshots: &Snapshots<'a>,
    recorded: &'a RecordedResource,
    live: &'a LiveResource,
) -> Option<(&'a str, &'a Value, &'a Value)> {
    let kind = snapshots
        .catalog
        .kind(&recorded.kind)
        .filter(|kind| kind.role == KindRole::Repository)?;
    kind.attributes
        .iter()
        .filter(|spec| spec.computed)
        .find_map(|spec| {
            let was = given(&recorded.attributes, &spec.name)?;
            let is = given(&live.attributes, &spec.name)?;
            let differs = !same(Some(kind), &spec.name, Some(was), Some(is));
            differs.then_some((spec.name.as_str(), was, is))
        })
}

fn spread<'a>(snapshots: &Snapshots<'a>, roots: Vec<&'a Address>) -> BTreeSet<&'a Address> {
    let mut blocked: BTreeSet<&'a Address> = BTreeSet::new();
    if roots.is_empty() {
        return blocked;
    }
    let dependents = dependents(snapshots);
    let mut open = roots;
    while let Some(address) = open.pop() {
        if blocked.insert(address) {
            open.extend(dependents.get(address).into_iter().flatten());
        }
    }
    let mut open: Vec<&'a Address> = blocked.iter().copied().collect();
    while let Some(address) = open.pop() {
        let Some(recorded) = snapshots.recorded(address) else {
            continue;
        };
        for required in &recorded.requires {
            if snapshots.is_going(required) && blocked.insert(required) {
                open.push(required);
            }
        }
    }
    blocked
}
