//! A guard stands in the repository, whoever asks.

use lifeboat_contract::ChangeKind;

use crate::provider::world::{DAILY, GUARD, MAIN, World};

#[tokio::test]
async fn nobody_deletes_a_guarded_point_until_the_guard_is_gone() {
    let world = World::new();
    world.create(&[MAIN, DAILY]).await;
    let points = [world.back_up(DAILY, 0).await.unwrap().points.remove(0).id];
    world.create(&[GUARD]).await;
    let error = world.delete_points(DAILY, &points).await.unwrap_err();
    insta::assert_snapshot!(format!("{}: {}\n{}", error.class, error.chain(), error.help.unwrap()), @r#"
    denied: `target.local_directory.docs.guard["hold"]` guards the recovery points of `target.local_directory.docs`: legal hold 17
    Remove the guard first, in a plan of its own.
    "#);
    let error = world.change(MAIN, ChangeKind::Delete).await.unwrap_err();
    assert_eq!(error.class.as_str(), "conflict");
    world.change(GUARD, ChangeKind::Delete).await.unwrap();
    world.delete_points(DAILY, &points).await.unwrap();
    world.delete_points(DAILY, &points).await.unwrap();
}

#[tokio::test]
async fn a_document_that_may_be_a_guard_counts_as_one() {
    let world = World::new();
    world.create(&[MAIN, DAILY]).await;
    let points = [world.back_up(DAILY, 0).await.unwrap().points.remove(0).id];
    std::fs::write(world.path("main/lifeboat/x.json"), "{").unwrap();
    let error = world.delete_points(DAILY, &points).await.unwrap_err();
    assert_eq!(error.class.as_str(), "denied");
    std::fs::remove_file(world.path("main/lifeboat/x.json")).unwrap();
    world.delete_points(DAILY, &points).await.unwrap();
}

#[tokio::test]
async fn the_points_of_another_protection_are_not_deleted() {
    let mut world = World::new();
    let hourly = "target.local_directory.docs.snapshot[\"hourly\"]";
    let (kind, attributes) = world
        .resources
        .get(&crate::provider::world::address(DAILY))
        .unwrap()
        .clone();
    world
        .resources
        .insert(crate::provider::world::address(hourly), (kind, attributes));
    world.create(&[MAIN, DAILY, hourly]).await;
    let points = [world.back_up(DAILY, 0).await.unwrap().points.remove(0).id];
    let error = world.delete_points(hourly, &points).await.unwrap_err();
    assert_eq!(error.class.as_str(), "conflict");
    assert_eq!(
        world.back_up(DAILY, 0).await.unwrap().points.remove(0).id,
        points[0]
    );
}
