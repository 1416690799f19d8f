//! Judges the choices of a place.

use std::sync::Arc;

use lifeboat_model::{Attributes, Bound, Retention, Scope, Span, role};

use super::super::model::{Model, Pace};
use super::super::search::NodeId;
use super::super::space::{Need, Slot};
use super::build::Building;
use super::prune::worth;
use crate::cost::Held;
use crate::exposure::graph::{Capture, Copy, CopyGraph, LiftedBy, Lock};

/// The choices of a slot, made from one source.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// What each gives.
    pub(super) gives: Vec<Vec<Given>>,
    /// The graph that each makes, where it is made from the data themselves.
    pub(super) graphs: Vec<CopyGraph>,
    /// Those that are worth to be looked at.
    pub(super) worth: Vec<usize>,
}

/// What a copy covers and how fast it comes back, with a lock or without one.
pub(super) type Given = (Option<NodeId>, u32, Option<usize>);

/// Choices that differ in what they keep only.
struct Alike {
    /// One of them.
    choice: usize,
    /// What all of them cover, whatever is kept and locked.
    covers: u32,
    /// What they may cover once a lock stands beside them.
    may_cover: u32,
    pace: Option<usize>,
    /// The lock that they have anyhow.
    own: Option<Lock>,
    /// The locks that may stand beside them, and how long each lasts.
    locks: Vec<(NodeId, Option<Span>, Option<Lock>)>,
}

impl<M: Model> Building<'_, '_, M> {
    /// Returns what each choice of a slot gives, alone and with each lock that gives it more. What differs in what it
    /// keeps only is made once.
    pub(super) fn judge(&mut self, slot: usize, parent: Option<NodeId>) -> Judged {
        let of_parent = parent.and_then(|node| self.menu.graphs.get(node)?.as_ref());
        let mut graph = of_parent.unwrap_or(&self.menu.base).clone();
        let place = graph.copies.len();
        let mut judged = Judged::default();
        let mut last: Option<Alike> = None;
        for choice in 0..self.choices(slot) {
            let known = last
                .take()
                .filter(|it| self.is_alike(slot, it.choice, choice));
            let Some(alike) = known.or_else(|| self.alike(&mut graph, (place, slot, choice)))
            else {
                continue;
            };
            let retention = self.kept(slot, choice);
            self.give(&mut graph, place, (retention, alike.own.clone()));
            if parent.is_none() {
                judged.graphs.push(graph.clone());
            }
            let covers = alike.covers | self.covers(&graph, place, slot, true);
            let mut gives = vec![(None, covers, alike.pace)];
            if alike.may_cover & !covers != 0 {
                for (node, lasts, lock) in &alike.locks {
                    if self.outlasts(*lasts, slot, choice, parent) {
                        continue;
                    }
                    if let Some(copy) = graph.copies.get_mut(place) {
                        copy.lock.clone_from(lock);
                    }
                    let with_lock = alike.covers | self.covers(&graph, place, slot, true);
                    if with_lock & !covers != 0 {
                        gives.push((Some(*node), with_lock, alike.pace));
                    }
                }
            }
            judged.gives.push(gives);
            last = Some(alike);
        }
        judged.worth = if parent.is_none() {
            (0..judged.gives.len()).collect()
        } else {
            let every = |choice| self.every(slot, choice, parent);
            worth(&self.menu, slot, every, &judged.gives)
        };
        judged
    }

    fn give(
        &self,
        graph: &mut CopyGraph,
        place: usize,
        (retention, lock): (Arc<Retention>, Option<Lock>),
    ) {
        if let Some(copy) = graph.copies.get_mut(place) {
            copy.retention = retention;
            copy.lock = lock;
        }
    }

    /// Returns whether two choices differ in what they keep only.
    fn is_alike(&self, slot: usize, one: usize, other: usize) -> bool {
        let slot = self.menu.space.slots.get(slot);
        let of = |choice: usize| {
            let choice = slot?.choices.get(choice)?;
            Some((&choice.schedule, &choice.every, &choice.attributes))
        };
        of(one).is_some() && of(one) == of(other)
    }

    /// Puts the copy of a choice at its place in the graph, and returns what it has in common with those that are alike.
    fn alike(
        &mut self,
        graph: &mut CopyGraph,
        (place, slot, choice): (usize, usize, usize),
    ) -> Option<Alike> {
        graph.copies.truncate(place);
        let at = self.menu.space.slots.get(slot)?;
        let chosen = at.choices.get(choice)?;
        let source = place.checked_sub(1);
        let copy = self.model.copy(graph, at, chosen, self.rules, source, None);
        let own = copy.lock.clone();
        let mut locks = Vec::new();
        for node in &self.locks {
            let node_of = self.menu.nodes.get(*node)?;
            let here = self.menu.slot(node_of)?.repository;
            if here.is_none() || here != at.repository {
                continue;
            }
            let attributes: &Attributes = &self.menu.choice(node_of)?.attributes;
            let lasts = attributes.get(role::LOCK_FOR).and_then(|it| it.as_str());
            let lock = self.model.lock(at, chosen, self.rules, attributes);
            locks.push((*node, lasts.and_then(|it| it.parse().ok()), lock));
        }
        graph.copies.push(copy);
        Some(Alike {
            choice,
            covers: self.covers(graph, place, slot, false),
            may_cover: self.may_cover(graph, place),
            pace: self.pace(graph, place),
            own,
            locks,
        })
    }

    /// Returns what a choice of a slot keeps.
    fn kept(&mut self, slot: usize, choice: usize) -> Arc<Retention> {
        if let Some(known) = self.kept.get(&(slot, choice)) {
            return Arc::clone(known);
        }
        let at = self.menu.space.slots.get(slot);
        let chosen = at.and_then(|at| Some((at, at.choices.get(choice)?)));
        let kept = chosen.map_or_else(Arc::default, |(at, chosen)| {
            self.model.kept(at, chosen, self.rules)
        });
        self.kept.insert((slot, choice), Arc::clone(&kept));
        kept
    }

    /// Returns whether a lock would keep points for longer than the retention does: what it then costs would be the
    /// lock's, and the retention would not say what is kept.
    fn outlasts(
        &self,
        lasts: Option<Span>,
        slot: usize,
        choice: usize,
        parent: Option<NodeId>,
    ) -> bool {
        let slot = self.menu.space.slots.get(slot);
        let choice = slot.and_then(|slot: &Slot<'_>| slot.choices.get(choice));
        let Some((lasts, choice)) = lasts.zip(choice) else {
            return false;
        };
        let of_parent = parent.and_then(|node| self.menu.nodes.get(node)?.every);
        let every = choice
            .span(role::FLUSH_EVERY)
            .or(choice.every)
            .or(of_parent);
        let retention = choice.retention.as_ref().or(self.rules.retention.as_ref());
        let held = retention.zip(every).map(|(it, every)| Held::of(it, every));
        let reach = match (choice.span(role::WINDOW), held) {
            (Some(window), _) => window,
            (None, Some(Some(held))) => held.reach,
            (None, Some(None) | None) => return false,
        };
        // The retention asks for a lock that lasts: the first one that is long enough is what it costs.
        lasts > reach.max(self.least_lock())
    }

    /// Returns the shortest lock that lasts for as long as the retention wants points to be undeletable.
    fn least_lock(&self) -> Span {
        let Some(wanted) = self.rules.immutable_for else {
            return Span::ZERO;
        };
        let locks = self.locks.iter().filter_map(|lock| {
            let choice = self.menu.choice(self.menu.nodes.get(*lock)?)?;
            choice.span(role::LOCK_FOR)
        });
        locks
            .filter(|lasts| *lasts >= wanted)
            .min()
            .unwrap_or_default()
    }

    /// Returns what a copy covers, its recovery times apart: `by_kept`, what depends on what it keeps and locks, else
    /// what does not.
    fn covers(&self, graph: &CopyGraph, place: usize, slot: usize, by_kept: bool) -> u32 {
        let chained = graph.copies.iter().any(|copy| copy.chain.is_some());
        let depends = |need: &Need| match need {
            Need::Scope(Scope::Corruption | Scope::Account) | Need::Immutable => true,
            // What is of no use without another copy is of no use once that one is not kept any more.
            Need::Scope(Scope::Instance | Scope::Zone | Scope::Region) => chained,
            Need::Uses(_) => false,
        };
        let mut covers = 0;
        let needs = self.menu.needs.iter().enumerate();
        for (index, need) in needs.filter(|(_, need)| depends(need) == by_kept) {
            let met = match need {
                Need::Scope(scope) => self.is_fresh(graph, place, *scope),
                Need::Immutable => {
                    let copy = graph.copies.get(place);
                    copy.is_some_and(|copy| self.is_locked(copy))
                }
                Need::Uses(mechanism) => self.mechanism(slot) == Some(*mechanism),
            };
            covers |= u32::from(met) << index;
        }
        covers
    }

    /// Returns what a copy may cover once a lock stands beside it, which changes nothing of how often it runs.
    fn may_cover(&self, graph: &CopyGraph, place: usize) -> u32 {
        let may = |need: &Need| match need {
            Need::Scope(scope) => self.rules.goals.get(scope).is_some_and(|goal| {
                goal.rpo
                    .is_none_or(|goal| !is_too_seldom(graph, place, goal))
            }),
            Need::Immutable => true,
            Need::Uses(_) => false,
        };
        let needs = self.menu.needs.iter().enumerate();
        needs.fold(0, |bits, (index, need)| {
            bits | u32::from(may(need)) << index
        })
    }

    fn is_fresh(&self, graph: &CopyGraph, place: usize, scope: Scope) -> bool {
        let Some(goal) = self.rules.goals.get(&scope) else {
            return false;
        };
        if goal
            .rpo
            .is_some_and(|goal| is_too_seldom(graph, place, goal))
        {
            return false;
        }
        match self.model.loss(graph, place, scope, goal) {
            Bound::Finite(loss) => goal.rpo.is_none_or(|goal| loss <= goal),
            Bound::Unbounded => false,
        }
    }

    fn is_locked(&self, copy: &Copy) -> bool {
        let wanted = self.rules.immutable_for;
        wanted.is_some_and(|wanted| {
            copy.lock.as_ref().is_some_and(|lock| {
                lock.lasts.value >= wanted && lock.lifted_by != LiftedBy::Anybody
            })
        })
    }

    fn pace(&mut self, graph: &CopyGraph, place: usize) -> Option<usize> {
        let mut paces = self.menu.paces.iter();
        let known = paces.position(|known| known.is_same(graph, place));
        Some(known.unwrap_or_else(|| {
            self.menu.paces.push(Pace::new(graph.clone(), place));
            self.menu.paces.len() - 1
        }))
    }
}

/// Returns whether a copy, or what it is made from, runs so seldom that no goal of this loss can be met: the newest
/// point may be as old as the time between two runs. Most of what is offered needs no model to be turned down.
fn is_too_seldom(graph: &CopyGraph, place: usize, goal: Span) -> bool {
    let mut at = Some(place);
    for _ in 0..graph.copies.len() {
        let Some(copy) = at.and_then(|index| graph.copies.get(index)) else {
            break;
        };
        if let Capture::Scheduled { longest, .. } = &copy.capture
            && longest.value > goal
        {
            return true;
        }
        at = copy.source;
    }
    false
}
