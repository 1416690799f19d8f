//! What the exposure of a plan promises, on random small worlds; each test says how many cases it tried.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{Address, Bound, Plan, Scope, Severity, Span};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::properties::{mishaps, shapes, world};
use super::sandbox::{Sandbox, domains};
use super::shape::{Shape, vault};
use crate::check::{EXACT, Finding, steps};
use crate::exposure::assess;
use crate::planning::read_items;

const CASES: u32 = 1_000;

fn runner() -> TestRunner {
    TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    })
}

/// What is planned of each target in each scope.
type Planned = BTreeMap<(Address, Scope), (Bound<Span>, Bound<Span>, String)>;

fn planned(rows: &[lifeboat_model::ExposureRow]) -> Planned {
    rows.iter()
        .map(|row| {
            let planned = &row.planned;
            let bounds = (
                planned.rpo.bound,
                planned.rto.bound,
                planned.rpo.reason.clone(),
            );
            ((row.target.clone(), row.scope), bounds)
        })
        .collect()
}

/// Returns whether apply refuses the plan for another reason than that it asks for leave.
fn is_refused(plan: &Plan) -> bool {
    let mut notices = plan.notices.iter();
    notices.any(|it| it.severity == Severity::Error && it.code != "plan::exposed")
}

/// Drops from live what a refresh does not look for: what is neither desired nor recorded.
fn refreshed(sandbox: &mut Sandbox, shape: &Shape) {
    let design = sandbox.design(shape);
    let sought: BTreeSet<Address> = read_items(&design, &sandbox.recorded)
        .into_iter()
        .map(|item| item.address)
        .collect();
    sandbox
        .live
        .resources
        .retain(|address, _| sought.contains(address));
}

#[test]
fn what_is_live_right_after_an_apply_gives_the_planned_exposure() {
    let compared = Cell::new(0_u32);
    let finite = Cell::new(0_u32);
    let cases = (shapes(), shapes(), mishaps());
    let result = runner().run(&cases, |(before, after, mishaps)| {
        let mut sandbox = world(&before, &after, &mishaps);
        for index in 0..2 {
            let address = vault(index);
            let places = domains(&address);
            sandbox.live.places.insert(address, places);
        }
        refreshed(&mut sandbox, &after);
        let plan = sandbox.plan(&after);
        prop_assume!(!is_refused(&plan));
        sandbox.apply(&plan);
        refreshed(&mut sandbox, &after);
        let design = sandbox.design(&after);
        let Sandbox {
            live,
            recorded,
            catalog,
            options,
            ..
        } = &sandbox;
        let now = planned(&assess(&design, live, recorded, catalog, options.as_of));
        let then = planned(&plan.exposure);
        for (key, was_planned) in &then {
            if let Some(is) = now.get(key) {
                compared.set(compared.get() + 1);
                let known = u32::from(is.0 != Bound::Unbounded);
                finite.set(finite.get() + known);
                prop_assert_eq!(is, was_planned, "{:?}\n{}", key, super::view::view(&plan));
            }
        }
        Ok(())
    });
    result.unwrap();
    println!(
        "{CASES} plans, {} exposures compared, {} of them bounded",
        compared.get(),
        finite.get()
    );
    assert!(finite.get() > compared.get() / 4);
}

/// Returns the targets and scopes in which a plan breaks its promise.
fn broken(
    sandbox: &Sandbox,
    shape: &Shape,
    plan: &Plan,
    exact: usize,
) -> BTreeSet<(Address, Scope)> {
    let design = sandbox.design(shape);
    let found = steps(
        plan,
        &design,
        &sandbox.live,
        &sandbox.recorded,
        &sandbox.catalog,
        exact,
    );
    found
        .broken
        .into_iter()
        .filter_map(|finding| match finding {
            Finding::LessProtected { target, scope, .. } => Some((target, scope)),
            _ => None,
        })
        .collect()
}

#[test]
fn the_least_down_sets_find_what_all_down_sets_find() {
    let (found, sound) = (Cell::new(0_u32), Cell::new(0_u32));
    let cases = (shapes(), shapes(), mishaps(), any::<u64>());
    let result = runner().run(&cases, |(before, after, mishaps, cut)| {
        let sandbox = world(&before, &after, &mishaps);
        let mut plan = sandbox.plan(&after);
        plan.notices.clear();
        // Cuts some of the waits, so that the promise can be broken.
        let mut bit = 0;
        for action in &mut plan.actions {
            action.after_actions.retain(|_| {
                bit += 1;
                cut & (1 << (bit % 64)) != 0
            });
        }
        let all = broken(&sandbox, &after, &plan, EXACT);
        let least = broken(&sandbox, &after, &plan, 0);
        let which = if all.is_empty() { &sound } else { &found };
        which.set(which.get() + 1);
        prop_assert_eq!(all, least, "{}", super::view::view(&plan));
        Ok(())
    });
    result.unwrap();
    println!(
        "{CASES} plans with some waits cut: {} break the promise, {} hold it; both ways agree on each",
        found.get(),
        sound.get()
    );
    assert!(found.get() > CASES / 50, "{}", found.get());
}
