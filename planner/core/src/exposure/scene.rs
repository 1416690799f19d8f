//! Every target of a world as a graph, with the loads that they put on each other.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use lifeboat_model::{Address, Exposure, Goal, Provenance, Scope};

use super::World;
use super::assessor::assess_graph;
use super::build::Builder;
use super::graph::CopyGraph;
use super::together::{GOALS_FIRST, Together};
use super::trace::Trace;
use crate::design::Design;

/// A world that is ready to be assessed.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(super) design: &'a Design,
    pub(super) as_of: Timestamp,
    pub(super) graphs: Vec<CopyGraph>,
    places: BTreeMap<Address, usize>,
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
        let places = targets.iter().cloned().zip(0..).collect();
        let goal = |target: &Address, scope: Scope| design.objective(target)?.goals.get(&scope);
        Self {
            design,
            as_of: builder.as_of(),
            together: Together::of(&graphs, goal),
            graphs,
            places,
        }
    }

    /// Returns the graph of a target and its place.
    pub(super) fn graph(&self, target: &Address) -> Option<(usize, &CopyGraph)> {
        let place = *self.places.get(target)?;
        Some((place, self.graphs.get(place)?))
    }

    /// Returns the exposure of a target of the scene.
    pub(crate) fn target<T: Trace>(
        &self,
        target: &Address,
        scope: Scope,
        goal: &Goal,
        trace: &mut T,
    ) -> Option<Exposure> {
        let (place, graph) = self.graph(target)?;
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
