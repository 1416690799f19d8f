//! Large plans.

use super::sandbox::Sandbox;
use super::shape::{Mechanics, Shape, Tree};

fn many(count: usize) -> Shape {
    let hourly = Mechanics {
        schedule: 1,
        retention: 3,
        ..Mechanics::default()
    };
    let tree = Tree {
        first: Some(hourly),
        ..Tree::default()
    };
    Shape {
        trees: vec![tree; count],
        ..Shape::default()
    }
}

#[test]
fn many_targets_are_planned_applied_and_planned_again() {
    let shape = many(2_000);
    let sandbox = Sandbox::new().applied(&shape);
    let plan = sandbox.plan(&shape);
    assert!(plan.is_empty());
    assert_eq!(plan.exposure.len(), 4_000);
    let none = sandbox.plan(&Shape::default());
    assert_eq!(none.actions.len(), 2_000 * 2 + 1);
}
