//! What would make a wrong "you are safe": points that hold nothing, data that is pruned away, files written elsewhere.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use lifeboat_contract::{Cancel, ErrorClass, Progress};
use lifeboat_local::restore::Target;
use lifeboat_local::source::{Selection, Source};
use lifeboat_local::store::{BackupRequest, PruneOptions, Vault};

use crate::store::given::{ADDRESS, Given, all_passed, shown, silent, sqlite};
use crate::store::nasty::noise;

#[test]
fn a_source_that_lost_everything_makes_no_point() {
    let given = Given::new();
    // Nothing has been lost yet.
    given.back_up("0").unwrap();
    let file = given.write("a", "a");
    let point = given.back_up("1").unwrap().point;
    fs::remove_file(file).unwrap();
    let error = given.back_up("2").unwrap_err();
    insta::assert_snapshot!(
        shown(&error, given.directory.path()).replace(&point.id.short().to_string(), "ID"),
        @r"
    not_found: source `DIR/source` is empty, and its newest recovery point `ID` holds 1 B in files (1)
    Mount what belongs there; if it is empty on purpose, put a file such as `.keep` into it. No recovery point was made.
    "
    );
    assert_eq!(given.points().len(), 2);
    given.write(".keep", "");
    given.back_up("3").unwrap();
}

#[test]
fn a_selection_that_finds_nothing_any_more_makes_no_point() {
    let given = Given::new();
    given.write("docs/a.md", "a");
    given.back_up("1").unwrap();
    let source = Source::Directory {
        path: given.source.clone(),
        selection: Selection::new(&["*.txt".to_owned()], &[]).unwrap(),
        one_file_system: false,
    };
    let error = given.back_up_of(&source, "2").unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound, "{}", error.chain());
}

#[test]
fn a_database_that_lost_everything_makes_no_point() {
    let given = Given::new();
    let path = given.path("bank.db");
    let bank = rusqlite::Connection::open(&path).unwrap();
    bank.execute_batch("CREATE TABLE account (name TEXT);")
        .unwrap();
    drop(bank);
    given.back_up_of(&sqlite(&path), "1").unwrap();
    fs::write(&path, "").unwrap();
    let error = given.back_up_of(&sqlite(&path), "2").unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound, "{}", error.chain());
    assert_eq!(given.points().len(), 1);
}

/// Prunes while a backup is under way.
#[derive(Debug)]
struct PruneMeanwhile {
    vault: Vault,
    done: Mutex<Option<bool>>,
}

impl Progress for PruneMeanwhile {
    fn begin(&self, _stage: &str, _total_bytes: Option<u64>) {}
    fn advance(&self, _bytes: u64) {
        let mut done = self.done.lock().unwrap();
        if done.is_none() {
            let pruned = self
                .vault
                .prune(PruneOptions::default(), &silent(), &Cancel::default());
            *done = Some(pruned.unwrap());
        }
    }
    fn end(&self) {}
}

#[test]
fn a_prune_does_not_take_what_a_backup_counts_on() {
    let given = Given::new();
    given.write("a", noise(1_000_000, 1));
    let point = given.back_up("1").unwrap().point;
    given
        .vault
        .delete(&[point.id], &silent(), &Cancel::default())
        .unwrap();
    // Nothing refers to the content of `a` now, and the next backup finds it in the index.
    let meanwhile = Arc::new(PruneMeanwhile {
        vault: given.vault.clone(),
        done: Mutex::default(),
    });
    let source = given.everything();
    let request = BackupRequest {
        source: &source,
        address: ADDRESS,
        token: "2",
        tags: &Default::default(),
        time: Timestamp::now(),
    };
    let progress: Arc<dyn Progress> = meanwhile.clone();
    let point = given
        .vault
        .back_up(&request, &progress, &Cancel::default())
        .unwrap()
        .point;
    assert_eq!(*meanwhile.done.lock().unwrap(), Some(false));
    all_passed(
        &given
            .vault
            .verify(true, &silent(), &Cancel::default())
            .unwrap(),
    );
    let into = given.path("restored");
    given
        .restore(&point.id, Target::Into(into.clone()), false)
        .unwrap();
    assert_eq!(fs::read(into.join("a")).unwrap(), noise(1_000_000, 1));
    assert!(
        given
            .vault
            .prune(PruneOptions::default(), &silent(), &Cancel::default())
            .unwrap()
    );
    assert_eq!(given.restic(&["list", "locks"]), "");
}

#[test]
fn a_repository_is_not_backed_up_into_itself() {
    let given = Given::new();
    given.write("a", "a");
    let around = |path: &std::path::Path| Source::Directory {
        path: path.to_owned(),
        selection: Selection::everything(),
        one_file_system: false,
    };
    let outside = around(given.directory.path());
    let point = given.back_up_of(&outside, "1").unwrap().point;
    let into = tempfile::tempdir().unwrap();
    given
        .restore(&point.id, Target::Into(into.path().to_owned()), false)
        .unwrap();
    assert!(into.path().join("source/a").exists());
    assert!(!into.path().join("repository").exists());
    let error = given
        .back_up_of(&around(&given.repository().join("data")), "2")
        .unwrap_err();
    insta::assert_snapshot!(shown(&error, given.directory.path()), @r"
    invalid: source `DIR/repository/data` is inside the repository or its cache `DIR/repository`
    Keep the repository outside of what it protects.
    ");
}

#[test]
fn nothing_is_restored_into_the_repository() {
    let given = Given::new();
    given.write("config", "no config of restic");
    let point = given.back_up("1").unwrap().point;
    symlink(given.repository(), given.path("alias")).unwrap();
    for into in ["repository", "repository/new/deep", "alias/new"] {
        let error = given
            .restore(&point.id, Target::Into(given.path(into)), true)
            .unwrap_err();
        assert_eq!(error.class, ErrorClass::Invalid, "{}", error.chain());
    }
    given.restic(&["check"]);
}

#[test]
fn a_restore_follows_no_link_out_of_its_destination() {
    let given = Given::new();
    given.write("deep/file", "ours");
    let point = given.back_up("1").unwrap().point;
    let outside = given.path("outside");
    let into = given.path("restored");
    for directory in [&outside, &into] {
        fs::create_dir(directory).unwrap();
    }
    fs::write(outside.join("file"), "theirs").unwrap();
    symlink(&outside, into.join("deep")).unwrap();
    // Where a restore leaves its mark.
    symlink(outside.join("file"), into.join(".lifeboat-restore")).unwrap();
    given
        .restore(&point.id, Target::Into(into.clone()), true)
        .unwrap();
    assert_eq!(fs::read(outside.join("file")).unwrap(), b"theirs");
    assert_eq!(fs::read(into.join("deep/file")).unwrap(), b"ours");
}

#[test]
fn a_path_outside_of_the_source_is_refused() {
    let given = Given::new();
    given.write("a", "a");
    let point = given.back_up("1").unwrap().point;
    for path in ["../a", "/etc", "x/../../a", "/"] {
        let error = given
            .restore_paths(
                &point.id,
                Target::Into(given.path("restored")),
                &[path],
                false,
            )
            .unwrap_err();
        assert_eq!(
            error.class,
            ErrorClass::Invalid,
            "{path}: {}",
            error.chain()
        );
    }
    assert!(!given.path("restored").exists());
}

#[test]
fn a_point_whose_pack_is_gone_does_not_pass() {
    let given = Given::new();
    given.write("a", noise(1_000_000, 1));
    given.back_up("1").unwrap();
    let pack = crate::store::trouble::packs(&given.repository())
        .pop()
        .unwrap();
    fs::remove_file(pack).unwrap();
    let checks = given
        .vault
        .verify(false, &silent(), &Cancel::default())
        .unwrap();
    assert!(checks.iter().any(|check| !check.passed), "{checks:?}");
}
