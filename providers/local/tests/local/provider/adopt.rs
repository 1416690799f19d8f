//! Copies, and what a copy does not copy twice.

use std::fs;

use serde_json::json;

use crate::provider::world::{DAILY, DOCS, MAIN, SECOND, World, address};

const COPY: &str = "target.local_directory.docs.copy[\"offsite\"]";

fn with_copy(retention: serde_json::Value) -> World {
    let mut world = World::new();
    let copy =
        json!({ "target": DOCS, "from": DAILY, "repository": SECOND, "retention": retention });
    world.set(COPY, "local_copy", copy);
    world
}

#[tokio::test]
async fn a_copy_brings_every_point_over_once() {
    let world = with_copy(json!({}));
    world.create(&[MAIN, SECOND, DAILY, COPY]).await;
    for minute in 0..2 {
        fs::write(world.path("docs/a.txt"), format!("{minute}")).unwrap();
        world.back_up(DAILY, minute).await.unwrap();
    }
    let first = world.back_up(COPY, 5).await.unwrap();
    assert_eq!(first.points.len(), 2);
    assert!(first.added_bytes > 0);
    assert_eq!(world.back_up(COPY, 5).await.unwrap().points, first.points);
    assert_eq!(world.back_up(COPY, 6).await.unwrap().points, []);
    let live = world.read(&[COPY]).await;
    assert_eq!(
        live.resources.get(&address(COPY)).unwrap().recovery_points,
        first.points
    );
}

#[tokio::test]
async fn a_copy_leaves_out_what_its_retention_would_delete_at_once() {
    let world = with_copy(json!({ "keep": { "last": 1 } }));
    world.create(&[MAIN, SECOND, DAILY, COPY]).await;
    for minute in 0..3 {
        world.back_up(DAILY, minute).await.unwrap();
    }
    let copied = world.back_up(COPY, 5).await.unwrap().points;
    let source = world.read(&[DAILY]).await;
    let newest = source
        .resources
        .get(&address(DAILY))
        .unwrap()
        .recovery_points
        .last()
        .unwrap();
    assert_eq!(copied.len(), 1);
    assert_eq!(copied[0].copy_of.as_ref(), Some(&newest.id));
}
