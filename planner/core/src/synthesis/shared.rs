//! Restores that share links, because one failure takes their targets together.
//!
//! A design that holds for a target alone may not hold when others restore over the same link. The targets are looked
//! at again, the last one first, each with the load that all the others make: one that is too slow gets the lightest
//! design that is fast enough beside them. What then still is too slow, once no other can be moved, has no design.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lifeboat_model::{Address, Mechanism, Scope, role};

use super::conflict::{Fact, Member, excludes, smallest};
use super::crowd::{Crowd, Standing};
use super::menu::Menu;
use super::model::{Exposures, Loads, Model};
use super::run::{Answer, Chosen, Kept, Run, chosen, prices};
use super::search::NodeId;
use crate::exposure::World;
use crate::exposure::graph::CopyGraph;

/// So often a target gets another design; after that it has none, so that the targets cannot chase one another for ever.
const MOVES: u8 = 3;

/// What targets of one signature have that get the same nodes.
type Designed = BTreeMap<(usize, Vec<NodeId>), usize>;

/// A target without a design: the scope that is too slow, and the design that would hold if others stayed as they are.
type Stuck = (Scope, Option<Chosen>);

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
        let world = World::wanted(self.live, self.builder.design());
        let mut designed = Designed::new();
        let mut crowd = self.crowd(kept, &world, &mut designed);
        let mut told = BTreeMap::new();
        let mut moves = vec![0_u8; kept.len()];
        let mut is_last = false;
        loop {
            let mut changed = false;
            for (one, moves) in kept.iter_mut().zip(&mut moves).rev() {
                if matches!(one.answer, Answer::Conflict(_)) {
                    continue;
                }
                let Some(place) = crowd.place(&one.target.address) else {
                    continue;
                };
                let Some(scope) = crowd.too_slow(place, &one.rules.goals) else {
                    continue;
                };
                crowd.leave(place);
                let loads = crowd.loads(place);
                let other = self.beside(one, &loads);
                if other.is_some() && *moves < MOVES {
                    *moves += 1;
                    changed = true;
                    one.answer =
                        other.map_or_else(Answer::default, |it| Answer::Design(Arc::new(it)));
                } else if is_last {
                    changed = true;
                    self.give_up(one, (scope, other), &loads, &mut told);
                }
                let standing = self.standing(one, &world, &mut crowd, &mut designed);
                crowd.enter(place, standing, one.base.size.as_ref());
            }
            if !changed && is_last {
                return;
            }
            is_last |= !changed;
        }
    }

    /// Returns the crowd of all targets, each with what is chosen for it or else what stands and is wanted.
    fn crowd(
        &mut self,
        kept: &[Kept<'a>],
        world: &World<'_>,
        designed: &mut Designed,
    ) -> Crowd<'a> {
        let design = self.builder.design();
        let mut crowd = Crowd::new(self.as_of);
        let mut kept = kept.iter().peekable();
        for (target, label) in &design.targets {
            let objective = label
                .as_ref()
                .and_then(|label| design.objectives.get(label));
            let goals = objective.map(|objective| &objective.goals);
            while kept.next_if(|one| one.target.address < *target).is_some() {}
            match kept.next_if(|one| one.target.address == *target) {
                Some(one) => {
                    let standing = self.standing(one, world, &mut crowd, designed);
                    let domains = Arc::clone(&one.base.domains);
                    crowd.add(target, (goals, domains), standing, one.base.size.as_ref());
                }
                None => {
                    let graph = self.builder.graph(world, target);
                    let (domains, size) = (Arc::clone(&graph.domains), graph.size.clone());
                    let standing = crowd.standing(graph, None);
                    crowd.add(target, (goals, domains), standing, size.as_ref());
                }
            }
        }
        crowd.meet();
        crowd
    }

    /// Returns what a target stands with: its design, which those that are like it share, or what stands.
    fn standing(
        &mut self,
        one: &Kept<'a>,
        world: &World<'_>,
        crowd: &mut Crowd<'_>,
        designed: &mut Designed,
    ) -> Standing {
        let Answer::Design(chosen) = &one.answer else {
            let graph = self.builder.graph(world, &one.target.address);
            return crowd.standing(graph, None);
        };
        let key = (one.like, chosen.solution.nodes.clone());
        if let Some(known) = designed.get(&key) {
            return *known;
        }
        let graph = self.graph(one, chosen);
        let standing = crowd.standing(graph, Some(&one.rules.goals));
        designed.insert(key, standing);
        standing
    }

    /// Returns the graph of a target with a design.
    fn graph(&mut self, one: &Kept<'a>, chosen: &Chosen) -> CopyGraph {
        let mut graph = one.base.clone();
        let Some(known) = self.known.get(one.like) else {
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

    /// Returns the design to have beside the others.
    fn beside(&mut self, one: &Kept<'a>, loads: &Loads<'_>) -> Option<Chosen> {
        let known = self.known.get_mut(one.like)?;
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
        let menu = &self.known.get(one.like)?.menu;
        let nodes = chosen.solution.nodes.iter();
        let mut slots = nodes.filter_map(|node| menu.slot(menu.nodes.get(*node)?));
        slots.find_map(|slot| slot.repository.cloned())
    }

    /// Notes that no design holds beside the others, and why. `told` remembers what excluded one another for a target
    /// of the same signature, which usually is the same.
    fn give_up(
        &mut self,
        one: &mut Kept<'a>,
        (scope, other): Stuck,
        loads: &Loads<'_>,
        told: &mut BTreeMap<usize, Arc<BTreeSet<Member>>>,
    ) {
        let place = self.repository(one);
        let Some(known) = self.known.get_mut(one.like) else {
            return;
        };
        let case = one.case((self.configuration, self.catalog), &self.book);
        let mut model = Exposures {
            builder: &mut self.builder,
            as_of: self.as_of,
            loads,
        };
        let members = if other.is_some() {
            // It would hold beside the others as they are now, and one of those would move in turn.
            Arc::new([Member::Time(scope), Member::Fact(Fact::Comes(place))].into())
        } else {
            let asked = &mut known.asked;
            let like = told.get(&one.like).cloned();
            let like = like.filter(|like| excludes(&case, like, asked, &mut model));
            let members = like.unwrap_or_else(|| Arc::new(smallest(&case, asked, &mut model)));
            told.insert(one.like, Arc::clone(&members));
            members
        };
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
