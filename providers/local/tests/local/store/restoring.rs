//! Restores: never over data, only what differs, and again after an interruption.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;

use lifeboat_contract::{Cancel, ErrorClass, Progress};
use lifeboat_local::restore::{RestoreRequest, Target};

use crate::store::given::{Given, all_passed, shown};
use crate::store::nasty::{describe, noise};

#[test]
fn existing_data_is_a_conflict_and_nothing_is_written() {
    let given = Given::new();
    given.write("a", "saved");
    let point = given.back_up("1").unwrap().point;
    given.write("a", "newer");
    let error = given
        .restore(&point.id, Target::InPlace, false)
        .unwrap_err();
    insta::assert_snapshot!(shown(&error, given.directory.path()), @r"
    conflict: `DIR/source` is not empty, and nothing was written
    Restore elsewhere with `--to`, or replace what is there with `--overwrite`.
    ");
    assert_eq!(fs::read(given.source.join("a")).unwrap(), b"newer");
    let error = given
        .restore_paths(&point.id, Target::InPlace, &["a"], false)
        .unwrap_err();
    insta::assert_snapshot!(shown(&error, given.directory.path()), @r"
    conflict: `DIR/source/a` exists already, and nothing was written
    Restore elsewhere with `--to`, or replace what is there with `--overwrite`.
    ");
}

#[test]
fn overwriting_changes_only_what_differs() {
    let given = Given::new();
    given.write("same", "same");
    given.write("changed", "before");
    given.write("d/deleted", "deleted");
    let before = describe(&given.source);
    let point = given.back_up("1").unwrap().point;
    given.write("changed", "AFTER!");
    fs::remove_dir_all(given.source.join("d")).unwrap();
    fs::write(given.source.join("d"), "a file in the way").unwrap();
    let inode = || fs::metadata(given.source.join("same")).unwrap().ino();
    let same = inode();
    let restored = given.restore(&point.id, Target::InPlace, true).unwrap();
    assert!(restored.failed.is_empty(), "{:?}", restored.failed);
    assert_eq!(restored.restored_bytes, 6 + 7);
    assert_eq!(inode(), same);
    assert_eq!(describe(&given.source), before);
    given.write("extra", "made later");
    given.restore(&point.id, Target::InPlace, true).unwrap();
    assert!(
        given.source.join("extra").exists(),
        "what the point lacks stays"
    );
    let checks = given.verify_restored(&point.id, &given.source);
    let failed: Vec<&str> = checks
        .iter()
        .filter(|check| !check.passed)
        .map(|check| check.name.as_str())
        .collect();
    assert_eq!(failed, ["nothing else"]);
}

#[test]
fn single_paths_come_back_and_their_surroundings_stay() {
    let given = Given::new();
    given.write("a/lost", "lost");
    given.write("a/kept", "kept");
    given.write("b/other", "other");
    let point = given.back_up("1").unwrap().point;
    fs::remove_file(given.source.join("a/lost")).unwrap();
    given.write("a/kept", "newer");
    let absolute = given.source.join("a/lost").display().to_string();
    given
        .restore_paths(&point.id, Target::InPlace, &[&absolute], false)
        .unwrap();
    assert_eq!(fs::read(given.source.join("a/lost")).unwrap(), b"lost");
    assert_eq!(fs::read(given.source.join("a/kept")).unwrap(), b"newer");
    let into = given.path("part");
    given
        .restore_paths(&point.id, Target::Into(into.clone()), &["b"], false)
        .unwrap();
    assert_eq!(fs::read(into.join("b/other")).unwrap(), b"other");
    assert!(!into.join("a").exists());
    let error = given
        .restore_paths(&point.id, Target::Into(given.path("x")), &["c"], false)
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound);
    let error = given
        .restore_paths(&point.id, Target::Into(given.path("x")), &["../etc"], false)
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Invalid);
    assert!(!given.path("x").exists());
}

/// Asks to stop when the first bytes are done.
#[derive(Debug)]
struct StopEarly(Cancel);

impl Progress for StopEarly {
    fn begin(&self, _stage: &str, _total_bytes: Option<u64>) {}
    fn advance(&self, _bytes: u64) {
        self.0.cancel();
    }
    fn end(&self) {}
}

#[test]
fn an_interrupted_restore_is_repeated_as_it_was() {
    let given = Given::new();
    for i in 0..40 {
        given.write(&format!("{i}"), noise(200_000, i));
    }
    let point = given.back_up("1").unwrap().point;
    let into = given.path("restored");
    let cancel = Cancel::default();
    let request = RestoreRequest {
        point: &point.id,
        target: Target::Into(into.clone()),
        paths: &[],
        overwrite: false,
    };
    let stopping: Arc<dyn Progress> = Arc::new(StopEarly(cancel.clone()));
    let error = given
        .vault
        .restore(&request, &stopping, &cancel)
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Interrupted);
    let repeated = given
        .restore(&point.id, Target::Into(into.clone()), false)
        .unwrap();
    assert!(repeated.restored_bytes < 8_000_000, "{repeated:?}");
    assert_eq!(describe(&into), describe(&given.source));
    let error = given
        .restore(&point.id, Target::Into(into), false)
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Conflict);
}

#[test]
fn a_difference_is_found_and_named() {
    let given = Given::new();
    given.write("content", "12345678");
    given.write("mode", "mode");
    given.write("gone", "gone");
    let point = given.back_up("1").unwrap().point;
    let into = given.path("restored");
    given
        .restore(&point.id, Target::Into(into.clone()), false)
        .unwrap();
    all_passed(&given.verify_restored(&point.id, &into));
    let mtime = fs::metadata(into.join("content"))
        .unwrap()
        .modified()
        .unwrap();
    fs::write(into.join("content"), "1234x678").unwrap();
    fs::File::options()
        .write(true)
        .open(into.join("content"))
        .unwrap()
        .set_modified(mtime)
        .unwrap();
    fs::set_permissions(
        into.join("mode"),
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .unwrap();
    let root_time = fs::metadata(&into).unwrap().modified().unwrap();
    fs::remove_file(into.join("gone")).unwrap();
    fs::write(into.join("extra"), "").unwrap();
    fs::File::open(&into)
        .unwrap()
        .set_modified(root_time)
        .unwrap();
    let text: String = given
        .verify_restored(&point.id, &into)
        .iter()
        .map(|check| format!("{}: {}\n", check.name, check.detail))
        .collect();
    insta::assert_snapshot!(text.replace(&given.directory.path().display().to_string(), "DIR"), @r"
    file hashes: `DIR/restored/content` differs between bytes 0 and 8; `DIR/restored/gone` is no file
    metadata: `DIR/restored/gone` is missing; `DIR/restored/mode` has mode 0600, not 0644
    nothing else: `DIR/restored/extra` was not saved
    ");
}
