//! What a person reads.

use super::super::{Answer, proposals};
use super::Played;
use crate::render::{PlanDocument, Style, plan_markdown, proposal_text};

const TREE: &str = r#"objective "gold" {
  survive "region" {
    rpo = "6h"
    rto = "8h"
  }
}

target "tree" "docs" {
  path      = "/docs"
  size      = "100GB"
  objective = objective.gold
  domains   = { region = "one", account = "ops" }
}

repository "disk" "far" {
  path              = "/far"
  restore_bandwidth = "100MB/s"
  domains           = { region = "two" }
}

"#;

fn shown(more: &str) -> String {
    let played = Played::new(&format!("{TREE}{more}"));
    proposal_text(&played.propose(), Style::plain())
}

#[test]
fn a_shorter_interval_keeps_the_history_that_was_kept() {
    let snapshot = r#"protection "snapshot" "far" {
  target     = target.tree.docs
  repository = repository.disk.far
  schedule   = "1d" # nightly
  retention  = retention.far
}

retention "far" {
  keep {
    last = 3
  }
}
"#;
    insta::assert_snapshot!(shown(snapshot), @r#"
    This change would keep the objective:

    --- old/main.dr.hcl
    +++ new/main.dr.hcl
    @@ -21,12 +21,12 @@
     protection "snapshot" "far" {
       target     = target.tree.docs
       repository = repository.disk.far
    -  schedule   = "1d" # nightly
    +  schedule   = "6h" # nightly; the change: it was 1d
       retention  = retention.far
     }

     retention "far" {
       keep {
    -    last = 3
    +    last = 9 # the change: it was 3
       }
     }

      then:  region rpo 6h ✓* (goal 6h, now 1d ✗)
      cost:  as before
    "#);
}

#[test]
fn what_others_keep_is_not_changed() {
    let two = r#"protection "snapshot" "far" {
  target     = target.tree.docs
  repository = repository.disk.far
  schedule   = "1d"
  retention  = retention.all
}

target "tree" "other" {
  path = "/other"
}

protection "snapshot" "other" {
  target     = target.tree.other
  repository = repository.disk.far
  schedule   = "1d"
  retention  = retention.all
}

retention "all" {
  keep {
    last = 3
  }
}
"#;
    insta::assert_snapshot!(shown(two), @r#"
    This change would keep the objective:

    --- old/main.dr.hcl
    +++ new/main.dr.hcl
    @@ -21,8 +21,15 @@
     protection "snapshot" "far" {
       target     = target.tree.docs
       repository = repository.disk.far
    -  schedule   = "1d"
    -  retention  = retention.all
    +  schedule   = "6h"          # the change: it was 1d
    +  retention  = retention.far # the change: it was retention.all
    +}
    +
    +# The change: keep 9 points.
    +retention "far" {
    +  keep {
    +    last = 9
    +  }
     }

     target "tree" "other" {

      then:  region rpo 6h ✓* (goal 6h, now 1d ✗)
      cost:  as before
    "#);
}

#[test]
fn an_objective_that_is_kept_needs_nothing() {
    let snapshot = r#"protection "snapshot" "far" {
  target     = target.tree.docs
  repository = repository.disk.far
  schedule   = "1h"
}
"#;
    insta::assert_snapshot!(shown(snapshot), @"  Nothing has to change: its objective is kept after the plan.");
}

#[test]
fn where_nothing_helps_it_says_what_comes_nearest_and_why_that_is_not_enough() {
    let unknown = TREE.replace(
        "domains   = { region = \"one\", account = \"ops\" }\n",
        "\n",
    );
    let snapshot = r#"protection "snapshot" "far" {
  target     = target.tree.docs
  repository = repository.disk.far
  schedule   = "1d"
}
"#;
    let played = Played::new(&format!("{unknown}{snapshot}"));
    let proposal = played.propose();
    assert!(matches!(proposal.answer, Answer::None(_)));
    insta::assert_snapshot!(proposal_text(&proposal, Style::plain()), @r#"
    No change was found that keeps the objective; as many as 3 protections were
    changed or added at a time.
      Nothing that was looked at comes nearer to it.
      still: region rpo unbounded ✗ (goal 6h, now unbounded ✗)
             region rto unbounded ✗ (goal 8h, now unbounded ✗)
      because:
        - snapshot["far"] does not count: nothing is known yet about what
          target.tree.docs fails with
    "#);
}

#[test]
fn a_link_that_is_too_slow_asks_for_a_replica_and_names_what_must_be_true_of_it() {
    let slow = TREE.replace("100MB/s", "1MB/s");
    let snapshot = r#"protection "snapshot" "far" {
  target     = target.tree.docs
  repository = repository.disk.far
  schedule   = "6h"
}
"#;
    let played = Played::new(&format!("{slow}{snapshot}"));
    insta::assert_snapshot!(proposal_text(&played.propose(), Style::plain()), @r#"
    This change would keep the objective:

    --- old/main.dr.hcl
    +++ new/main.dr.hcl
    @@ -23,3 +23,13 @@
       repository = repository.disk.far
       schedule   = "6h"
     }
    +
    +# The change: a replica, in another region.
    +protection "replica" "standby" {
    +  target  = target.tree.docs
    +  fenced  = true
    +  lag     = "6h"                          # required, not known
    +  promote = "4h"                          # required, not known
    +  repoint = "2h"                          # required, not known
    +  domains = { region = "another-region" } # name the place
    +}

      then:  region rto 6h ✓* (goal 8h, now 1d3h ✗)
      It holds only if this is true, which lifeboat cannot know:
        - There is room in another region for protection.replica.standby, and
          neither it nor what a recovery from it needs fails with region one.
        - protection.replica.standby is never promoted when it is more than 6h
          behind: nobody has said how far behind it can be.
        - It takes at most 4h to promote protection.replica.standby.
        - It takes at most 2h to bring the clients to protection.replica.standby.
        - assumed: another-region is a real place: name it.
    "#);
}

#[test]
fn one_block_of_many_instances_is_not_rewritten_for_one_of_them() {
    let each = r#"protection "snapshot" "far" {
  for_each   = { docs = "1d" }
  target     = target.tree.docs
  repository = repository.disk.far
  schedule   = each.value
}
"#;
    let text = shown(each);
    assert!(text.contains("+protection "), "{text}");
    assert!(!text.contains("\n-  "), "{text}");
}

#[test]
fn a_plan_proposes_for_three_targets_and_counts_the_others() {
    let many = |count: usize| {
        let one = |n: usize| {
            format!(
                "target \"tree\" \"t{n}\" {{\n  path = \"/{n}\"\n  size = \"1GB\"\n  objective = objective.gold\n  domains = {{ region = \"one\" }}\n}}\nprotection \"snapshot\" \"t{n}\" {{\n  target = target.tree.t{n}\n  repository = repository.disk.far\n  schedule = \"1d\"\n}}\n"
            )
        };
        let text: String = (0..count).map(one).collect();
        let all = proposals(&Played::new(&format!("{TREE}{text}")).case());
        (all.shown.len(), all.left)
    };
    assert_eq!(many(5), (3, 2));
    assert_eq!(many(300), (0, 300));
}

#[test]
fn the_lines_that_change_are_told_with_their_numbers() {
    let played = Played::new(&format!(
        "{TREE}protection \"snapshot\" \"far\" {{\n  target     = target.tree.docs\n  repository = repository.disk.far\n  schedule   = \"1d\"\n}}\n"
    ));
    let Answer::Change(change) = played.propose().answer else {
        panic!("no change");
    };
    let hunks = change.files[0].hunks();
    assert_eq!(hunks.len(), 1);
    assert_eq!(
        (hunks[0].line, hunks[0].before.as_str()),
        (24, "  schedule   = \"1d\"\n")
    );
    assert_eq!(
        hunks[0].after,
        "  schedule   = \"6h\" # the change: it was 1d\n"
    );
}

const NIGHTLY: &str = r#"protection "snapshot" "far" {
  target     = target.tree.docs
  repository = repository.disk.far
  schedule   = "1d"
}
"#;

#[test]
fn a_comment_on_a_pull_request_has_the_change_as_a_diff() {
    let played = Played::new(&format!("{TREE}{NIGHTLY}"));
    let all = proposals(&played.case());
    let text = plan_markdown(&played.plan, None, Some(&all));
    let begin = text.find("### `target").unwrap();
    let end = text.find("<details>").unwrap();
    insta::assert_snapshot!(&text[begin..end], @r#"
    ### `target.tree.docs`

    This change would keep the objective:

    ```diff
    --- old/main.dr.hcl
    +++ new/main.dr.hcl
    @@ -21,5 +21,5 @@
     protection "snapshot" "far" {
       target     = target.tree.docs
       repository = repository.disk.far
    -  schedule   = "1d"
    +  schedule   = "6h" # the change: it was 1d
     }
    ```

    - region rpo 6h ✓\* (goal 6h, now 1d ✗)
    "#);
}

#[test]
fn the_document_of_a_plan_has_each_edit_with_its_line() {
    let played = Played::new(&format!("{TREE}{NIGHTLY}"));
    let all = proposals(&played.case());
    let document = serde_json::to_value(PlanDocument {
        plan: &played.plan,
        catalog: None,
        proposals: Some(&all),
    });
    let document = document.unwrap();
    assert_eq!(document["proposals_left"], 0);
    let one = &document["proposals"][0];
    assert_eq!(one["target"], "target.tree.docs");
    assert_eq!(one["outcome"], "change");
    assert_eq!(one["exposure"][2]["rpo"]["planned"]["bound"], "6h");
    insta::assert_snapshot!(serde_json::to_string_pretty(&one["edits"]).unwrap(), @r#"
    [
      {
        "after": "  schedule   = \"6h\" # the change: it was 1d\n",
        "before": "  schedule   = \"1d\"\n",
        "file": "main.dr.hcl",
        "line": 24
      }
    ]
    "#);
    insta::assert_snapshot!(one["cost"], @"null");
}
