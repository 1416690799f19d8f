//! Promise 2: never less protected than the worse of before and after.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{
    Action, Address, Block, Bound, Catalog, Effect, Goal, LiveState, Plan, RecordedState, Scope,
    Span, Verb,
};
use serde_json::Value;

use super::Finding;
use crate::design::Design;
use crate::exposure::{Assessor, SCOPES, World};

/// The bounds of one target in every scope.
type Bounds = Vec<(Scope, Bound<Span>, Bound<Span>)>;

/// Follows the plan action by action, and assesses whoever an action may have taken something from.
///
/// Only an action that weakens, changes or removes can leave a target less protected: what is made beside the rest
/// never raises an exposure. A replacement that the plan announces as `plan::exposed` is left out: it needs leave of
/// its own.
pub(crate) fn less_protected(
    plan: &Plan,
    design: &Design,
    live: &LiveState,
    recorded: &RecordedState,
    catalog: &Catalog,
) -> Vec<Finding> {
    let mut grader = Grader {
        assessor: Assessor::new(catalog, live, plan.as_of),
        design,
        exposed: plan
            .notices
            .iter()
            .filter(|notice| notice.code == "plan::exposed")
            .filter_map(|notice| notice.address.as_ref().map(Address::owner))
            .collect(),
        in_repository: in_repository(plan, live),
        limits: BTreeMap::new(),
    };
    let before = World::live(live, recorded);
    let mut after = before.clone();
    for action in &plan.actions {
        after.apply(action);
    }
    grader.limits(plan, &before, &after);
    let mut world = before;
    let mut findings = Vec::new();
    for action in &plan.actions {
        world.apply(action);
        for target in grader.touched(action) {
            findings.extend(grader.judge(&world, &target, action));
        }
    }
    findings
}

struct Grader<'a> {
    assessor: Assessor<'a>,
    design: &'a Design,
    /// Targets whose plan announces a time without protection.
    exposed: BTreeSet<Address>,
    /// The targets that have points in each repository that the plan takes.
    in_repository: BTreeMap<String, BTreeSet<Address>>,
    /// The worse of before and after.
    limits: BTreeMap<Address, Bounds>,
}

fn in_repository(plan: &Plan, live: &LiveState) -> BTreeMap<String, BTreeSet<Address>> {
    let mut targets: BTreeMap<String, BTreeSet<Address>> = plan
        .actions
        .iter()
        .filter(|action| action.address.block == Block::Repository)
        .filter(|action| matches!(action.verb, Verb::Delete | Verb::Replace))
        .map(|action| (action.address.to_string(), BTreeSet::new()))
        .collect();
    if targets.is_empty() {
        return targets;
    }
    for (address, resource) in &live.resources {
        let repository = resource
            .attributes
            .get("repository")
            .and_then(Value::as_str);
        if let Some(targets) = repository.and_then(|name| targets.get_mut(name)) {
            targets.insert(address.owner());
        }
    }
    targets
}

impl Grader<'_> {
    /// Returns the targets that an action may take something from.
    fn touched(&self, action: &Action) -> Vec<Address> {
        let harmless = action.effect == Effect::Strengthens
            || matches!(action.verb, Verb::Create | Verb::BackUp | Verb::Adopt);
        if harmless {
            return Vec::new();
        }
        let in_repository = self.in_repository.get(&action.address.to_string());
        action
            .target
            .iter()
            .chain(in_repository.into_iter().flatten())
            .filter(|target| !self.exposed.contains(*target))
            .cloned()
            .collect()
    }

    fn bounds<'w>(&mut self, world: &'w World<'w>, target: &'w Address) -> Bounds {
        SCOPES
            .into_iter()
            .map(|scope| {
                let goals = self.design.objective(target).map(|it| &it.goals);
                let goal: Goal = goals
                    .and_then(|goals| goals.get(&scope))
                    .cloned()
                    .unwrap_or_default();
                let exposure = self.assessor.exposure(world, target, scope, &goal);
                (scope, exposure.rpo.bound, exposure.rto.bound)
            })
            .collect()
    }

    fn limits<'w>(&mut self, plan: &'w Plan, before: &World<'w>, after: &World<'w>) {
        let targets: BTreeSet<Address> = plan
            .actions
            .iter()
            .flat_map(|action| self.touched(action))
            .collect();
        for target in targets {
            let was = self.bounds(before, &target);
            let will_be = self.bounds(after, &target);
            let worse = was
                .into_iter()
                .zip(will_be)
                .map(|((scope, rpo, rto), (_, then_rpo, then_rto))| {
                    (scope, rpo.max(then_rpo), rto.max(then_rto))
                })
                .collect();
            self.limits.insert(target, worse);
        }
    }

    fn judge<'w>(&mut self, world: &World<'w>, target: &Address, action: &Action) -> Vec<Finding> {
        let now = self.bounds(world, target);
        let limits = self.limits.get(target).into_iter().flatten();
        now.into_iter()
            .zip(limits)
            .filter(|((_, rpo, rto), (_, worst_rpo, worst_rto))| rpo > worst_rpo || rto > worst_rto)
            .map(|((scope, ..), _)| Finding::LessProtected {
                target: target.clone(),
                scope,
                after: action.id,
            })
            .collect()
    }
}
