//! Throughput against Debian's restic on the same data, in one run. Prints; asserts nothing about time.

use std::fs;
use std::path::Path;
use std::time::Instant;

use lifeboat_local::restore::Target;

use crate::store::given::{Given, restic};
use crate::store::nasty::noise;

#[test]
#[ignore = "writes 500 MB and says nothing that a test could judge"]
fn throughput_against_restic() {
    let given = Given::new();
    for i in 0..60 {
        given.write(&format!("large/{i}"), noise(7_000_000, i));
    }
    for i in 0..4_000u64 {
        given.write(&format!("small/{}/{i}", i % 50), noise(20_000, i + 100));
    }
    let seconds = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    let theirs = given.path("by restic");
    assert!(restic(&theirs, &["init"]).status.success());
    let source = given.source.display().to_string();
    let out = given.path("restored by restic").display().to_string();
    let mut point = None;
    let ours_back_up = seconds(&mut || point = Some(given.back_up("1").unwrap().point));
    let restic_back_up = seconds(&mut || run(&theirs, &["backup", &source]));
    let id = point.unwrap().id;
    let into = given.path("restored");
    let ours_restore = seconds(&mut || {
        given
            .restore(&id, Target::Into(into.clone()), false)
            .unwrap();
    });
    let restic_restore = seconds(&mut || run(&theirs, &["restore", "latest", "--target", &out]));
    let ours_again = seconds(&mut || {
        given.back_up("2").unwrap();
    });
    let restic_again = seconds(&mut || run(&theirs, &["backup", &source]));
    for (what, ours, restic) in [
        ("back up", ours_back_up, restic_back_up),
        ("back up again", ours_again, restic_again),
        ("restore", ours_restore, restic_restore),
    ] {
        println!(
            "{what}: lifeboat {ours:.2} s, restic {restic:.2} s, ratio {:.2}",
            restic / ours
        );
    }
    fs::remove_dir_all(into).unwrap();
}

fn run(repository: &Path, arguments: &[&str]) {
    assert!(restic(repository, arguments).status.success());
}
