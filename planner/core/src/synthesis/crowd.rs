//! The loads that targets put on each other, and who is too slow beside the others.
//!
//! Targets that are equal but for their names and sizes, and have the same design, stand alike: what their copies give
//! is judged once, and only how long the data of each travel is worked out for each.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{Address, Bound, ByteSize, Domain, Goal, Scope, Span};

use super::model::moves_as;
use crate::exposure::graph::{CopyGraph, Input};
use crate::exposure::groups;
use crate::exposure::loss::{copy_loss, is_alive};
use crate::exposure::recovery::{Load, Moving, rest};
use crate::exposure::trace::Silent;

/// How a target stands: the place of its [`Design`].
pub(super) type Standing = usize;

type Goals = BTreeMap<Scope, Goal>;

/// The targets, and the loads that they put on each other.
#[derive(Debug)]
pub(super) struct Crowd<'a> {
    as_of: Timestamp,
    designs: Vec<Design>,
    targets: Vec<Target<'a>>,
    places: BTreeMap<&'a Address, usize>,
    loads: Vec<(Scope, Load)>,
}

/// What many targets stand with.
#[derive(Debug)]
struct Design {
    /// Of one of them; its size is that of the one that was looked at last.
    graph: CopyGraph,
    /// What its copies give in each scope, by scope.
    gives: BTreeMap<Scope, Vec<Gives>>,
}

/// What a copy gives whatever the size and the load.
#[derive(Clone, Copy, Debug)]
struct Gives {
    survives: bool,
    /// Whether it is as fresh as the goal asks.
    is_fresh: bool,
    /// How long the recovery takes besides the way of the data.
    rest: Bound<Span>,
}

/// One target.
#[derive(Debug)]
struct Target<'a> {
    address: &'a Address,
    goals: Option<&'a Goals>,
    domains: Arc<[Domain]>,
    standing: Standing,
    /// What a restore from each copy moves, by the scope that stands for those in which that is the same.
    moving: Vec<(Scope, Vec<Option<Moving>>)>,
    /// The loads that it is part of, and the copy that it counts with.
    of: Vec<(usize, Option<usize>)>,
}

impl<'a> Crowd<'a> {
    /// Returns a crowd of nobody.
    pub(super) const fn new(as_of: Timestamp) -> Self {
        Self {
            as_of,
            designs: Vec::new(),
            targets: Vec::new(),
            places: BTreeMap::new(),
            loads: Vec::new(),
        }
    }

    /// Returns the place of a target.
    pub(super) fn place(&self, target: &Address) -> Option<usize> {
        self.places.get(target).copied()
    }

    /// Returns how targets stand that have copies like these. Without goals nobody is going to ask who is too slow.
    pub(super) fn standing(&mut self, graph: CopyGraph, goals: Option<&Goals>) -> Standing {
        let gives = |scope: Scope| {
            let goal = goals.and_then(|goals| goals.get(&scope));
            let copies = 0..graph.copies.len();
            copies
                .map(|copy| Gives::of(&graph, copy, (scope, goal), self.as_of))
                .collect()
        };
        let scopes = Scope::ALL.into_iter();
        let scopes = scopes.filter(|scope| *scope != Scope::Corruption);
        let gives = scopes.map(|scope| (scope, gives(scope))).collect();
        self.designs.push(Design { graph, gives });
        self.designs.len() - 1
    }

    /// Adds a target, in address order.
    pub(super) fn add(
        &mut self,
        address: &'a Address,
        (goals, domains): (Option<&'a Goals>, Arc<[Domain]>),
        standing: Standing,
        size: Option<&Input<ByteSize>>,
    ) {
        let moving = self.moving(standing, size);
        self.places.insert(address, self.targets.len());
        self.targets.push(Target {
            address,
            goals,
            domains,
            standing,
            moving,
            of: Vec::new(),
        });
    }

    /// Finds who fails together, as the exposure table does: those that have a goal for their recovery time count, each
    /// with its fastest copy.
    pub(super) fn meet(&mut self) {
        for scope in Scope::ALL {
            if scope == Scope::Corruption {
                continue;
            }
            let domains = self.targets.iter().map(|target| &*target.domains);
            for group in groups(domains, scope) {
                let load = self.loads.len();
                self.loads.push((scope, Load::crowd(scope)));
                for place in group {
                    let Some(target) = self.targets.get_mut(place) else {
                        continue;
                    };
                    let goal = target.goals.and_then(|goals| goals.get(&scope));
                    if goal.is_some_and(|goal| goal.rto.is_some()) {
                        target.of.push((load, None));
                    }
                }
            }
        }
        for place in 0..self.targets.len() {
            self.join(place);
        }
    }

    /// Puts a target back with another design.
    pub(super) fn enter(
        &mut self,
        place: usize,
        standing: Standing,
        size: Option<&Input<ByteSize>>,
    ) {
        let moving = self.moving(standing, size);
        if let Some(target) = self.targets.get_mut(place) {
            target.standing = standing;
            target.moving = moving;
        }
        self.join(place);
    }

    fn join(&mut self, place: usize) {
        let Some(target) = self.targets.get_mut(place) else {
            return;
        };
        let Some(design) = self.designs.get(target.standing) else {
            return;
        };
        let mut of = std::mem::take(&mut target.of);
        for (load, counts) in &mut of {
            let Some((scope, load)) = self.loads.get_mut(*load) else {
                continue;
            };
            *counts = target.fastest(design, *scope);
            if let Some(copy) = *counts {
                let moving = target.moves(design, copy, *scope);
                load.enter(target.address, (&design.graph, copy), moving);
            }
        }
        target.of = of;
    }

    /// Takes a target out.
    pub(super) fn leave(&mut self, place: usize) {
        let Some(target) = self.targets.get(place) else {
            return;
        };
        let Some(design) = self.designs.get(target.standing) else {
            return;
        };
        for (load, counts) in &target.of {
            if let (Some((scope, load)), Some(copy)) = (self.loads.get_mut(*load), counts) {
                load.leave(target.address, target.moves(design, *copy, *scope));
            }
        }
    }

    /// Returns what the others restore that fail with a target that left.
    pub(super) fn loads(&self, place: usize) -> Vec<(Scope, &Load)> {
        let of = self.targets.get(place).map(|target| &target.of);
        of.into_iter()
            .flatten()
            .filter_map(|(load, _)| self.loads.get(*load))
            .map(|(scope, load)| (*scope, load))
            .collect()
    }

    /// Returns the first scope whose goals a target misses beside the others, as the exposure table would show it.
    pub(super) fn too_slow(&self, place: usize, goals: &Goals) -> Option<Scope> {
        let target = self.targets.get(place)?;
        let design = self.designs.get(target.standing)?;
        target.of.iter().find_map(|(load, counts)| {
            let (scope, load) = self.loads.get(*load)?;
            let within = Bound::Finite(goals.get(scope)?.rto?);
            let own = counts.and_then(|copy| target.moves(design, copy, *scope));
            let mut all_fast = true;
            let (mut fast, mut fresh, mut both) = (false, false, false);
            for (copy, gives) in design.gives.get(scope)?.iter().enumerate() {
                let moving = target.moves(design, copy, *scope);
                let is_fast = gives.beside(moving, load, (target.address, own)) <= within;
                all_fast &= is_fast;
                if gives.survives {
                    fast |= is_fast;
                    fresh |= gives.is_fresh;
                    both |= is_fast && gives.is_fresh;
                }
            }
            // One copy must be fresh and fast at once, unless none is fresh at all.
            let is_met = all_fast || (fast && (both || !fresh));
            (!is_met).then_some(*scope)
        })
    }

    fn moving(
        &mut self,
        standing: Standing,
        size: Option<&Input<ByteSize>>,
    ) -> Vec<(Scope, Vec<Option<Moving>>)> {
        let Some(Design { graph, .. }) = self.designs.get_mut(standing) else {
            return Vec::new();
        };
        graph.size = size.cloned();
        let mut moving: Vec<(Scope, Vec<Option<Moving>>)> = Vec::new();
        for scope in [Scope::Instance, Scope::Account] {
            let like = moves_as(graph, scope);
            if moving.iter().all(|(known, _)| *known != like) {
                let copies = 0..graph.copies.len();
                let each = copies.map(|copy| Moving::of(graph, copy, like));
                moving.push((like, each.collect()));
            }
        }
        moving
    }
}

impl Gives {
    fn of(
        graph: &CopyGraph,
        copy: usize,
        (scope, goal): (Scope, Option<&Goal>),
        as_of: Timestamp,
    ) -> Self {
        let is_fresh = goal.is_some_and(|goal| {
            let loss = copy_loss(graph, copy, scope, goal, as_of, &mut Silent);
            let within = |rpo| loss.rpo.bound <= Bound::Finite(rpo);
            goal.rpo.is_none_or(within)
        });
        let moving = Moving::of(graph, copy, moves_as(graph, scope));
        Self {
            survives: is_alive(graph, copy, scope),
            is_fresh,
            rest: moving.map_or(Bound::Unbounded, |it| rest(graph, copy, scope, &it)),
        }
    }

    fn beside(
        self,
        moving: Option<&Moving>,
        load: &Load,
        own: (&Address, Option<&Moving>),
    ) -> Bound<Span> {
        match (self.rest, moving.map(|it| it.beside(load, Some(own)))) {
            (Bound::Finite(rest), Some(Bound::Finite(moving))) => Bound::Finite(rest + moving),
            _ => Bound::Unbounded,
        }
    }

    fn alone(self, moving: Option<&Moving>) -> Bound<Span> {
        match (self.rest, moving) {
            (Bound::Finite(rest), Some(moving)) => Bound::Finite(rest + moving.alone()),
            _ => Bound::Unbounded,
        }
    }
}

impl Target<'_> {
    /// Returns what a restore from a copy moves.
    fn moves(&self, design: &Design, copy: usize, scope: Scope) -> Option<&Moving> {
        let like = moves_as(&design.graph, scope);
        let mut moving = self.moving.iter();
        let (_, moving) = moving.find(|(known, _)| *known == like)?;
        moving.get(copy)?.as_ref()
    }

    /// Returns the copy that survives and brings the data back soonest when nothing else restores.
    fn fastest(&self, design: &Design, scope: Scope) -> Option<usize> {
        let gives = design.gives.get(&scope)?.iter().enumerate();
        let alive = gives.filter(|(_, gives)| gives.survives);
        let soonest =
            alive.min_by_key(|(copy, gives)| gives.alone(self.moves(design, *copy, scope)));
        soonest.map(|(copy, _)| copy)
    }
}
