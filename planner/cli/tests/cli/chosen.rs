//! Targets that say what they want and not how: the planner chooses, applies, and stays with its choice.

use serde_json::Value;

use crate::sandbox::{Sandbox, TWO_TARGETS};

/// Two targets with an objective each, two repositories, and no protection block.
fn without_protections() -> Sandbox {
    let sandbox = Sandbox::two_targets();
    let text = TWO_TARGETS.split("protection \"snapshot\"").next();
    sandbox.write("main.dr.hcl", text.unwrap());
    sandbox
}

#[test]
fn what_the_planner_chose_says_why_is_applied_and_is_chosen_again() {
    let sandbox = without_protections();
    sandbox
        .run(&["validate", "--offline"])
        .exits(0)
        .says("Objectives: 2 of 2 met");
    sandbox
        .run(&["plan"])
        .exits(0)
        .says("# target.local_directory.docs.snapshot[\"near\"] will be created")
        .says("# (objective.gold: corruption rpo 2h)")
        .says("Objectives: 2 of 2 met")
        .says("Cost: ");
    sandbox
        .apply()
        .says("Resources: 4 added")
        .says("Objectives: 2 of 2 met");
    for _ in 0..2 {
        sandbox
            .run(&["plan", "--detailed-exitcode"])
            .exits(0)
            .says("No changes.");
    }
    sandbox.run(&["drift"]).exits(0).says("No drift.");
    assert_eq!(sandbox.restic_snapshots("backups/near").len(), 2);
    sandbox
        .run(&["explain", "target.local_directory.docs"])
        .exits(0)
        .says("Chosen by the planner:\n  - snapshot[\"near\"]: objective.gold: corruption rpo 2h")
        .says("Not chosen:\n  - a snapshot every ")
        .says("in repository.directory.second: it keeps the");

    // What the target's block says of the choice holds, and what was chosen before gives way.
    sandbox.edit(
        "main.dr.hcl",
        "retention = retention.gfs\n}\n\ntarget \"local_sqlite\"",
        "retention = retention.gfs\n  protect {\n    in = [repository.directory.second]\n  }\n}\n\ntarget \"local_sqlite\"",
    );
    sandbox
        .run(&["plan"])
        .exits(0)
        .says("# target.local_directory.docs.snapshot[\"second\"] will be created")
        .says("# target.local_directory.docs.snapshot[\"near\"] will ")
        .never_says("target.local_sqlite.app.snapshot[\"second\"]");
}

#[test]
fn an_objective_that_nothing_keeps_says_what_excludes_it_and_the_others_are_applied() {
    let sandbox = without_protections();
    sandbox.edit(
        "main.dr.hcl",
        "retention \"gfs\"",
        "objective \"platinum\" {\n  survive \"corruption\" {\n    rpo = \"1s\"\n  }\n}\n\nretention \"gfs\"",
    );
    sandbox.edit(
        "main.dr.hcl",
        "path      = \"data/app.sqlite\"\n  objective = objective.gold",
        "path      = \"data/app.sqlite\"\n  objective = objective.platinum",
    );
    for arguments in [&["validate", "--offline"][..], &["plan"]] {
        sandbox
            .run(arguments)
            .exits(3)
            .complains("synthesis::infeasible")
            .complains("no design keeps the promise for `target.local_sqlite.app`")
            .complains("main.dr.hcl:15:3")
            .complains("objective `platinum` promises an rpo of 1s for corruption")
            .says("Objectives: 1 of 2 met");
    }
    sandbox
        .run(&["plan"])
        .exits(3)
        .says("synthesis::infeasible")
        .never_says("plan::unprotected");
    sandbox
        .run(&["apply", "--auto-approve"])
        .says("Resources: 3 added");
    assert_eq!(sandbox.restic_snapshots("backups/near").len(), 1);
    sandbox.run(&["plan"]).exits(3).says("No changes.");
    sandbox
        .run(&["explain", "target.local_sqlite.app"])
        .exits(0)
        .says("nothing: no design keeps the promise")
        .says("objective platinum promises an rpo of 1s for corruption");
}

#[test]
fn a_scope_that_nobody_promised_anything_for_can_be_asked_about_where_the_planner_chose() {
    let sandbox = without_protections();
    for offline in [true, false] {
        let mut arguments = vec![
            "explain",
            "target.local_directory.docs",
            "--scope",
            "account",
            "--json",
        ];
        if offline {
            arguments.push("--offline");
        }
        let ran = sandbox.run(&arguments).exits(0);
        let json: Value = serde_json::from_str(&ran.out).unwrap();
        let scopes = json["explanations"][0]["scopes"].as_array().unwrap();
        assert_eq!(scopes.len(), 1, "{json}");
        let text = sandbox.run(&arguments[..4]).exits(0);
        text.says("account: no goal").says("snapshot[\"near\"]");
    }
}
