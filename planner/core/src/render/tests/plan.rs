//! The text of plans and of drift.

use lifeboat_model::{Notice, Plan, Verb};

use super::super::*;
use super::fixture::{action, as_of, drift, empty_plan, exposure_rows, plan};

fn text(plan: &Plan) -> String {
    let view = PlanView {
        next: Next::NotSaved,
        ..PlanView::default()
    };
    plan_text(plan, view, Style::plain())
}

#[test]
fn a_plan_shows_what_is_lost_above_all_and_then_in_terraforms_order() {
    insta::assert_snapshot!(text(&plan()), @r#"
    Recovery points that this plan deletes: 3
      target.local_directory.docs.snapshot["docs_daily"]
        aaaaaaaa  2026-10-17 16:30:05Z  36d   1.5 GiB
        bbbbbbbb  2026-10-13 16:30:05Z  40d   1.4 GiB
        cccccccc  2026-08-14 16:30:05Z  100d  1.7 GiB  locked for 2d

    Note: Objects have changed outside of lifeboat

    lifeboat detected the following changes made outside of lifeboat since the last
    "lifeboat apply":

      # target.local_directory.docs.snapshot["docs_daily"] has changed
      ~ protection "snapshot" "docs_daily" {
          ~ schedule = "15 2 * * *" -> "15 2 * * 0"
        }

    Exposure               goal  now          planned
      target.local_directory.docs   bronze: unbounded
        corruption  rpo    1d    1d ✓         1d ✓         snapshot["docs_daily"]
                    rto    1h    12m ✓        12m ✓        by a restore of it
                    dwell  14d   35d ✓        35d ✓        may go unnoticed
        instance    rpo    2d    unbounded ✗  2d ✓*        copy["docs_offsite"]
                    rto    4h    unbounded ✗  3h40m ✓      by a restore of it
        region      rpo    7d    unbounded ✗  unbounded ✗
                           snapshot["docs_daily"] is lost with it: both on /dev/sda1
                           (st_dev 8:1)
        * assuming that each run of copy["docs_offsite"] ends before the next run of
          snapshot["docs_daily"] does

    Actions are indicated with the following symbols:
      + create
      ~ update in-place
    +/- create replacement beside the old one
      = import: record what is live as it is
      ! back up now
      . forget: no longer managed, not destroyed
      - destroy

    lifeboat will perform the following actions:

      # repository.s3.offsite will be created
      + repository "s3" "offsite" {
          + bucket   = "acme-dr"
          + endpoint = "http://127.0.0.1:9000"
          + password = { env = "OFFSITE_PASSWORD" }
          + prefix   = "docs"
        }

      # target.local_directory.docs.copy["docs_offsite"] will be created
      + protection "copy" "docs_offsite" {
          + from       = "protection.snapshot.docs_daily"
          + repository = "repository.s3.offsite"
          + retention  = {
              + immutable_for = "35d"
              + keep          = {
                  + daily  = 35
                  + yearly = 7
                }
            }
          + tags       = [
              + "lifeboat",
              + "docs",
            ]
        }

      # target.local_directory.docs.copy["docs_offsite"] will back up now
      # (it holds no recovery point yet)
      ! backup of target.local_directory.docs to repository.s3.offsite

      # target.local_directory.docs.snapshot["docs_daily"] will be updated in-place
      # (the configuration changes retention and source)
      # (deletes 3 recovery points, named above)
      # (this weakens the protection of target.local_directory.docs)
      ~ protection "snapshot" "docs_daily" {
            id        = "docs_daily@a1b2c3"
          ~ retention = {
              + delete_after = "1y"
              ~ keep         = {
                  ~ daily = 35 -> 7
                    # (1 unchanged attribute hidden)
                }
            }
          ~ source    = {
              ~ exclude = [
                  - "cache",
                  + "*.swp",
                    # (1 unchanged element hidden)
                ]
                # (1 unchanged attribute hidden)
            }
            # (2 unchanged attributes hidden)
        }

      # target.local_directory.docs.schedule["docs_daily"] must be replaced
      # (cannot be changed in place: scope)
      # (the old one is destroyed afterwards: on_remove = "destroy")
    +/- schedule "docs_daily" {
          ~ scope = "user" -> "system" # forces replacement
          ~ unit  = "lifeboat-docs.timer" -> (known after apply)
            # (1 unchanged attribute hidden)
        }

      # target.local_sqlite.shop.snapshot["shop_hourly"] will be imported
      # (it is live, and not in the state yet)
      = protection "snapshot" "shop_hourly" {
            repository = "repository.directory.main"
            schedule   = "1h"
        }

      # target.local_directory.photos.snapshot["photos"] will no longer be managed
      # (because protection.snapshot.photos is not in configuration)
      # (it is not destroyed, and what it holds stays)
      . protection "snapshot" "photos"

      # target.local_directory.photos.guard will be destroyed
      # (because target.local_directory.photos.guard is not in configuration)
      - protection "guard" "local_directory.photos" {
          - mode     = "0500" -> null
          - password = { file = "/etc/key" } -> null
        }

    Warning: the recovery points of the repository could not be listed, so the
    plan does not know which of them a shorter retention would delete
      with repository.directory.old
      plan::unread

    Unlock the repository and plan again.

    Note: nothing runs `1h` here: this machine has neither systemd nor cron
      with target.local_directory.docs.copy["docs_offsite"]
      plan::unscheduled

    Plan: 1 to import, 3 to add, 1 to change, 2 to destroy, 1 to forget. Actions: 1 to invoke.
    Objectives: 4 of 5 met (2 before, 1 on assumptions).
    This plan deletes 3 recovery points and makes 1 target less protected than now:
    apply needs --allow-loss.

    Outputs:
      restore_command = "lifeboat restore target.local_directory.docs"
      token           = (sensitive value)

    ─────────────────────────────────────────────────────────────────────────────

    Note: You didn't use the --out option to save this plan, so lifeboat can't
    guarantee to take exactly these actions if you run "lifeboat apply" now.
    "#);
}

#[test]
fn the_empty_plan_says_no_changes() {
    let rows = exposure_rows().into_iter().take(1).collect();
    let plan = Plan {
        exposure: rows,
        ..empty_plan()
    };
    insta::assert_snapshot!(text(&plan), @r"
    Recovery points that this plan deletes: none.

    Exposure: 1 target, no bound moves, every goal is met.

    No changes. Your protections match the configuration.
    Objectives: 2 of 2 met (as before).

    lifeboat has compared your real protections against your configuration and found
    no differences, so no changes are needed.
    ");
}

#[test]
fn drift_is_shown_as_recorded_against_live() {
    insta::assert_snapshot!(drift_text(&drift(), 0, as_of(), Style::plain()), @r#"
    Note: Objects have changed outside of lifeboat

    lifeboat detected the following changes made outside of lifeboat since the last
    "lifeboat apply":

      # target.local_directory.docs.snapshot["docs_daily"] has changed
      ~ protection "snapshot" "docs_daily" {
          ~ schedule = "15 2 * * *" -> "15 2 * * 0"
        }

      # target.local_directory.docs.schedule["docs_daily"] has been deleted
      - schedule "docs_daily"

      # target.local_directory.docs.snapshot["docs_daily"] has lost 1 recovery point
      # (no retention of the configuration took them)
      ~ protection "snapshot" "docs_daily" {
          - 99999999  2026-11-19 16:30:05Z  3d  40 MiB
        }

    Drift: 2 objects.
    Run "lifeboat plan" to see what apply would do about it.
    "#);
    insta::assert_snapshot!(drift_text(&[], 2, as_of(), Style::plain()), @r"
    No drift. What is live is what the last apply left.
    Apart from that, 2 changes of the configuration are pending: no drift, but not
    applied yet.
    ");
}

#[test]
fn no_line_of_a_plan_is_wider_than_the_terminal() {
    for style in [
        Style::plain(),
        Style {
            verbose: true,
            unicode: false,
            ..Style::plain()
        },
    ] {
        let text = plan_text(&plan(), PlanView::default(), style);
        let wide: Vec<&str> = text
            .lines()
            .filter(|line| line.chars().count() > 80 && !line.starts_with("Plan:"))
            .collect();
        assert_eq!(wide, Vec::<&str>::new());
    }
}

#[test]
fn colour_adds_codes_and_changes_no_text() {
    let style = Style {
        color: true,
        unicode: false,
        ..Style::plain()
    };
    let colored = plan_text(&plan(), PlanView::default(), style);
    let plain = plan_text(
        &plan(),
        PlanView::default(),
        Style {
            color: false,
            ..style
        },
    );
    let code = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    assert_eq!(code.replace_all(&colored, ""), plain);
    assert!(colored.contains("\u{1b}[32m  +\u{1b}[0m repository"));
}

#[test]
fn a_plan_in_colour_boxes_its_notices() {
    let mut plan = empty_plan();
    let main = "repository.directory.main";
    plan.actions
        .push(action(0, Verb::Delete, main, "directory"));
    plan.notices = super::fixture::plan().notices;
    let style = Style {
        color: true,
        ..Style::plain()
    };
    insta::assert_snapshot!(plan_text(&plan, PlanView::default(), style), @"
    \u{1b}[1mRecovery points that this plan deletes:\u{1b}[0m none.

    Actions are indicated with the following symbols:
    \u{1b}[31m  -\u{1b}[0m destroy

    lifeboat will perform the following actions:

      \u{1b}[1m# repository.directory.main will be destroyed\u{1b}[0m
    \u{1b}[31m  -\u{1b}[0m repository \"directory\" \"main\" {
        }

    \u{1b}[33m╷\u{1b}[0m
    \u{1b}[33m│ \u{1b}[0m\u{1b}[33mWarning\u{1b}[0m\u{1b}[1m: the recovery points of the repository could not be listed, so the\u{1b}[0m
    \u{1b}[33m│ \u{1b}[0m\u{1b}[1mplan does not know which of them a shorter retention would delete\u{1b}[0m
    \u{1b}[33m│ \u{1b}[0m  with repository.directory.old
    \u{1b}[33m│ \u{1b}[0m  \u{1b}[90mplan::unread\u{1b}[0m
    \u{1b}[33m│\u{1b}[0m
    \u{1b}[33m│ \u{1b}[0mUnlock the repository and plan again.
    \u{1b}[33m╵\u{1b}[0m

    \u{1b}[36m╷\u{1b}[0m
    \u{1b}[36m│ \u{1b}[0m\u{1b}[36mNote\u{1b}[0m\u{1b}[1m: nothing runs `1h` here: this machine has neither systemd nor cron\u{1b}[0m
    \u{1b}[36m│ \u{1b}[0m  with target.local_directory.docs.copy[\"docs_offsite\"]
    \u{1b}[36m│ \u{1b}[0m  \u{1b}[90mplan::unscheduled\u{1b}[0m
    \u{1b}[36m╵\u{1b}[0m

    \u{1b}[1mPlan:\u{1b}[0m 0 to add, 0 to change, 1 to destroy.
    At no step is any target less protected than now.
    ");
}

#[test]
fn a_saved_plan_names_its_file_its_digest_and_the_next_command() {
    let view = PlanView {
        next: Next::Saved("p.plan"),
        ..PlanView::default()
    };
    let plan = Plan {
        actions: plan().actions.into_iter().take(1).collect(),
        ..empty_plan()
    };
    let text = plan_text(
        &plan,
        view,
        Style {
            unicode: false,
            ..Style::plain()
        },
    );
    let end = text.find("Plan: ").unwrap();
    insta::assert_snapshot!(&text[end..], @r#"
    Plan: 1 to add, 0 to change, 0 to destroy.
    At no step is any target less protected than now.

    -----------------------------------------------------------------------------

    Saved the plan to: p.plan
    Digest: 9becb7482ca8

    To perform exactly these actions, run the following command to apply:
        lifeboat apply "p.plan"
    "#);
}

#[test]
fn what_was_applied_is_said_in_terraforms_words() {
    let done = Summary::of(&plan().actions);
    insta::assert_snapshot!(applied_text(done, false), @"Apply complete! Resources: 1 imported, 3 added, 1 changed, 2 destroyed, 1 forgotten. Actions: 1 invoked.");
    insta::assert_snapshot!(applied_text(Summary { destroy: 3, ..Summary::default() }, true), @"Destroy complete! Resources: 3 destroyed.");
}

#[test]
fn notices_that_say_the_same_are_one() {
    let mut plan = empty_plan();
    let notice = super::fixture::plan().notices.remove(0);
    for n in 0..5 {
        let address = format!("target.local_directory.docs{n}.snapshot")
            .parse()
            .ok();
        plan.notices.push(Notice {
            address,
            ..notice.clone()
        });
    }
    let text = text(&plan);
    let start = text.find("Note: ").unwrap();
    insta::assert_snapshot!(&text[start..], @r"
    Note: nothing runs `1h` here: this machine has neither systemd nor cron
      with target.local_directory.docs0.snapshot
      with target.local_directory.docs1.snapshot
      with target.local_directory.docs2.snapshot
      and 2 more
      plan::unscheduled
    ");
}

/// The expressions that tfcmt and Atlantis search a plan's text with.
#[test]
fn tools_that_read_terraforms_text_find_their_words() {
    let text = text(&plan());
    let found = |pattern: &str| -> Vec<String> {
        let pattern = regex::RegexBuilder::new(pattern)
            .multi_line(true)
            .build()
            .unwrap();
        let captures = pattern.captures_iter(&text);
        captures
            .map(|groups| groups.get(1).unwrap().as_str().to_owned())
            .collect()
    };
    let all = [
        ("create", "^ *# (.*) will be created$"),
        ("update", "^ *# (.*) will be updated in-place$"),
        ("delete", "^ *# (.*) will be destroyed$"),
        (
            "replace",
            "^ *# (.*?)(?: is tainted, so)? must be replaced$",
        ),
        ("import", "^ *# (.*?) will be imported$"),
        (
            "counts",
            "^(Plan: (?:\\d+ to import, )?\\d+ to add, \\d+ to change, \\d+ to destroy)",
        ),
        ("destroys", "([1-9][0-9]* to destroy.)"),
        ("no changes", "^(No changes.)"),
        ("failed", "^(Error: )"),
    ];
    let lines: Vec<String> = all
        .iter()
        .map(|(name, pattern)| format!("{name} {:?}", found(pattern)))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    create ["repository.s3.offsite", "target.local_directory.docs.copy[\"docs_offsite\"]"]
    update ["target.local_directory.docs.snapshot[\"docs_daily\"]"]
    delete ["target.local_directory.photos.guard"]
    replace ["target.local_directory.docs.schedule[\"docs_daily\"]"]
    import ["target.local_sqlite.shop.snapshot[\"shop_hourly\"]"]
    counts ["Plan: 1 to import, 3 to add, 1 to change, 2 to destroy"]
    destroys ["2 to destroy,"]
    no changes []
    failed []
    "#);
}
