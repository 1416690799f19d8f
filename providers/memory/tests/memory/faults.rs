//! What a test can do to a world: planned faults, counters, meddling.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_contract::{
    CallContext, Cancel, ChangeKind, ChangeRequest, ErrorClass, Provider, ProviderError, ReadItem,
    ReadRequest, Silent,
};
use lifeboat_memory::{Fault, MemoryProvider, Method, World};
use lifeboat_model::{Address, Attributes, Block, LiveState};
use serde_json::json;

fn context() -> CallContext {
    CallContext {
        as_of: Timestamp::from_second(1_790_000_000).unwrap(),
        token: "token".to_owned(),
        progress: Arc::new(Silent),
        cancel: Cancel::default(),
    }
}

fn vault(number: usize) -> (Address, Attributes) {
    let name = format!("vault_{number:02}");
    let attributes = [("name".to_owned(), json!(name))].into();
    (
        Address::of_kind(Block::Repository, "memory_vault", name),
        attributes,
    )
}

async fn create(provider: &MemoryProvider, number: usize) -> Result<(), ProviderError> {
    let (address, after) = vault(number);
    let request = ChangeRequest {
        address: &address,
        kind: "memory_vault",
        change: ChangeKind::Create,
        before: None,
        after: Some(&after),
        target: None,
        bindings: &BTreeMap::new(),
    };
    provider.change(request, &context()).await.map(drop)
}

async fn read(provider: &MemoryProvider, count: usize) -> LiveState {
    let items = (0..count).map(vault).map(|(address, attributes)| ReadItem {
        address,
        kind: "memory_vault".to_owned(),
        attributes,
        target: None,
    });
    let request = ReadRequest {
        items: items.collect(),
        bindings: &BTreeMap::new(),
    };
    provider.read(request, &context()).await.unwrap()
}

#[tokio::test]
async fn a_planned_failure_strikes_its_call_once_before_or_after_the_effect() {
    let world = World::new();
    let provider = world.provider();
    world
        .faults()
        .fail(Method::Change, 2, ErrorClass::Throttled);
    world
        .faults()
        .fail_after(Method::Change, 4, ErrorClass::Unavailable);
    let mut classes = Vec::new();
    for number in 0..4 {
        classes.push(create(&provider, number).await.map_err(|error| error.class));
    }
    let (throttled, unavailable) = (Err(ErrorClass::Throttled), Err(ErrorClass::Unavailable));
    assert_eq!(classes, [Ok(()), throttled, Ok(()), unavailable]);
    assert_eq!(world.vaults(), ["vault_00", "vault_02", "vault_03"]);
    create(&provider, 1).await.unwrap();
    assert_eq!(world.faults().calls(Method::Change), 5);
}

#[tokio::test]
async fn a_page_that_fails_takes_only_its_own_items_with_it() {
    let world = World::new();
    let provider = world.provider();
    for number in 0..10 {
        create(&provider, number).await.unwrap();
    }
    world.faults().page_size(4);
    world
        .faults()
        .fail(Method::List, 2, ErrorClass::Unavailable);
    let answer = read(&provider, 10).await;
    assert_eq!((answer.resources.len(), answer.failures.len()), (6, 4));
    assert!(
        answer
            .failures
            .values()
            .all(|failure| failure.class == "unavailable")
    );
    assert_eq!(world.faults().calls(Method::List), 3);
    assert_eq!(read(&provider, 10).await.failures, BTreeMap::new());
}

#[tokio::test]
async fn the_most_calls_at_once_are_counted() {
    let world = World::new();
    world.faults().slow(3);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..5 {
        let provider = world.provider();
        tasks.spawn(async move { create(&provider, number).await });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    assert_eq!(world.faults().most_in_flight(), 5);
}

#[tokio::test]
async fn a_vault_of_somebody_else_is_neither_taken_over_nor_called_absent() {
    let world = World::new();
    let owner = Address::of_kind(Block::Repository, "memory_vault", "theirs");
    world.put_foreign_vault("vault_00", &owner);
    let answer = read(&world.provider(), 1).await;
    let failure = answer.failures.values().next().unwrap();
    insta::assert_snapshot!(failure.message, @"vault `vault_00` belongs to `repository.memory_vault.theirs`");
    let error = create(&world.provider(), 0).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Conflict);
}

#[test]
fn a_fault_reads_as_words_and_says_what_was_expected() {
    let read = |text: &str| match text.parse::<Fault>() {
        Ok(fault) => format!(
            "{} {} {:?} {:?}",
            fault.method, fault.call, fault.at, fault.happens
        ),
        Err(error) => error.to_string(),
    };
    let texts = [
        "change 3 throttled",
        "back_up 1 abort after",
        "read 2 hang",
        "change x denied",
        "chnge 1 denied",
    ];
    insta::assert_snapshot!(texts.map(read).join("\n"), @r#"
    change 3 Before Fail(Throttled)
    back_up 1 After Abort
    read 2 Before Hang
    `change x denied` is not a fault: expected METHOD CALL CLASS, such as "change 3 throttled"
    `chnge 1 denied` is not a fault: expected METHOD CALL CLASS, such as "change 3 throttled"
    "#);
}

#[test]
fn a_provider_block_configures_a_world_in_a_file_with_faults() {
    let directory = tempfile::tempdir().unwrap();
    let block = |value| serde_json::from_value::<Attributes>(value).unwrap();
    let attributes = block(json!({ "path": "world.jsonl", "fail": ["change 1 denied"] }));
    let provider = MemoryProvider::configured(&attributes, directory.path()).unwrap();
    provider.world().put_dataset("docs", [("a", "b")]);
    let again = World::open(directory.path().join("world.jsonl")).unwrap();
    assert_eq!(again.datasets(), ["docs"]);
    let wrong = block(json!({ "fail": ["now and then"] }));
    let error = MemoryProvider::configured(&wrong, directory.path()).unwrap_err();
    insta::assert_snapshot!(
        error.chain(),
        @r#"provider `memory` cannot be configured: `now and then` is not a fault: expected METHOD CALL CLASS, such as "change 3 throttled""#
    );
}

/// A command that prints a password runs once for a reading, however many protections need it.
#[tokio::test]
async fn a_secret_is_looked_up_once_for_each_vault_of_a_reading() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("log");
    let print = format!("echo x >> {}; echo password", log.display());
    let (repository, mut attributes) = vault(0);
    attributes.insert(
        "password".to_owned(),
        json!({ "command": ["sh", "-c", print] }),
    );
    let bindings = [(repository.clone(), attributes)].into();
    let items = (0..50).map(|number| ReadItem {
        address: Address::of_kind(Block::Protection, "snapshot", format!("s{number}")),
        kind: "memory_snapshot".to_owned(),
        attributes: [("repository".to_owned(), json!(repository))].into(),
        target: None,
    });
    let request = ReadRequest {
        items: items.collect(),
        bindings: &bindings,
    };
    let answer = World::new()
        .provider()
        .read(request, &context())
        .await
        .unwrap();
    assert_eq!(answer.places.len(), 50, "{answer:?}");
    assert_eq!(std::fs::read_to_string(&log).unwrap().lines().count(), 1);
}
