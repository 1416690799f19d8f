//! Places: what stands there, and what is made of it.

use std::fs;
use std::path::Path;

use lifeboat_contract::ErrorClass;
use lifeboat_local::store::{InitOptions, Place, Presence, Secret, Vault, init, probe};

use crate::store::given::{Given, directory_place, password, shown};

fn open(path: &Path) -> lifeboat_contract::ProviderError {
    Vault::open(&directory_place(path), &password(), None).unwrap_err()
}

#[test]
fn a_repository_is_made_once_and_keeps_its_id() {
    let given = Given::new();
    let again = init(&given.place, &password(), InitOptions::default()).unwrap();
    assert_eq!(again, given.vault.id());
    assert_eq!(again.len(), 64);
    assert_eq!(probe(&given.place).unwrap(), Presence::Present);
    assert!(given.restic(&["cat", "config"]).contains(&again));
    let compressed = directory_place(&given.path("compressed"));
    let options = InitOptions {
        compression: Some(19),
    };
    init(&compressed, &password(), options).unwrap();
    Vault::open(&compressed, &password(), None).unwrap();
}

#[test]
fn a_wrong_password_is_denied_and_stands_in_no_error() {
    let given = Given::new();
    let wrong = Secret::new("tr0ub4dor");
    let error = Vault::open(&given.place, &wrong, None).unwrap_err();
    insta::assert_snapshot!(shown(&error, given.directory.path()), @r"
    denied: wrong password for repository `DIR/repository`
    Check what the repository's `password` refers to.
    ");
    let init = init(&given.place, &wrong, InitOptions::default()).unwrap_err();
    for error in [error, init] {
        assert_eq!(error.class, ErrorClass::Denied);
        assert!(!format!("{error:?} {}", error.chain()).contains("tr0ub4dor"));
    }
    assert!(!format!("{wrong:?} {:?}", given.vault).contains("tr0ub4dor"));
}

#[test]
fn what_is_no_repository_is_left_alone() {
    let given = Given::new();
    let path = given.path("photos");
    let place = directory_place(&path);
    assert_eq!(probe(&place).unwrap(), Presence::Absent);
    fs::create_dir(&path).unwrap();
    assert_eq!(probe(&place).unwrap(), Presence::Empty);
    fs::write(path.join("holiday.jpg"), "jpg").unwrap();
    assert_eq!(
        probe(&place).unwrap(),
        Presence::Foreign("it holds `holiday.jpg`".to_owned())
    );
    let error = init(&place, &password(), InitOptions::default()).unwrap_err();
    insta::assert_snapshot!(shown(&error, given.directory.path()), @r"
    conflict: `DIR/photos` is not empty and no repository: it holds `holiday.jpg`
    Choose an empty place for the repository.
    ");
    insta::assert_snapshot!(shown(&open(&path), given.directory.path()), @r"
    not_found: there is no repository at `DIR/photos`: it holds `holiday.jpg`
    Check the place, or run `lifeboat apply` to create the repository.
    ");
    assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
}

#[test]
fn what_a_crash_left_of_a_creation_is_finished() {
    let given = Given::new();
    let repository = given.repository();
    fs::remove_file(repository.join("config")).unwrap();
    assert_eq!(
        probe(&given.place).unwrap(),
        Presence::HalfWritten("there are `keys` but no `config`".to_owned())
    );
    assert_eq!(open(&repository).class, ErrorClass::Corrupt);
    let id = init(&given.place, &password(), InitOptions::default()).unwrap();
    assert_ne!(id, given.vault.id());
    assert_eq!(fs::read_dir(repository.join("keys")).unwrap().count(), 1);
    given.restic(&["check"]);
}

#[test]
fn data_without_a_config_is_never_touched() {
    let given = Given::new();
    given.write("a", "precious");
    given.back_up("1").unwrap();
    fs::rename(given.repository().join("config"), given.path("config")).unwrap();
    let error = init(&given.place, &password(), InitOptions::default()).unwrap_err();
    insta::assert_snapshot!(shown(&error, given.directory.path()), @r"
    conflict: repository `DIR/repository` is half written: there are `data`, `index`, `keys`, `snapshots` but no `config`
    Restore its missing files from a copy, or choose an empty place; lifeboat does not touch data that it cannot read.
    ");
    fs::rename(given.path("config"), given.repository().join("config")).unwrap();
    assert_eq!(given.points().len(), 1);
}

#[test]
fn a_damaged_config_is_told_from_a_wrong_password() {
    let given = Given::new();
    let config = given.repository().join("config");
    let mut bytes = fs::read(&config).unwrap();
    bytes[40] ^= 1;
    fs::remove_file(&config).unwrap();
    fs::write(&config, bytes).unwrap();
    let error = open(&given.repository());
    assert_eq!(error.class, ErrorClass::Corrupt, "{}", error.chain());
    assert!(error.message.ends_with("is damaged"), "{}", error.message);
}

#[test]
fn an_endpoint_that_is_down_is_unavailable() {
    let place = Place::S3 {
        // Port 1 answers nobody.
        endpoint: Some("http://127.0.0.1:1".to_owned()),
        bucket: "backups".to_owned(),
        prefix: "host-a".to_owned(),
        region: "us-east-1".to_owned(),
        access_key: Secret::new("AKIATEST"),
        secret_key: Secret::new("s3cr3t-key"),
    };
    let error = Vault::open(&place, &password(), None).unwrap_err();
    assert_eq!(error.class, ErrorClass::Unavailable, "{}", error.chain());
    insta::assert_snapshot!(error.message, @"cannot read repository `s3://backups/host-a`");
    assert!(!format!("{error:?} {place:?}").contains("s3cr3t-key"));
}
