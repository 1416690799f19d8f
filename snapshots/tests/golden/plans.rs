//! The plans that a person meets: the first, and each kind of change to what stands.

use insta::assert_snapshot;
use lifeboat_core::render::{PlanView, Style, plan_json, plan_markdown, plan_text};
use lifeboat_model::{Plan, ReadFailure};
use serde_json::json;

use super::world::{World, catalog, inputs, read};

const TEXT: &str = r#"objective "working_files" {
  survive "corruption" {
    rpo             = "2h"
    detected_within = "10h"
  }
  survive "instance" {
    rpo = "4h"
  }
}

retention "hours" {
  keep {
    hourly = 12
  }
}

repository "directory" "near" {
  path = "/srv/backups"
  password {
    env = "PASSWORD"
  }
}

target "local_directory" "docs" {
  path      = "/srv/docs"
  objective = objective.working_files
  retention = retention.hours
}

protection "snapshot" "hourly" {
  target     = target.local_directory.docs
  repository = repository.directory.near
  schedule   = "1h"
}
"#;

fn configured(text: &str) -> lifeboat_core::configuration::Configuration {
    let inputs = inputs(&[("main.dr.hcl", text)], &[]);
    read(&inputs)
        .map_err(|d| d.plain(&inputs.sources()))
        .unwrap()
        .0
}

/// The world after `TEXT` was applied and ran for twelve hours.
fn world() -> World {
    World::after(&configured(TEXT), 12)
}

fn text(plan: &Plan) -> String {
    let catalog = catalog();
    let view = PlanView {
        catalog: Some(&catalog),
        ..PlanView::default()
    };
    plan_text(plan, view, Style::plain())
}

macro_rules! golden {
    ($name:expr, $shown:expr) => {
        insta::with_settings!({ snapshot_path => "../../plan", prepend_module_to_snapshot => false, omit_expression => true }, {
            assert_snapshot!($name, $shown);
        });
    };
}

#[test]
fn what_stands_needs_no_change() {
    let plan = world().plan(&configured(TEXT));
    assert!(plan.actions.is_empty(), "{}", text(&plan));
    golden!("nothing", text(&plan));
}

#[test]
fn a_first_plan_makes_everything() {
    let configuration = configured(TEXT);
    let plan = World::before(&configuration).plan(&configuration);
    golden!("first", text(&plan));
    golden!(
        "first.markdown",
        plan_markdown(&plan, Some(&catalog()), None)
    );
}

#[test]
fn a_shorter_retention_names_what_it_deletes() {
    let shorter = configured(&TEXT.replace("hourly = 12", "hourly = 3"));
    let plan = world().plan(&shorter);
    assert!(!plan.losses.is_empty());
    golden!("retention_loss", text(&plan));
    golden!(
        "retention_loss.markdown",
        plan_markdown(&plan, Some(&catalog()), None)
    );
}

#[test]
fn what_changed_behind_lifeboats_back_is_shown_and_put_back() {
    let mut world = world();
    for resource in world.live.resources.values_mut() {
        if let Some(policy) = resource.attributes.get_mut("retention") {
            *policy = json!({ "keep": { "hourly": 1 } });
        }
    }
    golden!("drift", text(&world.plan(&configured(TEXT))));
}

#[test]
fn a_removed_block_is_forgotten() {
    let (kept, _) = TEXT.split_once("protection").unwrap();
    let plan = world().plan(&configured(kept));
    golden!("forget", text(&plan));
    let mut json = plan_json(&plan, Some(&catalog()));
    json.as_object_mut().unwrap().retain(|key, _| {
        ["resource_changes", "format_version", "timestamp"].contains(&key.as_str())
    });
    golden!("forget.json", serde_json::to_string_pretty(&json).unwrap());
}

#[test]
fn destroy_lists_every_point() {
    let mut world = world();
    world.options.destroy = true;
    golden!("destroy", text(&world.plan(&configured(TEXT))));
}

#[test]
fn a_repository_in_another_place_is_another_one() {
    let moved = configured(&TEXT.replace("/srv/backups", "/mnt/backups"));
    golden!("replace", text(&world().plan(&moved)));
}

#[test]
fn what_cannot_be_read_is_not_taken_for_absent() {
    let mut world = world();
    let address = "repository.directory.near".parse().unwrap();
    world.live.resources.remove(&address);
    world.live.failures.insert(
        address,
        ReadFailure {
            class: "denied".to_owned(),
            message: "the password of `/srv/backups` is wrong".to_owned(),
            help: Some("Give the password that the repository was made with.".to_owned()),
        },
    );
    let plan = world.plan(&configured(TEXT));
    assert!(!text(&plan).contains("No changes."));
    golden!("unreadable", text(&plan));
}
