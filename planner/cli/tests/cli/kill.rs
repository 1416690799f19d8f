//! SIGKILL at random instants of an apply: the same command run again converges, nothing doubled, nothing lost.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::sandbox::{PASSWORD, Sandbox};

/// Targets in the configuration that is applied.
const TARGETS: usize = 20;
/// Instants at which an apply is killed.
const KILLS: u32 = 50;

/// A small generator, so that a failing run can be repeated from the seed that it prints.
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

fn configuration() -> String {
    let mut text = String::from(
        r#"
provider "local" {
  scheduler = "external"
}
repository "directory" "near" {
  path = "backups/near"
  password {
    file = "secret"
  }
}
target "local_directory" "each" {
  for_each = toset([for i in range(TARGETS) : format("t%02d", i)])
  path     = "data/${each.key}"
}
protection "snapshot" "each" {
  for_each   = toset([for i in range(TARGETS) : format("t%02d", i)])
  target     = target.local_directory.each[each.key]
  repository = repository.directory.near
  schedule   = "1h"
}
"#,
    );
    text = text.replace("TARGETS", &TARGETS.to_string());
    let _ = writeln!(text, "# {TARGETS} targets");
    text
}

fn prepared() -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.write("main.dr.hcl", &configuration());
    sandbox.write("secret", PASSWORD);
    for i in 0..TARGETS {
        sandbox.write(
            &format!("data/t{i:02}/file.txt"),
            &format!("content of target {i}\n"),
        );
    }
    sandbox
}

#[test]
fn an_apply_that_is_killed_anywhere_converges_when_it_is_run_again() {
    let seed = std::env::var("LIFEBOAT_TEST_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| {
            std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap()
                .as_nanos() as u64
                | 1
        });
    println!(
        "kill harness: seed {seed}, {KILLS} kills of an apply with {TARGETS} targets (LIFEBOAT_TEST_SEED repeats it)"
    );
    let mut random = Random(seed);

    // How long an undisturbed apply takes here, to spread the kills over all of it.
    let sandbox = prepared();
    let started = Instant::now();
    sandbox.apply();
    let whole = started.elapsed().max(Duration::from_millis(50));
    converged(&sandbox, seed, 0);

    let mut kills = 0;
    let mut sandbox = prepared();
    while kills < KILLS {
        let wait = Duration::from_micros(random.next(whole.as_micros() as u64));
        let mut child = sandbox.start(&["apply", "--auto-approve"]);
        let deadline = Instant::now() + wait;
        let finished = loop {
            if child.try_wait().unwrap().is_some() {
                break true;
            }
            if Instant::now() >= deadline {
                break false;
            }
            std::thread::sleep(Duration::from_micros(200));
        };
        if !finished {
            child.kill().unwrap();
            kills += 1;
        }
        let output = child.wait_with_output().unwrap();
        if finished {
            assert!(
                output.status.success(),
                "seed {seed}: a rerun failed: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            converged(&sandbox, seed, kills);
            sandbox = prepared();
        }
    }
    sandbox.run(&["apply", "--auto-approve"]).exits(0);
    converged(&sandbox, seed, kills);
    println!("kill harness: {kills} kills, 0 lost, 0 doubled");
}

/// Fails unless everything that the configuration asks for is there exactly once, and every byte is sound.
fn converged(sandbox: &Sandbox, seed: u64, kills: u32) {
    sandbox
        .run(&["plan", "--detailed-exitcode"])
        .exits(0)
        .says("No changes.");
    let mut paths: Vec<String> = sandbox
        .restic_snapshots("backups/near")
        .iter()
        .map(|snapshot| snapshot["paths"][0].as_str().unwrap().to_owned())
        .collect();
    paths.sort();
    let expected: Vec<String> = (0..TARGETS)
        .map(|i| sandbox.path(&format!("data/t{i:02}")).display().to_string())
        .collect();
    assert_eq!(
        paths, expected,
        "seed {seed}, after {kills} kills: a recovery point is missing or doubled"
    );
    sandbox
        .restic("backups/near", &["check", "--read-data"])
        .exits(0);
    sandbox.run(&["state", "audit"]).exits(0);
}
