//! Which actions may start.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{Action, ActionId, Address};

/// The actions that wait, may start, or never will.
///
/// An action waits for its `after_actions`, and for every earlier action on its own address: calls on one resource do
/// not run concurrently.
#[derive(Debug)]
pub(super) struct Graph {
    waits_for: BTreeMap<ActionId, BTreeSet<ActionId>>,
    wakes: BTreeMap<ActionId, Vec<ActionId>>,
    ready: BTreeSet<ActionId>,
}

impl Graph {
    /// Builds the graph of a plan's actions, which are in a valid order.
    pub(super) fn of(actions: &[Action]) -> Self {
        let mut graph = Self {
            waits_for: BTreeMap::new(),
            wakes: BTreeMap::new(),
            ready: BTreeSet::new(),
        };
        let mut last_on: BTreeMap<&Address, ActionId> = BTreeMap::new();
        for action in actions {
            let mut waits: BTreeSet<ActionId> = action.after_actions.iter().copied().collect();
            waits.extend(last_on.insert(&action.address, action.id));
            for earlier in &waits {
                graph.wakes.entry(*earlier).or_default().push(action.id);
            }
            if waits.is_empty() {
                graph.ready.insert(action.id);
            } else {
                graph.waits_for.insert(action.id, waits);
            }
        }
        graph
    }

    /// Takes the next action that may start, the first of the plan first.
    pub(super) fn start(&mut self) -> Option<ActionId> {
        self.ready.pop_first()
    }

    /// Lets the actions start that waited for this one alone.
    pub(super) fn succeeded(&mut self, id: ActionId) {
        for next in self.wakes.remove(&id).unwrap_or_default() {
            let Some(waits) = self.waits_for.get_mut(&next) else {
                continue;
            };
            waits.remove(&id);
            if waits.is_empty() {
                self.waits_for.remove(&next);
                self.ready.insert(next);
            }
        }
    }

    /// Takes out every action that depends on this one, however far; they never start.
    pub(super) fn failed(&mut self, id: ActionId) -> BTreeSet<ActionId> {
        let mut lost = BTreeSet::new();
        let mut left = vec![id];
        while let Some(id) = left.pop() {
            for next in self.wakes.remove(&id).unwrap_or_default() {
                if self.waits_for.remove(&next).is_some() {
                    lost.insert(next);
                    left.push(next);
                }
            }
        }
        lost
    }
}
