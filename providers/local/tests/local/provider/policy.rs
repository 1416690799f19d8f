//! Policies live in the repository, and show what was done to them.

use std::fs;

use lifeboat_contract::ChangeKind;
use serde_json::json;

use crate::provider::world::{DAILY, GUARD, MAIN, World, address, restic};

#[tokio::test]
async fn what_is_read_is_what_was_applied_and_restic_does_not_mind() {
    let world = World::new();
    world.create(&[MAIN, DAILY, GUARD]).await;
    world.back_up(DAILY, 0).await.unwrap();
    let live = world.read(&[DAILY, GUARD]).await;
    for name in [DAILY, GUARD] {
        let found = live.resources.get(&address(name)).unwrap();
        assert_eq!(
            found.attributes,
            world.resources.get(&address(name)).unwrap().1
        );
    }
    assert_eq!(
        live.resources
            .get(&address(DAILY))
            .unwrap()
            .recovery_points
            .len(),
        1
    );
    assert_eq!(
        fs::read_dir(world.path("main/lifeboat")).unwrap().count(),
        2
    );
    assert!(
        restic(&world.path("main"), &["check", "--read-data"]).contains("no errors were found")
    );
    let text = fs::read_to_string(world.policy_file()).unwrap();
    assert!(!text.contains("password"), "{text}");
}

#[tokio::test]
async fn a_policy_edited_behind_lifeboats_back_reads_as_it_is_now() {
    let world = World::new();
    world.create(&[MAIN, DAILY]).await;
    let file = world.policy_file();
    let edited = fs::read_to_string(&file)
        .unwrap()
        .replace("\"6h\"", "\"7d\"");
    fs::write(&file, edited).unwrap();
    let live = world.read(&[DAILY]).await;
    let found = live.resources.get(&address(DAILY)).unwrap();
    assert_eq!(found.attributes.get("schedule"), Some(&json!("7d")));
    fs::write(&file, "{").unwrap();
    insta::assert_snapshot!(world.shown(&[DAILY, MAIN]).await, @r#"
    target.local_directory.docs.snapshot["daily"]: corrupt: the policy document `ROOT/main/lifeboat/target.local_directory.docs.snapshot%5B%22daily%22%5D.json` makes no sense: EOF while parsing an object at line 1 column 1 (Delete the document and apply again, or put its old content back.)
    repository.directory.main: live
    "#);
    fs::remove_file(&file).unwrap();
    insta::assert_snapshot!(world.shown(&[DAILY, MAIN]).await, @r#"
    target.local_directory.docs.snapshot["daily"]: absent
    repository.directory.main: live
    "#);
}

#[tokio::test]
async fn deleting_a_protection_leaves_its_points_and_making_it_again_finds_them() {
    let world = World::new();
    world.create(&[MAIN, DAILY]).await;
    let made = world.back_up(DAILY, 0).await.unwrap().points;
    assert!(
        world
            .change(DAILY, ChangeKind::Delete)
            .await
            .unwrap()
            .is_none()
    );
    assert!(world.read(&[DAILY]).await.resources.is_empty());
    let again = world
        .change(DAILY, ChangeKind::Create)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(again.recovery_points, made);
}

#[tokio::test]
async fn a_protection_is_not_written_where_there_is_no_repository() {
    let world = World::new();
    let error = world.change(DAILY, ChangeKind::Create).await.unwrap_err();
    let shown = error
        .chain()
        .replace(&world.root.path().display().to_string(), "ROOT");
    insta::assert_snapshot!(format!("{}: {shown}", error.class), @r#"not_found: there is no repository at `ROOT/main` for `target.local_directory.docs.snapshot["daily"]`"#);
    assert!(!world.path("main").exists());
}
