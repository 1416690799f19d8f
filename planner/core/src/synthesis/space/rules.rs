//! What a design must hold, and what it may use.

use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat_model::{Address, Goal, Keep, Mechanism, Money, Retention, Scope, Span};

use crate::configuration::TargetBlock;
use crate::design::Design;

/// What the configuration asks of the design of one target.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    /// The goals of each scope that has one.
    pub(crate) goals: BTreeMap<Scope, Goal>,
    /// The target's own retention.
    pub(crate) retention: Option<Arc<Retention>>,
    /// Nothing younger may be deleted by anybody: some copy must be locked for that long.
    pub(crate) immutable_for: Option<Span>,
    /// Mechanisms that must be in it.
    pub(crate) uses: Vec<Mechanism>,
    /// Mechanisms that must not.
    pub(crate) forbids: Vec<Mechanism>,
    /// The repositories that it may use; empty means every one of a fitting kind.
    pub(crate) repositories: Vec<Address>,
    /// The provider configurations at whose places its copies may stand; empty means every one.
    pub(crate) copies_to: Vec<Address>,
    /// Those of them where a replica would not be at the target's own place.
    pub(crate) locations: Vec<Address>,
    /// The most that it may cost a month.
    pub(crate) max_cost: Option<Money>,
}

/// One thing that a design must do: a bit of what is to be covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// The goals of a scope, both met by one copy.
    Scope(Scope),
    /// A copy that nobody can delete for as long as the retention asks.
    Immutable,
    /// A mechanism that the configuration wants.
    Uses(Mechanism),
}

impl Rules {
    /// Returns the rules of a target that the planner designs; none where it is not asked to.
    pub(crate) fn of(target: &TargetBlock, design: &Design) -> Option<Self> {
        let objective = target
            .objective
            .as_ref()
            .and_then(|label| design.objectives.get(label));
        let goals = objective.map(|objective| objective.goals.clone());
        let mut goals: BTreeMap<Scope, Goal> = goals.unwrap_or_default();
        goals.retain(|_, goal| goal.rpo.is_some() || goal.rto.is_some());
        let protect = target.protect.clone().unwrap_or_default();
        if goals.is_empty() && protect.uses.is_empty() {
            return None;
        }
        let immutable_for = target
            .retention
            .as_ref()
            .and_then(|retention| retention.immutable_for);
        Some(Self {
            goals,
            retention: target.retention.clone().map(Arc::new),
            immutable_for,
            uses: protect.uses,
            forbids: protect.forbids,
            repositories: protect.repositories,
            copies_to: target.copies_to.clone(),
            locations: target
                .copies_to
                .iter()
                .filter(|it| **it != target.provider)
                .cloned()
                .collect(),
            max_cost: protect.max_cost,
        })
    }

    /// Returns what must be covered, in the order of the bits.
    pub(crate) fn needs(&self) -> Vec<Need> {
        let mut needs: Vec<Need> = self.goals.keys().copied().map(Need::Scope).collect();
        needs.extend(self.immutable_for.map(|_| Need::Immutable));
        let mut uses = self.uses.clone();
        uses.sort_unstable();
        uses.dedup();
        needs.extend(uses.into_iter().map(Need::Uses));
        needs
    }

    /// Returns the retentions that a protection may have: the target's own, which is told by none; else the least, and
    /// what reaches each dwell and each lock.
    ///
    /// The least is everything for as long as the loss that the goals of other scopes allow. A point from before the bad
    /// write is sure to be kept when everything is kept for the dwell and the loss that the goal allows: points that
    /// meet the goal are never further apart, and never later, than that. All are lengths of time, so that a shorter
    /// interval never keeps less.
    pub(crate) fn retentions(&self, longest: Span, locks: &[Span]) -> Vec<Option<Arc<Retention>>> {
        if self.retention.is_some() {
            return vec![None];
        }
        let dwells = |scope: &Scope| matches!(scope, Scope::Corruption | Scope::Account);
        let (deep, flat): (Vec<_>, Vec<_>) =
            self.goals.iter().partition(|(scope, _)| dwells(scope));
        let loss = |goal: &Goal| goal.rpo.unwrap_or(longest);
        let least = flat.iter().map(|(_, goal)| loss(goal)).max();
        let reaches = deep
            .iter()
            .map(|(_, goal)| goal.detected_within.unwrap_or(Span::ZERO) + loss(goal));
        let mut spans: Vec<Span> = reaches.chain(least).chain(locks.iter().copied()).collect();
        if spans.is_empty() {
            spans.push(longest);
        }
        spans.sort_unstable();
        spans.dedup();
        let within = |within| {
            Some(Arc::new(Retention {
                keep: Keep {
                    within: Some(within),
                    ..Keep::default()
                },
                ..Retention::default()
            }))
        };
        spans.into_iter().map(within).collect()
    }

    /// Returns whether a mechanism may be used.
    pub(crate) fn allows(&self, mechanism: Mechanism) -> bool {
        !self.forbids.contains(&mechanism)
    }

    /// Returns whether a mechanism may use a repository of this provider configuration.
    pub(crate) fn allows_repository(
        &self,
        mechanism: Mechanism,
        repository: &Address,
        provider: &Address,
    ) -> bool {
        let named = self.repositories.is_empty() || self.repositories.contains(repository);
        let placed = mechanism != Mechanism::Copy
            || self.copies_to.is_empty()
            || self.copies_to.contains(provider);
        named && placed
    }
}
