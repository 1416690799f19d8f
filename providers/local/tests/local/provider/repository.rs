//! Repositories: what can be wrong with one, and how each is told.

use std::fs;

use lifeboat_contract::ChangeKind;
use serde_json::json;

use crate::provider::world::{DAILY, DOCS, MAIN, World, address, restic};

#[tokio::test]
async fn what_cannot_be_opened_is_never_taken_for_absent() {
    let mut world = World::new();
    insta::assert_snapshot!(world.shown(&[MAIN, DAILY]).await, @r#"
    repository.directory.main: absent
    target.local_directory.docs.snapshot["daily"]: absent
    "#);
    world.create(&[MAIN, DAILY]).await;
    fs::write(world.path("password"), "a guess").unwrap();
    insta::assert_snapshot!(world.shown(&[MAIN, DAILY]).await, @r#"
    repository.directory.main: denied: wrong password for repository `ROOT/main` (Check what the repository's `password` refers to.)
    target.local_directory.docs.snapshot["daily"]: denied: wrong password for repository `ROOT/main` (Check what the repository's `password` refers to.)
    "#);
    let (_, attributes) = world.resources.get_mut(&address(MAIN)).unwrap();
    attributes.insert(
        "password".to_owned(),
        json!({ "env": "LIFEBOAT_TEST_NO_SUCH_VARIABLE" }),
    );
    insta::assert_snapshot!(world.shown(&[MAIN]).await, @r"repository.directory.main: denied: the environment variable `LIFEBOAT_TEST_NO_SUCH_VARIABLE` for `password` is not set (Set `LIFEBOAT_TEST_NO_SUCH_VARIABLE`, or refer to the secret in another way.)");
    fs::write(world.path("password"), crate::provider::world::PASSWORD).unwrap();
    let (_, attributes) = world.resources.get_mut(&address(MAIN)).unwrap();
    attributes.insert("password".to_owned(), json!({ "file": "password" }));
    fs::remove_dir_all(world.path("main/keys")).unwrap();
    insta::assert_snapshot!(world.shown(&[MAIN, DAILY]).await, @r#"
    repository.directory.main: corrupt: the repository `ROOT/main` is half written: there is a `config` but no key (Put its missing files back from a copy, or choose another place.)
    target.local_directory.docs.snapshot["daily"]: corrupt: the repository `ROOT/main` is half written: there is a `config` but no key (Put its missing files back from a copy, or choose another place.)
    "#);
    fs::remove_dir_all(world.path("main")).unwrap();
    insta::assert_snapshot!(world.shown(&[MAIN, DAILY]).await, @r#"
    repository.directory.main: absent
    target.local_directory.docs.snapshot["daily"]: absent
    "#);
}

#[tokio::test]
async fn somebody_elses_directory_is_neither_a_repository_nor_made_one() {
    let world = World::new();
    fs::create_dir(world.path("main")).unwrap();
    fs::write(world.path("main/holiday.jpg"), "pixels").unwrap();
    insta::assert_snapshot!(world.shown(&[MAIN, DAILY]).await, @r#"
    repository.directory.main: conflict: `ROOT/main` is not empty and no repository: it holds `holiday.jpg` (Choose another place for the repository, or empty this one.)
    target.local_directory.docs.snapshot["daily"]: conflict: `ROOT/main` is not empty and no repository: it holds `holiday.jpg` (Choose another place for the repository, or empty this one.)
    "#);
    let error = world.change(MAIN, ChangeKind::Create).await.unwrap_err();
    assert_eq!(error.class.as_str(), "conflict");
    assert_eq!(fs::read_dir(world.path("main")).unwrap().count(), 1);
}

#[tokio::test]
async fn a_creation_that_was_killed_is_absent_and_can_be_finished() {
    let world = World::new();
    world.create(&[MAIN]).await;
    fs::remove_file(world.path("main/config")).unwrap();
    fs::write(world.path("main/config-tmp-x7"), "half").unwrap();
    assert_eq!(world.shown(&[MAIN]).await, format!("{MAIN}: absent"));
    world.create(&[MAIN, DAILY]).await;
    world.back_up(DAILY, 0).await.unwrap();
    restic(&world.path("main"), &["check"]);
    fs::remove_file(world.path("main/config")).unwrap();
    insta::assert_snapshot!(world.shown(&[MAIN, DAILY]).await, @r#"
    repository.directory.main: corrupt: the repository `ROOT/main` is half written: there are `data`, `index`, `keys`, `snapshots` but no `config` (Put its missing files back from a copy, or choose another place.)
    target.local_directory.docs.snapshot["daily"]: corrupt: the repository `ROOT/main` is half written: there are `data`, `index`, `keys`, `snapshots` but no `config` (Put its missing files back from a copy, or choose another place.)
    "#);
}

#[tokio::test]
async fn compression_is_what_the_repository_says_and_can_be_changed() {
    let mut world = World::new();
    world.create(&[MAIN, DAILY]).await;
    world.back_up(DAILY, 0).await.unwrap();
    let compression = |live: &lifeboat_model::LiveState| {
        let found = live.resources.get(&address(MAIN)).unwrap();
        found.attributes.get("compression").unwrap().clone()
    };
    for level in ["off", "max", "auto"] {
        let before = compression(&world.read(&[MAIN]).await);
        assert_ne!(before, json!(level));
        let (_, attributes) = world.resources.get_mut(&address(MAIN)).unwrap();
        attributes.insert("compression".to_owned(), json!(level));
        assert_eq!(compression(&world.read(&[MAIN]).await), before);
        world.change(MAIN, ChangeKind::Update).await.unwrap();
        assert_eq!(compression(&world.read(&[MAIN]).await), json!(level));
    }
    world.back_up(DAILY, 1).await.unwrap();
    restic(&world.path("main"), &["check", "--read-data"]);
}

#[tokio::test]
async fn a_repository_goes_only_when_it_holds_nothing() {
    let world = World::new();
    world.create(&[MAIN, DAILY]).await;
    let points = [world.back_up(DAILY, 0).await.unwrap().points.remove(0).id];
    let mut refused = Vec::new();
    let mut refuse = async || {
        let error = world.change(MAIN, ChangeKind::Delete).await.unwrap_err();
        let root = world.root.path().display().to_string();
        refused.push(format!(
            "{}: {}",
            error.class,
            error.chain().replace(&root, "ROOT")
        ));
    };
    refuse().await;
    world.delete_points(DAILY, &points).await.unwrap();
    refuse().await;
    insta::assert_snapshot!(refused.join("\n"), @r#"
    conflict: the repository `ROOT/main` still holds recovery points (1)
    conflict: the repository `ROOT/main` is still used by `target.local_directory.docs.snapshot["daily"]` and 0 more
    "#);
    world.change(DAILY, ChangeKind::Delete).await.unwrap();
    for _ in 0..2 {
        assert!(
            world
                .change(MAIN, ChangeKind::Delete)
                .await
                .unwrap()
                .is_none()
        );
        assert!(!world.path("main").exists());
    }
}

#[tokio::test]
async fn a_target_that_is_missing_or_none_is_told_apart() {
    let mut world = World::new();
    world.set(
        "target.local_directory.gone",
        "local_directory",
        json!({ "path": "gone" }),
    );
    world.set(
        "target.local_directory.file",
        "local_directory",
        json!({ "path": "docs/a.txt" }),
    );
    world.set(
        "target.local_sqlite.text",
        "local_sqlite",
        json!({ "path": "docs/a.txt" }),
    );
    let names = [
        DOCS,
        "target.local_directory.gone",
        "target.local_directory.file",
        "target.local_sqlite.text",
    ];
    insta::assert_snapshot!(world.shown(&names).await, @r"
    target.local_directory.docs: live
    target.local_directory.gone: absent
    target.local_directory.file: invalid: `ROOT/docs/a.txt` is not a directory (Point `path` at a directory, or use `local_sqlite` for a database.)
    target.local_sqlite.text: invalid: `ROOT/docs/a.txt` is not a SQLite database (Point `path` at a SQLite database, or use `local_directory` for other files.)
    ");
    let live = world.read(&names).await;
    let docs = live.resources.get(&address(DOCS)).unwrap();
    let place = live
        .places
        .get(&address("target.local_directory.gone"))
        .unwrap();
    let ids = |domains: &[lifeboat_model::Domain]| -> Vec<String> {
        domains.iter().map(|domain| domain.id.clone()).collect()
    };
    assert_eq!(ids(&docs.domains), ids(place));
}
