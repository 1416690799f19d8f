//! What changes come to: the goals that hold with them, and what they cost.

use lifeboat_model::{
    Address, Bound, ByteSize, Cost, Domain, ExposureRow, Goal, LiveResource, LiveState,
    PlanOptions, Rate, Scope, Span,
};

use super::ask::Ask;
use super::moves::Move;
use crate::cost::of_plan;
use crate::design::{Design, compile};
use crate::diff::Snapshots;
use crate::exposure::build::Builder;
use crate::exposure::recovery::Load;
use crate::exposure::trace::Silent;
use crate::exposure::{World, assess_graph};

impl Ask<'_> {
    /// Returns how much data there is, where that is known.
    pub(super) fn size(&self) -> Option<ByteSize> {
        let design = compile(&self.configuration, self.catalog).ok()?;
        let mut builder = self.builder(&design);
        Some(builder.base(&self.target.address).size?.value)
    }

    /// Returns what the target fails with, as it is declared and as it was seen.
    pub(super) fn domains(&self) -> Vec<Domain> {
        let Ok(design) = compile(&self.configuration, self.catalog) else {
            return Vec::new();
        };
        let mut builder = self.builder(&design);
        builder.base(&self.target.address).domains.to_vec()
    }

    /// Returns the repository of the target that is read the fastest, as far as that is known.
    pub(super) fn fastest(&self) -> Option<(Address, Rate)> {
        let design = compile(&self.configuration, self.catalog).ok()?;
        let mut builder = self.builder(&design);
        let world = World::wanted(&self.live, &design);
        let graph = builder.graph(&world, &self.target.address);
        let hops = graph.copies.iter().flat_map(|copy| &copy.recovery.hops);
        let known = hops.filter_map(|hop| Some((hop.link.parse().ok()?, hop.rate.as_ref()?.value)));
        known.max_by_key(|(_, rate)| *rate)
    }

    /// Returns the goals that hold with these changes, as bits in their order; alone, as if nothing else restored at
    /// the same time, which is never worse than it is.
    pub(super) fn held(&self, moves: &[&Move]) -> u64 {
        let Some(design) = self.with(moves) else {
            return 0;
        };
        let mut builder = self.builder(&design);
        let world = World::wanted(&self.live, &design);
        let graph = builder.graph(&world, &self.target.address);
        let alone = Load::alone();
        let goals = self.goals.iter().enumerate();
        goals.fold(0, |bits, (index, (scope, goal))| {
            let exposure = assess_graph(&graph, *scope, goal, &alone, self.as_of, &mut Silent);
            let row = ExposureRow {
                target: self.target.address.clone(),
                objective: None,
                scope: *scope,
                goal: goal.clone(),
                now: exposure.clone(),
                planned: exposure,
            };
            bits | u64::from(is_kept(&row)) << index
        })
    }

    /// Returns every goal as bits.
    pub(super) fn all(&self) -> u64 {
        (0..self.goals.len()).fold(0, |bits, index| bits | 1 << index)
    }

    /// Returns what protects the target costs a month with these changes; none where nothing has a price.
    pub(super) fn cost(&self, moves: &[&Move]) -> Option<Cost> {
        let design = self.with(moves)?;
        let options = PlanOptions {
            as_of: self.as_of,
            seed: 0,
            destroy: false,
            targets: Vec::new(),
            lifeboat_version: String::new(),
            allow_exposure: Span::ZERO,
        };
        let mut live = LiveState::default();
        let target = &self.target.address;
        if let Some(known) = self.live.resources.get(target) {
            live.resources.insert(target.clone(), known.clone());
        }
        for (address, resource) in design.desired.resources.iter().filter(|(_, it)| it.managed) {
            let wanted = LiveResource {
                attributes: resource.attributes.clone(),
                ..LiveResource::default()
            };
            live.resources.insert(address.clone(), wanted);
        }
        let snapshots = Snapshots {
            design: &design,
            live: &live,
            recorded: &self.recorded,
            catalog: self.catalog,
            options: &options,
        };
        of_plan(&snapshots, &[])
    }

    fn with(&self, moves: &[&Move]) -> Option<Design> {
        let mut configuration = self.configuration.clone();
        for one in moves {
            one.apply(&mut configuration);
        }
        compile(&configuration, self.catalog).ok()
    }

    fn builder<'d>(&'d self, design: &'d Design) -> Builder<'d> {
        Builder::new(self.catalog, &self.live, &self.recorded, design, self.as_of)
    }
}

/// Returns whether every goal of a row holds after the plan, the dwell by itself included.
pub(super) fn is_kept(row: &ExposureRow) -> bool {
    row.is_met() && is_tolerated(row.scope, &row.goal, row.planned.tolerated_dwell)
}

/// Returns whether a bad write may stay unnoticed for as long as is promised, where no loss is.
fn is_tolerated(scope: Scope, goal: &Goal, tolerated: Option<Bound<Span>>) -> bool {
    let dwells = matches!(scope, Scope::Corruption | Scope::Account);
    let promised = goal
        .detected_within
        .filter(|_| dwells && goal.rpo.is_none());
    promised.is_none_or(|promised| tolerated.is_some_and(|it| it >= Bound::Finite(promised)))
}
