//! Restores that share links, because one failure takes their targets together.
//!
//! A design that holds for a target alone may not hold when others restore over the same link. The targets are looked
//! at again, the last one first, each with the load that all the others make: one that is too slow gets the lightest
//! design that is fast enough beside them. What then still is too slow, once no other can be moved, has no design.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lifeboat_model::{Address, Bound, Goal, Mechanism, Scope, Verdict, role};

use super::conflict::{Case, Fact, Member, excludes, smallest};
use super::menu::Menu;
use super::model::{Exposures, Loads, Model};
use super::run::{Answer, Chosen, Kept, Run, chosen, prices};
use super::search::NodeId;
use crate::exposure::graph::CopyGraph;
use crate::exposure::recovery::{Load, copy_recovery};
use crate::exposure::trace::Silent;
use crate::exposure::{World, assess_graph, fastest, groups};

/// So often a target gets another design; after that it has none, so that the targets cannot chase one another for ever.
const MOVES: u8 = 3;

/// The loads that targets put on each other.
#[derive(Debug, Default)]
struct Crowd {
    loads: Vec<(Scope, Load)>,
    /// The loads that each target is part of.
    of: BTreeMap<usize, Vec<usize>>,
}

impl Crowd {
    /// Returns those of the exposure table: targets that fail together and have a goal for their recovery time.
    fn of<'g>(graphs: &[CopyGraph], goal: impl Fn(&Address, Scope) -> Option<&'g Goal>) -> Self {
        let mut crowd = Self::default();
        for scope in Scope::ALL {
            if scope == Scope::Corruption {
                continue;
            }
            for group in groups(graphs, scope) {
                let mut load = Load::of(scope, []);
                for index in group {
                    let Some(graph) = graphs.get(index) else {
                        continue;
                    };
                    if goal(&graph.target, scope).is_none_or(|goal| goal.rto.is_none()) {
                        continue;
                    }
                    if let Some(copy) = fastest(graph, scope) {
                        load.join(graph, copy);
                    }
                    crowd.of.entry(index).or_default().push(crowd.loads.len());
                }
                crowd.loads.push((scope, load));
            }
        }
        crowd
    }

    fn leave(&mut self, target: usize, graph: &CopyGraph) {
        for place in self.of.get(&target).into_iter().flatten() {
            if let Some((_, load)) = self.loads.get_mut(*place) {
                load.leave(graph);
            }
        }
    }

    fn join(&mut self, target: usize, graph: &CopyGraph) {
        for place in self.of.get(&target).into_iter().flatten() {
            if let Some((scope, load)) = self.loads.get_mut(*place)
                && let Some(copy) = fastest(graph, *scope)
            {
                load.join(graph, copy);
            }
        }
    }

    fn loads(&self, target: usize) -> Vec<(Scope, &Load)> {
        let places = self.of.get(&target).into_iter().flatten();
        places
            .filter_map(|place| self.loads.get(*place))
            .map(|(scope, load)| (*scope, load))
            .collect()
    }
}

impl<'a> Run<'a> {
    /// Gives those another design, or none, that are too slow when all restore that fail together.
    pub(super) fn share(&mut self, kept: &mut [Kept<'a>]) {
        let has_rto = |one: &Kept<'_>| {
            let mut goals = one.rules.goals.iter();
            goals.any(|(scope, goal)| *scope != Scope::Corruption && goal.rto.is_some())
        };
        if !kept.iter().any(has_rto) {
            return;
        }
        let design = self.builder.design();
        let world = World::wanted(self.live, design);
        let places: BTreeMap<&Address, usize> = design.targets.keys().zip(0..).collect();
        let mut graphs = self.graphs(kept, &world, &places);
        let goal = |target: &Address, scope: Scope| design.objective(target)?.goals.get(&scope);
        let mut crowd = Crowd::of(&graphs, goal);
        let mut like = BTreeMap::new();
        let mut moves = vec![0_u8; kept.len()];
        let mut is_last = false;
        loop {
            let mut changed = false;
            for (one, moves) in kept.iter_mut().zip(&mut moves).rev() {
                let Some(place) = places.get(&one.target.address).copied() else {
                    continue;
                };
                let Some(graph) = graphs.get_mut(place) else {
                    continue;
                };
                if !crowd.of.contains_key(&place) || matches!(one.answer, Answer::Conflict(_)) {
                    continue;
                }
                crowd.leave(place, graph);
                let loads = crowd.loads(place);
                if let Some(scope) = self.too_slow(one, graph, &loads) {
                    let other = self.beside(one, &loads);
                    if let Some(other) = other.filter(|_| *moves < MOVES) {
                        *moves += 1;
                        changed = true;
                        *graph = self.graph(one, &other);
                        one.answer = Answer::Design(Arc::new(other));
                    } else if is_last {
                        changed = true;
                        self.give_up(one, scope, &loads, &mut like);
                        *graph = self.builder.graph(&world, &one.target.address);
                    }
                }
                crowd.join(place, graph);
            }
            if !changed && is_last {
                return;
            }
            is_last |= !changed;
        }
    }

    /// Returns the graph of every target, with what is chosen for it or else what stands and is wanted.
    fn graphs(
        &mut self,
        kept: &[Kept<'a>],
        world: &World<'_>,
        places: &BTreeMap<&Address, usize>,
    ) -> Vec<CopyGraph> {
        let targets = self.builder.design().targets.keys();
        let mut graphs: Vec<CopyGraph> = targets
            .map(|target| self.builder.graph(world, target))
            .collect();
        for one in kept {
            let place = places.get(&one.target.address);
            if let Some(graph) = place.and_then(|place| graphs.get_mut(*place))
                && let Answer::Design(chosen) = &one.answer
            {
                *graph = self.graph(one, chosen);
            }
        }
        graphs
    }

    /// Returns the graph of a target with a design.
    fn graph(&mut self, one: &Kept<'a>, chosen: &Chosen) -> CopyGraph {
        let mut graph = one.base.clone();
        let Some(known) = self.menus.get(&one.signature) else {
            return graph;
        };
        let menu = &known.menu;
        let mut model = Exposures {
            builder: &mut self.builder,
            as_of: self.as_of,
            loads: &[],
        };
        let mut copies: BTreeMap<NodeId, usize> = BTreeMap::new();
        // A source stands before what is made from it.
        for id in &chosen.solution.nodes {
            let Some(node) = menu.nodes.get(*id) else {
                continue;
            };
            let (Some(slot), Some(choice)) = (menu.slot(node), menu.choice(node)) else {
                continue;
            };
            if matches!(slot.spec.mechanism, Mechanism::Lock | Mechanism::Guard) {
                continue;
            }
            let source = node.parent.and_then(|parent| copies.get(&parent).copied());
            let lock = lock_beside(menu, &chosen.solution.nodes, slot.repository);
            let copy = model.copy(&graph, slot, choice, &one.rules, source, lock);
            copies.insert(*id, graph.copies.len());
            graph.copies.push(copy);
        }
        graph
    }

    /// Returns the first scope whose goals a design misses beside the others.
    fn too_slow(&self, one: &Kept<'_>, graph: &CopyGraph, loads: &Loads<'_>) -> Option<Scope> {
        loads.iter().find_map(|(scope, load)| {
            let goal = one.rules.goals.get(scope)?;
            let within = Bound::Finite(goal.rto?);
            let all_fast = (0..graph.copies.len())
                .all(|copy| copy_recovery(graph, copy, *scope, load, &mut Silent).bound <= within);
            if all_fast {
                return None;
            }
            let exposure = assess_graph(graph, *scope, goal, load, self.as_of, &mut Silent);
            (exposure.rto_verdict(goal) == Verdict::NotMet).then_some(*scope)
        })
    }

    /// Returns the design to have beside the others.
    fn beside(&mut self, one: &Kept<'a>, loads: &Loads<'_>) -> Option<Chosen> {
        let known = self.menus.get_mut(&one.signature)?;
        let model = Exposures {
            builder: &mut self.builder,
            as_of: self.as_of,
            loads,
        };
        let prices = prices(&self.book, one.base.size.as_ref(), &one.base);
        chosen(&mut known.menu, &one.rules, one.target, &model, prices)
    }

    /// Returns the repository that the design of a target restores from.
    fn repository(&self, one: &Kept<'_>) -> Option<Address> {
        let Answer::Design(chosen) = &one.answer else {
            return None;
        };
        let menu = &self.menus.get(&one.signature)?.menu;
        let nodes = chosen.solution.nodes.iter();
        let mut slots = nodes.filter_map(|node| menu.slot(menu.nodes.get(*node)?));
        slots.find_map(|slot| slot.repository.cloned())
    }

    /// Notes that no design holds beside the others, and why. `like` remembers what excluded one another for a target
    /// of the same signature, which usually is the same.
    fn give_up(
        &mut self,
        one: &mut Kept<'a>,
        scope: Scope,
        loads: &Loads<'_>,
        like: &mut BTreeMap<String, Arc<BTreeSet<Member>>>,
    ) {
        let is_a_chase = self.beside(one, loads).is_some();
        let place = self.repository(one);
        let case = Case {
            kind: one.kind,
            rules: &one.rules,
            base: &one.base,
            today: &one.today,
            configuration: self.configuration,
            catalog: self.catalog,
            prices: prices(&self.book, one.base.size.as_ref(), &one.base),
        };
        let mut model = Exposures {
            builder: &mut self.builder,
            as_of: self.as_of,
            loads,
        };
        let members = if is_a_chase {
            // It would hold beside the others as they are now, and one of those would move in turn.
            Arc::new([Member::Time(scope), Member::Fact(Fact::Comes(place))].into())
        } else {
            let known = like.get(&one.signature).cloned();
            let known = known.filter(|known| excludes(&case, known, &mut model));
            known.unwrap_or_else(|| Arc::new(smallest(&case, &mut model)))
        };
        if !is_a_chase {
            like.insert(one.signature.clone(), Arc::clone(&members));
        }
        one.because = Some(self.because(one, &members, loads));
        one.answer = Answer::Conflict(members);
    }
}

/// Returns the arguments of the lock that stands in the same repository.
fn lock_beside<'m>(
    menu: &'m Menu<'_>,
    nodes: &[NodeId],
    repository: Option<&Address>,
) -> Option<&'m lifeboat_model::Attributes> {
    let nodes = nodes.iter().filter_map(|node| menu.nodes.get(*node));
    let mut locks = nodes.filter(|node| {
        menu.slot(node).is_some_and(|slot| {
            slot.spec.mechanism == Mechanism::Lock
                && slot.repository.is_some()
                && slot.repository == repository
        })
    });
    let choice = menu.choice(locks.next()?)?;
    choice
        .attributes
        .contains_key(role::LOCK_FOR)
        .then_some(&choice.attributes)
}
