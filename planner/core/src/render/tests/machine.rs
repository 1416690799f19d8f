//! What other programs read: JSON, the stream, Markdown.

use serde_json::json;

use super::super::*;
use super::fixture::{as_of, drift, plan};

#[test]
fn markdown_keeps_the_verdict_and_the_counts_outside_the_fold() {
    insta::assert_snapshot!(plan_markdown(&plan(), None, None), @r#"
    ## This plan deletes 3 recovery points and makes 1 target less protected than now; 4 of 5 objectives met

    ### Recovery points that this plan deletes: 3

    | point | time | age | size | held by |
    |---|---|---|---|---|
    | `aaaaaaaa` | 2026-10-17 16:30:05Z | 36d | 1.5 GiB | `target.local_directory.docs.snapshot["docs_daily"]` |
    | `bbbbbbbb` | 2026-10-13 16:30:05Z | 40d | 1.4 GiB | `target.local_directory.docs.snapshot["docs_daily"]` |
    | `cccccccc` | 2026-08-14 16:30:05Z | 100d | 1.7 GiB | `target.local_directory.docs.snapshot["docs_daily"]` |

    | target | scope | measure | goal | now | planned | |
    |---|---|---|---|---|---|---|
    | `target.local_directory.docs` | instance | rpo | 2d | unbounded ✗ | 2d ✓* | copy\["docs\_offsite"\]; assuming that each run of copy\["docs\_offsite"\] ends before the next run of snapshot\["docs\_daily"\] does |
    | `target.local_directory.docs` | instance | rto | 4h | unbounded ✗ | 3h40m ✓ | by a restore of it |
    | `target.local_directory.docs` | region | rpo | 7d | unbounded ✗ | unbounded ✗ | snapshot\["docs\_daily"\] is lost with it: both on /dev/sda1 (st\_dev 8:1) |

    > **Note:** `target.local_directory.docs.copy["docs_offsite"]`: nothing runs `1h` here: this machine has neither systemd nor cron.

    > **Warning:** `repository.directory.old`: the recovery points of the repository could not be listed, so the plan does not know which of them a shorter retention would delete. Unlock the repository and plan again.

    <details><summary>Show the actions</summary>

    ```diff
    Note: Objects have changed outside of lifeboat

    lifeboat detected the following changes made outside of lifeboat since the last
    "lifeboat apply":

      # target.local_directory.docs.snapshot["docs_daily"] has changed
    !   protection "snapshot" "docs_daily" {
    !       schedule = "15 2 * * *" -> "15 2 * * 0"
        }

    Actions are indicated with the following symbols:
    +   create
    !   update in-place
    !   create replacement beside the old one
      = import: record what is live as it is
    !   back up now
      . forget: no longer managed, not destroyed
    -   destroy

    lifeboat will perform the following actions:

      # repository.s3.offsite will be created
    +   repository "s3" "offsite" {
    +       bucket   = "acme-dr"
    +       endpoint = "http://127.0.0.1:9000"
    +       password = { env = "OFFSITE_PASSWORD" }
    +       prefix   = "docs"
        }

      # target.local_directory.docs.copy["docs_offsite"] will be created
    +   protection "copy" "docs_offsite" {
    +       from       = "protection.snapshot.docs_daily"
    +       repository = "repository.s3.offsite"
    +       retention  = {
    +           immutable_for = "35d"
    +           keep          = {
    +               daily  = 35
    +               yearly = 7
                }
            }
    +       tags       = [
    +           "lifeboat",
    +           "docs",
            ]
        }

      # target.local_directory.docs.copy["docs_offsite"] will back up now
      # (it holds no recovery point yet)
    !   backup of target.local_directory.docs to repository.s3.offsite

      # target.local_directory.docs.snapshot["docs_daily"] will be updated in-place
      # (the configuration changes retention and source)
      # (deletes 3 recovery points, named above)
      # (this weakens the protection of target.local_directory.docs)
    !   protection "snapshot" "docs_daily" {
            id        = "docs_daily@a1b2c3"
    !       retention = {
    +           delete_after = "1y"
    !           keep         = {
    !               daily = 35 -> 7
                    # (1 unchanged attribute hidden)
                }
            }
    !       source    = {
    !           exclude = [
    -               "cache",
    +               "*.swp",
                    # (1 unchanged element hidden)
                ]
                # (1 unchanged attribute hidden)
            }
            # (2 unchanged attributes hidden)
        }

      # target.local_directory.docs.schedule["docs_daily"] must be replaced
      # (cannot be changed in place: scope)
      # (the old one is destroyed afterwards: on_remove = "destroy")
    !   schedule "docs_daily" {
    !       scope = "user" -> "system" # forces replacement
    !       unit  = "lifeboat-docs.timer" -> (known after apply)
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
    -   protection "guard" "local_directory.photos" {
    -       mode     = "0500" -> null
    -       password = { file = "/etc/key" } -> null
        }
    ```

    </details>

    Plan: 1 to import, 3 to add, 1 to change, 2 to destroy, 1 to forget. Actions: 1 to invoke.

    <sub>Plan digest 22f4dbe4f585</sub>
    "#);
}

#[test]
fn the_json_of_a_plan_has_terraforms_keys() {
    let document = plan_json(&plan(), None);
    let pick = |path: &str| document.pointer(path).cloned().unwrap_or_default();
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&json!({
        "keys": keys,
        "timer": pick("/resource_changes/4"),
        "outputs": pick("/output_changes"),
        "summary": pick("/summary"),
        "exposure": pick("/exposure/1/rpo"),
        "loss": pick("/losses/2"),
    })).unwrap(), @r#"
    {
      "exposure": {
        "goal": "2d",
        "now": {
          "assuming": [],
          "bound": "unbounded",
          "bound_ms": null,
          "reason": "`target.local_directory.docs.snapshot[\"docs_daily\"]` is lost with it: both on /dev/sda1 (st_dev 8:1)",
          "uses": null,
          "verdict": "not_met",
          "words": "unbounded"
        },
        "planned": {
          "assuming": [
            "each run of `target.local_directory.docs.copy[\"docs_offsite\"]` ends before the next run of `target.local_directory.docs.snapshot[\"docs_daily\"]` does"
          ],
          "bound": "2d",
          "bound_ms": 172800000,
          "reason": "",
          "uses": "target.local_directory.docs.copy[\"docs_offsite\"]",
          "verdict": "met_assuming",
          "words": "met, assuming …"
        },
        "why": "copy[\"docs_offsite\"]"
      },
      "keys": [
        "applyable",
        "backup_rules",
        "complete",
        "cost",
        "digest",
        "errored",
        "exposure",
        "findings",
        "format_version",
        "lifeboat_version",
        "lineage",
        "losses",
        "needs_leave",
        "notices",
        "objectives",
        "output_changes",
        "resource_changes",
        "resource_drift",
        "serial",
        "summary",
        "timestamp",
        "weakened"
      ],
      "loss": {
        "action": 3,
        "address": "target.local_directory.docs.snapshot[\"docs_daily\"]",
        "recovery_point": {
          "copy_of": null,
          "id": "cccccccc",
          "locked_until": "2026-11-24T16:30:05Z",
          "size_bytes": 1887436800,
          "time": "2026-08-14T16:30:05Z",
          "token": null
        }
      },
      "outputs": {
        "restore_command": {
          "actions": [
            "no-op"
          ],
          "after": "lifeboat restore target.local_directory.docs",
          "after_sensitive": false
        },
        "token": {
          "actions": [
            "no-op"
          ],
          "after": null,
          "after_sensitive": true
        }
      },
      "summary": {
        "add": 3,
        "change": 1,
        "destroy": 2,
        "forget": 1,
        "import": 1,
        "invoke": 1
      },
      "timer": {
        "action_reason": "replace_because_cannot_update",
        "address": "target.local_directory.docs.schedule[\"docs_daily\"]",
        "after_actions": [],
        "change": {
          "actions": [
            "create",
            "delete"
          ],
          "after": {
            "calendar": "15 2 * * *",
            "scope": "system"
          },
          "after_unknown": {
            "unit": true
          },
          "before": {
            "calendar": "15 2 * * *",
            "scope": "user",
            "unit": "lifeboat-docs.timer"
          }
        },
        "deletes": [],
        "effect": "neutral",
        "id": 4,
        "index": "docs_daily",
        "name": "docs",
        "provider_name": "provider.local",
        "reasons": [
          "cannot be changed in place: scope",
          "the old one is destroyed afterwards: on_remove = \"destroy\""
        ],
        "target": null,
        "type": "systemd_timer"
      }
    }
    "#);
}

#[test]
fn the_json_of_drift_tells_recorded_from_live_and_names_missing_points() {
    let document = drift_json(&drift(), as_of());
    insta::assert_snapshot!(serde_json::to_string_pretty(&document).unwrap(), @r#"
    {
      "drifted": true,
      "format_version": "1.1",
      "resource_drift": [
        {
          "address": "target.local_directory.docs.snapshot[\"docs_daily\"]",
          "change": {
            "actions": [
              "update"
            ],
            "after": {
              "schedule": "15 2 * * 0"
            },
            "before": {
              "schedule": "15 2 * * *"
            }
          },
          "index": "docs_daily",
          "name": "docs",
          "type": "snapshot"
        },
        {
          "address": "target.local_directory.docs.schedule[\"docs_daily\"]",
          "change": {
            "actions": [
              "delete"
            ],
            "after": null,
            "before": null
          },
          "index": "docs_daily",
          "name": "docs",
          "type": "systemd_timer"
        },
        {
          "address": "target.local_directory.docs.snapshot[\"docs_daily\"]",
          "change": {
            "actions": [
              "update"
            ],
            "after": null,
            "before": null
          },
          "index": "docs_daily",
          "missing_recovery_points": [
            {
              "copy_of": null,
              "id": "99999999",
              "locked_until": null,
              "size_bytes": 41943040,
              "time": "2026-11-19T16:30:05Z",
              "token": null
            }
          ],
          "name": "docs",
          "type": "snapshot"
        }
      ],
      "timestamp": "2026-11-22T16:30:05Z"
    }
    "#);
}

#[test]
fn the_stream_announces_drift_changes_and_counts() {
    let mut plan = plan();
    plan.actions.truncate(1);
    let lines: Vec<String> = plan_events(&plan, as_of())
        .iter()
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    {"@level":"info","@message":"target.local_directory.docs.snapshot[\"docs_daily\"]: Drift detected","@module":"lifeboat.ui","@timestamp":"2026-11-22T16:30:05Z","change":{"address":"target.local_directory.docs.snapshot[\"docs_daily\"]","change":{"actions":["update"],"after":{"schedule":"15 2 * * 0"},"before":{"schedule":"15 2 * * *"}},"index":"docs_daily","name":"docs","type":"snapshot"},"type":"resource_drift"}
    {"@level":"info","@message":"repository.s3.offsite: Plan to create","@module":"lifeboat.ui","@timestamp":"2026-11-22T16:30:05Z","change":{"action":"create","resource":{"address":"repository.s3.offsite","name":"offsite","type":"s3_repository"}},"type":"planned_change"}
    {"@level":"info","@message":"Plan: 1 to add, 0 to change, 0 to destroy.","@module":"lifeboat.ui","@timestamp":"2026-11-22T16:30:05Z","changes":{"add":1,"change":0,"destroy":0,"forget":0,"import":0,"invoke":0},"type":"change_summary"}
    "#);
}

#[test]
fn markdown_fits_into_a_comment() {
    let mut plan = plan();
    let actions = plan.actions.clone();
    for n in 0..200 {
        plan.actions
            .extend(actions.iter().cloned().map(|mut action| {
                action.address.name = format!("docs{n}");
                action
            }));
    }
    let markdown = plan_markdown(&plan, None, None);
    assert!(markdown.chars().count() < 65_536);
    assert!(markdown.contains("more lines.\n\n</details>"));
}
