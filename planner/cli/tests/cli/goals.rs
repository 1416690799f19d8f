//! Objectives that do not hold: every command that looks at them says so, and ends with 3.

use serde_json::Value;

use crate::sandbox::{Sandbox, TWO_TARGETS};

/// Two targets on one disk with both of their repositories, and a promise for the loss of that disk.
fn on_one_disk() -> Sandbox {
    let sandbox = Sandbox::two_targets();
    sandbox.edit(
        "main.dr.hcl",
        "  drill_every = \"30d\"",
        "  survive \"instance\" {\n    rpo = \"1d\"\n  }\n  drill_every = \"30d\"",
    );
    sandbox
}

#[test]
fn a_plan_that_leaves_an_objective_unmet_ends_with_three_whatever_else_it_finds() {
    let sandbox = on_one_disk();
    for arguments in [&["plan"][..], &["plan", "--detailed-exitcode"]] {
        sandbox
            .run(arguments)
            .exits(3)
            .says("gold: unbounded")
            .says("Objectives: 2 of 4 met (0 before, 2 on assumptions).");
    }
    sandbox.apply().says("Objectives: 2 of 4 met.");
    sandbox
        .run(&["plan", "--detailed-exitcode"])
        .exits(3)
        .says("No changes.");
    sandbox.run(&["plan", "--destroy"]).exits(0);
    sandbox.run(&["status"]).exits(3).says("instance");
}

#[test]
fn the_short_view_of_a_plan_is_the_goals_that_do_not_hold_and_the_counts() {
    let sandbox = on_one_disk();
    let ran = sandbox
        .run(&["plan", "--objectives-only", "--out", "p.plan"])
        .exits(3)
        .says("Objectives: 2 of 4 met")
        .says("instance    rpo 1d: unbounded")
        .says("Plan: 5 to add, 0 to change, 0 to destroy.")
        .never_says("will be created");
    // A path alone on its line may be as long as it is.
    let mut wrapped = ran.out.lines().filter(|line| line.trim().contains(' '));
    let too_long = wrapped.find(|line| line.chars().count() > 80);
    assert_eq!(too_long, None);
    sandbox
        .run(&["show", "--objectives-only", "p.plan"])
        .exits(0)
        .says("instance    rpo 1d: unbounded");
    let shown = sandbox.run(&["show", "p.plan", "--json"]).exits(0);
    let shown: Value = serde_json::from_str(&shown.out).unwrap();
    assert_eq!(shown["format_version"], "1.1");
    assert_eq!(shown["objectives"]["met"], 2);
    assert!(shown["findings"].is_array() && shown["exposure"].is_array());
    sandbox.run(&["apply", "p.plan"]).exits(0);
    sandbox
        .run(&["status", "--objectives-only"])
        .exits(3)
        .says("instance: rpo unbounded, the goal is 1d")
        .never_says("POINTS");
}

#[test]
fn a_configuration_alone_says_which_goals_it_cannot_meet_and_needs_no_secret() {
    let sandbox = on_one_disk();
    std::fs::remove_file(sandbox.path("secret")).unwrap();
    let offline = |arguments: &[&str]| {
        let mut command = sandbox.command(arguments);
        let output = command.env_remove("LIFEBOAT_TEST_PASSWORD").output();
        let output = output.unwrap();
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code(), out)
    };
    let (code, out) = offline(&["validate", "--offline"]);
    assert_eq!(code, Some(3), "{out}");
    assert!(out.contains("Objectives: 2 of 4 met"), "{out}");
    assert!(out.contains("Nothing live was read"), "{out}");

    // Once the configuration says that the repositories stand elsewhere, the promise holds.
    let elsewhere = TWO_TARGETS
        .replace(
            "path = \"backups/near\"",
            "path = \"backups/near\"\n  domains = { instance = \"nas\" }",
        )
        .replace(
            "path = \"backups/second\"",
            "path = \"backups/second\"\n  domains = { instance = \"nas\" }",
        )
        .replace(
            "objective = objective.gold",
            "objective = objective.gold\n  domains = { instance = \"disk\" }",
        )
        .replace(
            "  drill_every = \"30d\"",
            "  survive \"instance\" {\n    rpo = \"1d\"\n  }\n  drill_every = \"30d\"",
        );
    sandbox.write("main.dr.hcl", &elsewhere);
    let (code, out) = offline(&["validate", "--offline", "--objectives-only"]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("Objectives: 4 of 4 met"), "{out}");
    let (code, out) = offline(&["validate", "--offline", "--json"]);
    assert_eq!(code, Some(0), "{out}");
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["offline"]["objectives"]["met"], 4);
    assert!(!sandbox.path("backups").exists());
    assert!(!sandbox.path("lifeboat.state.json").exists());

    // Without the flag, nothing is judged.
    sandbox.run(&["validate", "--objectives-only"]).exits(64);
}

#[test]
fn an_explanation_derives_each_number_of_a_target_and_of_one_copy() {
    let sandbox = on_one_disk();
    let offline = sandbox
        .run(&["explain", "target.local_directory.docs", "--offline"])
        .exits(0)
        .says("objective gold: unbounded")
        .says("corruption: met, assuming what stands at *")
        .says("As configured:");
    assert!(offline.out.lines().all(|line| line.chars().count() <= 80));
    assert!(!sandbox.path("lifeboat.state.json").exists());
    sandbox.apply();
    sandbox
        .run(&[
            "explain",
            "target.local_directory.docs",
            "--scope",
            "corruption",
        ])
        .exits(0)
        .says("Now:")
        .says("After the plan:")
        .says("every 1h")
        .says("[assumed]")
        .never_says("instance");
    sandbox
        .run(&[
            "explain",
            "protection.copy.docs_second",
            "--scope",
            "corruption",
        ])
        .exits(0)
        .says("Looked at: copy[\"docs_second\"]");
    // A scope that nothing is promised for can be asked about too.
    sandbox
        .run(&["explain", "target.local_sqlite.app", "--scope", "region"])
        .exits(0)
        .says("region: no goal");
    let json = sandbox
        .run(&["explain", "target.local_sqlite.app", "--json"])
        .exits(0);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    let scopes = json["explanations"][0]["scopes"].as_array().unwrap();
    assert!(scopes.len() >= 2, "{json}");
    assert!(scopes.iter().all(|it| !it["planned"][0]["says"].is_null()));
}

#[test]
fn an_explanation_of_nothing_names_what_may_have_been_meant() {
    let sandbox = Sandbox::two_targets();
    sandbox
        .run(&["explain", "target.local_directory.dox"])
        .exits(1)
        .complains("explain::no_match")
        .complains("Did you mean `target.local_directory.docs`?");
    sandbox
        .run(&["explain", "finding::same_domian"])
        .exits(1)
        .complains("explain::no_page")
        .complains("lifeboat explain finding::same_domain");
    sandbox.run(&["explain", "target..docs"]).exits(64);
    sandbox
        .run(&["explain", "target.local_directory.docs", "--scope", "world"])
        .exits(64)
        .complains("corruption, instance, zone, region, account");
    sandbox
        .run(&["explain", "same_domain"])
        .exits(0)
        .says("finding::same_domain");
    sandbox
        .run(&["completions", "bash"])
        .exits(0)
        .says("explain");
}
