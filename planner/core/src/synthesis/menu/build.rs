//! Puts every choice in every place.

use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat_model::{Mechanism, Retention, Span, role};

use super::super::model::Model;
use super::super::search::NodeId;
use super::super::space::{Need, Rules, Slot, Space};
use super::explain::Said;
use super::judge::Judged;
use super::node::{Menu, Node, Way};
use super::prune::prune;
use crate::exposure::graph::CopyGraph;

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
        kept: BTreeMap::new(),
    };
    building.locks();
    building.roots();
    building.made_from();
    building.today();
    let mut menu = building.menu;
    prune(&mut menu);
    menu
}

pub(super) struct Building<'a, 'm, M> {
    pub(super) rules: &'m Rules,
    pub(super) model: &'m mut M,
    pub(super) menu: Menu<'a>,
    /// Every lock.
    pub(super) locks: Vec<NodeId>,
    /// What copies give that were judged: by the node that they are made from, and the slot.
    judged: BTreeMap<(Option<NodeId>, usize), Arc<Judged>>,
    /// What each choice of a slot keeps.
    pub(super) kept: BTreeMap<(usize, usize), Arc<Retention>>,
}

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
            self.copies(slot, None);
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
                self.copies(slot, Some(*source));
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

    pub(super) fn choices(&self, slot: usize) -> usize {
        let slot = self.menu.space.slots.get(slot);
        slot.map_or(0, |slot| slot.choices.len())
    }

    pub(super) fn mechanism(&self, slot: usize) -> Option<Mechanism> {
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
        let stands = |slot: &Slot<'_>| slot.today.as_ref().is_some_and(|(it, _)| *it == choice);
        let from = of_parent
            .filter(|node| node.today)
            .and_then(|node| Some(&self.menu.space.slots.get(node.slot)?.part));
        let here = self.menu.space.slots.get(slot);
        let today = here.is_some_and(stands) && self.today_from(slot, choice) == from;
        let every = self.every(slot, choice, parent);
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

    /// Returns the shortest time between two points of a choice; that of its source where it follows.
    pub(super) fn every(&self, slot: usize, choice: usize, parent: Option<NodeId>) -> Option<Span> {
        let slot = self.menu.space.slots.get(slot)?;
        let choice = slot.choices.get(choice)?;
        let own = choice.span(role::FLUSH_EVERY).or(choice.every);
        let follows = || {
            let parent = parent.filter(|_| slot.spec.mechanism == Mechanism::Copy)?;
            self.menu.nodes.get(parent)?.every
        };
        own.or_else(follows)
    }

    /// Adds the copies of a slot that are made from one source, alone and with each lock that gives them more.
    fn copies(&mut self, slot: usize, parent: Option<NodeId>) {
        let like = parent.map(|parent| self.like(parent, slot));
        let judged = match self.judged.get(&(like, slot)) {
            Some(known) => Arc::clone(known),
            None => {
                let judged = Arc::new(self.judge(slot, like));
                self.judged.insert((like, slot), Arc::clone(&judged));
                judged
            }
        };
        for choice in &judged.worth {
            let graph = judged.graphs.get(*choice).cloned();
            let node = self.add(slot, *choice, parent, graph);
            let gives = judged.gives.get(*choice).into_iter().flatten();
            let ways = gives.map(|(lock, covers, pace)| Way {
                node,
                lock: *lock,
                covers: *covers,
                pace: *pace,
            });
            self.menu.ways.extend(ways);
        }
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
