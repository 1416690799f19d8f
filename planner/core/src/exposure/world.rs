//! What stands: before an apply, and after some of its actions.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{Action, Address, Attributes, Block, LiveState, Verb};
use serde_json::Value;

use super::graph::Holds;
use crate::design::Design;

/// One derived resource of a target: a protection or the setting that runs it.
#[derive(Clone, Debug)]
pub(crate) struct Standing<'a> {
    pub(crate) attributes: &'a Attributes,
    pub(crate) holds: Holds,
    /// Whether an action of the plan made it anew, so that a repository that the plan took does not matter to it.
    anew: bool,
    /// Whether another object takes its place, of which nothing was measured yet.
    pub(crate) is_replaced: bool,
}

/// What stands of all targets.
#[derive(Clone, Debug, Default)]
pub(crate) struct World<'a> {
    standing: BTreeMap<&'a Address, Standing<'a>>,
    /// Repositories that actions destroyed or replaced.
    taken: BTreeSet<String>,
    /// Repositories that actions made, where they are now planned to stand.
    made: BTreeSet<String>,
    /// Whether schedules and retention have run for long enough.
    is_settled: bool,
    /// Repositories that actions made or changed, as they now are.
    repositories: BTreeMap<&'a Address, &'a Attributes>,
}

impl<'a> World<'a> {
    /// Returns what is live.
    pub(crate) fn live(live: &'a LiveState) -> Self {
        let standing = live
            .resources
            .iter()
            .filter(|(address, _)| address.block == Block::Target && address.part.is_some())
            .map(|(address, resource)| {
                let times = || resource.recovery_points.iter().map(|point| point.time);
                let holds = match (times().min(), times().max()) {
                    (Some(oldest), Some(newest)) => Holds::Points { oldest, newest },
                    _ => Holds::Nothing,
                };
                let standing = Standing {
                    attributes: &resource.attributes,
                    holds,
                    anew: false,
                    is_replaced: false,
                };
                (address, standing)
            })
            .collect();
        Self {
            standing,
            ..Self::default()
        }
    }

    /// Returns what is live with what a design asks for, once its schedules have run for long enough.
    pub(crate) fn wanted(live: &'a LiveState, design: &'a Design) -> Self {
        let mut world = Self::live(live);
        let wanted = design.desired.resources.iter();
        let wanted = wanted
            .filter(|(address, _)| address.block == Block::Target && address.part.is_some())
            .map(|(address, resource)| {
                let standing = Standing {
                    attributes: &resource.attributes,
                    holds: Holds::Steady,
                    anew: false,
                    is_replaced: false,
                };
                (address, standing)
            });
        world.standing.extend(wanted);
        world.is_settled = true;
        world
    }

    /// Returns what stands of one target, and what was done to repositories.
    pub(crate) fn only(&self, target: &Address) -> Self {
        let own = self.standing.range::<Address, _>(target..);
        Self {
            standing: own
                .take_while(|(address, _)| is_below(address, target))
                .map(|(address, standing)| (*address, standing.clone()))
                .collect(),
            taken: self.taken.clone(),
            made: self.made.clone(),
            is_settled: self.is_settled,
            repositories: self.repositories.clone(),
        }
    }

    /// Does what an action does.
    pub(crate) fn apply(&mut self, action: &'a Action) {
        let address = &action.address;
        if address.block == Block::Repository {
            if let Some(attributes) = &action.after {
                self.repositories.insert(address, attributes);
            }
            match action.verb {
                Verb::Delete => {
                    self.taken.insert(address.to_string());
                }
                Verb::Replace => {
                    self.taken.insert(address.to_string());
                    self.made.insert(address.to_string());
                }
                Verb::Create => {
                    self.made.insert(address.to_string());
                }
                Verb::Update | Verb::Adopt | Verb::BackUp | Verb::Forget => {}
            }
            return;
        }
        match (action.verb, &action.after) {
            (Verb::Forget | Verb::Delete, _) => {
                self.standing.remove(address);
            }
            (Verb::BackUp, _) => {
                if let Some(standing) = self.standing.get_mut(address) {
                    standing.holds = Holds::Steady;
                }
            }
            (Verb::Create | Verb::Replace, Some(attributes)) => {
                let standing = Standing {
                    attributes,
                    holds: Holds::Nothing,
                    anew: true,
                    is_replaced: action.verb == Verb::Replace,
                };
                self.standing.insert(address, standing);
            }
            (_, Some(attributes)) => {
                if let Some(standing) = self.standing.get_mut(address) {
                    standing.attributes = attributes;
                }
            }
            (_, None) => {}
        }
    }

    /// Returns what stands once schedules and retention have run for long enough.
    pub(crate) fn settled(mut self) -> Self {
        self.is_settled = true;
        for standing in self.standing.values_mut() {
            if standing.holds != Holds::Nothing {
                standing.holds = Holds::Steady;
            }
        }
        self
    }

    /// Returns what stands below a target, in address order.
    pub(crate) fn below<'s>(
        &'s self,
        target: &'s Address,
    ) -> impl Iterator<Item = (&'a Address, &'s Standing<'a>)> {
        self.standing
            .range::<Address, _>(target..)
            .map(|(address, standing)| (*address, standing))
            .take_while(move |(address, _)| is_below(address, target))
    }

    pub(crate) fn get(&self, address: &Address) -> Option<&Standing<'a>> {
        self.standing.get(address)
    }

    /// Returns whether the points of a protection are where they were.
    pub(crate) fn is_usable(&self, standing: &Standing<'_>) -> bool {
        standing.anew
            || self.taken.is_empty()
            || !standing
                .attributes
                .get("repository")
                .and_then(Value::as_str)
                .is_some_and(|repository| self.taken.contains(repository))
    }

    /// Returns whether an action of the plan makes the repository.
    pub(crate) fn is_made(&self, repository: &str) -> bool {
        self.made.contains(repository)
    }

    /// Returns the attributes that an action of the plan gives a repository.
    pub(crate) fn repository(&self, repository: &Address) -> Option<&'a Attributes> {
        self.repositories.get(repository).copied()
    }

    /// Returns whether schedules and retention have run for long enough.
    pub(crate) const fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// Returns the setting that runs a protection.
    pub(crate) fn setting(&self, protection: &Address) -> Option<&Standing<'a>> {
        let key = protection.part.as_ref()?.key.clone();
        self.get(&protection.owner().part("schedule", key))
    }

    /// Returns every target that has something standing below it, each once.
    pub(crate) fn targets(&self) -> BTreeSet<Address> {
        self.standing
            .keys()
            .map(|address| address.owner())
            .collect()
    }
}

/// Returns whether something is the target or derived from it.
fn is_below(address: &Address, target: &Address) -> bool {
    address.block == target.block
        && address.kind == target.kind
        && address.name == target.name
        && address.key == target.key
}
