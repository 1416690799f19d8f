//! A trail that grows, and one that somebody touched.

use std::fs;

use jiff::Timestamp;

use super::{AuditError, AuditTrail, Fact};

fn fact(event: &str) -> Fact {
    Fact {
        at: Timestamp::UNIX_EPOCH,
        run: "run-1".to_owned(),
        who: "ana@here".to_owned(),
        command: "apply".to_owned(),
        event: event.to_owned(),
        address: None,
        outcome: "done".to_owned(),
        detail: None,
    }
}

fn trail(directory: &tempfile::TempDir) -> AuditTrail {
    AuditTrail::new(directory.path().join("audit.jsonl"))
}

fn broken(trail: &AuditTrail) -> String {
    match trail.verify_chain() {
        Err(AuditError::Broken { line, reason, .. }) => format!("line {line}: {reason}"),
        other => format!("{other:?}"),
    }
}

#[test]
fn each_line_follows_the_one_before() {
    let directory = tempfile::tempdir().unwrap();
    let trail = trail(&directory);
    assert_eq!(trail.verify_chain().unwrap().entries, 0);
    trail.append(&[fact("begun"), fact("create")]).unwrap();
    trail.append(&[fact("ended")]).unwrap();
    let chain = trail.verify_chain().unwrap();
    assert_eq!((chain.entries, chain.torn), (3, false));
    let lines: Vec<String> = trail
        .entries()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    1 1970-01-01T00:00:00Z ana@here apply: begun done
    2 1970-01-01T00:00:00Z ana@here apply: create done
    3 1970-01-01T00:00:00Z ana@here apply: ended done
    ");
}

#[test]
fn whatever_is_changed_the_first_broken_line_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let trail = trail(&directory);
    trail.append(&["a", "b", "c", "d"].map(fact)).unwrap();
    let text = fs::read_to_string(trail.path()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let with = |lines: &[&str]| {
        fs::write(trail.path(), format!("{}\n", lines.join("\n"))).unwrap();
        broken(&trail)
    };
    let changed = lines[1].replace("ana", "bob");
    let answers = [
        with(&[lines[0], &changed, lines[2], lines[3]]),
        with(&[lines[0], lines[2], lines[3]]),
        with(&[lines[0], lines[1], lines[1], lines[2]]),
        with(&[lines[1], lines[2]]),
        with(&[lines[0], "{}", lines[2]]),
    ];
    insta::assert_snapshot!(answers.join("\n"), @"
    line 2: its text was changed
    line 2: lines before it are missing or doubled
    line 3: lines before it are missing or doubled
    line 1: lines before it are missing or doubled
    line 2: it is not a line of an audit trail
    ");
}

#[test]
fn a_line_that_is_torn_anywhere_is_replaced_by_the_next_one() {
    let directory = tempfile::tempdir().unwrap();
    let trail = trail(&directory);
    trail.append(&[fact("begun"), fact("create")]).unwrap();
    let bytes = fs::read(trail.path()).unwrap();
    let first = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for length in first..bytes.len() {
        fs::write(trail.path(), &bytes[..length]).unwrap();
        assert_eq!(trail.verify_chain().unwrap().torn, length > first);
        trail.append(&[fact("create")]).unwrap();
        assert_eq!(fs::read(trail.path()).unwrap(), bytes, "{length} bytes");
    }
}

#[test]
fn nothing_is_appended_to_a_line_of_somebody_else() {
    let directory = tempfile::tempdir().unwrap();
    let trail = trail(&directory);
    fs::write(trail.path(), "something else\n").unwrap();
    let error = trail.append(&[fact("begun")]).unwrap_err();
    assert!(matches!(error, AuditError::ForeignEnd { .. }), "{error}");
    assert_eq!(
        fs::read_to_string(trail.path()).unwrap(),
        "something else\n"
    );
}

#[test]
fn a_last_line_longer_than_a_look_at_the_end_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let trail = trail(&directory);
    let long = Fact {
        detail: Some("x".repeat(40_000)),
        ..fact("create")
    };
    trail.append(&[fact("begun"), long.clone()]).unwrap();
    trail.append(&[long, fact("ended")]).unwrap();
    assert_eq!(trail.verify_chain().unwrap().entries, 4);
}
