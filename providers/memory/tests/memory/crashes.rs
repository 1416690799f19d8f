//! A crash at any instant of a life, and the same life again: nothing is doubled, nothing is lost.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_contract::{
    BackUpRequest, CallContext, Cancel, ChangeKind, ChangeRequest, Destination, Protected,
    Provider, ProviderError, RestoreRequest, Silent,
};
use lifeboat_memory::{Instant, MemoryProvider, Method, World};
use lifeboat_model::{Address, Attributes};
use serde_json::{Value, json};

fn context(token: &str) -> CallContext {
    CallContext {
        as_of: Timestamp::from_second(1_790_000_000).unwrap(),
        token: token.to_owned(),
        progress: Arc::new(Silent),
        cancel: Cancel::default(),
    }
}

fn attributes(value: Value) -> Attributes {
    serde_json::from_value(value).unwrap()
}

const TARGET: &str = "target.memory_dataset.docs";
const SNAPSHOT: &str = "target.memory_dataset.docs.snapshot[\"daily\"]";
const LOG: &str = "target.memory_dataset.docs.log[\"wal\"]";
const REPLICA: &str = "target.memory_dataset.docs.replica[\"standby\"]";
const COPY: &str = "target.memory_dataset.docs.copy[\"away\"]";

/// Every resource of the life: address, kind, attributes.
fn resources() -> Vec<(Address, &'static str, Attributes)> {
    let resource = |address: &str, kind, value| (address.parse().unwrap(), kind, attributes(value));
    vec![
        resource(
            "repository.memory_vault.main",
            "memory_vault",
            json!({ "name": "main" }),
        ),
        resource(
            "repository.memory_vault.away",
            "memory_vault",
            json!({ "name": "away" }),
        ),
        resource(
            SNAPSHOT,
            "memory_snapshot",
            json!({
                "target": TARGET,
                "source": { "name": "docs" },
                "repository": "repository.memory_vault.main",
            }),
        ),
        resource(
            COPY,
            "memory_copy",
            json!({ "target": TARGET, "from": SNAPSHOT, "repository": "repository.memory_vault.away" }),
        ),
        resource(
            LOG,
            "memory_log",
            json!({
                "target": TARGET,
                "source": { "name": "docs" },
                "repository": "repository.memory_vault.main",
                "flush_every": "5m",
            }),
        ),
        resource(
            REPLICA,
            "memory_replica",
            json!({ "target": TARGET, "source": { "name": "docs" } }),
        ),
    ]
}

async fn create(
    provider: &MemoryProvider,
    resources: &[(Address, &'static str, Attributes)],
    bindings: &BTreeMap<Address, Attributes>,
) -> Result<(), ProviderError> {
    for (address, kind, attributes) in resources {
        let request = ChangeRequest {
            address,
            kind,
            change: ChangeKind::Create,
            before: None,
            after: Some(attributes),
            target: None,
            bindings,
        };
        let context = context(&format!("create {address}"));
        provider.change(request, &context).await?;
    }
    Ok(())
}

/// Creates everything, backs up three times, copies, deletes the oldest point, restores.
async fn live(provider: MemoryProvider) -> Result<(), ProviderError> {
    let resources = resources();
    let mut bindings: BTreeMap<Address, Attributes> = resources
        .iter()
        .map(|(address, _, attributes)| (address.clone(), attributes.clone()))
        .collect();
    bindings.insert(
        TARGET.parse().unwrap(),
        attributes(json!({ "name": "docs" })),
    );
    create(&provider, &resources, &bindings).await?;
    let protected = |index: usize| {
        let (address, kind, attributes) = &resources[index];
        Protected {
            address,
            kind,
            attributes,
            bindings: &bindings,
        }
    };
    let mut points = Vec::new();
    for token in ["first", "second", "third"] {
        let request = BackUpRequest {
            protected: protected(2),
        };
        points.extend(provider.back_up(request, &context(token)).await?.points);
    }
    let request = BackUpRequest {
        protected: protected(3),
    };
    let copied = provider.back_up(request, &context("copy")).await?;
    assert_eq!(
        copied.points.len(),
        3,
        "a repeated copy answers with all points of the first"
    );
    let request = BackUpRequest {
        protected: protected(4),
    };
    let flushed = provider.back_up(request, &context("flush")).await?;
    assert_eq!(
        flushed.points.len(),
        1,
        "a flush answers with its last point"
    );
    let oldest = [points[0].id.clone()];
    provider
        .delete_points(protected(2), &oldest, &context("prune"))
        .await?;
    let request = RestoreRequest {
        protected: protected(3),
        point: &copied.points[0].id,
        destination: Destination::Scratch("drill".to_owned()),
        paths: Vec::new(),
        overwrite: false,
    };
    provider.restore(request, &context("restore")).await?;
    Ok(())
}

fn world() -> World {
    let world = World::new();
    world.put_dataset("docs", [("a.txt", "hello"), ("b.txt", "world")]);
    world
}

/// A repeated life finds its oldest point pruned, makes it again, and prunes it again.
#[tokio::test]
async fn a_crash_at_any_instant_and_a_rerun_end_like_a_life_without_a_crash() {
    let undisturbed = world();
    live(undisturbed.provider()).await.unwrap();
    let expected = undisturbed.inventory();
    let instants = undisturbed.faults().instants();
    assert!(
        instants > 20,
        "{instants} instants are too few to prove anything"
    );
    for instant in 1..=instants {
        let world = world();
        world.faults().crash_at(instant);
        let ended = world.until_crash(live(world.provider())).await;
        assert!(ended.is_none(), "no crash at instant {instant}");
        live(world.provider()).await.unwrap();
        assert_eq!(
            world.inventory(),
            expected,
            "after a crash at instant {instant}"
        );
    }
}

#[tokio::test]
async fn a_dead_process_has_no_effect_any_more() {
    let world = world();
    let dead = world.provider();
    world.faults().crash(Method::Change, 1, Instant::Before);
    assert!(world.until_crash(live(dead.clone())).await.is_none());
    let before = world.inventory();
    assert!(
        answer_soon(live(dead)).await.is_none(),
        "a dead provider answers"
    );
    assert_eq!(world.inventory(), before);
    live(world.provider()).await.unwrap();
}

/// Polls a future some times, and gives up.
async fn answer_soon<F: Future>(work: F) -> Option<F::Output> {
    let mut work = std::pin::pin!(work);
    for _ in 0..100 {
        let polled =
            std::future::poll_fn(|context| std::task::Poll::Ready(work.as_mut().poll(context)));
        if let std::task::Poll::Ready(output) = polled.await {
            return Some(output);
        }
        tokio::task::yield_now().await;
    }
    None
}

#[tokio::test]
async fn a_world_in_a_file_is_the_same_for_the_next_process() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("world.jsonl");
    let first = World::open(&path).unwrap();
    first.put_dataset("docs", [("a.txt", &b"hello"[..]), ("raw", &[0xff, 0xfe])]);
    live(first.provider()).await.unwrap();
    let second = World::open(&path).unwrap();
    assert_eq!(second.inventory(), first.inventory());
    assert_eq!(second.files("docs"), first.files("docs"));
    let bytes = std::fs::read(&path).unwrap();
    drop(World::open(&path).unwrap());
    assert_eq!(
        std::fs::read(&path).unwrap(),
        bytes,
        "opening a world changes its file"
    );
}

/// A kill can cut the file anywhere: each prefix of it is a world, and the same life leads to the same end.
#[tokio::test]
async fn a_file_that_was_cut_off_anywhere_is_a_world_from_which_a_rerun_converges() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("world.jsonl");
    let whole = World::open(&path).unwrap();
    whole.put_dataset("docs", [("a.txt", "hello")]);
    let start = std::fs::metadata(&path).unwrap().len();
    live(whole.provider()).await.unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let start = usize::try_from(start).unwrap();
    for cut in (start..bytes.len()).step_by(7) {
        std::fs::write(&path, &bytes[..cut]).unwrap();
        let world = World::open(&path).unwrap();
        live(world.provider()).await.unwrap();
        assert_eq!(world.inventory(), whole.inventory(), "cut at byte {cut}");
        assert_eq!(World::open(&path).unwrap().inventory(), whole.inventory());
    }
}

#[test]
fn a_file_that_is_no_world_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.txt");
    let head = "{\"lifeboat_memory_world\":1}\n";
    for content in [
        "dear diary",
        "dear diary\nmore\n",
        &format!("{head}nonsense\n"),
    ] {
        std::fs::write(&path, content).unwrap();
        let error = World::open(&path).unwrap_err().to_string();
        assert!(error.contains("is not an effect of a world"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}

#[tokio::test]
async fn an_effect_costs_the_same_bytes_in_a_large_world_as_in_a_small_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("world.jsonl");
    let world = World::open(&path).unwrap();
    let size = || std::fs::metadata(&path).map_or(0, |found| found.len());
    let mut costs = Vec::new();
    for number in 10_000..11_000 {
        let before = size();
        world.put_dataset(&format!("dataset_{number}"), [("a", "b")]);
        costs.push(size() - before);
    }
    assert_eq!(costs[1], costs[999]);
}

#[tokio::test]
async fn what_the_retention_of_a_copy_drops_is_not_copied_again() {
    let world = world();
    live(world.provider()).await.unwrap();
    let copy: Address = COPY.parse().unwrap();
    let held = || {
        let points = world.points().into_iter();
        points
            .filter(|(_, protection, _)| *protection == copy)
            .count()
    };
    assert_eq!(held(), 3);
    let resources = resources();
    let bindings: BTreeMap<Address, Attributes> = resources
        .iter()
        .map(|(address, _, attributes)| (address.clone(), attributes.clone()))
        .collect();
    let (address, kind, attributes) = &resources[3];
    let mut attributes = attributes.clone();
    attributes.insert("retention".to_owned(), json!({ "keep": { "last": 1 } }));
    for (_, protection, id) in world.points() {
        if protection == copy {
            world.delete_point(&id);
        }
    }
    let request = BackUpRequest {
        protected: Protected {
            address,
            kind,
            attributes: &attributes,
            bindings: &bindings,
        },
    };
    world
        .provider()
        .back_up(request, &context("copy again"))
        .await
        .unwrap();
    assert_eq!(held(), 1);
}

#[test]
fn a_file_that_another_process_wrote_meanwhile_is_not_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("world.jsonl");
    let (ours, theirs) = (World::open(&path).unwrap(), World::open(&path).unwrap());
    theirs.put_dataset("theirs", [("a", "b")]);
    let panicked = std::panic::catch_unwind(|| ours.put_dataset("ours", [("a", "b")]));
    assert!(panicked.is_err());
    assert_eq!(World::open(&path).unwrap().datasets(), ["theirs"]);
}

#[test]
fn two_provider_blocks_with_one_file_share_one_world() {
    let directory = tempfile::tempdir().unwrap();
    let block = attributes(json!({ "path": "world.jsonl" }));
    let configured = || MemoryProvider::configured(&block, directory.path()).unwrap();
    let (first, second) = (configured(), configured());
    first.world().put_dataset("a", [("a", "b")]);
    second.world().put_dataset("b", [("a", "b")]);
    assert_eq!(first.world().datasets(), ["a", "b"]);
    drop((first, second));
    assert_eq!(configured().world().datasets(), ["a", "b"]);
}
