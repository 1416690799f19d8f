//! A plan that only takes in what is live.

use std::collections::BTreeMap;

use lifeboat_model::{ActionId, Plan, Verb};

/// Drops every action but adoptions: the plan changes nothing live.
///
/// What an adoption waited for is dropped with it; ids stay dense and in order.
pub fn adopt_only(plan: &mut Plan) {
    plan.actions.retain(|action| action.verb == Verb::Adopt);
    let places: BTreeMap<ActionId, ActionId> = plan
        .actions
        .iter()
        .zip(0..)
        .map(|(action, place)| (action.id, ActionId(place)))
        .collect();
    for action in &mut plan.actions {
        action.after_actions = action
            .after_actions
            .iter()
            .filter_map(|id| places.get(id).copied())
            .collect();
        action.id = places.get(&action.id).copied().unwrap_or(action.id);
        action.deletes.clear();
    }
    plan.losses.clear();
}
