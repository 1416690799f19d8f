//! Every target of a world as a graph, with the loads that they put on each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{Address, Exposure, Goal, Objective, Provenance, Scope};

use super::World;
use super::assessor::assess_graph;
use super::build::{Builder, settled};
use super::graph::CopyGraph;
use super::together::{GOALS_FIRST, Together, all_groups};
use super::trace::Trace;
use crate::design::Design;

/// A world that is ready to be assessed.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(super) design: &'a Design,
    pub(super) as_of: Timestamp,
    pub(super) graphs: Vec<CopyGraph>,
    places: Arc<BTreeMap<Address, usize>>,
    /// The objective of each target, by its place.
    objectives: Arc<[Option<&'a Objective>]>,
    /// Who fails together, by place.
    groups: Arc<[(Scope, Vec<usize>)]>,
    pub(super) together: Together,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(
        builder: &mut Builder<'a>,
        world: &World<'_>,
        targets: &BTreeSet<Address>,
    ) -> Self {
        let design = builder.design();
        let graphs: Vec<CopyGraph> = targets
            .iter()
            .map(|target| builder.graph(world, target))
            .collect();
        let objectives: Arc<[_]> = targets.iter().map(|it| design.objective(it)).collect();
        let places = targets.iter().cloned().zip(0..).collect();
        let groups: Arc<[_]> = all_groups(&graphs).into();
        Self {
            design,
            as_of: builder.as_of(),
            together: together(&graphs, &groups, &objectives),
            graphs,
            places: Arc::new(places),
            objectives,
            groups,
        }
    }

    /// Returns the scene of the same targets in the world that is planned, once it is settled; of those that no action
    /// is about, as `is_same` says, only what they hold is another.
    pub(crate) fn planned(
        &self,
        builder: &mut Builder<'a>,
        world: &World<'_>,
        is_same: impl Fn(&Address) -> bool,
    ) -> Self {
        let graphs = self.graphs.iter().map(|now| {
            if !is_same(&now.target) {
                return builder.graph(world, &now.target);
            }
            let mut graph = now.clone();
            for copy in &mut graph.copies {
                copy.holds = settled(copy.mechanism, copy.holds);
            }
            graph
        });
        let graphs: Vec<CopyGraph> = graphs.collect();
        Self {
            design: self.design,
            as_of: self.as_of,
            together: together(&graphs, &self.groups, &self.objectives),
            graphs,
            places: Arc::clone(&self.places),
            objectives: Arc::clone(&self.objectives),
            groups: Arc::clone(&self.groups),
        }
    }

    /// Returns the graph of a target and its place.
    pub(super) fn graph(&self, target: &Address) -> Option<(usize, &CopyGraph)> {
        let place = *self.places.get(target)?;
        Some((place, self.graphs.get(place)?))
    }

    /// Returns the objective of the target at a place.
    pub(super) fn objective(&self, place: usize) -> Option<&'a Objective> {
        self.objectives.get(place).copied().flatten()
    }

    /// Returns the exposure of a target of the scene.
    pub(crate) fn target<T: Trace>(
        &self,
        target: &Address,
        scope: Scope,
        goal: &Goal,
        trace: &mut T,
    ) -> Option<Exposure> {
        let (place, _) = self.graph(target)?;
        self.exposure(place, scope, goal, trace)
    }

    /// Returns the exposure of the target at a place: they are in address order.
    pub(crate) fn exposure<T: Trace>(
        &self,
        place: usize,
        scope: Scope,
        goal: &Goal,
        trace: &mut T,
    ) -> Option<Exposure> {
        let graph = self.graphs.get(place)?;
        let load = self.together.load(scope, place);
        let mut exposure = assess_graph(graph, scope, goal, load, self.as_of, trace);
        let finite = exposure.rto.uses.is_some();
        if finite && self.together.leaves_out(scope, place) {
            let rto = &mut exposure.rto;
            rto.provenance = rto.provenance.clone().weaker(Provenance::Assumed);
            rto.assuming.push(GOALS_FIRST.to_owned());
        }
        Some(exposure)
    }
}

fn together(
    graphs: &[CopyGraph],
    groups: &[(Scope, Vec<usize>)],
    objectives: &[Option<&Objective>],
) -> Together {
    let goal = |place: usize, scope: Scope| {
        let objective = objectives.get(place).copied().flatten()?;
        objective.goals.get(&scope)
    };
    Together::of(graphs, groups, goal)
}
