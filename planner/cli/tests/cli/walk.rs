//! The main road: plan, apply, drift, restore, drill.

use std::fs;

use crate::sandbox::{PASSWORD, Sandbox, TWO_TARGETS, tree};

const DOCS: &str = "target.local_directory.docs.snapshot[\"docs\"]";
const APP: &str = "target.local_sqlite.app.snapshot[\"app\"]";

#[test]
fn a_plan_right_after_apply_says_no_changes() {
    let sandbox = Sandbox::two_targets();
    sandbox.run(&["validate"]).exits(0);
    sandbox
        .run(&["plan", "--detailed-exitcode"])
        .exits(2)
        .says("Plan: 5 to add, 0 to change, 0 to destroy.");
    sandbox.apply().says("Apply complete!");
    sandbox
        .run(&["plan", "--detailed-exitcode"])
        .exits(0)
        .says("No changes.");
    assert_eq!(sandbox.restic_snapshots("backups/near").len(), 2);
    assert_eq!(sandbox.restic_snapshots("backups/second").len(), 1);
}

#[test]
fn no_secret_is_written_anywhere() {
    let sandbox = Sandbox::two_targets();
    sandbox
        .run(&["plan", "--out", "p.plan", "--json-into", "p.json"])
        .exits(0)
        .never_says(PASSWORD);
    sandbox.apply().never_says(PASSWORD);
    sandbox
        .run(&["show", "p.plan", "--json"])
        .exits(0)
        .never_says(PASSWORD);
    sandbox
        .run(&["drill", "target.local_sqlite.app"])
        .exits(0)
        .never_says(PASSWORD);
    for entry in fs::read_dir(sandbox.root()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && !path.ends_with("secret") {
            let bytes = fs::read(&path).unwrap();
            assert!(
                !String::from_utf8_lossy(&bytes).contains(PASSWORD),
                "{} holds the password",
                path.display()
            );
        }
    }
}

#[test]
fn shortening_retention_names_the_points_that_go_and_needs_leave() {
    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    for round in 0..3 {
        sandbox.write("data/docs/readme.txt", &format!("round {round}\n"));
        sandbox.run(&["backup", "run", DOCS]).exits(0);
    }
    let before = sandbox.restic_snapshots("backups/near").len();
    sandbox.edit("main.dr.hcl", "last   = 5\n    hourly = 48", "last = 1");
    // With one point kept, damage that is found after a day cannot be undone: the goal does not hold any more.
    let plan = sandbox.run(&["plan"]).exits(3);
    let loss = plan
        .out
        .find("Recovery points that this plan deletes")
        .expect("no losses named");
    assert!(
        loss < plan.out.find("will be updated in-place").unwrap(),
        "{}",
        plan.out
    );
    let refused = sandbox
        .run(&["apply", "--auto-approve"])
        .exits(7)
        .complains("--allow-loss");
    drop(refused);
    assert_eq!(
        sandbox.restic_snapshots("backups/near").len(),
        before,
        "a refused apply deleted something"
    );
    sandbox
        .run(&["apply", "--auto-approve", "--allow-loss"])
        .exits(0);
    assert_eq!(
        sandbox.restic_snapshots("backups/near").len(),
        2,
        "one point each of docs and app"
    );
    sandbox
        .run(&["plan", "--detailed-exitcode"])
        .exits(3)
        .says("No changes.");
}

#[test]
fn removing_a_block_forgets_and_destroys_nothing() {
    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    let text = TWO_TARGETS.split("protection \"copy\"").next().unwrap();
    sandbox.write("main.dr.hcl", text);
    sandbox.run(&["plan"]).exits(0).says("forg");
    sandbox
        .run(&["apply", "--auto-approve", "--allow-loss"])
        .exits(0);
    assert_eq!(sandbox.restic_snapshots("backups/second").len(), 1);
    sandbox
        .run(&["plan", "--detailed-exitcode"])
        .exits(0)
        .says("No changes.");
}

#[test]
fn what_happens_behind_lifeboats_back_is_drift_and_pending_configuration_is_not() {
    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    sandbox.run(&["drift"]).exits(0).says("No drift.");

    sandbox.edit("main.dr.hcl", "hourly = 48", "hourly = 72");
    sandbox.run(&["drift"]).exits(2);
    sandbox.edit("main.dr.hcl", "hourly = 72", "hourly = 48");

    let id = sandbox.restic_snapshots("backups/near")[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    sandbox.restic("backups/near", &["forget", &id]).exits(0);
    sandbox.run(&["drift"]).exits(4).says(&id[..8]);

    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    fs::rename(sandbox.path("backups/second"), sandbox.path("elsewhere")).unwrap();
    sandbox
        .run(&["drift"])
        .exits(4)
        .says("repository.directory.second");
}

#[test]
fn a_restore_never_overwrites_unasked_and_brings_everything_back() {
    let sandbox = Sandbox::two_targets();
    fs::remove_file(sandbox.path("data/docs/junk.tmp")).unwrap();
    sandbox.apply();
    let source = tree(&sandbox.path("data/docs"));
    sandbox
        .run(&["restore", DOCS])
        .exits(1)
        .complains("--overwrite");
    assert_eq!(tree(&sandbox.path("data/docs")), source);
    let elsewhere = sandbox.path("restored");
    sandbox
        .run(&["restore", DOCS, "--to", elsewhere.to_str().unwrap()])
        .exits(0);
    assert_eq!(tree(&elsewhere), source);

    fs::remove_dir_all(sandbox.path("data/docs/folder")).unwrap();
    sandbox.run(&["restore", DOCS, "--overwrite"]).exits(0);
    assert_eq!(tree(&sandbox.path("data/docs")), source);

    let some = sandbox.path("some");
    sandbox
        .run(&[
            "restore",
            DOCS,
            "--to",
            some.to_str().unwrap(),
            "--path",
            "folder/b.txt",
        ])
        .exits(0);
    assert!(some.join("folder/b.txt").exists());
    assert!(!some.join("readme.txt").exists());

    let database = sandbox.path("db");
    sandbox
        .run(&["restore", APP, "--to", database.to_str().unwrap()])
        .exits(0);
    assert_eq!(Sandbox::rows(&database.join("app.sqlite")), 100);
}

#[test]
fn a_drill_records_its_time_and_the_age_of_the_point_and_status_shows_both() {
    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    sandbox
        .run(&["drill", "target.local_sqlite.app"])
        .exits(0)
        .says("integrity_check");
    sandbox
        .run(&["drill", "target.local_directory.docs"])
        .exits(0);
    sandbox.run(&["verify", "--read-data"]).exits(0);
    let state = sandbox.read("lifeboat.state.json");
    assert!(
        state.contains("point_age") && state.contains("took"),
        "{state}"
    );
    // The first points are minutes old: what is found a day late cannot be undone yet, and status says so.
    sandbox
        .run(&["status"])
        .exits(3)
        .says("drill")
        .says("at present")
        .says("by you, due in");
    let json = sandbox.run(&["status", "--json"]).exits(3);
    let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert!(value.to_string().contains("point_age"), "{value}");
}

#[test]
fn status_never_claims_more_than_is_known() {
    let sandbox = Sandbox::two_targets();
    sandbox.edit(
        "main.dr.hcl",
        "detected_within = \"1d\"",
        "detected_within = \"0s\"",
    );
    sandbox.apply();
    sandbox
        .run(&["status"])
        .exits(0)
        .says("All is as promised in 3 protections of 2 targets, assuming");
    sandbox
        .run(&["status", "--recorded"])
        .exits(0)
        .says("Goals were not checked")
        .never_says("All is as promised");
    sandbox
        .run(&["status", "target.local_sqlite.app"])
        .exits(0)
        .says("1 protection of 1 target")
        .never_says(DOCS);
    sandbox
        .run(&["status", "target.local_sqlite.apps"])
        .exits(1)
        .complains("Did you mean `target.local_sqlite.app`?");
    let good = sandbox.read("main.dr.hcl");
    sandbox.edit(
        "main.dr.hcl",
        "scheduler = \"external\"",
        "scheduler = \"none\"",
    );
    sandbox
        .run(&["status"])
        .exits(3)
        .says("nothing runs it")
        .says("Objectives: 0 of 2 met");
    sandbox.write(
        "main.dr.hcl",
        &good.replace("objective.gold", "objective.golden"),
    );
    sandbox
        .run(&["status"])
        .exits(1)
        .says("Goals were not checked: the")
        .never_says("All is as promised");
}

#[test]
fn a_lost_state_is_rebuilt_from_what_is_live() {
    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    for entry in fs::read_dir(sandbox.root()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("lifeboat.") {
            fs::remove_file(path).unwrap();
        }
    }
    sandbox.run(&["import", "--all"]).exits(0);
    sandbox
        .run(&["plan", "--detailed-exitcode"])
        .exits(0)
        .says("No changes.");
    assert_eq!(
        sandbox.restic_snapshots("backups/near").len(),
        2,
        "nothing was backed up again"
    );
}

#[test]
fn a_saved_plan_is_what_happens_and_only_once() {
    let sandbox = Sandbox::two_targets();
    sandbox
        .run(&["plan", "--out", "p.plan"])
        .exits(0)
        .says("p.plan");
    sandbox
        .run(&["show", "p.plan"])
        .exits(0)
        .says("Plan: 5 to add");
    sandbox.run(&["apply", "p.plan"]).exits(0);
    sandbox.run(&["apply", "p.plan"]).exits(6);
    sandbox.run(&["state", "audit"]).exits(0);
    sandbox.run(&["state", "list"]).exits(0).says(DOCS);
    sandbox
        .run(&["state", "show", APP])
        .exits(0)
        .says("repository.directory.near");
}

#[test]
fn destroy_names_every_point_and_needs_leave() {
    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    sandbox.run(&["destroy", "--auto-approve"]).exits(7);
    assert_eq!(sandbox.restic_snapshots("backups/near").len(), 2);
    sandbox
        .run(&["destroy", "--auto-approve", "--allow-loss"])
        .exits(0)
        .says("Destroy complete!");
    sandbox
        .run(&["state", "list"])
        .exits(0)
        .never_says("snapshot");
    assert!(
        sandbox.path("data/docs/readme.txt").exists(),
        "the source is never touched"
    );
}
