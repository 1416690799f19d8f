//! What every plan promises, on random small worlds.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{Address, Bound, Effect, Goal, Plan, RecoveryPointId, Scope, Span, Verb};
use proptest::prelude::*;
use serde_json::json;

use super::sandbox::Sandbox;
use super::shape::{Mechanics, Shape, Tree, Vault};
use crate::exposure::build::Builder;
use crate::exposure::{SCOPES, World, bounds as least};

fn mechanics() -> impl Strategy<Value = Mechanics> {
    (0..2usize, 0..3usize, 0..4usize, any::<bool>(), 0..3usize).prop_map(
        |(repository, schedule, retention, destroy, tags)| Mechanics {
            repository,
            schedule,
            retention,
            destroy,
            tags,
        },
    )
}

fn trees() -> impl Strategy<Value = Tree> {
    let maybe = || proptest::option::of(mechanics());
    (
        0..2usize,
        0..3usize,
        maybe(),
        maybe(),
        maybe(),
        proptest::option::of(0..2usize),
    )
        .prop_map(|(path, excludes, first, second, copy, guard)| Tree {
            path,
            excludes,
            first,
            second,
            copy,
            guard,
        })
}

pub(super) fn shapes() -> impl Strategy<Value = Shape> {
    let vaults = || (0..2usize, any::<bool>()).prop_map(|(path, destroy)| Vault { path, destroy });
    (
        [vaults(), vaults()],
        proptest::collection::vec(trees(), 0..3),
    )
        .prop_map(|(vaults, trees)| Shape { vaults, trees })
}

/// Something that happens behind lifeboat's back: what, and to which resource.
pub(super) type Mishap = (u8, usize);

pub(super) fn mishaps() -> impl Strategy<Value = Vec<Mishap>> {
    proptest::collection::vec((0..7u8, 0..12usize), 0..4)
}

fn happen(sandbox: &mut Sandbox, (what, whom): Mishap) {
    let addresses: Vec<Address> = sandbox.live.resources.keys().cloned().collect();
    let Some(address) = addresses.get(whom % addresses.len().max(1)).cloned() else {
        return;
    };
    let resource = sandbox.live.resources.get_mut(&address).unwrap();
    match what {
        0 => {
            sandbox.live.resources.remove(&address);
        }
        1 if address.part.is_some() => {
            resource
                .attributes
                .insert("tags".to_owned(), json!(["mishap"]));
        }
        2 if !resource.recovery_points.is_empty() => {
            resource.recovery_points.remove(0);
        }
        3 => {
            sandbox.recorded.resources.remove(&address);
        }
        4 => sandbox.age(5),
        6 if address.part.is_some() => sandbox.drill(&address, whom),
        5 if address.part.is_none() && address.kind.as_deref() == Some("vault") => {
            resource
                .attributes
                .insert("repository_id".to_owned(), json!("other"));
        }
        _ => {}
    }
}

pub(super) fn world(before: &Shape, after: &Shape, mishaps: &[Mishap]) -> Sandbox {
    let mut sandbox = Sandbox::new().applied(before).with_targets(after);
    for mishap in mishaps {
        happen(&mut sandbox, *mishap);
    }
    sandbox
}

fn points(sandbox: &Sandbox) -> BTreeSet<RecoveryPointId> {
    let resources = sandbox.live.resources.values();
    resources
        .flat_map(|it| it.recovery_points.iter().map(|point| point.id.clone()))
        .collect()
}

type Bounds = BTreeMap<(Address, Scope), (Bound<Span>, Bound<Span>)>;

fn bounds(sandbox: &Sandbox, shape: &Shape, plan: &Plan, done: u32) -> Bounds {
    let design = sandbox.design(shape);
    let mut world = World::live(&sandbox.live);
    for action in plan
        .actions
        .iter()
        .filter(|action| done & (1 << action.id.0) != 0)
    {
        world.apply(action);
    }
    let mut builder = Builder::new(
        &sandbox.catalog,
        &sandbox.live,
        &sandbox.recorded,
        &design,
        plan.as_of,
    );
    let mut bounds = Bounds::new();
    for target in World::live(&sandbox.live).targets() {
        let graph = builder.graph(&world, &target);
        for scope in SCOPES {
            let goals = design
                .objective(&target)
                .map(|it| it.goals.clone())
                .unwrap_or_default();
            let goal: Goal = goals.get(&scope).cloned().unwrap_or_default();
            let found = least(&graph, scope, &goal, plan.as_of);
            bounds.insert((target.clone(), scope), found);
        }
    }
    bounds
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn the_same_input_gives_the_same_bytes(before in shapes(), after in shapes(), mishaps in mishaps()) {
        let sandbox = world(&before, &after, &mishaps);
        let bytes = || serde_json::to_vec(&sandbox.plan(&after)).unwrap();
        prop_assert_eq!(bytes(), bytes());
    }

    #[test]
    fn a_plan_that_was_carried_out_leaves_nothing_to_plan(
        before in shapes(), after in shapes(), mishaps in mishaps(), destroy in any::<bool>(),
    ) {
        let mut sandbox = world(&before, &after, &mishaps);
        sandbox.options.destroy = destroy;
        let plan = sandbox.plan(&after);
        sandbox.apply(&plan);
        let again = sandbox.plan(&after);
        prop_assert!(again.is_empty(), "{}\nthen\n{}", super::view::view(&plan), super::view::view(&again));
    }

    #[test]
    fn nothing_is_deleted_unannounced_and_forgetting_deletes_nothing(
        before in shapes(), after in shapes(), mishaps in mishaps(), destroy in any::<bool>(),
    ) {
        let mut sandbox = world(&before, &after, &mishaps);
        sandbox.options.destroy = destroy;
        let plan = sandbox.plan(&after);
        let mut gone = BTreeSet::new();
        for action in &plan.actions {
            let had = points(&sandbox);
            let deletes = matches!(action.verb, Verb::Delete | Verb::Update);
            sandbox.act(action);
            if deletes {
                gone.extend(had.difference(&points(&sandbox)).cloned());
            }
            if action.verb == Verb::Forget {
                prop_assert_eq!(&had, &points(&sandbox));
            }
        }
        let announced: BTreeSet<_> = plan.losses.iter().map(|loss| loss.point.id.clone()).collect();
        prop_assert!(gone.is_subset(&announced), "{gone:?} {announced:?}");
    }

    #[test]
    fn actions_wait_for_what_they_require(before in shapes(), after in shapes(), mishaps in mishaps()) {
        let sandbox = world(&before, &after, &mishaps);
        let plan = sandbox.plan(&after);
        let makes = |verb| !matches!(verb, Verb::Forget | Verb::Delete);
        for action in plan.actions.iter().filter(|action| makes(action.verb)) {
            for required in &action.requires {
                // A new timer comes before the change of its protection, which is there already.
                let timer = action.address.part.as_ref().is_some_and(|part| part.role == "schedule");
                let late = plan.actions.iter().find(|it| {
                    let waited_for = it.verb != Verb::BackUp
                        && it.effect != Effect::Weakens
                        && !(timer && it.verb == Verb::Update);
                    it.address == *required && waited_for && it.id > action.id
                });
                prop_assert!(late.is_none(), "{}", super::view::view(&plan));
            }
        }
    }

    #[test]
    fn no_reachable_state_is_less_protected_than_before_and_after(
        before in shapes(), after in shapes(), mishaps in mishaps(),
    ) {
        let sandbox = world(&before, &after, &mishaps);
        let plan = sandbox.plan(&after);
        let exposed: BTreeSet<Address> = plan.notices.iter()
            .filter(|notice| notice.code == "plan::exposed")
            .filter_map(|notice| notice.address.as_ref().map(Address::owner))
            .collect();
        prop_assume!(plan.actions.len() <= 12);
        let waits: Vec<u32> = plan.actions.iter()
            .map(|action| action.after_actions.iter().map(|id| 1u32 << id.0).sum())
            .collect();
        let all = (1u32 << plan.actions.len()) - 1;
        let (was, will_be) = (bounds(&sandbox, &after, &plan, 0), bounds(&sandbox, &after, &plan, all));
        let is_reachable = |done: u32| waits.iter().enumerate()
            .all(|(id, waits)| done & (1 << id) == 0 || done & waits == *waits);
        for done in (0..=all).filter(|done| is_reachable(*done)) {
            for (key, (rpo, rto)) in bounds(&sandbox, &after, &plan, done) {
                if exposed.contains(&key.0) {
                    continue;
                }
                let worst_rpo = was[&key].0.max(will_be[&key].0);
                let worst_rto = was[&key].1.max(will_be[&key].1);
                prop_assert!(
                    rpo <= worst_rpo && rto <= worst_rto,
                    "{key:?} after {done:b}: {rpo}\n{}", super::view::view(&plan)
                );
            }
        }
    }
}
