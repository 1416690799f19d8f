//! The main situations, each with the plan that comes of it.

use lifeboat_model::{Address, Block, ReadFailure};
use serde_json::json;

use super::sandbox::Sandbox;
use super::shape::{Mechanics, Shape, Tree, tree, vault};
use super::view::{exposure, view};

fn hourly(repository: usize) -> Mechanics {
    Mechanics {
        repository,
        schedule: 1,
        retention: 1,
        ..Mechanics::default()
    }
}

/// One target, a snapshot every hour in the near vault, copied to the far one.
fn walk() -> Shape {
    let copy = Mechanics {
        schedule: 0,
        ..hourly(1)
    };
    Shape {
        trees: vec![Tree {
            first: Some(hourly(0)),
            copy: Some(copy),
            ..Tree::default()
        }],
        ..Shape::default()
    }
}

fn first() -> Address {
    tree(0).part("snapshot", Some("first0".to_owned()))
}

#[test]
fn a_first_plan_makes_everything_and_backs_up_in_the_order_of_the_copies() {
    let sandbox = Sandbox::new().with_targets(&walk());
    let plan = sandbox.plan(&walk());
    insta::assert_snapshot!(view(&plan), @r#"
    0 = create repository.vault.far (not live)
    1 = create repository.vault.near (not live)
    2 + create target.tree.t0.snapshot["first0"] (not live) after 1
    3 + create target.tree.t0.copy["copy0"] (not live) after 0 2
    4 + create target.tree.t0.schedule["first0"] (not live) after 2
    5 + back up target.tree.t0.snapshot["first0"] (no recovery point) after 2
    6 + back up target.tree.t0.copy["copy0"] (no recovery point) after 3 5
    "#);
    insta::assert_snapshot!(exposure(&plan), @"
    target.tree.t0 corruption: rpo unbounded → 1h, rto unbounded → unbounded
    target.tree.t0 instance: rpo unbounded → unbounded, rto unbounded → unbounded
    ");
}

#[test]
fn a_plan_right_after_apply_is_empty_and_shows_what_stands() {
    let sandbox = Sandbox::new().applied(&walk());
    let plan = sandbox.plan(&walk());
    insta::assert_snapshot!(view(&plan), @r"no changes");
    insta::assert_snapshot!(exposure(&plan), @"
    target.tree.t0 corruption: rpo unbounded → 1h, rto unbounded → unbounded
    target.tree.t0 instance: rpo 3h → 3h, rto unbounded → unbounded
    ");
}

#[test]
fn every_number_is_derived() {
    let plan = Sandbox::new().applied(&walk()).plan(&walk());
    let derivations: Vec<String> = plan
        .exposure
        .iter()
        .flat_map(|row| {
            let figures = [&row.planned.rpo, &row.planned.rto];
            figures
                .into_iter()
                .flat_map(|it| std::iter::once(&it.reason).chain(&it.assuming))
        })
        .cloned()
        .collect();
    insta::assert_snapshot!(derivations.join("\n"), @r#"
    `target.tree.t0.snapshot["first0"]` loses 1h = the longer of 1h between points and 1h, its age 2h − dwell 1h
    each run of `target.tree.t0.snapshot["first0"]` ends before its next one starts
    a failed run is noticed and made up for at once
    how much data a restore brings back is not known: declare `size` in an `assumptions` block, or run a drill
    `target.tree.t0.copy["copy0"]`: age 3h = age at its source 2h + run 1h
    each run of `target.tree.t0.snapshot["first0"]` ends before its next one starts
    a failed run is noticed and made up for at once
    each run of `target.tree.t0.copy["copy0"]` ends before the next run of `target.tree.t0.snapshot["first0"]` does
    how much data a restore brings back is not known: declare `size` in an `assumptions` block, or run a drill
    "#);
}

#[test]
fn a_shorter_retention_names_the_points_that_it_takes() {
    let mut sandbox = Sandbox::new().applied(&walk());
    sandbox.age(2);
    let mut shape = walk();
    shape.trees[0].first = Some(Mechanics {
        retention: 2,
        ..hourly(0)
    });
    insta::assert_snapshot!(view(&sandbox.plan(&shape)), @r#"
    LOSES p6 of target.tree.t0.snapshot["first0"] by 0
    LOSES p5 of target.tree.t0.snapshot["first0"] by 0
    0 - update target.tree.t0.snapshot["first0"] (configuration: retention)
    "#);
}

#[test]
fn what_the_old_retention_drops_anyway_is_no_loss_of_the_plan() {
    let mut sandbox = Sandbox::new().applied(&walk());
    sandbox.age(9);
    let mut shape = walk();
    shape.trees[0].first = Some(Mechanics {
        retention: 2,
        ..hourly(0)
    });
    assert_eq!(sandbox.plan(&shape).losses.len(), 2);
}

#[test]
fn a_guard_keeps_what_a_shorter_retention_would_take() {
    let mut guarded = walk();
    guarded.trees[0].guard = Some(0);
    let mut sandbox = Sandbox::new().applied(&guarded);
    sandbox.age(2);
    guarded.trees[0].first = Some(Mechanics {
        retention: 2,
        ..hourly(0)
    });
    insta::assert_snapshot!(view(&sandbox.plan(&guarded)), @r#"
    0 - update target.tree.t0.snapshot["first0"] (configuration: retention)
    note plan::guarded: `target.tree.t0.snapshot["first0"]` keeps 2 recovery points that its new retention drops: `target.tree.t0.guard["guard0"]` guards them
    "#);
}

#[test]
fn what_happens_behind_lifeboats_back_is_drift() {
    let mut sandbox = Sandbox::new().applied(&walk());
    sandbox.age(1);
    let live = &mut sandbox.live.resources;
    live.get_mut(&first()).unwrap().recovery_points.remove(0);
    live.remove(&tree(0).part("schedule", Some("first0".to_owned())));
    let copy = tree(0).part("copy", Some("copy0".to_owned()));
    live.get_mut(&copy)
        .unwrap()
        .attributes
        .insert("tags".to_owned(), json!(["x"]));
    insta::assert_snapshot!(view(&sandbox.plan(&walk())), @r#"
    drift target.tree.t0.copy["copy0"]: tags
    drift target.tree.t0.schedule["first0"]: deleted
    drift target.tree.t0.snapshot["first0"]: 1 points missing
    0 = adopt target.tree.t0.snapshot["first0"] (drifted: recovery_points)
    1 = update target.tree.t0.copy["copy0"] (drifted: tags) after 0
    2 + create target.tree.t0.schedule["first0"] (deleted outside) after 0
    "#);
}

#[test]
fn another_repository_in_the_place_of_ours_is_never_taken() {
    let mut sandbox = Sandbox::new().applied(&walk());
    let near = sandbox.live.resources.get_mut(&vault(0)).unwrap();
    near.attributes
        .insert("repository_id".to_owned(), json!("other"));
    let mut shape = walk();
    shape.trees[0].first = Some(Mechanics {
        retention: 2,
        ..hourly(0)
    });
    insta::assert_snapshot!(view(&sandbox.plan(&shape)), @r#"
    drift repository.vault.near: repository_id
    error plan::foreign_repository: another repository stands where `repository.vault.near` was: its repository_id is "other", not "id2"
    "#);
}

#[test]
fn what_cannot_be_read_is_not_taken_for_absent() {
    let mut sandbox = Sandbox::new().applied(&walk());
    sandbox.live.resources.remove(&vault(0));
    let failure = ReadFailure {
        class: "denied".to_owned(),
        message: "wrong password".to_owned(),
        help: None,
    };
    sandbox.live.failures.insert(vault(0), failure);
    insta::assert_snapshot!(view(&sandbox.plan(&Shape::default())), @r"error plan::unread: `repository.vault.near` could not be read: wrong password");
}

#[test]
fn removed_blocks_are_forgotten_and_deletes_wait_for_what_replaces_them() {
    let sandbox = Sandbox::new().applied(&walk());
    let shape = Shape {
        trees: vec![Tree {
            second: Some(hourly(1)),
            ..Tree::default()
        }],
        ..Shape::default()
    };
    insta::assert_snapshot!(view(&sandbox.plan(&shape)), @r#"
    0 + create target.tree.t0.snapshot["second0"] (not live)
    1 + create target.tree.t0.schedule["second0"] (not live) after 0
    2 + back up target.tree.t0.snapshot["second0"] (no recovery point) after 0
    3 - forget target.tree.t0.copy["copy0"] (not in configuration) after 1 2
    4 - delete target.tree.t0.schedule["first0"] (not in configuration) after 3
    5 - forget target.tree.t0.snapshot["first0"] (not in configuration) after 4
    6 = forget repository.vault.near (not in configuration) after 5
    warning plan::forgotten: `target.tree.t0.copy["copy0"]` is forgotten: its recovery points (1) stay, and nothing makes new ones any more
    warning plan::forgotten: `target.tree.t0.snapshot["first0"]` is forgotten: its recovery points (1) stay, and nothing makes new ones any more
    "#);
}

#[test]
fn a_repository_in_another_place_takes_its_protections_along() {
    let sandbox = Sandbox::new().applied(&walk());
    let mut shape = walk();
    shape.vaults[0].path = 1;
    insta::assert_snapshot!(view(&sandbox.plan(&shape)), @r#"
    0 - replace repository.vault.near (cannot update: path; configuration: path)
    1 - replace target.tree.t0.snapshot["first0"] (follows repository.vault.near) after 0
    2 + back up target.tree.t0.snapshot["first0"] (no recovery point) after 1
    "#);
}

#[test]
fn destroy_goes_backwards_and_lists_every_point() {
    let mut guarded = walk();
    guarded.trees[0].guard = Some(0);
    let mut sandbox = Sandbox::new().applied(&guarded);
    sandbox.options.destroy = true;
    insta::assert_snapshot!(view(&sandbox.plan(&guarded)), @r#"
    LOSES p2 of target.tree.t0.copy["copy0"] by 0
    LOSES p1 of target.tree.t0.snapshot["first0"] by 4
    0 - delete target.tree.t0.copy["copy0"] (destroy)
    1 - delete repository.vault.far (destroy) after 0
    2 - delete target.tree.t0.guard["guard0"] (destroy) after 1
    3 - delete target.tree.t0.schedule["first0"] (destroy) after 2
    4 - delete target.tree.t0.snapshot["first0"] (destroy) after 3
    5 - delete repository.vault.near (destroy) after 4
    "#);
}

#[test]
fn a_lost_state_is_adopted_back() {
    let mut sandbox = Sandbox::new().applied(&walk());
    sandbox.recorded.resources.clear();
    insta::assert_snapshot!(view(&sandbox.plan(&walk())), @r#"
    0 = adopt repository.vault.far (not recorded)
    1 = adopt repository.vault.near (not recorded)
    2 = adopt target.tree.t0.snapshot["first0"] (not recorded) after 1
    3 = adopt target.tree.t0.copy["copy0"] (not recorded) after 0 2
    4 = adopt target.tree.t0.schedule["first0"] (not recorded) after 2
    "#);
}

#[test]
fn a_missing_target_is_planned_for_and_not_backed_up() {
    insta::assert_snapshot!(view(&Sandbox::new().plan(&walk())), @r#"
    0 = create repository.vault.far (not live)
    1 = create repository.vault.near (not live)
    2 + create target.tree.t0.snapshot["first0"] (not live) after 1
    3 + create target.tree.t0.copy["copy0"] (not live) after 0 2
    4 + create target.tree.t0.schedule["first0"] (not live) after 2
    warning plan::target_missing: `target.tree.t0` does not exist, so nothing of it can be backed up
    "#);
}

#[test]
fn a_selector_takes_what_it_requires_along_and_must_match() {
    let mut sandbox = Sandbox::new().with_targets(&walk());
    sandbox.options.targets = vec![first()];
    insta::assert_snapshot!(view(&sandbox.plan(&walk())), @r#"
    0 = create repository.vault.near (not live)
    1 + create target.tree.t0.snapshot["first0"] (not live) after 0
    2 + back up target.tree.t0.snapshot["first0"] (no recovery point) after 1
    "#);
    sandbox.options.targets = vec![Address::of_kind(Block::Target, "tree", "t9")];
    let error = sandbox.try_plan(&walk()).unwrap_err();
    insta::assert_snapshot!(format!("{error}\n{}", error.help()), @r"
    `target.tree.t9` matches nothing in the configuration or the state
    Did you mean `target.tree.t0`?
    ");
}
