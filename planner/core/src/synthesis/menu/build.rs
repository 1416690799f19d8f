//! Judges every choice in every place.

use std::collections::BTreeMap;

use lifeboat_model::{Attributes, Bound, Mechanism, Scope, Span, role};

use super::super::model::{Model, Pace};
use super::super::search::NodeId;
use super::super::space::{Need, Rules, Slot, Space};
use super::explain::Said;
use super::node::{Menu, Node, Way};
use super::prune::prune;
use crate::cost::Held;
use crate::exposure::graph::{Capture, Copy, CopyGraph, LiftedBy};

/// Returns the menu of a target: every choice in every place, made from every source, without those that another one
/// of the same place beats in everything.
pub(crate) fn build<'a>(
    space: Space<'a>,
    rules: &Rules,
    base: &CopyGraph,
    model: &mut impl Model,
) -> Menu<'a> {
    let mut building = Building {
        rules,
        model,
        menu: Menu {
            space,
            retention: rules.retention.clone(),
            needs: rules.needs(),
            nodes: Vec::new(),
            ways: Vec::new(),
            graphs: Vec::new(),
            paces: Vec::new(),
            coverings: BTreeMap::new(),
            lightest: None,
            rates: Vec::new(),
            said: Said::default(),
            base: base.clone(),
            today: None,
        },
        locks: Vec::new(),
        judged: BTreeMap::new(),
    };
    building.locks();
    building.roots();
    building.made_from();
    building.today();
    let mut menu = building.menu;
    prune(&mut menu);
    menu
}

struct Building<'a, 'm, M> {
    rules: &'m Rules,
    model: &'m mut M,
    menu: Menu<'a>,
    /// Every lock.
    locks: Vec<NodeId>,
    /// What copies give that were judged: by the node that they are made from, the slot and the choice.
    judged: BTreeMap<(Option<NodeId>, usize, usize), Vec<Given>>,
}

/// What a copy covers and how fast it comes back, with a lock or without one.
type Given = (Option<NodeId>, u32, Option<usize>);

impl<M: Model> Building<'_, '_, M> {
    /// Adds what protects nothing by itself: locks and guards.
    fn locks(&mut self) {
        for slot in self.slots(|mechanism| matches!(mechanism, Mechanism::Lock | Mechanism::Guard))
        {
            for choice in 0..self.choices(slot) {
                let mechanism = self.mechanism(slot);
                let node = self.add(slot, choice, None, None);
                if mechanism == Some(Mechanism::Lock) {
                    self.locks.push(node);
                }
                let covers = mechanism.map_or(0, |it| self.menu.bit(Need::Uses(it)));
                self.menu.ways.push(Way {
                    node,
                    lock: None,
                    covers,
                    pace: None,
                });
            }
        }
    }

    /// Adds what is made from the data themselves.
    fn roots(&mut self) {
        for slot in self.slots(|mechanism| {
            matches!(
                mechanism,
                Mechanism::Snapshot | Mechanism::Replica | Mechanism::Log
            )
        }) {
            let spec = self.menu.space.slots.get(slot);
            let needs_base = spec.is_some_and(|slot| {
                let base = slot.kind.attribute(role::BASE);
                base.is_some_and(|base| base.required)
            });
            if needs_base {
                continue;
            }
            for choice in 0..self.choices(slot) {
                self.copy(slot, choice, None);
            }
        }
    }

    /// Adds what is made from a snapshot: copies in other repositories, and logs beside it.
    fn made_from(&mut self) {
        let sources: Vec<NodeId> = (0..self.menu.nodes.len())
            .filter(|node| self.node_mechanism(*node) == Some(Mechanism::Snapshot))
            .collect();
        for slot in self.slots(|it| matches!(it, Mechanism::Copy | Mechanism::Log)) {
            let log = self.mechanism(slot) == Some(Mechanism::Log);
            let based = self
                .menu
                .space
                .slots
                .get(slot)
                .is_some_and(|slot| slot.kind.attribute(role::BASE).is_some());
            if log && !based {
                continue;
            }
            for source in &sources {
                if self.is_same_repository(slot, *source) != log {
                    continue;
                }
                for choice in 0..self.choices(slot) {
                    self.copy(slot, choice, Some(*source));
                }
            }
        }
    }

    fn slots(&self, wanted: impl Fn(Mechanism) -> bool) -> Vec<usize> {
        let slots = self.menu.space.slots.iter().enumerate();
        slots
            .filter(|(_, slot)| wanted(slot.spec.mechanism))
            .map(|(index, _)| index)
            .collect()
    }

    fn choices(&self, slot: usize) -> usize {
        let slot = self.menu.space.slots.get(slot);
        slot.map_or(0, |slot| slot.choices.len())
    }

    fn mechanism(&self, slot: usize) -> Option<Mechanism> {
        Some(self.menu.space.slots.get(slot)?.spec.mechanism)
    }

    fn node_mechanism(&self, node: NodeId) -> Option<Mechanism> {
        self.mechanism(self.menu.nodes.get(node)?.slot)
    }

    fn is_same_repository(&self, slot: usize, node: NodeId) -> bool {
        let of = |slot: usize| self.menu.space.slots.get(slot).and_then(|it| it.repository);
        let node = self.menu.nodes.get(node);
        node.is_some_and(|node| of(node.slot) == of(slot))
    }

    /// Returns what the choice that stands in a slot today is made from.
    fn today_from(&self, slot: usize, choice: usize) -> Option<&lifeboat_model::Part> {
        let (today, from) = self.menu.space.slots.get(slot)?.today.as_ref()?;
        from.as_ref().filter(|_| *today == choice)
    }

    fn add(
        &mut self,
        slot: usize,
        choice: usize,
        parent: Option<NodeId>,
        graph: Option<CopyGraph>,
    ) -> NodeId {
        let of_parent = parent.and_then(|node| self.menu.nodes.get(node));
        let follows = of_parent.and_then(|node| node.every);
        let stands = |slot: &Slot<'_>| slot.today.as_ref().is_some_and(|(it, _)| *it == choice);
        let from = of_parent
            .filter(|node| node.today)
            .and_then(|node| Some(&self.menu.space.slots.get(node.slot)?.part));
        let here = self.menu.space.slots.get(slot);
        let today = here.is_some_and(stands) && self.today_from(slot, choice) == from;
        let every = here.and_then(|slot| {
            let choice = slot.choices.get(choice)?;
            let own = choice.span(role::FLUSH_EVERY).or(choice.every);
            own.or(follows.filter(|_| slot.spec.mechanism == Mechanism::Copy))
        });
        self.menu.nodes.push(Node {
            slot,
            choice,
            parent,
            today: today && (parent.is_none() || from.is_some()),
            every,
        });
        self.menu.graphs.push(graph);
        self.menu.nodes.len() - 1
    }

    /// Adds one copy, alone and with each lock that gives it more.
    fn copy(&mut self, slot: usize, choice: usize, parent: Option<NodeId>) {
        let like = parent.map(|parent| self.like(parent, slot));
        let key = (like, slot, choice);
        let (graph, gives) = match self.judged.get(&key) {
            Some(known) => (None, known.clone()),
            None => {
                let Some((graph, gives)) = self.judge(slot, choice, like) else {
                    return;
                };
                self.judged.insert(key, gives.clone());
                (Some(graph), gives)
            }
        };
        let graph = graph.filter(|_| parent.is_none());
        let node = self.add(slot, choice, parent, graph);
        let ways = gives.into_iter().map(|(lock, covers, pace)| Way {
            node,
            lock,
            covers,
            pace,
        });
        self.menu.ways.extend(ways);
    }

    /// Returns the first source that gives the same to what is made from it: what a source itself keeps makes a
    /// difference to a log, which reaches no further back than its base, and not to a copy.
    fn like(&self, parent: NodeId, slot: usize) -> NodeId {
        if self.mechanism(slot) != Some(Mechanism::Copy) {
            return parent;
        }
        let of = |node: &Node| {
            let choice = self.menu.choice(node)?;
            Some((node.slot, &choice.schedule, &choice.attributes))
        };
        let wanted = self.menu.nodes.get(parent).and_then(of);
        let mut nodes = self.menu.nodes.iter();
        nodes.position(|node| of(node) == wanted).unwrap_or(parent)
    }

    /// Returns the graph that a copy makes, and what it gives alone and with each lock that gives it more.
    fn judge(
        &mut self,
        slot: usize,
        choice: usize,
        parent: Option<NodeId>,
    ) -> Option<(CopyGraph, Vec<Given>)> {
        let of_parent = parent.and_then(|node| self.menu.graphs.get(node)?.as_ref());
        let mut graph = of_parent.unwrap_or(&self.menu.base).clone();
        let source = graph.copies.len().checked_sub(1);
        let place = graph.copies.len();
        let at = self.menu.space.slots.get(slot)?;
        let chosen = at.choices.get(choice)?;
        let alone = self
            .model
            .copy(&graph, at, chosen, self.rules, source, None);
        graph.copies.push(alone.clone());
        let covers = self.covers(&graph, place, slot);
        let pace = self.pace(&graph, place);
        let mut gives = vec![(None, covers, pace)];
        let locks = if self.may_cover(&graph, place) & !covers == 0 {
            Vec::new()
        } else {
            self.locks.clone()
        };
        for lock in locks {
            let at = self.menu.space.slots.get(slot)?;
            let Some((repository, attributes)) = self.lock(lock) else {
                continue;
            };
            if repository.is_none()
                || repository != at.repository
                || self.outlasts(&attributes, at, choice, parent)
            {
                continue;
            }
            graph.copies.truncate(place);
            let chosen = at.choices.get(choice)?;
            let locked = self
                .model
                .copy(&graph, at, chosen, self.rules, source, Some(&attributes));
            graph.copies.push(locked);
            let with_lock = self.covers(&graph, place, slot);
            if with_lock & !covers != 0 {
                gives.push((Some(lock), with_lock, pace));
            }
        }
        graph.copies.truncate(place);
        graph.copies.push(alone);
        Some((graph, gives))
    }

    /// Returns whether a lock would keep points for longer than the retention does: what it then costs would be the
    /// lock's, and the retention would not say what is kept.
    fn outlasts(
        &self,
        lock: &Attributes,
        slot: &Slot<'_>,
        choice: usize,
        parent: Option<NodeId>,
    ) -> bool {
        let lasts = lock.get(role::LOCK_FOR).and_then(|it| it.as_str());
        let lasts: Option<Span> = lasts.and_then(|it| it.parse().ok());
        let Some((lasts, choice)) = lasts.zip(slot.choices.get(choice)) else {
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

    fn lock(&self, node: NodeId) -> Option<(Option<&lifeboat_model::Address>, Attributes)> {
        let node = self.menu.nodes.get(node)?;
        let repository = self.menu.slot(node)?.repository;
        Some((repository, self.menu.choice(node)?.attributes.clone()))
    }

    /// Returns what a copy covers, its recovery times apart.
    fn covers(&self, graph: &CopyGraph, place: usize, slot: usize) -> u32 {
        let mut covers = 0;
        for (index, need) in self.menu.needs.iter().enumerate() {
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

    /// Finds the nodes that stand today.
    fn today(&mut self) {
        let standing = self.menu.space.slots.iter().enumerate();
        let nodes: Option<Vec<NodeId>> = standing
            .filter(|(_, slot)| slot.today.is_some())
            .map(|(index, _)| {
                let mut nodes = self.menu.nodes.iter();
                nodes.position(|node| node.slot == index && node.today)
            })
            .collect();
        self.menu.today = nodes.filter(|nodes| !nodes.is_empty());
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
