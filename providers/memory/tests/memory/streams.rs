//! Logs, replicas and locks: what they reach as time passes, and what the configuration says of where things stand.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_contract::{
    BackUpRequest, CallContext, Cancel, ChangeKind, ChangeRequest, Destination, ErrorClass,
    Protected, Provider, ProviderError, ReadItem, ReadRequest, RestoreRequest, Silent,
};
use lifeboat_memory::{MemoryProvider, World};
use lifeboat_model::{Address, Attributes, LiveResource, RecoveryPointId};
use serde_json::{Value, json};

const TARGET: &str = "target.memory_dataset.docs";

/// A world in which the clock is played in minutes.
struct Stage {
    world: World,
    provider: MemoryProvider,
    bindings: BTreeMap<Address, Attributes>,
}

struct Thing {
    address: Address,
    kind: &'static str,
    attributes: Attributes,
}

fn instant(minute: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + 60 * minute).unwrap()
}

fn context(minute: i64, token: &str) -> CallContext {
    CallContext {
        as_of: instant(minute),
        token: token.to_owned(),
        progress: Arc::new(Silent),
        cancel: Cancel::default(),
    }
}

fn attributes(value: Value) -> Attributes {
    serde_json::from_value(value).unwrap()
}

fn thing(role: &str, kind: &'static str, more: Value) -> Thing {
    let mut all = attributes(json!({ "target": TARGET, "source": { "name": "docs" } }));
    if kind != "memory_replica" {
        all.insert(
            "repository".to_owned(),
            json!("repository.memory_vault.main"),
        );
    }
    all.extend(attributes(more));
    let target: Address = TARGET.parse().unwrap();
    Thing {
        address: target.part(role, None),
        kind,
        attributes: all,
    }
}

impl Stage {
    async fn new() -> Self {
        let world = World::new();
        world.put_dataset("docs", [("a", "0")]);
        let vault: Address = "repository.memory_vault.main".parse().unwrap();
        let bound = attributes(json!({ "name": "main" }));
        let stage = Self {
            provider: world.provider(),
            world,
            bindings: [(vault.clone(), bound.clone())].into(),
        };
        let vault = Thing {
            address: vault,
            kind: "memory_vault",
            attributes: bound,
        };
        stage.change(&vault, ChangeKind::Create, 0).await.unwrap();
        stage
    }

    async fn change(
        &self,
        thing: &Thing,
        change: ChangeKind,
        minute: i64,
    ) -> Result<Option<LiveResource>, ProviderError> {
        let request = ChangeRequest {
            address: &thing.address,
            kind: thing.kind,
            change,
            before: Some(&thing.attributes),
            after: Some(&thing.attributes),
            target: None,
            bindings: &self.bindings,
        };
        self.provider
            .change(request, &context(minute, "change"))
            .await
    }

    fn protected<'a>(&'a self, thing: &'a Thing) -> Protected<'a> {
        Protected {
            address: &thing.address,
            kind: thing.kind,
            attributes: &thing.attributes,
            bindings: &self.bindings,
        }
    }

    /// Users write a file, right after this minute.
    fn write(&self, minute: i64, text: &str) {
        self.world.pass(instant(minute)).unwrap();
        self.world.write_file("docs", "a", text);
    }

    async fn read(&self, thing: &Thing, minute: i64) -> Option<LiveResource> {
        let item = ReadItem {
            address: thing.address.clone(),
            kind: thing.kind.to_owned(),
            attributes: thing.attributes.clone(),
            target: None,
        };
        let request = ReadRequest {
            items: vec![item],
            bindings: &self.bindings,
        };
        let mut answer = self
            .provider
            .read(request, &context(minute, "read"))
            .await
            .unwrap();
        assert_eq!(answer.failures, BTreeMap::new());
        answer.resources.remove(&thing.address)
    }

    /// The minutes of the points that are held, oldest first.
    async fn minutes(&self, thing: &Thing, minute: i64) -> Vec<i64> {
        let live = self.read(thing, minute).await.unwrap();
        let minute_of = |time: Timestamp| (time.as_second() - 1_790_000_000) / 60;
        let points = live.recovery_points.iter();
        points.map(|point| minute_of(point.time)).collect()
    }

    /// What a restore of this point brings back of the file.
    async fn restore(
        &self,
        thing: &Thing,
        point: &RecoveryPointId,
        minute: i64,
    ) -> Result<String, ErrorClass> {
        let name = format!("at {minute}");
        let request = RestoreRequest {
            protected: self.protected(thing),
            point,
            destination: Destination::Scratch(name.clone()),
            paths: Vec::new(),
            overwrite: true,
        };
        let said = self
            .provider
            .restore(request, &context(minute, &name))
            .await;
        let into = said.map_err(|error| error.class)?.into;
        let files = self.world.files(&into).unwrap();
        Ok(String::from_utf8(files["a"].clone()).unwrap())
    }
}

#[tokio::test]
async fn a_log_restores_any_instant_of_its_window_and_none_after_its_last_flush() {
    let stage = Stage::new().await;
    let log = thing(
        "log",
        "memory_log",
        json!({ "flush_every": "5m", "window": "30m" }),
    );
    stage.change(&log, ChangeKind::Create, 0).await.unwrap();
    assert_eq!(stage.minutes(&log, 0).await, [0, 0]);
    for minute in [3, 12, 28] {
        stage.write(minute, &minute.to_string());
    }
    assert_eq!(stage.minutes(&log, 29).await, [0, 25]);
    let points = stage.read(&log, 29).await.unwrap().recovery_points;
    let last = points.last().unwrap().id.clone();
    assert_eq!(stage.restore(&log, &last, 29).await.unwrap(), "12");
    let at = |minute: i64| RecoveryPointId(format!("{last}@{}", instant(minute)));
    assert_eq!(stage.restore(&log, &at(2), 29).await.unwrap(), "0");
    assert_eq!(stage.restore(&log, &at(11), 29).await.unwrap(), "3");
    let too_late = stage.restore(&log, &at(26), 29).await;
    assert_eq!(too_late, Err(ErrorClass::NotFound));
    assert_eq!(stage.minutes(&log, 47).await, [17, 45]);
    assert_eq!(stage.restore(&log, &at(20), 47).await.unwrap(), "12");
    let too_early = stage.restore(&log, &at(16), 47).await;
    assert_eq!(too_early, Err(ErrorClass::NotFound));
    let lives = stage.read(&log, 47).await.unwrap().recovery_points;
    assert_eq!(
        lives.last().unwrap().id,
        last,
        "the last point keeps its id"
    );
}

#[tokio::test]
async fn a_log_without_a_bound_in_time_reaches_what_was_flushed_by_hand() {
    let stage = Stage::new().await;
    let log = thing("log", "memory_log", json!({ "flush_every": "0s" }));
    stage.change(&log, ChangeKind::Create, 0).await.unwrap();
    stage.write(10, "ten");
    assert_eq!(stage.minutes(&log, 600).await, [0, 0]);
    let request = BackUpRequest {
        protected: stage.protected(&log),
    };
    let report = stage
        .provider
        .back_up(request, &context(700, "full"))
        .await
        .unwrap();
    assert_eq!(report.points.len(), 1);
    assert_eq!(stage.minutes(&log, 900).await, [0, 700]);
}

#[tokio::test]
async fn a_log_waits_for_its_vault_until_its_queue_is_full_and_then_begins_anew() {
    for (limit, expected) in [("1KiB", vec![0, 40]), ("5", vec![40, 40])] {
        let stage = Stage::new().await;
        let log = thing(
            "log",
            "memory_log",
            json!({ "flush_every": "10m", "queue_limit": limit }),
        );
        stage.change(&log, ChangeKind::Create, 0).await.unwrap();
        stage.world.pass(instant(10)).unwrap();
        stage
            .world
            .close_vault("main", Some(ErrorClass::Unavailable));
        stage.write(15, "sixteen bytes!!!");
        stage.world.pass(instant(30)).unwrap();
        stage.world.close_vault("main", None);
        stage.world.pass(instant(40)).unwrap();
        assert_eq!(
            stage.minutes(&log, 40).await,
            expected,
            "with a queue of {limit}"
        );
    }
}

#[tokio::test]
async fn a_log_loses_its_whole_reach_with_its_last_point_and_its_past_with_its_first() {
    let stage = Stage::new().await;
    let log = thing("log", "memory_log", json!({ "flush_every": "5m" }));
    stage.change(&log, ChangeKind::Create, 0).await.unwrap();
    let points = stage.read(&log, 60).await.unwrap().recovery_points;
    let delete = |index: usize, minute| {
        let id = [points[index].id.clone()];
        let (stage, log) = (&stage, &log);
        async move {
            let call = context(minute, "delete");
            stage
                .provider
                .delete_points(stage.protected(log), &id, &call)
                .await
        }
    };
    delete(0, 62).await.unwrap();
    assert_eq!(stage.minutes(&log, 70).await, [60, 70]);
    delete(1, 71).await.unwrap();
    assert_eq!(stage.minutes(&log, 80).await, [0; 0]);
    let request = BackUpRequest {
        protected: stage.protected(&log),
    };
    stage
        .provider
        .back_up(request, &context(90, "again"))
        .await
        .unwrap();
    assert_eq!(stage.minutes(&log, 97).await, [90, 95]);
}

#[tokio::test]
async fn a_replica_takes_over_what_is_deleted_and_a_delayed_one_takes_it_over_later() {
    let stage = Stage::new().await;
    let plain = thing("replica", "memory_replica", json!({}));
    let mut late = thing("replica", "memory_replica", json!({ "delay": "1h" }));
    late.address.part.as_mut().unwrap().key = Some("late".to_owned());
    for replica in [&plain, &late] {
        stage.change(replica, ChangeKind::Create, 0).await.unwrap();
    }
    stage.write(100, "wrong");
    let mut found = Vec::new();
    for minute in [120, 159, 161] {
        for replica in [&plain, &late] {
            let point = stage
                .read(replica, minute)
                .await
                .unwrap()
                .recovery_points
                .remove(0);
            found.push(stage.restore(replica, &point.id, minute).await.unwrap());
        }
    }
    assert_eq!(found, ["wrong", "0", "wrong", "0", "wrong", "wrong"]);
    assert_eq!(stage.minutes(&late, 200).await, [140]);
}

#[tokio::test]
async fn a_guard_and_a_lock_keep_an_archive_from_going_with_its_protection() {
    let stage = Stage::new().await;
    let log = thing("log", "memory_log", json!({ "flush_every": "5m" }));
    let lock = thing(
        "lock",
        "memory_lock",
        json!({ "lock_for": "1h", "lock_mode": "governance" }),
    );
    stage.change(&log, ChangeKind::Create, 0).await.unwrap();
    stage.change(&lock, ChangeKind::Create, 0).await.unwrap();
    let refused = stage
        .change(&log, ChangeKind::Delete, 300)
        .await
        .unwrap_err();
    assert_eq!(refused.class, ErrorClass::Denied);
    assert_eq!(stage.minutes(&log, 300).await, [0, 300]);
    stage.change(&lock, ChangeKind::Delete, 301).await.unwrap();
    stage.change(&log, ChangeKind::Delete, 302).await.unwrap();
    assert_eq!(stage.read(&log, 303).await, None);
}

#[tokio::test]
async fn what_is_declared_of_places_and_needs_shows_by_scope() {
    let stage = Stage::new().await;
    let far = Thing {
        address: "repository.memory_vault.far".parse().unwrap(),
        kind: "memory_vault",
        attributes: attributes(json!({
            "name": "far",
            "domains": { "region": "eu", "account": ["ops", "root"], "vendor": "x" },
            "key_domains": { "zone": ["a"] },
            "control_plane": { "region": "us", "account": "cloud" },
        })),
    };
    let live = stage
        .change(&far, ChangeKind::Create, 0)
        .await
        .unwrap()
        .unwrap();
    let ids = |domains: &[lifeboat_model::Domain]| {
        let shown = domains.iter().map(|it| format!("{} {}", it.scope, it.id));
        shown.collect::<Vec<_>>().join(", ")
    };
    let mut text = ids(&live.domains);
    for need in &live.needs {
        let domains = ids(&need.domains);
        text.push_str(&format!(
            "\n{}: {}: {domains}",
            need.kind.as_str(),
            need.what
        ));
    }
    insta::assert_snapshot!(text, @"
    region region:eu, account account:ops, account account:root, account vendor:x
    key: the key of vault `far`: zone zone:a
    control plane: the restore service of vault `far`: region region:us, account account:cloud
    ");
    let wrong = Thing {
        attributes: attributes(json!({ "name": "far", "domains": { "instnce": "a" } })),
        ..far
    };
    let error = stage
        .change(&wrong, ChangeKind::Update, 1)
        .await
        .unwrap_err();
    insta::assert_snapshot!(format!("{error}: {}", error.help.clone().unwrap_or_default()), @"attribute `domains` of `repository.memory_vault.far` is not domains by `instance`, `zone`, `region`, `account` or `vendor`: Correct `instnce`, which is no scope.");
}
