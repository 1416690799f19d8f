//! What runs where nobody watches: from cron, from CI, over several protections at once.

use std::fs;

use serde_json::Value;

use crate::sandbox::Sandbox;

const DOCS: &str = "target.local_directory.docs.snapshot[\"docs\"]";

#[test]
fn a_saved_plan_is_refused_in_another_directory() {
    let (made, other) = (Sandbox::two_targets(), Sandbox::two_targets());
    made.run(&["plan", "--out", "p.plan"]).exits(0);
    fs::copy(made.path("p.plan"), other.path("p.plan")).unwrap();
    other
        .run(&["apply", "p.plan"])
        .exits(6)
        .complains("plan::elsewhere");
    assert!(!made.path("backups").exists() && !other.path("backups").exists());
    made.run(&["--state", "other.state.json", "apply", "p.plan"])
        .exits(6)
        .complains("plan::elsewhere");
    made.run(&["apply", "p.plan"]).exits(0);
}

#[test]
fn a_scheduled_backup_runs_although_the_configuration_is_broken() {
    let sandbox = Sandbox::two_targets();
    let state = sandbox.path("kept/my.state.json").display().to_string();
    fs::create_dir(sandbox.path("kept")).unwrap();
    sandbox
        .run(&["--state", &state, "apply", "--auto-approve"])
        .exits(0);
    sandbox.write("broken.dr.hcl", "target {");
    sandbox
        .run(&[
            "--state",
            &state,
            "--lock-timeout",
            "1h",
            "backup",
            "run",
            DOCS,
        ])
        .exits(0)
        .says("1 recovery point made");
    assert_eq!(sandbox.restic_snapshots("backups/near").len(), 3);
}

#[test]
fn the_file_for_a_machine_is_written_however_the_command_ends() {
    let sandbox = Sandbox::two_targets();
    let written = |arguments: &[&str], code: i32| -> Value {
        let mut all = vec!["--json-into", "r.json"];
        all.extend(arguments);
        sandbox.run(&all).exits(code);
        let text = sandbox.read("r.json");
        fs::remove_file(sandbox.path("r.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    // Nobody can answer: the plan stands in the file, and then why it was not applied.
    assert_eq!(written(&["apply"], 1)["code"], "cli::no_answer");
    let applied = written(&["apply", "--auto-approve"], 0);
    assert_eq!(applied["changes"]["add"], 5);
    assert_eq!(applied["complete"], true);
    assert_eq!(written(&["destroy"], 7)["code"], "plan::needs_leave");
    assert!(written(&["validate"], 0)["valid"].as_bool().unwrap());
    let removed = written(&["state", "rm", DOCS], 0);
    assert_eq!(removed["removed"][0], DOCS);
    assert!(written(&["import", "--all"], 0)["report"].is_object());
    sandbox.write("broken.dr.hcl", "target {");
    assert_eq!(written(&["plan"], 1)["valid"], false);
}

#[test]
fn one_protection_that_cannot_be_drilled_does_not_keep_the_others_from_it() {
    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    for snapshot in sandbox.restic_snapshots("backups/near") {
        let is_database = snapshot["paths"].to_string().contains("app.sqlite");
        if is_database {
            let id = snapshot["id"].as_str().unwrap();
            sandbox.restic("backups/near", &["forget", id]).exits(0);
        }
    }
    sandbox
        .run(&["drill", "--all"])
        .exits(1)
        .says("docs_second")
        .says(DOCS)
        .complains("engine::no_point");
    assert_eq!(fs::read_dir(sandbox.path(".tmp")).unwrap().count(), 0);
}
