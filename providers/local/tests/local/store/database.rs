//! SQLite databases: consistent while they are written to, and sound when they come back.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use lifeboat_contract::ErrorClass;
use lifeboat_local::restore::Target;
use lifeboat_local::source::Source;
use rusqlite::Connection;

use crate::store::given::{Given, all_passed, shown, sqlite};

const ACCOUNTS: i64 = 2_000;

/// Makes a database in which the sum of all balances never changes.
fn bank(path: &Path, mode: &str) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode = {mode};
             PRAGMA foreign_keys = ON;
             CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER, note TEXT);
             CREATE TABLE transfer (id INTEGER PRIMARY KEY, account INTEGER REFERENCES account (id));
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ACCOUNTS})
             INSERT INTO account SELECT i, 100, hex(randomblob(400)) FROM n;"
        ))
        .unwrap();
    connection
}

fn total(path: &Path) -> i64 {
    Connection::open(path)
        .unwrap()
        .query_row("SELECT sum(balance) FROM account", [], |row| row.get(0))
        .unwrap()
}

fn given_bank(mode: &str) -> (Given, PathBuf, Connection) {
    let given = Given::new();
    let path = given.source.join("bank.db");
    let connection = bank(&path, mode);
    (given, path, connection)
}

/// Stops the writer also when the test fails, so that it fails and does not hang.
struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn transfers_during_backups(mode: &str) {
    let (given, path, connection) = given_bank(mode);
    let stop = AtomicBool::new(false);
    let stopping = &stop;
    let written = thread::scope(|scope| {
        let _stop = StopAtEnd(stopping);
        let writer = scope.spawn(move || {
            let mut count = 0i64;
            connection.busy_timeout(Duration::from_secs(20)).unwrap();
            while !stopping.load(Ordering::Relaxed) {
                let (from, to) = (count % ACCOUNTS + 1, (count * 7 + 3) % ACCOUNTS + 1);
                connection
                    .execute_batch(&format!(
                        "BEGIN IMMEDIATE;
                         UPDATE account SET balance = balance - 1 WHERE id = {from};
                         INSERT INTO transfer (account) VALUES ({to});
                         UPDATE account SET balance = balance + 1 WHERE id = {to};
                         COMMIT;"
                    ))
                    .unwrap();
                count += 1;
                thread::sleep(Duration::from_millis(1));
            }
            count
        });
        for i in 0..3 {
            let source = Source::Sqlite {
                path: path.clone(),
                scratch: None,
                patience: Duration::from_secs(30),
            };
            let point = given.back_up_of(&source, &i.to_string()).unwrap().point;
            assert!(point.sqlite);
            let into = given.path(&format!("restored-{i}"));
            let restored = given
                .restore(&point.id, Target::Into(into.clone()), false)
                .unwrap();
            assert_eq!(restored.into, into.join("bank.db"));
            let checks = given.verify_restored(&point.id, &restored.into);
            all_passed(&checks);
            let names: Vec<&str> = checks.iter().map(|check| check.name.as_str()).collect();
            assert_eq!(
                names,
                [
                    "file hashes",
                    "metadata",
                    "integrity_check",
                    "foreign_key_check"
                ]
            );
            let files: Vec<_> = fs::read_dir(&into).unwrap().collect();
            assert_eq!(files.len(), 1, "neither -wal nor -shm");
            assert_eq!(total(&restored.into), ACCOUNTS * 100);
        }
        stop.store(true, Ordering::Relaxed);
        writer.join().unwrap()
    });
    assert!(written > 0, "the writer was never held off for good");
}

#[test]
fn a_live_database_in_wal_mode_is_copied_consistently() {
    transfers_during_backups("WAL");
}

#[test]
fn a_live_database_with_a_rollback_journal_is_copied_consistently() {
    transfers_during_backups("DELETE");
}

#[test]
fn a_database_that_did_not_change_is_not_stored_again() {
    let (given, path, _connection) = given_bank("WAL");
    given.back_up_of(&sqlite(&path), "1").unwrap();
    let second = given.back_up_of(&sqlite(&path), "2").unwrap();
    assert!(second.added_bytes < 2_000, "{}", second.added_bytes);
    assert!(second.source_bytes > 1_000_000);
}

#[test]
fn a_restore_in_place_replaces_the_database_and_its_log() {
    let (given, path, connection) = given_bank("WAL");
    let point = given.back_up_of(&sqlite(&path), "1").unwrap().point;
    connection
        .execute("UPDATE account SET balance = 0", [])
        .unwrap();
    let wal = given.source.join("bank.db-wal");
    assert!(fs::metadata(&wal).unwrap().len() > 0);
    // As a crash leaves it: the log beside the database, and nobody who has it open.
    fs::copy(&path, given.path("copy")).unwrap();
    fs::copy(&wal, given.path("copy-wal")).unwrap();
    drop(connection);
    fs::copy(given.path("copy"), &path).unwrap();
    fs::copy(given.path("copy-wal"), &wal).unwrap();
    let error = given
        .restore(&point.id, Target::InPlace, false)
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Conflict);
    assert!(wal.exists());
    let restored = given.restore(&point.id, Target::InPlace, true).unwrap();
    assert!(restored.failed.is_empty());
    assert!(!wal.exists());
    all_passed(&given.verify_restored(&point.id, &restored.into));
    assert_eq!(total(&path), ACCOUNTS * 100);
}

#[test]
fn what_is_no_database_is_refused() {
    let given = Given::new();
    let path = given.write("letter.db", "Dear Sir or Madam,");
    let error = given.back_up_of(&sqlite(&path), "1").unwrap_err();
    insta::assert_snapshot!(shown(&error, given.directory.path()), @r"
    invalid: `DIR/source/letter.db` is not a SQLite database
    Name the database file, or protect the directory with `local_directory`.
    ");
    let error = given
        .back_up_of(&sqlite(&given.source.join("none.db")), "1")
        .unwrap_err();
    insta::assert_snapshot!(shown(&error, given.directory.path()), @r"
    not_found: database `DIR/source/none.db` does not exist
    Correct the path; no recovery point was made.
    ");
    assert!(given.points().is_empty());
}

#[test]
fn a_database_that_stays_locked_is_unavailable() {
    let (given, path, connection) = given_bank("DELETE");
    connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let error = given.back_up_of(&sqlite(&path), "1").unwrap_err();
    assert_eq!(error.class, ErrorClass::Unavailable, "{}", error.chain());
    insta::assert_snapshot!(shown(&error, given.directory.path()), @r"
    unavailable: database `DIR/source/bank.db` is locked by another process
    Let that process finish its transaction, then run the backup again.
    ");
    connection.execute_batch("COMMIT").unwrap();
    given.back_up_of(&sqlite(&path), "1").unwrap();
}

#[test]
fn damage_inside_a_restored_database_is_found() {
    let (given, path, connection) = given_bank("DELETE");
    connection
        .execute_batch("PRAGMA foreign_keys = OFF; INSERT INTO transfer (account) VALUES (-5);")
        .unwrap();
    drop(connection);
    let point = given.back_up_of(&sqlite(&path), "1").unwrap().point;
    let into = given.path("restored");
    let restored = given.restore(&point.id, Target::Into(into), false).unwrap();
    let failed: Vec<String> = given
        .verify_restored(&point.id, &restored.into)
        .into_iter()
        .filter(|check| !check.passed)
        .map(|check| format!("{}: {}", check.name, check.detail))
        .collect();
    assert_eq!(
        failed,
        ["foreign_key_check: row without its parent: transfer 1 account"]
    );
}
