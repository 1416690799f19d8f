//! Bad input: each gets a clear diagnostic with a hint, and nothing is lost.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::sandbox::{PASSWORD, Sandbox};

const DOCS: &str = "target.local_directory.docs.snapshot[\"docs\"]";

#[test]
fn a_wrong_password_is_denied_and_names_the_repository() {
    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    let wrong = [("LIFEBOAT_TEST_PASSWORD", "not-it")];
    sandbox
        .run_with(&wrong, &["plan"])
        .exits(1)
        .complains("wrong password")
        .never_says("not-it");
    sandbox
        .run_with(&wrong, &["backup", "run", DOCS])
        .exits(1)
        .complains("wrong password");
    sandbox
        .run_with(&wrong, &["apply", "--auto-approve"])
        .exits(1);
    sandbox
        .run(&["plan", "--detailed-exitcode"])
        .exits(0)
        .says("No changes.");
}

#[test]
fn a_password_that_is_not_set_names_the_variable() {
    let sandbox = Sandbox::two_targets();
    let mut command = sandbox.command(&["plan"]);
    let output = command
        .env_remove("LIFEBOAT_TEST_PASSWORD")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("LIFEBOAT_TEST_PASSWORD"), "{text}");
    assert!(!sandbox.path("backups/near/config").exists());
}

#[test]
fn a_repository_of_somebody_else_is_not_taken() {
    let sandbox = Sandbox::two_targets();
    sandbox.write("backups/near/family.jpg", "not yours");
    sandbox
        .run(&["plan"])
        .exits(1)
        .complains("repository.directory.near");
    sandbox.run(&["apply", "--auto-approve"]).exits(1);
    assert_eq!(sandbox.read("backups/near/family.jpg"), "not yours");
    assert!(!sandbox.path("backups/near/config").exists());
}

#[test]
fn a_half_written_repository_is_said_to_be_one() {
    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    fs::remove_file(sandbox.path("backups/near/config")).unwrap();
    sandbox
        .run(&["plan"])
        .exits(1)
        .complains("repository.directory.near");
    sandbox.run(&["apply", "--auto-approve"]).exits(1);
    assert!(
        !sandbox.path("backups/near/config").exists(),
        "a repository with data was initialised again"
    );
}

#[test]
fn a_missing_source_makes_no_empty_recovery_point() {
    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    fs::rename(sandbox.path("data/docs"), sandbox.path("data/moved")).unwrap();
    sandbox
        .run(&["backup", "run", DOCS])
        .exits(1)
        .complains("data/docs");
    assert_eq!(sandbox.restic_snapshots("backups/near").len(), 2);
}

#[test]
fn a_full_disk_leaves_no_incomplete_point() {
    let sandbox = Sandbox::two_targets();
    fs::create_dir_all(sandbox.path("backups/near")).unwrap();
    let mount = sandbox.path("backups/near");
    let status = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
        .arg(&mount)
        .status();
    if !status.is_ok_and(|status| status.success()) {
        println!("skipped: mounting a tmpfs needs privileges that this machine does not give");
        return;
    }
    let _unmount = Unmount(mount);
    sandbox.apply();
    let random = std::process::Command::new("dd")
        .args(["if=/dev/urandom", "bs=1M", "count=8"])
        .arg(format!(
            "of={}",
            sandbox.path("data/docs/random.bin").display()
        ))
        .output()
        .unwrap();
    assert!(random.status.success());
    sandbox
        .run(&["backup", "run", DOCS])
        .exits(1)
        .complains("space");
    assert_eq!(
        sandbox.restic_snapshots("backups/near").len(),
        2,
        "the first two are still there, and no third"
    );
    fs::remove_file(sandbox.path("data/docs/random.bin")).unwrap();
}

/// Unmounts when the test ends, however it ends.
struct Unmount(std::path::PathBuf);

impl Drop for Unmount {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount")
            .arg("-l")
            .arg(&self.0)
            .status();
    }
}

#[test]
fn an_empty_state_file_is_an_error_and_not_a_fresh_start() {
    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    let whole = sandbox.read("lifeboat.state.json");
    for damaged in ["", &whole[..whole.len() / 2], "{}", "[1]"] {
        sandbox.write("lifeboat.state.json", damaged);
        for command in [
            &["plan"][..],
            &["apply", "--auto-approve"],
            &["status"],
            &["backup", "run", DOCS],
        ] {
            sandbox
                .run(command)
                .exits(1)
                .complains("lifeboat.state.json");
        }
        assert_eq!(
            sandbox.read("lifeboat.state.json"),
            damaged,
            "the damaged file was touched"
        );
    }
    sandbox.write("lifeboat.state.json", &whole);
    sandbox.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn a_state_of_another_lineage_is_refused() {
    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    sandbox.edit("main.dr.hcl", "hourly = 48", "hourly = 72");
    sandbox.run(&["plan", "--out", "p.plan"]).exits(0);
    let other = Sandbox::two_targets();
    other.apply();
    fs::copy(
        other.path("lifeboat.state.json"),
        sandbox.path("lifeboat.state.json"),
    )
    .unwrap();
    sandbox
        .run(&["apply", "p.plan"])
        .exits(6)
        .complains("lineage");
}

#[test]
fn the_second_of_two_applies_is_told_who_holds_the_lock() {
    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    let lock = fs::OpenOptions::new()
        .create(true)
        .read(true)
        .write(true)
        .truncate(false)
        .open(sandbox.path("lifeboat.state.json.lock"))
        .unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    sandbox
        .run(&["apply", "--auto-approve"])
        .exits(5)
        .complains("lock");
    sandbox.run(&["backup", "run", DOCS]).exits(5);
    drop(lock);
    sandbox.run(&["apply", "--auto-approve"]).exits(0);
}

#[test]
fn a_plan_is_stale_once_something_changed() {
    let sandbox = Sandbox::two_targets();
    sandbox.run(&["plan", "--out", "p.plan"]).exits(0);
    sandbox.apply();
    sandbox.run(&["apply", "p.plan"]).exits(6);
    assert_eq!(sandbox.restic_snapshots("backups/near").len(), 2);
}

#[test]
fn a_plan_file_that_was_edited_is_refused() {
    let sandbox = Sandbox::two_targets();
    sandbox.run(&["plan", "--out", "p.plan"]).exits(0);
    sandbox.edit("p.plan", "backups/near", "backups/evil");
    sandbox
        .run(&["apply", "p.plan"])
        .exits(1)
        .complains("p.plan");
    assert!(!sandbox.path("backups").exists());
}

#[test]
fn an_unreadable_file_is_reported_and_the_rest_is_saved() {
    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    sandbox.write("data/docs/closed.txt", "closed");
    fs::set_permissions(
        sandbox.path("data/docs/closed.txt"),
        fs::Permissions::from_mode(0o000),
    )
    .unwrap();
    sandbox
        .run_unprivileged(&["backup", "run", DOCS])
        .exits(1)
        .complains("closed.txt");
    assert_eq!(sandbox.restic_snapshots("backups/near").len(), 3);
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let sandbox = Sandbox::two_targets();
    sandbox.write("data/app.sqlite", &"this is not a database\n".repeat(300));
    let _ = fs::remove_file(sandbox.path("data/app.sqlite-wal"));
    let _ = fs::remove_file(sandbox.path("data/app.sqlite-shm"));
    let ran = sandbox.run(&["apply", "--auto-approve"]).exits(1);
    assert!(
        ran.err.contains("not a SQLite database") || ran.out.contains("not a SQLite database"),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn every_mistake_of_every_file_is_reported_at_once() {
    let sandbox = Sandbox::two_targets();
    sandbox.edit("main.dr.hcl", "objective.gold", "objective.gol");
    sandbox.edit("main.dr.hcl", "exclude   =", "exclud    =");
    sandbox.write("other.dr.hcl", "targett \"a\" \"b\" {\n}\n");
    let ran = sandbox.run(&["validate"]).exits(1);
    for hint in [
        "objective.gold",
        "exclude",
        "target",
        "main.dr.hcl",
        "other.dr.hcl",
    ] {
        assert!(ran.err.contains(hint), "`{hint}` is missing:\n{}", ran.err);
    }
    sandbox.run(&["plan"]).exits(1);
    assert!(!sandbox.path("lifeboat.state.json").exists());
}

#[test]
fn a_password_in_the_text_is_refused() {
    let sandbox = Sandbox::two_targets();
    sandbox.edit(
        "main.dr.hcl",
        "env = \"LIFEBOAT_TEST_PASSWORD\"",
        &format!("value = \"{PASSWORD}\""),
    );
    sandbox
        .run(&["validate"])
        .exits(1)
        .complains("by reference");
}

#[test]
fn an_address_that_matches_nothing_is_an_error() {
    let sandbox = Sandbox::two_targets();
    sandbox.apply();
    sandbox
        .run(&["plan", "--target", "target.local_directory.dox"])
        .exits(1)
        .complains("target.local_directory.docs");
    sandbox
        .run(&["backup", "run", "target.local_directory.dox"])
        .exits(1)
        .complains("target.local_directory.docs");
    sandbox.run(&["drill", "nonsense"]).exits(64);
    sandbox.run(&["plan", "--no-such-flag"]).exits(64);
}

#[test]
fn a_second_repository_in_the_same_place_is_no_second_copy() {
    let sandbox = Sandbox::two_targets();
    sandbox.edit("main.dr.hcl", "backups/second", "./backups/../backups/near");
    sandbox
        .run(&["validate"])
        .exits(1)
        .complains("design::same_place")
        .complains("one and the same place");
    sandbox.run(&["apply", "--auto-approve"]).exits(1);
    assert!(!sandbox.path("backups").exists());
}
