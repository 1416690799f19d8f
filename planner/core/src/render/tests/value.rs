//! Values side by side.

use std::collections::BTreeMap;

use lifeboat_model::{
    AttributeSpec, Catalog, Cause, KindRole, KindSpec, OnRemove, ValueType, Verb,
};
use serde_json::{Value, json};

use super::super::*;
use super::fixture::{action, attributes, empty_plan};

fn shown(
    verb: Verb,
    before: Option<Value>,
    after: Option<Value>,
    causes: Vec<Cause>,
    style: Style,
) -> String {
    let mut plan = empty_plan();
    let mut action = action(0, verb, "repository.directory.main", "directory");
    action.before = before.map(attributes);
    action.after = after.map(attributes);
    action.causes = causes;
    action.on_remove = OnRemove::Destroy;
    plan.actions.push(action);
    let id = AttributeSpec::computed("id", ValueType::String, "The repository's own name.");
    let kind = KindSpec {
        inputs: Vec::new(),
        name: "directory".to_owned(),
        provider: "local".to_owned(),
        role: KindRole::Repository,
        description: "A directory.".to_owned(),
        attributes: vec![id],
    };
    let catalog = Catalog {
        kinds: BTreeMap::from([(kind.name.clone(), kind)]),
        ..Catalog::default()
    };
    let view = PlanView {
        catalog: Some(&catalog),
        ..PlanView::default()
    };
    let text = plan_text(&plan, view, style);
    let start = text.find("  # repository").unwrap();
    let end = text.find("\n\nPlan:").unwrap();
    text[start..end].to_owned()
}

#[test]
fn what_the_provider_computes_is_known_after_apply() {
    let after = json!({ "path": "/srv/backups", "password": { "command": ["pass", "show"] }, "note": null });
    insta::assert_snapshot!(shown(Verb::Create, None, Some(after), vec![], Style::plain()), @r#"
    # repository.directory.main will be created
    + repository "directory" "main" {
        + id       = (known after apply)
        + password = {
            + command = [
                + "pass",
                + "show",
              ]
          }
        + path     = "/srv/backups"
      }
    "#);
}

#[test]
fn what_forces_a_replacement_says_so_where_it_stands() {
    let before = json!({ "id": "main@1", "layout": { "depth": 2, "pack": "16 MiB" }, "tags": ["a"], "path": "/srv/a" });
    let after =
        json!({ "layout": { "depth": 3, "pack": "16 MiB" }, "tags": ["b"], "path": "/srv/b" });
    let causes = vec![Cause::CannotUpdate(vec![
        "layout.depth".to_owned(),
        "path".to_owned(),
    ])];
    insta::assert_snapshot!(shown(Verb::Replace, Some(before), Some(after), causes, Style::plain()), @r#"
      # repository.directory.main must be replaced
      # (cannot be changed in place: layout.depth and path)
      # (the old one is destroyed afterwards: on_remove = "destroy")
    +/- repository "directory" "main" {
          ~ id     = "main@1" -> (known after apply)
          ~ layout = { # forces replacement
              ~ depth = 2 -> 3
                # (1 unchanged attribute hidden)
            }
          ~ path   = "/srv/a" -> "/srv/b" # forces replacement
          ~ tags   = [
              - "a",
              + "b",
            ]
        }
    "#);
}

#[test]
fn elements_and_lines_that_stay_are_counted_and_those_that_move_are_shown() {
    let before = json!({
        "copies": [{ "to": "a", "every": "1h" }, { "to": "b", "every": "1d" }],
        "exclude": ["*.tmp", "cache", "target"],
        "script": "set -e\nsync\nexit 0\n",
        "size": 3,
        "label": "old",
    });
    let after = json!({
        "copies": [{ "to": "a", "every": "2h" }, { "to": "b", "every": "1d" }],
        "exclude": ["*.tmp", "target", "node_modules"],
        "script": "set -eu\nsync\nexit 0\n",
        "size": { "max": 3 },
    });
    let causes = vec![Cause::Configuration(vec!["label".to_owned()])];
    let text = |style| {
        shown(
            Verb::Update,
            Some(before.clone()),
            Some(after.clone()),
            causes.clone(),
            style,
        )
    };
    insta::assert_snapshot!(text(Style::plain()), @r#"
    # repository.directory.main will be updated in-place
    # (the configuration changes label)
    ~ repository "directory" "main" {
        ~ copies  = [
            ~ {
                ~ every = "1h" -> "2h"
                  # (1 unchanged attribute hidden)
              },
              # (1 unchanged element hidden)
          ]
        ~ exclude = [
            - "cache",
            + "node_modules",
              # (2 unchanged elements hidden)
          ]
        - label   = "old" -> null
        ~ script  = <<-EOT
            - set -e
            + set -eu
              sync
              exit 0
          EOT
        ~ size    = 3 -> { max = 3 }
      }
    "#);
    insta::assert_snapshot!(text(Style { verbose: true, ..Style::plain() }), @r#"
    # repository.directory.main will be updated in-place
    # (the configuration changes label)
    ~ repository "directory" "main" {
        ~ copies  = [
            ~ {
                ~ every = "1h" -> "2h"
                  to    = "a"
              },
              {
                  every = "1d"
                  to    = "b"
              },
          ]
        ~ exclude = [
              "*.tmp",
            - "cache",
              "target",
            + "node_modules",
          ]
        - label   = "old" -> null
        ~ script  = <<-EOT
            - set -e
            + set -eu
              sync
              exit 0
          EOT
        ~ size    = 3 -> { max = 3 }
      }
    "#);
}

#[test]
fn a_long_value_is_cut_unless_everything_is_asked_for() {
    let after = json!({ "path": "x".repeat(500), "odd key": "\u{1b}[2J" });
    insta::assert_snapshot!(shown(Verb::Create, None, Some(after.clone()), vec![], Style::plain()), @r#"
    # repository.directory.main will be created
    + repository "directory" "main" {
        + id        = (known after apply)
        + "odd key" = "\u001b[2J"
        + path      = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… (470 more characters)
      }
    "#);
    let verbose = shown(
        Verb::Create,
        None,
        Some(after),
        vec![],
        Style {
            verbose: true,
            ..Style::plain()
        },
    );
    assert!(verbose.contains(&"x".repeat(500)));
    let (old, new) = (
        json!({ "path": "/srv/".repeat(9) }),
        json!({ "path": "/mnt/".repeat(9) }),
    );
    insta::assert_snapshot!(shown(Verb::Update, Some(old), Some(new), vec![], Style::plain()), @r#"
    # repository.directory.main will be updated in-place
    ~ repository "directory" "main" {
        ~ path = "/srv//srv//srv//srv//srv//srv//srv//srv//srv/"
            -> "/mnt//mnt//mnt//mnt//mnt//mnt//mnt//mnt//mnt/"
      }
    "#);
}

#[test]
fn what_is_recorded_anew_is_no_import_and_what_is_gone_does_not_stay() {
    let live = json!({ "id": "main@1", "path": "/srv/a", "mode": "0700" });
    let causes = vec![Cause::Drifted(vec!["mode".to_owned()])];
    insta::assert_snapshot!(shown(Verb::Adopt, Some(live.clone()), Some(live), causes, Style::plain()), @r#"
    # repository.directory.main will be recorded as it is
    # (changed outside of lifeboat: mode)
    = repository "directory" "main" {
          id = "main@1"
          # (2 unchanged attributes hidden)
      }
    "#);
    let causes = vec![Cause::NotInConfiguration, Cause::DeletedOutside];
    insta::assert_snapshot!(shown(Verb::Forget, None, None, causes, Style::plain()), @r#"
    # repository.directory.main will no longer be managed
    # (because repository.directory.main is not in configuration)
    # (it was deleted outside of lifeboat)
    . repository "directory" "main"
    "#);
}
