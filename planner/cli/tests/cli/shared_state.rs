//! Two machines, one state in S3: each is a directory of its own, and what is protected is reached from both.

use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::s3::{ENVIRONMENT, Moto};
use crate::sandbox::{PASSWORD, Ran, Sandbox};

/// Targets in the configuration.
const TARGETS: usize = 10;
/// Instants at which an apply is killed.
const KILLS: usize = 18;
const LOCK: &str = "acme-dr/prod.state.json.lock";

/// The store, and what is protected.
struct World {
    moto: Moto,
    shared: Sandbox,
}

impl World {
    fn new() -> Self {
        let moto = Moto::start();
        moto.make_bucket("acme-dr");
        let shared = Sandbox::empty();
        shared.write("secret", PASSWORD);
        for i in 0..TARGETS {
            shared.write(&format!("data/t{i:02}/file.txt"), &format!("target {i}\n"));
        }
        Self { moto, shared }
    }

    /// Returns the arguments of the place.
    fn place(&self, more: &str) -> String {
        format!(
            "bucket = \"acme-dr\"\nkey = \"prod.state.json\"\nregion = \"eu-west-1\"\nendpoint_url = \"{}\"\n{more}",
            self.moto.endpoint
        )
    }

    /// Returns a machine with the configuration on it.
    fn machine(&self) -> Sandbox {
        let machine = Sandbox::empty();
        machine.write(
            "state.dr.hcl",
            &format!("lifeboat {{\n state \"s3\" {{\n{}}}\n}}\n", self.place("")),
        );
        machine.write("main.dr.hcl", &self.protected());
        machine
    }

    fn protected(&self) -> String {
        let each = format!("toset([for i in range({TARGETS}) : format(\"t%02d\", i)])");
        let root = self.shared.root().display();
        format!(
            r#"
provider "local" {{
  scheduler = "external"
}}
repository "directory" "near" {{
  path = "{root}/backups"
  password {{
    file = "{root}/secret"
  }}
}}
target "local_directory" "each" {{
  for_each = {each}
  path     = "{root}/data/${{each.key}}"
}}
protection "snapshot" "each" {{
  for_each   = {each}
  target     = target.local_directory.each[each.key]
  repository = repository.directory.near
  schedule   = "1h"
}}
"#
        )
    }

    /// Returns the locator of the state.
    fn locator(&self) -> String {
        format!(
            "s3://acme-dr/prod.state.json?region=eu-west-1&endpoint_url={}",
            self.moto.endpoint
        )
    }

    fn lock(&self) -> Value {
        serde_json::from_str(&self.moto.ask("GET", LOCK, "")).unwrap()
    }

    /// Counts the parts of the journal.
    fn parts(&self) -> usize {
        let listing = "acme-dr?list-type=2&prefix=prod.state.json.journal.";
        self.moto.ask("GET", listing, "").matches("<Key>").count()
    }

    /// Makes the holder of the lock one of a machine that cannot be looked at, and that was alive just now.
    fn move_holder_away(&self, lease: &str) {
        let mut note = self.lock();
        note["lease"] = json!(lease);
        note["processes"] = json!("another boot pid:[4026531836]");
        note["holder"]["user"] = json!("ana");
        note["holder"]["host"] = json!("ci-7");
        self.moto.ask("PUT", LOCK, &note.to_string());
    }

    /// Fails unless everything is there exactly once, seen from this machine.
    fn converged(&self, machine: &Sandbox) {
        run(machine, &["plan", "--detailed-exitcode"])
            .exits(0)
            .says("No changes.");
        let mut paths: Vec<String> = self
            .shared
            .restic_snapshots("backups")
            .iter()
            .map(|snapshot| snapshot["paths"][0].as_str().unwrap().to_owned())
            .collect();
        paths.sort();
        let expected: Vec<String> = (0..TARGETS)
            .map(|i| {
                self.shared
                    .path(&format!("data/t{i:02}"))
                    .display()
                    .to_string()
            })
            .collect();
        assert_eq!(paths, expected, "a recovery point is missing or doubled");
        run(machine, &["state", "audit"])
            .exits(0)
            .says("is unbroken");
    }
}

fn run(machine: &Sandbox, arguments: &[&str]) -> Ran {
    machine.run_with(&ENVIRONMENT, arguments)
}

fn start(machine: &Sandbox, arguments: &[&str]) -> Child {
    machine
        .command(arguments)
        .envs(ENVIRONMENT)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Kills the process once the journal in the store has this many parts, unless it has ended by then; returns how it
/// ended and whether it was killed.
fn killed_at(world: &World, mut child: Child, parts: usize) -> (Output, bool) {
    loop {
        if child.try_wait().unwrap().is_some() {
            return (child.wait_with_output().unwrap(), false);
        }
        if world.parts() >= parts {
            child.kill().unwrap();
            return (child.wait_with_output().unwrap(), true);
        }
    }
}

#[test]
fn what_one_machine_applies_another_one_knows_and_backs_up() {
    let world = World::new();
    let (here, there) = (world.machine(), world.machine());
    run(&here, &["validate"]).exits(0);
    run(&here, &["apply", "--auto-approve"])
        .exits(0)
        .never_says("testing-secret");
    assert!(
        !here.path("lifeboat.state.json").exists(),
        "no file is left behind"
    );
    world.converged(&there);

    let one = "target.local_directory.each[\"t03\"].snapshot[\"each/t03\"]";
    run(&there, &["state", "list"]).exits(0).says(one);
    run(&there, &["backup", "run", one])
        .exits(0)
        .says("1 recovery point made");
    run(&here, &["state", "audit"])
        .exits(0)
        .says("backup run: back_up");
    // A schedule on a machine where somebody has just broken the text.
    there.write("broken.dr.hcl", "target {");
    run(&there, &["--state", &world.locator(), "backup", "run", one])
        .exits(0)
        .says("1 recovery point made");
    run(&there, &["backup", "run", one]).exits(1);
    assert_eq!(world.shared.restic_snapshots("backups").len(), TARGETS + 2);
    run(&here, &["destroy", "--auto-approve", "--allow-loss"]).exits(0);
    run(&here, &["state", "list"]).exits(0).never_says(one);
}

#[test]
fn an_apply_that_is_killed_on_one_machine_converges_on_another() {
    let mut world = World::new();
    let (mut kills, mut interrupted, mut finished) = (0, 0, 0);
    while kills < KILLS {
        // Each time on a machine that has seen nothing of it, and later in the run; what is left of the journal of the
        // one before may stop the next one in the middle of folding it.
        let machine = world.machine();
        let child = start(&machine, &["apply", "--auto-approve"]);
        let (output, killed) = killed_at(&world, child, 1 + kills % 6 * 2);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        interrupted += usize::from(said.contains("an earlier run was interrupted"));
        if killed {
            kills += 1;
        } else {
            assert!(output.status.success(), "{said}");
            finished += 1;
            world.converged(&world.machine());
            world = World::new();
        }
    }
    run(&world.machine(), &["apply", "--auto-approve"]).exits(0);
    world.converged(&world.machine());
    println!(
        "{kills} kills, each on another machine, {finished} runs to their end between them, {interrupted} told of an interrupted run; 0 lost, 0 doubled"
    );
}

#[test]
fn a_machine_waits_for_the_lease_of_a_killed_one_and_then_says_what_it_took_over() {
    let world = World::new();
    let here = world.machine();
    // Killed as soon as the journal has begun.
    let mut child = start(&here, &["apply", "--auto-approve"]);
    let began = Instant::now();
    while world.parts() == 0 {
        assert!(began.elapsed() < Duration::from_secs(120), "it never began");
        assert!(child.try_wait().unwrap().is_none(), "it ended before");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    world.move_holder_away("5s");

    let there = world.machine();
    run(&there, &["apply", "--auto-approve"])
        .exits(5)
        .complains("state is locked by `ana@ci-7` (`lifeboat apply`, process")
        .complains("`lifeboat state unlock --force` ends it at once");
    run(&there, &["--lock-timeout", "2m", "apply", "--auto-approve"])
        .exits(0)
        .complains("Note: the lock of `ana@ci-7` (`lifeboat apply`, process")
        .complains("Note: an earlier run was interrupted: the creation of");
    world.converged(&there);
    run(&there, &["state", "audit", "--last", "1000"])
        .exits(0)
        .says("taken_over");
}

#[test]
fn a_lock_that_nobody_will_give_back_is_ended_by_hand() {
    let world = World::new();
    let here = world.machine();
    run(&here, &["apply", "--auto-approve"]).exits(0);
    run(&here, &["state", "unlock"])
        .exits(0)
        .says("Nobody holds the lock.");
    let mut note = world.lock();
    note["holder"] = json!({
        "user": "ana", "host": "ci-7", "pid": 7, "operation": "drill",
        "since": "2026-01-01T00:00:00Z", "heartbeat": "2026-01-01T00:00:00Z",
    });
    world.moto.ask("PUT", LOCK, &note.to_string());
    world.move_holder_away("1h");
    run(&here, &["backup", "run", "--all"])
        .exits(5)
        .complains("`lifeboat drill`");
    // Who only looks needs no lock.
    run(&here, &["plan", "--detailed-exitcode"]).exits(0);
    run(&here, &["state", "unlock"])
        .exits(5)
        .complains("`ana@ci-7`");
    run(&here, &["state", "unlock", "--force"])
        .exits(0)
        .says("Ended the lock of ana@ci-7 (lifeboat drill, process 7).");
    run(&here, &["backup", "run", "--all"]).exits(0);
    run(&here, &["state", "audit"]).exits(0).says("unlocked");
}

#[test]
fn a_state_file_moves_to_s3_once_and_nothing_is_adopted_anew() {
    let world = World::new();
    let here = world.machine();
    let block = here.read("state.dr.hcl");
    here.write("state.dr.hcl", "");
    run(&here, &["state", "push"])
        .exits(64)
        .complains("the state is a file already");
    run(&here, &["apply", "--auto-approve"]).exits(0);
    here.write("state.dr.hcl", &block);
    run(&here, &["plan"])
        .exits(0)
        .complains("is not used, and nothing is recorded in `s3://acme-dr/prod.state.json` yet");
    run(&here, &["state", "push"])
        .exits(0)
        .says("to s3://acme-dr/prod.state.json");
    world.converged(&world.machine());
    world.converged(&here);
    assert!(here.path("lifeboat.state.json.pushed").exists());

    let other = Sandbox::two_targets();
    other.apply();
    other.write("state.dr.hcl", &block);
    run(&other, &["state", "push", "none.state.json"])
        .exits(1)
        .complains("state::nothing_to_push");
    run(&other, &["state", "push"])
        .exits(1)
        .complains("state::occupied");
}

#[test]
fn a_place_that_cannot_hold_a_state_is_told_before_anything_is_touched() {
    let world = World::new();
    let machine = world.machine();
    machine.edit("state.dr.hcl", "bucket =", "bukcet =");
    run(&machine, &["validate"])
        .exits(1)
        .complains("state.dr.hcl:3:1")
        .complains("Did you mean `bucket`?");
    machine.edit("state.dr.hcl", "bukcet =", "bucket =");
    machine.edit("state.dr.hcl", "acme-dr", "acme-other");
    for command in [&["plan"][..], &["apply", "--auto-approve"]] {
        run(&machine, command)
            .exits(1)
            .complains("there is no bucket `acme-other`")
            .complains("Create the bucket");
    }
    assert!(!world.shared.path("backups").exists());
    run(&machine, &["--state", "s3://acme-dr", "plan"])
        .exits(1)
        .complains("does not name a state in S3");
}
