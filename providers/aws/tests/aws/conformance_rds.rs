//! The conformance suite over an RDS instance on moto.
//!
//! Data stand for by the storage that is allocated, which moto keeps with a snapshot and gives to what is restored: so
//! it is proved which snapshot a restore takes, not that bytes come back. moto knows no damage, no unreadable data and
//! no instant of a log; what needs them is skipped, as is what RDS does not have: paths, passwords, a restore over what
//! is there, a repository that could be removed. Logs, replicas and replicated backups have tests of their own.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use lifeboat_aws::AwsProvider;
use lifeboat_contract::Provider;
use lifeboat_contract::conformance::{Fixture, Item, Meddling, Site, Subject, Verdict, run_all};
use lifeboat_model::Block;
use serde_json::json;

use crate::rds_estate::{AWAY, Estate, HOME, address};
use crate::session;

struct OnMoto(Arc<Estate>);

struct World {
    estate: Arc<Estate>,
    providers: Mutex<Vec<AwsProvider>>,
}

/// Empties the server, for all accounts and regions.
fn reset(endpoint: &str) {
    let host = endpoint.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    let request = format!(
        "POST /moto-api/reset HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("200 OK"), "{answer}");
}

#[async_trait]
impl Subject for OnMoto {
    async fn site(&self) -> Box<dyn Site> {
        reset(&self.0.moto.endpoint);
        self.0.orders(None).await;
        Box::new(World {
            estate: Arc::clone(&self.0),
            providers: Mutex::default(),
        })
    }
}

/// Returns the name of what a restore named by its ARN.
fn named(into: &str) -> &str {
    into.rsplit(':').next().unwrap_or(into)
}

impl World {
    async fn data(&self, region: &str, name: &str) -> BTreeMap<String, Vec<u8>> {
        let found = self.estate.instance(region, name).await;
        let storage = found.and_then(|it| it.allocated_storage());
        let data = storage.map(|it| ("storage".to_owned(), it.to_string().into_bytes()));
        data.into_iter().collect()
    }

    async fn modify(&self, name: &str, storage: Option<i32>, version: Option<&str>) {
        let call = self.estate.rds(HOME).modify_db_instance();
        let call = call.db_instance_identifier(name).apply_immediately(true);
        let call = call.set_allocated_storage(storage);
        let call = call.set_engine_version(version.map(str::to_owned));
        call.send().await.unwrap();
    }
}

#[async_trait]
impl Site for World {
    fn provider(&self) -> Box<dyn Provider> {
        let provider = session::provider(&self.estate.moto.endpoint, HOME);
        self.providers.lock().unwrap().push(provider.clone());
        Box::new(provider)
    }

    fn fixture(&self) -> Fixture {
        let endpoint = &self.estate.moto.endpoint;
        let source = json!({"identifier": "orders"});
        let target = Item::new(Block::Target, "aws_db_instance", "orders", source.clone());
        let place = |name, provider| {
            let provider = json!({"provider": provider});
            Item::new(Block::Repository, "aws_rds_backups", name, provider)
        };
        let guard = Item {
            address: target
                .address
                .clone()
                .part("guard", Some("daily".to_owned())),
            kind: "aws_rds_guard".to_owned(),
            attributes: [
                ("target".to_owned(), json!(target.address.to_string())),
                ("source".to_owned(), source.clone()),
                ("deletion_protection".to_owned(), json!(true)),
            ]
            .into(),
        };
        let runs = json!({"schedule": "6h", "retention": {"keep": {"last": 30}}, "tags": {}});
        let mut copies = runs.clone();
        copies["source"] = source;
        let fixture = Fixture::new(
            target,
            place("here", "provider.aws"),
            place("away", "provider.aws.dr"),
            "aws_rds_snapshot",
            runs,
        );
        let mut fixture = fixture
            .with_standing_repositories()
            .with_copy("aws_rds_copy", copies);
        let snapshot = fixture.snapshot.address.clone();
        fixture = fixture.with_update(&snapshot, "schedule", json!("1h"));
        fixture = fixture.with_update(&snapshot, "tags", json!({"tier": "gold"}));
        // Deletion protection keeps the instance, not its points: it is managed here, and guards none of them.
        fixture.settings.push(guard);
        fixture.restores_over = false;
        fixture.elsewhere = "orders-elsewhere".to_owned();
        fixture.blocks = [
            (address("provider.aws"), session::arguments(endpoint, HOME)),
            (
                address("provider.aws.dr"),
                session::arguments(endpoint, AWAY),
            ),
        ]
        .into();
        fixture
    }

    async fn meddle(&self, meddling: Meddling<'_>) -> bool {
        let rds = self.estate.rds(HOME);
        match meddling {
            Meddling::ChangeSource => {
                let orders = self.estate.instance(HOME, "orders").await.unwrap();
                let more = orders.allocated_storage().unwrap() + 10;
                self.modify("orders", Some(more), None).await;
            }
            Meddling::RemoveSource => {
                let off = rds.modify_db_instance().db_instance_identifier("orders");
                off.deletion_protection(false).send().await.unwrap();
                let gone = rds.delete_db_instance().db_instance_identifier("orders");
                gone.skip_final_snapshot(true).send().await.unwrap();
            }
            Meddling::DeletePoint(id) => {
                let name = format!("lifeboat-{id}");
                rds.delete_db_snapshot()
                    .db_snapshot_identifier(name)
                    .send()
                    .await
                    .unwrap();
            }
            Meddling::Occupy(name) => {
                let made = rds.create_db_instance().db_instance_identifier(name);
                let made = made.engine("mysql").db_instance_class("db.t3.micro");
                made.allocated_storage(5).send().await.unwrap();
            }
            Meddling::AlterRestored(into) => self.modify(named(into), None, Some("16.4")).await,
            Meddling::MakeFileUnreadable
            | Meddling::DamagePoint(_)
            | Meddling::EditSnapshot
            | Meddling::RemoveRepository
            | Meddling::MakeRepositoryUnreadable => return false,
        }
        true
    }

    async fn source(&self) -> BTreeMap<String, Vec<u8>> {
        self.data(HOME, "orders").await
    }

    async fn restored(&self, into: &str) -> BTreeMap<String, Vec<u8>> {
        let region = into.split(':').nth(3).unwrap_or(HOME);
        self.data(region, named(into)).await
    }

    fn requests(&self) -> Option<u64> {
        let providers = self.providers.lock().unwrap();
        Some(providers.iter().map(AwsProvider::requests).sum())
    }
}

#[tokio::test]
async fn rds_does_what_every_provider_must_as_far_as_moto_knows() {
    let report = run_all(&OnMoto(Arc::new(Estate::start()))).await;
    assert!(report.is_clean(), "{report}");
    let skipped = report.outcomes.iter().filter_map(|it| match &it.verdict {
        Verdict::Skipped(why) => Some(format!("{}: {why}", it.check)),
        _ => None,
    });
    insta::assert_snapshot!(skipped.collect::<Vec<_>>().join("\n"), @"
    drift_is_seen: EditSnapshot cannot happen here
    absence_is_not_unreadability: MakeRepositoryUnreadable cannot happen here
    wrong_password_is_denied: the repository has no password
    partial_source_is_saved_and_said: MakeFileUnreadable cannot happen here
    copy_is_complete_and_idempotent: RemoveRepository cannot happen here
    guard_refuses: there is no guard
    lock_keeps_what_is_young: there is no lock
    lock_for_good_stays: no lock is for good
    log_reaches_its_last_flush: there is no log
    log_follows_its_base: there is no log
    replica_follows_its_source: there is no replica
    one_path_alone_is_restored: the target has no paths
    verify_passes_and_detects_damage: DamagePoint cannot happen here
    secrets_do_not_leak: there are no secrets
    ");
}
