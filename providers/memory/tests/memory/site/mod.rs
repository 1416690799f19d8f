//! A site of the conformance suite in a memory world.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot write its files has failed"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use lifeboat_contract::conformance::{Fixture, Item, Meddling, Site, Subject};
use lifeboat_contract::{ErrorClass, Provider};
use lifeboat_memory::{MemoryProvider, Method, World};
use lifeboat_model::Block;
use serde_json::json;

/// What is between the suite and the provider.
pub(crate) type Wrap = Arc<dyn Fn(MemoryProvider) -> Box<dyn Provider> + Send + Sync>;

/// The secret that nobody may see.
pub(crate) const SECRET: &str = "correct horse battery staple";

/// Memory worlds, each provider of which is wrapped.
pub(crate) struct Memory {
    passwords: Arc<tempfile::TempDir>,
    wrap: Wrap,
}

impl Memory {
    pub(crate) fn new(wrap: Wrap) -> Self {
        let passwords = tempfile::tempdir().unwrap();
        std::fs::write(passwords.path().join("right"), SECRET).unwrap();
        std::fs::write(passwords.path().join("wrong"), "a guess of a stranger").unwrap();
        Self {
            passwords: Arc::new(passwords),
            wrap,
        }
    }
}

#[async_trait]
impl Subject for Memory {
    async fn site(&self) -> Box<dyn Site> {
        let world = World::new();
        world.put_dataset(
            "docs",
            [
                ("a.txt", &b"first"[..]),
                ("b/c.txt", b"second"),
                ("empty", b""),
                ("raw", &[0xff, 0x00, 0xfe]),
            ],
        );
        Box::new(MemorySite {
            world,
            passwords: Arc::clone(&self.passwords),
            wrap: Arc::clone(&self.wrap),
        })
    }
}

struct MemorySite {
    world: World,
    passwords: Arc<tempfile::TempDir>,
    wrap: Wrap,
}

#[async_trait]
impl Site for MemorySite {
    fn provider(&self) -> Box<dyn Provider> {
        (self.wrap)(self.world.provider())
    }

    fn fixture(&self) -> Fixture {
        let password = |name: &str| json!({ "file": self.passwords.path().join(name) });
        let target = json!({ "name": "docs" });
        let main = json!({ "name": "main", "password": password("right"), "compression": 3 });
        let mut fixture = Fixture::new(
            Item::new(Block::Target, "memory_dataset", "docs", target),
            Item::new(Block::Repository, "memory_vault", "main", main),
            Item::new(
                Block::Repository,
                "memory_vault",
                "second",
                json!({ "name": "second" }),
            ),
            "memory_snapshot",
            json!({ "tags": ["a"], "schedule": "1h", "retention": { "keep": { "daily": 7 } } }),
        )
        .with_copy("memory_copy", json!({ "tags": [] }))
        .with_guard("memory_guard", json!({ "reason": "legal hold" }))
        .with_schedule("memory_schedule", "1h")
        .with_log("memory_log", json!({ "flush_every": "1d", "window": "7d" }))
        .with_replica(
            "memory_replica",
            json!({ "domains": { "zone": "b", "account": ["ops", "other"] }, "synchronous": false }),
        )
        .with_lock(
            "memory_lock",
            json!({ "lock_for": "1h", "lock_mode": "governance" }),
            json!({ "lock_mode": "compliance" }),
        );
        let mut locked_out = fixture.repository.attributes.clone();
        locked_out.insert("password".to_owned(), password("wrong"));
        fixture.locked_out = Some(locked_out);
        fixture.secrets = vec![SECRET.to_owned()];
        "elsewhere".clone_into(&mut fixture.elsewhere);
        fixture.one_path = Some("b/c.txt".to_owned());
        let addresses = [
            (fixture.repository.address.clone(), "compression", json!(9)),
            (fixture.snapshot.address.clone(), "tags", json!(["b", "c"])),
            (fixture.settings[0].address.clone(), "schedule", json!("2h")),
        ];
        let of = |item: &Option<Item>| item.as_ref().map(|item| item.address.clone()).unwrap();
        let addresses = addresses.into_iter().chain([
            (of(&fixture.log), "window", json!("14d")),
            (of(&fixture.replica), "fenced", json!(true)),
            (of(&fixture.lock), "lock_for", json!("30m")),
        ]);
        for (address, attribute, value) in addresses.collect::<Vec<_>>() {
            fixture = fixture.with_update(&address, attribute, value);
        }
        fixture
    }

    async fn meddle(&self, meddling: Meddling<'_>) -> bool {
        let world = &self.world;
        match meddling {
            Meddling::ChangeSource => {
                world.put_dataset(
                    "docs",
                    [("a.txt", "changed"), ("b/c.txt", "second"), ("new", "n")],
                );
            }
            Meddling::MakeFileUnreadable => world.make_unreadable("docs", "a.txt"),
            Meddling::RemoveSource => world.remove_dataset("docs"),
            Meddling::DeletePoint(id) => return world.delete_point(id),
            Meddling::DamagePoint(id) => return world.damage_point(id),
            Meddling::EditSnapshot => {
                return world.edit(&self.fixture().snapshot.address, "schedule", "7d");
            }
            Meddling::RemoveRepository => return world.remove_vault("main"),
            Meddling::MakeRepositoryUnreadable => {
                return world.close_vault("main", Some(ErrorClass::Unavailable));
            }
            Meddling::Occupy(at) => world.put_dataset(at, [("a.txt", "in the way")]),
            Meddling::AlterRestored(into) => world.write_file(into, "a.txt", "altered"),
        }
        true
    }

    async fn source(&self) -> BTreeMap<String, Vec<u8>> {
        self.world.files("docs").unwrap_or_default()
    }

    async fn restored(&self, into: &str) -> BTreeMap<String, Vec<u8>> {
        self.world.files(into).unwrap_or_default()
    }

    fn requests(&self) -> Option<u64> {
        Some(self.world.faults().calls(Method::List))
    }
}
