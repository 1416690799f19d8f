//! The exposure table.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use lifeboat_model::{
    Action, Address, BackupRule, Block, Catalog, Exposure, ExposureRow, Finding, Goal, LiveState,
    Objective, PlanOptions, RecordedState, Scope, Span,
};

use super::assessor::unbounded;
use super::build::Builder;
use super::recovery::{Promise, inversions};
use super::scene::Scene;
use super::trace::Silent;
use super::{SCOPES, World};
use crate::design::Design;
use crate::diff::Snapshots;
use crate::findings::{Inspection, backup_rule, inspect};

/// Returns each target and each service in each scope as it stands: targets in address order, then services.
///
/// `now` is with what is live; `planned` is with the same once its schedules and its retention have run for long
/// enough: nothing is planned.
pub fn assess(
    design: &Design,
    live: &LiveState,
    recorded: &RecordedState,
    catalog: &Catalog,
    as_of: Timestamp,
) -> Vec<ExposureRow> {
    let options = PlanOptions {
        as_of,
        seed: 0,
        destroy: false,
        targets: Vec::new(),
        lifeboat_version: String::new(),
        allow_exposure: Span::ZERO,
    };
    let snapshots = Snapshots {
        design,
        live,
        recorded,
        catalog,
        options: &options,
    };
    survey(&snapshots, &[]).rows
}

/// Returns the exposure of each target of the design in each scope that it has a row for, with what is live now and
/// nothing else: in address order.
pub fn exposures(
    design: &Design,
    live: &LiveState,
    recorded: &RecordedState,
    catalog: &Catalog,
    as_of: Timestamp,
) -> Vec<Exposure> {
    let mut builder = Builder::new(catalog, live, recorded, design, as_of);
    let world = World::live(live);
    let targets = targets(design, &world);
    let scene = Scene::new(&mut builder, &world, &targets);
    let rows = (0..targets.len()).flat_map(|place| {
        let goals = goals(scene.objective(place));
        goals.map(move |(scope, goal)| (place, scope, goal))
    });
    rows.filter_map(|(place, scope, goal)| scene.exposure(place, scope, &goal, &mut Silent))
        .collect()
}

/// Returns each target and each service in each scope with everything that a design asks for, once its schedules have
/// run for long enough: `now` and `planned` are the same.
pub(crate) fn wanted(
    design: &Design,
    live: &LiveState,
    recorded: &RecordedState,
    catalog: &Catalog,
    as_of: Timestamp,
) -> Vec<ExposureRow> {
    let mut builder = Builder::new(catalog, live, recorded, design, as_of);
    let world = World::wanted(live, design);
    let targets: BTreeSet<Address> = design.targets.keys().cloned().collect();
    let scene = Scene::new(&mut builder, &world, &targets);
    let mut rows = Vec::new();
    for target in &targets {
        let objective = design.objective(target);
        for (scope, goal) in goals(objective) {
            let exposure = scene.target(target, scope, &goal, &mut Silent);
            let exposure = exposure.unwrap_or_else(|| nothing(target));
            rows.push(ExposureRow {
                target: target.clone(),
                objective: objective.map(|objective| objective.name.clone()),
                scope,
                now: exposure.clone(),
                planned: exposure,
                goal,
            });
        }
    }
    rows.extend(service_rows(design, &scene, &scene));
    rows
}

/// What a design comes to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Survey {
    /// The exposure table: targets in address order, then services.
    pub(crate) rows: Vec<ExposureRow>,
    /// What an experienced eye would point out in what is planned.
    pub(crate) findings: Vec<Finding>,
    /// How each target of the design stands to 3-2-1-1-0 in what is planned.
    pub(crate) backup_rules: BTreeMap<Address, BackupRule>,
}

/// Returns each target and each service in each scope, with what is live now and with what the actions leave.
///
/// A scope has a row where the objective has a goal for it; corruption and instance always have.
pub(crate) fn survey(snapshots: &Snapshots<'_>, actions: &[Action]) -> Survey {
    let mut builder = Builder::new(
        snapshots.catalog,
        snapshots.live,
        snapshots.recorded,
        snapshots.design,
        snapshots.options.as_of,
    );
    let worlds = worlds(snapshots, actions);
    let targets = targets(snapshots.design, &worlds.0);
    let now = Scene::new(&mut builder, &worlds.0, &targets);
    let touched: BTreeSet<Address> = actions.iter().map(|it| it.address.owner()).collect();
    let in_repositories = touched.iter().any(|it| it.block == Block::Repository);
    let is_same = |target: &Address| !in_repositories && !touched.contains(target);
    let planned = now.planned(&mut builder, &worlds.1, is_same);
    let mut rows = Vec::with_capacity(targets.len() * SCOPES.len());
    for (place, target) in targets.iter().enumerate() {
        let objective = now.objective(place);
        for (scope, goal) in goals(objective) {
            let of = |scene: &Scene<'_>| {
                let exposure = scene.exposure(place, scope, &goal, &mut Silent);
                exposure.unwrap_or_else(|| nothing(target))
            };
            rows.push(ExposureRow {
                target: target.clone(),
                objective: objective.map(|objective| objective.name.clone()),
                scope,
                now: of(&now),
                planned: of(&planned),
                goal,
            });
        }
    }
    let of_services = service_rows(snapshots.design, &now, &planned);
    let inspection = Inspection {
        design: snapshots.design,
        live: snapshots.live,
        recorded: snapshots.recorded,
        as_of: snapshots.options.as_of,
    };
    let inversions = inversions(&promises(snapshots.design, &of_services));
    let known = || {
        let graphs = planned.graphs.iter();
        graphs.filter(|graph| snapshots.design.targets.contains_key(&graph.target))
    };
    let findings = inspect(inspection, known(), builder.contradictions(), &inversions);
    let ruled = known().map(|graph| (graph.target.clone(), backup_rule(graph, snapshots.recorded)));
    let backup_rules = ruled.collect();
    rows.extend(of_services);
    Survey {
        rows,
        findings,
        backup_rules,
    }
}

/// Returns what each service promises in each scope, with what the plan leaves.
fn promises<'a>(design: &'a Design, rows: &'a [ExposureRow]) -> Vec<Promise<'a>> {
    let of = |row: &'a ExposureRow| {
        let block = design.services.get(&row.target)?;
        Some(Promise {
            service: &row.target,
            scope: row.scope,
            goal: row.goal.rto,
            bound: row.planned.rto.bound,
            needs: &block.depends_on,
        })
    };
    rows.iter().filter_map(of).collect()
}

fn service_rows(design: &Design, now: &Scene<'_>, planned: &Scene<'_>) -> Vec<ExposureRow> {
    if design.services.is_empty() {
        return Vec::new();
    }
    let of = |scene: &Scene<'_>| -> BTreeMap<Scope, BTreeMap<Address, Exposure>> {
        let in_scope = |scope| {
            let exposures = scene.services(scope, None, &mut Silent).into_iter();
            let owned = exposures.map(|(address, exposure)| (address.clone(), exposure));
            (scope, owned.collect())
        };
        SCOPES.into_iter().map(in_scope).collect()
    };
    let (mut now, mut planned) = (of(now), of(planned));
    let mut rows = Vec::new();
    for (address, block) in &design.services {
        let label = block.objective.as_ref();
        let objective = label.and_then(|label| design.objectives.get(label));
        for (scope, goal) in goals(objective) {
            let take = |of: &mut BTreeMap<Scope, BTreeMap<Address, Exposure>>| {
                let exposure = of.get_mut(&scope).and_then(|of| of.remove(address));
                exposure.unwrap_or_else(|| nothing(address))
            };
            rows.push(ExposureRow {
                target: address.clone(),
                objective: objective.map(|objective| objective.name.clone()),
                scope,
                now: take(&mut now),
                planned: take(&mut planned),
                goal,
            });
        }
    }
    rows
}

/// Returns what is live, and what the actions leave once schedules and retention have run for long enough.
pub(super) fn worlds<'a>(
    snapshots: &Snapshots<'a>,
    actions: &'a [Action],
) -> (World<'a>, World<'a>) {
    let now = World::live(snapshots.live);
    let mut planned = now.clone();
    for action in actions {
        planned.apply(action);
    }
    (now, planned.settled())
}

/// Returns every target of the design, and every other that something still stands of.
pub(super) fn targets(design: &Design, now: &World<'_>) -> BTreeSet<Address> {
    let mut targets = now.targets();
    targets.extend(design.targets.keys().cloned());
    targets
}

/// Returns the scopes that have a row, with their goals.
fn goals(objective: Option<&Objective>) -> impl Iterator<Item = (Scope, Goal)> {
    SCOPES.into_iter().filter_map(move |scope| {
        let goal = objective.and_then(|objective| objective.goals.get(&scope));
        let always = matches!(scope, Scope::Corruption | Scope::Instance);
        (always || goal.is_some()).then(|| (scope, goal.cloned().unwrap_or_default()))
    })
}

fn nothing(of: &Address) -> Exposure {
    let reason = format!("nothing protects `{of}`");
    Exposure {
        rpo: unbounded(reason.clone()),
        rto: unbounded(reason),
        tolerated_dwell: None,
        dwell_assuming: Vec::new(),
        rollback: None,
        choices: Vec::new(),
    }
}
