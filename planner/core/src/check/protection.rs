//! Promise 2: never less protected than the worse of before and after, whatever runs at the same time.
//!
//! Actions run concurrently, so that an apply can stand in the state of any *down-set* of the change graph: a set of
//! actions that holds, with each action, all that it waits for. Here every down-set is looked at, one target at a time:
//! a target's exposure depends only on the actions that touch it (its own, and those of repositories that hold its
//! points), so the graph is projected on these. A down-set of the projection is the trace of one of the whole graph
//! (close it under what it waits for), and the other way round.
//!
//! **Beyond [`EXACT`] touching actions** only the *minimal* down-sets are looked at: for every set `W` of actions that
//! may weaken, the least down-set `D(W)` that holds it. That suffices where all other actions are monotone, that is,
//! where doing one more of them never raises an exposure (a copy that is added, a timer that starts, a first backup):
//!
//! > Let `D` be any down-set, `W` its weakening actions. `D(W) ⊆ D`, because `D` is closed and holds `W`; and `D(W)`
//! > holds no weakening action outside of `W`, else `D` would hold it too. So `D \ D(W)` is all monotone, and they can
//! > be done after `D(W)`, in the order of the graph; each lowers the exposure or leaves it. So the exposure in `D(W)`
//! > is no less than that in `D`: if `D(W)` is within the limits, so is `D`.
//!
//! Up to [`EXACT`] nothing is taken for granted about what is monotone. A test compares the two on random plans.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{
    Action, ActionId, Address, Block, Bound, Catalog, Effect, LiveState, Plan, RecordedState,
    Scope, Span, Verb,
};

use super::Finding;
use super::downsets::{Order, Relation};
use crate::design::Design;
use crate::exposure::build::Builder;
use crate::exposure::{SCOPES, World, bounds};

/// Up to so many actions that touch one target, every down-set is looked at.
pub(crate) const EXACT: usize = 12;

/// The bounds of one target in every scope.
type Bounds = Vec<(Scope, Bound<Span>, Bound<Span>)>;

/// What a plan does to the protection of targets on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Steps {
    /// Where a target is less protected than before and after.
    pub(crate) broken: Vec<Finding>,
    /// The targets that are less protected than now at some step, the last one included.
    pub(crate) weakened: Vec<Address>,
}

/// Returns where the plan leaves a target less protected than both before and after.
///
/// A replacement that the plan announces as `plan::exposed` is left out: it needs leave of its own.
pub(crate) fn less_protected(
    plan: &Plan,
    design: &Design,
    live: &LiveState,
    recorded: &RecordedState,
    catalog: &Catalog,
) -> Vec<Finding> {
    steps(plan, design, live, recorded, catalog, EXACT).broken
}

/// Returns what the plan does to the protection of targets, looking at every down-set of up to `exact` actions.
pub(crate) fn steps(
    plan: &Plan,
    design: &Design,
    live: &LiveState,
    recorded: &RecordedState,
    catalog: &Catalog,
    exact: usize,
) -> Steps {
    let exposed: BTreeSet<Address> = plan
        .notices
        .iter()
        .filter(|notice| notice.code == "plan::exposed")
        .filter_map(|notice| notice.address.as_ref().map(Address::owner))
        .collect();
    let mut grader = Grader {
        builder: Builder::new(catalog, live, recorded, design, plan.as_of),
        design,
        plan,
        order: Order::of(&plan.actions),
        before: World::live(live),
        exact,
    };
    let mut steps = Steps::default();
    for (target, touching) in touching(plan, live) {
        if !touching.iter().any(|action| may_weaken(action)) {
            continue;
        }
        let (broken, weaker) = grader.judge(&target, &touching);
        if weaker {
            steps.weakened.push(target.clone());
        }
        if !exposed.contains(&target) {
            steps.broken.extend(broken);
        }
    }
    steps
}

/// Returns whether an action may take something from a target: what is made beside the rest never raises an exposure.
fn may_weaken(action: &Action) -> bool {
    action.effect != Effect::Strengthens
        && !matches!(action.verb, Verb::Create | Verb::BackUp | Verb::Adopt)
}

/// Returns the actions that touch each target, in the order of the plan.
fn touching<'p>(plan: &'p Plan, live: &LiveState) -> BTreeMap<Address, Vec<&'p Action>> {
    let mut of: BTreeMap<Address, Vec<&Action>> = BTreeMap::new();
    let mut repositories: BTreeMap<String, Vec<&Action>> = BTreeMap::new();
    for action in &plan.actions {
        if let Some(target) = &action.target {
            of.entry(target.clone()).or_default().push(action);
        } else if action.address.block == Block::Repository {
            let actions = repositories.entry(action.address.to_string()).or_default();
            actions.push(action);
        }
    }
    if repositories.is_empty() {
        return of;
    }
    let mut held: BTreeSet<(Address, &str)> = BTreeSet::new();
    let planned = plan
        .actions
        .iter()
        .filter_map(|action| Some((&action.address, action.after.as_ref()?)));
    let standing = live
        .resources
        .iter()
        .map(|(address, it)| (address, &it.attributes));
    for (address, attributes) in standing.chain(planned) {
        let repository = attributes.get("repository").and_then(|it| it.as_str());
        if let (Some(repository), true) = (repository, address.part.is_some()) {
            held.insert((address.owner(), repository));
        }
    }
    for (target, repository) in held {
        let actions = repositories.get(repository).into_iter().flatten();
        of.entry(target).or_default().extend(actions);
    }
    for actions in of.values_mut() {
        actions.sort_by_key(|action| action.id);
    }
    of
}

struct Grader<'a> {
    builder: Builder<'a>,
    design: &'a Design,
    plan: &'a Plan,
    order: Order<'a>,
    before: World<'a>,
    exact: usize,
}

impl<'a> Grader<'a> {
    /// Returns where a target is less protected than before and after, each scope once, and whether it is anywhere less
    /// protected than now.
    fn judge(&mut self, target: &Address, touching: &[&'a Action]) -> (Vec<Finding>, bool) {
        let ids: Vec<ActionId> = touching.iter().map(|action| action.id).collect();
        let relation = self.order.project(&ids);
        let own = self.before.only(target);
        let was = self.bounds(&own, target);
        let will_be = self.after(&own, target, touching, &vec![true; touching.len()]);
        let weakening: Vec<bool> = touching.iter().map(|action| may_weaken(action)).collect();
        let sets = self.sets(&relation, &weakening);
        let mut found: BTreeMap<Scope, Finding> = BTreeMap::new();
        let mut weaker = exceeds(&will_be, &was).next().is_some();
        for set in sets {
            let bounds = self.after(&own, target, touching, &set);
            weaker |= exceeds(&bounds, &was).next().is_some();
            let worse: Bounds = was
                .iter()
                .zip(&will_be)
                .map(|(was, then)| (was.0, was.1.max(then.1), was.2.max(then.2)))
                .collect();
            let after = last(touching, &set);
            for scope in exceeds(&bounds, &worse) {
                found
                    .entry(scope)
                    .or_insert_with(|| Finding::LessProtected {
                        target: target.clone(),
                        scope,
                        after,
                    });
            }
        }
        (found.into_values().collect(), weaker)
    }

    /// Returns the down-sets to look at, smallest first.
    fn sets(&self, relation: &Relation, weakening: &[bool]) -> Vec<Vec<bool>> {
        if relation.len() <= self.exact {
            relation.down_sets()
        } else {
            relation.minimal_down_sets(weakening)
        }
    }

    fn after(
        &mut self,
        own: &World<'a>,
        target: &Address,
        touching: &[&'a Action],
        set: &[bool],
    ) -> Bounds {
        let mut world = own.clone();
        for (action, _) in touching.iter().zip(set).filter(|(_, done)| **done) {
            world.apply(action);
        }
        self.bounds(&world, target)
    }

    fn bounds(&mut self, world: &World<'_>, target: &Address) -> Bounds {
        let graph = self.builder.graph(world, target);
        let objective = self.design.objective(target);
        SCOPES
            .into_iter()
            .map(|scope| {
                let goal = objective
                    .and_then(|objective| objective.goals.get(&scope))
                    .cloned()
                    .unwrap_or_default();
                let (rpo, rto) = bounds(&graph, scope, &goal, self.plan.as_of);
                (scope, rpo, rto)
            })
            .collect()
    }
}

/// Returns the scopes in which the bounds are beyond the limits.
fn exceeds(bounds: &Bounds, limits: &Bounds) -> impl Iterator<Item = Scope> {
    bounds
        .iter()
        .zip(limits)
        .filter(|((_, rpo, rto), (_, most_rpo, most_rto))| rpo > most_rpo || rto > most_rto)
        .map(|((scope, ..), _)| *scope)
}

/// Returns the last action of a set that may have taken something.
fn last(touching: &[&Action], set: &[bool]) -> ActionId {
    let done = touching.iter().zip(set).filter(|(_, done)| **done);
    let mut done = done.map(|(action, _)| *action).rev();
    let newest = done.clone().next().map_or(ActionId(0), |action| action.id);
    done.find(|action| may_weaken(action))
        .map_or(newest, |action| action.id)
}
