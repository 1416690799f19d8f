//! Backups, restores, verifications and drills as text.

use lifeboat_model::Span;

use super::super::*;
use super::fixture::{DAILY, address, as_of, point};

fn checks() -> Vec<CheckResult> {
    let detail = "2 of 412 files differ from the manifest: docs/a.txt, docs/b.txt";
    vec![
        CheckResult {
            name: "integrity_check".to_owned(),
            passed: true,
            detail: "ok".to_owned(),
        },
        CheckResult {
            name: "file hashes".to_owned(),
            passed: false,
            detail: detail.to_owned(),
        },
    ]
}

#[test]
fn a_backup_names_what_it_could_not_read() {
    let locked = PathProblem {
        path: "/srv/docs/\u{1b}[31mkey".to_owned(),
        message: "permission denied".to_owned(),
    };
    let backup = BackUpView {
        address: address(DAILY),
        points: vec![point("a", 0, 41)],
        unreadable: vec![locked],
        entries: 412,
        source_bytes: 41 << 20,
        added_bytes: 12_345,
        took: Span::from_millis(1_850),
    };
    insta::assert_snapshot!(backup_text(&[backup], as_of(), Style::plain()), @r#"
    ✗ target.local_directory.docs.snapshot["docs_daily"]: 1 recovery point made in 1s
        point   aaaaaaaa  2026-11-22 16:30:05Z (0s old)
        source  41 MiB in 412 entries
        added   12 KiB
        1 path could not be read, the rest is saved:
          /srv/docs/\u{1b}[31mkey: permission denied
    "#);
}

#[test]
fn a_restore_names_the_point_and_the_place() {
    let restore = RestoreView {
        address: address(DAILY),
        point: point("a", 2, 41),
        into: "/tmp/restored".to_owned(),
        entries: 1,
        restored_bytes: 41 << 20,
        failed: Vec::new(),
        took: Span::from_secs(75),
    };
    insta::assert_snapshot!(restore_text(&restore, as_of(), Style::plain()), @r#"
    ✓ target.local_directory.docs.snapshot["docs_daily"]: restored in 1m15s
        point     aaaaaaaa  2026-11-20 16:30:05Z (2d old)
        into      /tmp/restored
        restored  41 MiB in 1 entry
    "#);
}

#[test]
fn a_verification_names_each_check() {
    let bad = VerifyView {
        address: address(DAILY),
        read_data: true,
        passed: false,
        checks: checks(),
        took: Span::from_secs(4),
    };
    let good = VerifyView {
        passed: true,
        read_data: false,
        checks: checks().into_iter().take(1).collect(),
        ..bad.clone()
    };
    let none = VerifyView {
        checks: Vec::new(),
        ..bad.clone()
    };
    insta::assert_snapshot!(verify_text(&[good, bad, none], Style::plain()), @r#"
    ✓ target.local_directory.docs.snapshot["docs_daily"]: the structure was checked in 4s
        ✓  integrity_check  ok
    ✗ target.local_directory.docs.snapshot["docs_daily"]: not as it should be, after 4s
        ✓  integrity_check  ok
        ✗  file hashes      2 of 412 files differ from the manifest: docs/a.txt,
                            docs/b.txt
    ✗ target.local_directory.docs.snapshot["docs_daily"]: nothing could be checked

    Verified: 1 of 3 protections passed.
    "#);
}

#[test]
fn a_drill_holds_what_was_measured_against_the_goals() {
    let drill = DrillView {
        address: address(DAILY),
        point: point("a", 2, 41),
        point_age: Span::from_days(2),
        took: Span::from_secs(75),
        restored_bytes: 41 << 20,
        passed: false,
        checks: checks(),
        rpo_goal: Some(Span::from_hours(6)),
        rto_goal: Some(Span::from_hours(1)),
    };
    insta::assert_snapshot!(drill_text(&[drill], Style::plain()), @r#"
    ✗ target.local_directory.docs.snapshot["docs_daily"]: the drill failed
        point             aaaaaaaa  2026-11-20 16:30:05Z
        age of the point  2d ✗ (goal 6h)
        time to be back   1m15s ✓ (goal 1h)
        restored          41 MiB
        ✓  integrity_check  ok
        ✗  file hashes      2 of 412 files differ from the manifest: docs/a.txt,
                            docs/b.txt

    Drilled: 0 of 1 protection passed.
    "#);
}
