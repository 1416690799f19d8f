//! What must hold before the first action starts.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{
    Action, ActionId, Address, Attributes, Effect, LiveState, Plan, RecordedState, RecoveryPointId,
    Severity, Verb,
};

use crate::error::EngineError;
use crate::providers::Providers;
use crate::refresh::{RefreshItem, refresh};
use crate::run::Run;

/// Refuses a plan that contradicts itself: it comes from a file, and files are edited.
pub(super) fn coherent(plan: &Plan) -> Result<(), EngineError> {
    let incoherent = |what: String| Err(EngineError::Incoherent(what));
    let mut earlier: BTreeSet<ActionId> = BTreeSet::new();
    let mut deleted: BTreeSet<(ActionId, &RecoveryPointId)> = BTreeSet::new();
    for action in &plan.actions {
        let address = &action.address;
        if let Some(late) = action.after_actions.iter().find(|id| !earlier.contains(id)) {
            return incoherent(format!(
                "`{address}` waits for action {}, which is not before it",
                late.0
            ));
        }
        if !earlier.insert(action.id) {
            return incoherent(format!("two actions have the number {}", action.id.0));
        }
        let gives_after = matches!(action.verb, Verb::Create | Verb::Update | Verb::Replace);
        if gives_after && action.after.is_none() {
            return incoherent(format!("`{address}` is to change into nothing"));
        }
        deleted.extend(action.deletes.iter().map(|point| (action.id, point)));
    }
    let announced: BTreeSet<(ActionId, &RecoveryPointId)> = plan
        .losses
        .iter()
        .map(|loss| (loss.action, &loss.point.id))
        .collect();
    if let Some((_, point)) = deleted.symmetric_difference(&announced).next() {
        return incoherent(format!(
            "recovery point `{point}` is deleted and not announced, or the other way round"
        ));
    }
    Ok(())
}

/// Refuses a plan whose notices forbid it, or that loses something without leave.
pub(super) fn allowed(plan: &Plan, allow_loss: bool) -> Result<(), EngineError> {
    let forbidding = plan
        .notices
        .iter()
        .find(|notice| notice.severity == Severity::Error);
    if let Some(notice) = forbidding {
        return Err(EngineError::Refused {
            reason: notice.message.clone(),
            help: notice.help.clone(),
        });
    }
    if allow_loss || !plan.needs_leave() {
        return Ok(());
    }
    let weakened: BTreeSet<Address> = plan
        .actions
        .iter()
        .filter(|action| action.effect == Effect::Weakens)
        .map(|action| action.address.clone())
        .collect();
    Err(EngineError::NeedsLeave {
        losses: plan.losses.clone(),
        weakened: weakened.into_iter().collect(),
    })
}

/// Refuses a plan that was made against another state.
pub(super) fn same_state(plan: &Plan, state: &RecordedState) -> Result<(), EngineError> {
    let stale = |reason: String| Err(EngineError::Stale { reason });
    if plan.lineage == state.lineage && plan.serial == state.serial {
        return Ok(());
    }
    // The first state of all gets its name when the first apply begins.
    if plan.lineage.is_empty() && plan.serial == 0 && state.serial == 0 {
        return Ok(());
    }
    if plan.lineage.is_empty() {
        return stale("it was made before anything was recorded".to_owned());
    }
    if plan.lineage != state.lineage {
        return stale(format!(
            "it was made against another state: lineage {}, and this one has {}",
            plan.lineage, state.lineage
        ));
    }
    stale(format!(
        "the state has serial {}, and the plan was made against {}",
        state.serial, plan.serial
    ))
}

/// Reads again what the plan touches, and refuses if any of it is not as it was seen.
pub(super) async fn same_live(
    plan: &Plan,
    providers: &Providers,
    state: &RecordedState,
    run: &Run,
) -> Result<LiveState, EngineError> {
    let mut first: BTreeMap<&Address, &Action> = BTreeMap::new();
    for action in &plan.actions {
        if providers.get(&action.provider).is_none() && action.verb != Verb::Forget {
            return Err(EngineError::NoProvider {
                address: Box::new(action.address.clone()),
                provider: Box::new(action.provider.clone()),
            });
        }
        first.entry(&action.address).or_insert(action);
    }
    // A forgotten resource is not called upon, so it may be unreadable or moved.
    first.retain(|_, action| action.verb != Verb::Forget);
    let mut live = read(
        first.values(),
        providers,
        &planned_bindings(plan, state),
        state,
        run,
    )
    .await;
    // What the plan moves was perhaps read where it still is.
    let again: Vec<&Action> = first
        .values()
        .filter(|action| moved(action, &live).is_some())
        .copied()
        .collect();
    if !again.is_empty() {
        let old = read(
            again.iter(),
            providers,
            &recorded_bindings(plan, state),
            state,
            run,
        )
        .await;
        for action in again {
            if moved(action, &old).is_none() {
                live.failures.remove(&action.address);
                live.resources.remove(&action.address);
                if let Some(resource) = old.resources.get(&action.address) {
                    live.resources
                        .insert(action.address.clone(), resource.clone());
                }
            }
        }
    }
    for action in first.values() {
        if let Some(error) = moved(action, &live) {
            return Err(error);
        }
    }
    Ok(live)
}

async fn read<'a>(
    actions: impl Iterator<Item = &'a &'a Action>,
    providers: &Providers,
    bindings: &BTreeMap<Address, Attributes>,
    state: &RecordedState,
    run: &Run,
) -> LiveState {
    let items = actions.map(|action| item(action, state)).collect();
    refresh(providers, items, bindings, run).await
}

/// Returns what to look for: by what is recorded, else by what the plan saw, else by what it wants.
fn item(action: &Action, state: &RecordedState) -> RefreshItem {
    let recorded = state
        .resources
        .get(&action.address)
        .map(|resource| &resource.attributes);
    let attributes = recorded
        .or(action.before.as_ref())
        .or(action.after.as_ref());
    RefreshItem {
        address: action.address.clone(),
        kind: action.kind.clone(),
        provider: action.provider.clone(),
        attributes: attributes.cloned().unwrap_or_default(),
        target: action.target.clone(),
    }
}

/// Returns why an action must not start on what is live; none if it is as it was seen.
fn moved(action: &Action, live: &LiveState) -> Option<EngineError> {
    if let Some(failure) = live.failures.get(&action.address) {
        return Some(EngineError::Unread {
            address: Box::new(action.address.clone()),
            message: failure.message.clone(),
            help: failure.help.clone(),
        });
    }
    let now = live.resources.get(&action.address);
    let address = &action.address;
    let reason = match (&action.seen, now) {
        (Some(seen), Some(now)) if now.digest() == *seen => return None,
        (Some(_), Some(_)) => format!("`{address}` has changed since"),
        (Some(_), None) => format!("`{address}` is gone since"),
        (None, Some(_)) if action.before.is_none() => format!("`{address}` has come to be since"),
        (None, _) => return None,
    };
    Some(EngineError::Stale { reason })
}

/// Returns what resources refer to as the plan has it, and as recorded for the rest.
pub(super) fn planned_bindings(
    plan: &Plan,
    state: &RecordedState,
) -> BTreeMap<Address, Attributes> {
    let mut bindings = state.bindings.clone();
    bindings.extend(plan.bindings.clone());
    bindings
}

/// Returns what resources refer to as recorded, and as the plan has it for the rest.
pub(super) fn recorded_bindings(
    plan: &Plan,
    state: &RecordedState,
) -> BTreeMap<Address, Attributes> {
    let mut bindings = plan.bindings.clone();
    bindings.extend(state.bindings.clone());
    bindings
}
