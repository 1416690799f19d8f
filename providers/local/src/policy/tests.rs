use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use lifeboat_model::Attributes;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::catalog::LOCAL_SNAPSHOT;
use crate::store::Place;

fn folder(root: &Path) -> Folder {
    Folder::of(&Place::Directory {
        path: root.to_owned(),
    })
    .unwrap()
}

fn address(name: &str) -> Address {
    name.parse().unwrap()
}

fn attributes(target: &str) -> Attributes {
    [
        ("target".to_owned(), json!(target)),
        ("schedule".to_owned(), json!("6h")),
    ]
    .into()
}

fn write(folder: &Folder, owner: &str, kind: &str, target: &str) {
    let owner = address(owner);
    let bytes = Policy::new(&owner, kind, &attributes(target))
        .to_bytes()
        .unwrap();
    folder.write(&file_name(&owner), bytes).unwrap();
}

#[test]
fn a_document_reads_back_as_it_was_applied_and_is_for_its_owner_only() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(root.path());
    let owner = "target.local_sqlite.app.snapshot[\"d\"]";
    assert!(
        Policies::read(&folder)
            .unwrap()
            .of(&address(owner))
            .is_none()
    );
    write(&folder, owner, LOCAL_SNAPSHOT, "target.local_sqlite.app");
    let policies = Policies::read(&folder).unwrap();
    let policy = policies.of(&address(owner)).unwrap().as_ref().unwrap();
    assert_eq!(policy.attributes, attributes("target.local_sqlite.app"));
    let file = root
        .path()
        .join("lifeboat")
        .join(file_name(&address(owner)));
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    insta::assert_snapshot!(fs::read_to_string(file).unwrap(), @r#"
    {
      "format_version": "1.0",
      "owner": "target.local_sqlite.app.snapshot[\"d\"]",
      "kind": "local_snapshot",
      "attributes": {
        "schedule": "6h",
        "target": "target.local_sqlite.app"
      }
    }
    "#);
}

#[test]
fn a_guard_stands_over_its_target_only_and_an_unreadable_document_over_all() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(root.path());
    let (docs, mail) = ("target.local_directory.docs", "target.local_directory.mail");
    write(
        &folder,
        "target.local_directory.docs.guard[\"g\"]",
        LOCAL_GUARD,
        docs,
    );
    let policies = Policies::read(&folder).unwrap();
    assert!(policies.guard_of(&address(docs)).is_some());
    assert!(policies.guard_of(&address(mail)).is_none());
    fs::write(root.path().join("lifeboat/x.json"), "{\"format_version\":").unwrap();
    let policies = Policies::read(&folder).unwrap();
    assert!(policies.guard_of(&address(mail)).unwrap().is_err());
}

#[test]
fn a_document_of_another_time_or_none_at_all_says_so() {
    let shown = [
        "{}",
        r#"{"format_version":"2.3","owner":"a","kind":"b","attributes":{}}"#,
    ]
    .map(|text| {
        Policy::parse("/r/lifeboat/a.json", text.as_bytes())
            .unwrap_err()
            .to_string()
    });
    insta::assert_snapshot!(shown.join("\n"), @r"
    the policy document `/r/lifeboat/a.json` makes no sense
    the policy document `/r/lifeboat/a.json` has the format 2.3, and this lifeboat reads 1.0
    ");
}

proptest! {
    #[test]
    fn different_addresses_have_different_file_names(a in ".{0,300}", b in ".{0,300}") {
        let owner = address("target.local_directory.docs");
        let one = file_name(&owner.clone().keyed(a.clone()));
        let two = file_name(&owner.keyed(b.clone()));
        prop_assert_eq!(one == two, a == b);
        prop_assert!(one.len() <= 200 && !one.contains('/'));
    }
}
