//! The checker finds what a planner could get wrong.

use lifeboat_model::{ActionId, Plan, Verb};

use super::sandbox::Sandbox;
use super::shape::{Mechanics, Shape, Tree};
use crate::check::grade;

fn hourly(repository: usize) -> Mechanics {
    Mechanics {
        repository,
        schedule: 1,
        retention: 1,
        destroy: true,
        ..Mechanics::default()
    }
}

fn tree(first: Option<Mechanics>, second: Option<Mechanics>) -> Shape {
    let trees = vec![Tree {
        first,
        second,
        ..Tree::default()
    }];
    Shape {
        trees,
        ..Shape::default()
    }
}

/// Moves a target from one protection to another, spoils the plan, and says what the checker finds.
fn found(spoil: impl Fn(&mut Plan)) -> String {
    let mut sandbox = Sandbox::new().applied(&tree(Some(hourly(0)), None));
    sandbox.age(2);
    let after = tree(None, Some(hourly(1)));
    let mut plan = sandbox.plan(&after);
    spoil(&mut plan);
    let design = sandbox.design(&after);
    let findings = grade(
        &plan,
        &design,
        &sandbox.live,
        &sandbox.recorded,
        &sandbox.catalog,
    );
    findings
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_sound_plan_has_no_findings() {
    assert_eq!(found(|_| {}), "");
}

#[test]
fn removing_before_the_new_one_holds_a_point_is_found() {
    let findings = found(|plan| {
        plan.actions
            .sort_by_key(|action| action.verb != Verb::Delete);
        for (id, action) in (0..).zip(&mut plan.actions) {
            action.id = ActionId(id);
            action.after_actions.clear();
        }
        for loss in &mut plan.losses {
            let action = plan
                .actions
                .iter()
                .find(|action| action.address == loss.address);
            loss.action = action.unwrap().id;
        }
    });
    insta::assert_snapshot!(findings, @"`target.tree.t0` is less protected against corruption than before and after, once action 0 is done");
}

#[test]
fn an_unannounced_deletion_is_found() {
    insta::assert_snapshot!(found(|plan| plan.losses.clear()), @r#"
    action 5 deletes `p3` unannounced
    action 5 deletes `p2` unannounced
    action 5 deletes `p1` unannounced
    `target.tree.t0.snapshot["first0"]` is destroyed with `p3`, which no loss announces
    `target.tree.t0.snapshot["first0"]` is destroyed with `p2`, which no loss announces
    `target.tree.t0.snapshot["first0"]` is destroyed with `p1`, which no loss announces
    "#);
}

#[test]
fn a_wait_for_a_later_action_is_found() {
    insta::assert_snapshot!(found(|plan| plan.actions[0].after_actions.push(ActionId(3))), @r"action 0 waits for action 3, which is not before it");
}
