//! An action before it has a place in the plan.

use lifeboat_model::{
    Action, ActionId, Address, Attributes, Cause, DesiredResource, Effect, RecordedResource,
    RecoveryPoint, Verb,
};

/// An action whose `id` and `after_actions` are not known yet, with the points that it deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) action: Action,
    pub(crate) lost: Vec<RecoveryPoint>,
    /// The targets that lose something by it: its own, or for a repository all that have points in it.
    pub(crate) weakens: Vec<Address>,
}

impl Draft {
    /// Returns an action on what shall exist.
    pub(crate) fn on_desired(desired: &DesiredResource, verb: Verb, causes: Vec<Cause>) -> Self {
        Self {
            action: Action {
                id: ActionId(0),
                address: desired.address.clone(),
                kind: desired.kind.clone(),
                provider: desired.provider.clone(),
                verb,
                before: None,
                after: Some(desired.attributes.clone()),
                causes,
                effect: Effect::Neutral,
                deletes: Vec::new(),
                after_actions: Vec::new(),
                requires: desired.requires.clone(),
                target: desired.target.clone(),
                on_remove: desired.on_remove,
                seen: None,
            },
            lost: Vec::new(),
            weakens: Vec::new(),
        }
    }

    /// Returns an action on what shall not be managed any more.
    pub(crate) fn on_recorded(
        address: &Address,
        recorded: &RecordedResource,
        verb: Verb,
        causes: Vec<Cause>,
    ) -> Self {
        Self {
            action: Action {
                id: ActionId(0),
                address: address.clone(),
                kind: recorded.kind.clone(),
                provider: recorded.provider.clone(),
                verb,
                before: None,
                after: None,
                causes,
                effect: Effect::Neutral,
                deletes: Vec::new(),
                after_actions: Vec::new(),
                requires: recorded.requires.clone(),
                target: recorded.target.clone(),
                on_remove: recorded.on_remove,
                seen: None,
            },
            lost: Vec::new(),
            weakens: Vec::new(),
        }
    }

    pub(crate) fn before(mut self, attributes: Option<&Attributes>) -> Self {
        self.action.before = attributes.cloned();
        self
    }

    pub(crate) fn after(mut self, attributes: &Attributes) -> Self {
        self.action.after = Some(attributes.clone());
        self
    }

    pub(crate) fn effect(mut self, effect: Effect) -> Self {
        self.action.effect = effect;
        if effect == Effect::Weakens && self.weakens.is_empty() {
            self.weakens.extend(self.action.target.clone());
        }
        self
    }

    /// Adds the points that the action deletes.
    pub(crate) fn deleting(mut self, points: Vec<RecoveryPoint>) -> Self {
        self.action.deletes = points.iter().map(|point| point.id.clone()).collect();
        self.lost = points;
        self
    }

    /// Returns whether the action takes its resource out of the state.
    pub(crate) fn removes(&self) -> bool {
        matches!(self.action.verb, Verb::Forget | Verb::Delete)
    }
}
