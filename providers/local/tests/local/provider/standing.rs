//! Where things stand, what opening a repository takes, and how large a target is said to be.

use std::collections::BTreeSet;

use lifeboat_model::{Domain, NeedKind, Scope};
use serde_json::json;

use super::world::{DAILY, DOCS, MAIN, World, address};

fn at(domains: &[Domain], scope: Scope) -> BTreeSet<String> {
    let at_scope = domains.iter().filter(|domain| domain.scope == scope);
    at_scope.map(|domain| domain.id.clone()).collect()
}

#[tokio::test]
async fn a_password_beside_the_data_fails_with_them_before_and_after_the_repository_is_made() {
    let world = World::new();
    let planned = world.read(&[DOCS, MAIN]).await;
    world.create(&[MAIN]).await;
    let applied = world.read(&[DOCS, MAIN]).await;
    let needs = &planned.needs[&address(MAIN)];
    assert_eq!(needs, &applied.resources[&address(MAIN)].needs);
    assert_eq!(applied.needs.get(&address(MAIN)), None);
    let [password] = needs.as_slice() else {
        panic!("{needs:?}");
    };
    assert_eq!(password.kind, NeedKind::Key);
    assert_eq!(password.what, world.path("password").display().to_string());
    let docs = &applied.resources[&address(DOCS)].domains;
    for scope in [Scope::Instance, Scope::Zone, Scope::Account] {
        let shared = at(docs, scope);
        assert!(!shared.is_empty(), "nothing is known at {scope}");
        assert_eq!(at(&password.domains, scope), shared, "at {scope}");
    }
}

#[tokio::test]
async fn where_a_password_from_outside_is_nobody_knows_and_no_argument_of_a_command_is_shown() {
    let mut world = World::new();
    for (reference, shown) in [
        (json!({ "env": "PATH" }), "env:PATH"),
        (json!({ "command": "echo secret words" }), "command:echo"),
        (
            json!({ "command": ["echo", "secret", "words"] }),
            "command:echo",
        ),
    ] {
        world.set(
            MAIN,
            "directory",
            json!({ "path": "nowhere", "password": reference }),
        );
        let live = world.read(&[MAIN]).await;
        let [need] = live.needs[&address(MAIN)].as_slice() else {
            panic!("{live:?}");
        };
        assert_eq!((need.what.as_str(), need.domains.len()), (shown, 0));
    }
}

#[tokio::test]
async fn a_directory_is_as_large_as_its_newest_point_and_of_unknown_size_before() {
    let world = World::new();
    world.create(&[MAIN, DAILY]).await;
    let size = async || {
        let live = world.read(&[DOCS, DAILY]).await;
        live.resources[&address(DOCS)]
            .facts
            .get("size_bytes")
            .cloned()
    };
    assert_eq!(size().await, None);
    world.back_up(DAILY, 1).await.unwrap();
    assert_eq!(size().await, Some(json!("firstsecond".len())));
}
