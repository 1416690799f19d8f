//! Days on which the network, AWS or the credentials fail, while lifeboat works.

use std::collections::BTreeMap;

use aws_sdk_rds::types::DbInstance;
use futures_util::StreamExt as _;
use futures_util::stream;
use lifeboat_aws::{AwsProvider, Connection};
use lifeboat_contract::{
    BackUpRequest, ChangeKind, ChangeRequest, Provider as _, ProviderError, ReadItem, ReadRequest,
};
use serde_json::json;

use crate::faults::{Fault, Faulty};
use crate::rds_estate::{Estate, HOME, Protection};
use crate::s3_site::{self, Resource, Site};
use crate::session;

/// How many instances a bad day has.
const INSTANCES: usize = 50;
/// And how many buckets.
const BUCKETS: usize = 50;
/// How often the engine tries again what may pass.
const TRIES: usize = 6;

/// Returns the provider of a block whose requests go this way.
fn provider(estate: &Estate, connection: Connection) -> AwsProvider {
    AwsProvider::connected(&session::arguments(&estate.moto.endpoint, HOME), connection).unwrap()
}

fn name(number: usize) -> String {
    format!("db-{number:02}")
}

/// Makes so many instances, beside lifeboat.
async fn instances(estate: &Estate, count: usize) {
    let rds = estate.rds(HOME);
    for number in 0..count {
        rds.create_db_instance()
            .db_instance_identifier(name(number))
            .engine("postgres")
            .engine_version("16.3")
            .db_instance_class("db.r6g.large")
            .allocated_storage(20)
            .master_username("u")
            .master_user_password("passw0rd12")
            .backup_retention_period(1)
            .send()
            .await
            .unwrap();
    }
}

fn log(estate: &Estate, number: usize) -> Protection {
    let address = format!("target.aws_db_instance.{}.log[\"pitr\"]", name(number));
    let log = estate.protection(&address, "aws_rds_log");
    log.with("window", json!("7d"))
        .with("flush_every", json!("5m"))
}

fn replica(estate: &Estate, number: usize) -> Protection {
    let address = format!("target.aws_db_instance.{}.replica[\"near\"]", name(number));
    let replica = estate.protection(&address, "aws_rds_replica");
    replica
        .with("synchronous", json!(false))
        .with("fenced", json!(false))
}

fn snapshot(estate: &Estate, number: usize) -> Protection {
    let address = format!(
        "target.aws_db_instance.{}.snapshot[\"daily\"]",
        name(number)
    );
    estate.protection(&address, "aws_rds_snapshot")
}

/// Makes as many buckets, and returns what protects them: versions that are kept, and a bucket of replicas for each.
async fn buckets(estate: &Estate) -> Vec<Protection> {
    let mut site = Site::at(&estate.moto.endpoint);
    let mut all = Vec::new();
    for number in 0..BUCKETS {
        let name = format!("photos-{number:02}");
        site.bucket(&name).await;
        all.push(site.protection("log", &name, json!({ "window": "30d" })));
        let mut replicas = site.repository(&format!("{name}-far"));
        replicas.address.name = format!("far_{number:02}");
        all.push(replicas);
    }
    let bindings = &site.bindings;
    let protection = |resource: Resource| Protection {
        kind: match resource.kind.as_str() {
            "aws_s3_log" => "aws_s3_log",
            _ => "aws_s3_replica_bucket",
        },
        address: resource.address,
        attributes: resource.attributes,
        bindings: bindings.clone(),
    };
    all.into_iter().map(protection).collect()
}

async fn create(provider: &AwsProvider, protection: &Protection) -> Result<(), ProviderError> {
    let target = protection.address.owner();
    let request = ChangeRequest {
        address: &protection.address,
        kind: protection.kind,
        change: ChangeKind::Create,
        before: None,
        after: Some(&protection.attributes),
        target: Some(&target),
        bindings: &protection.bindings,
    };
    let context = session::context(&protection.address.to_string());
    provider.change(request, &context).await.map(drop)
}

async fn back_up(provider: &AwsProvider, protection: &Protection) -> Result<(), ProviderError> {
    let request = BackUpRequest {
        protected: protection.protected(),
    };
    let context = session::context(&protection.address.to_string());
    provider.back_up(request, &context).await.map(drop)
}

/// Does what an apply does with one protection: tries again what may pass, and gives up otherwise.
async fn persist(provider: &AwsProvider, protection: &Protection) -> Result<(), ProviderError> {
    let mut tries = 1;
    loop {
        let answer = match protection.kind {
            "aws_rds_snapshot" => back_up(provider, protection).await,
            _ => create(provider, protection).await,
        };
        match answer {
            Err(error) if error.class.is_transient() && tries < TRIES => tries += 1,
            answer => return answer,
        }
    }
}

/// Applies protections, as many at once as `apply` does, and returns what failed.
async fn apply(provider: &AwsProvider, protections: &[Protection]) -> Vec<ProviderError> {
    stream::iter(protections)
        .map(|protection| persist(provider, protection))
        .buffer_unordered(10)
        .filter_map(async |answer| answer.err())
        .collect()
        .await
}

/// Reads logs and their targets.
fn items(protections: &[Protection]) -> Vec<ReadItem> {
    let item = |protection: &Protection| {
        let mut target = protection.address.clone();
        target.part = None;
        ReadItem {
            address: protection.address.clone(),
            kind: protection.kind.to_owned(),
            attributes: protection.attributes.clone(),
            target: Some(target),
        }
    };
    protections.iter().map(item).collect()
}

async fn standing(estate: &Estate) -> Vec<DbInstance> {
    let pages = estate.rds(HOME).describe_db_instances().into_paginator();
    let found: Result<Vec<_>, _> = pages.items().send().collect().await;
    found.unwrap()
}

async fn snapshots(estate: &Estate) -> usize {
    let rds = estate.rds(HOME);
    let all = rds.describe_db_snapshots().snapshot_type("manual").send();
    let all = all.await.unwrap();
    let ours = all.db_snapshots().iter();
    ours.filter(|it| {
        it.db_snapshot_identifier()
            .unwrap()
            .starts_with("lifeboat-")
    })
    .count()
}

#[tokio::test]
async fn a_read_finishes_while_every_second_request_is_throttled() {
    let estate = Estate::start();
    instances(&estate, 30).await;
    let logs: Vec<_> = (0..30).map(|number| log(&estate, number)).collect();
    let bindings: BTreeMap<_, _> = logs.iter().flat_map(|log| log.bindings.clone()).collect();
    let faulty = Faulty::watched(7, 0.5, &[Fault::Throttled], "");
    let provider = provider(&estate, faulty.connection());
    for round in 0..10 {
        let request = ReadRequest {
            items: items(&logs),
            bindings: &bindings,
        };
        let live = provider.read(request, &session::context("read")).await;
        let live = live.unwrap();
        assert!(live.failures.is_empty(), "{round}: {:?}", live.failures);
    }
    assert!(faulty.struck(Fault::Throttled) > 5);
}

#[tokio::test]
async fn expired_credentials_end_a_read_at_once_and_say_so() {
    let estate = Estate::start();
    let provider = provider(&estate, Faulty::connected(1, 1.0, &[Fault::Expired]));
    let logs = [log(&estate, 0)];
    let request = ReadRequest {
        items: items(&logs),
        bindings: &logs[0].bindings,
    };
    let live = provider.read(request, &session::context("read")).await;
    let failures = live.unwrap().failures;
    let failure = &failures[&logs[0].address];
    assert_eq!(failure.class, "denied");
    assert!(failure.message.contains("ExpiredToken"), "{failure:?}");
    assert!(!failure.message.contains("test-secret"), "{failure:?}");
    assert_eq!(provider.requests(), 1);
}

#[tokio::test]
async fn a_snapshot_whose_answers_are_lost_is_made_once() {
    let estate = Estate::start();
    instances(&estate, 8).await;
    let faulty = Faulty::watched(3, 0.8, &[Fault::Lost], "Action=CreateDBSnapshot");
    let provider = provider(&estate, faulty.connection());
    let all: Vec<_> = (0..8).map(|number| snapshot(&estate, number)).collect();
    for _ in 0..5 {
        if apply(&provider, &all).await.is_empty() {
            break;
        }
    }
    let failed: Vec<_> = apply(&provider, &all).await;
    assert!(failed.is_empty(), "{failed:?}");
    assert!(faulty.struck(Fault::Lost) >= 8);
    assert_eq!(snapshots(&estate).await, 8);
}

#[tokio::test]
async fn a_day_with_six_faults_at_a_third_of_all_requests_converges_and_doubles_nothing() {
    let estate = Estate::start();
    instances(&estate, INSTANCES).await;
    let faulty = Faulty::watched(11, 0.3, &Fault::SIX, "");
    let of_one = |number| {
        [
            log(&estate, number),
            replica(&estate, number),
            snapshot(&estate, number),
        ]
    };
    let mut all: Vec<_> = (0..INSTANCES).flat_map(of_one).collect();
    all.extend(buckets(&estate).await);
    let mut reruns = 0;
    loop {
        let provider = provider(&estate, faulty.connection());
        let failed = apply(&provider, &all).await;
        if failed.is_empty() {
            break;
        }
        reruns += 1;
        let said: Vec<String> = failed.iter().map(ProviderError::chain).collect();
        assert!(reruns < 10, "still failing: {said:#?}");
    }
    for fault in Fault::SIX {
        assert!(faulty.struck(fault) > 10, "{fault:?} struck too rarely");
    }
    let standing = standing(&estate).await;
    assert_eq!(standing.len(), 2 * INSTANCES);
    for number in 0..INSTANCES {
        let of = |it: &&DbInstance| it.db_instance_identifier() == Some(&name(number));
        let one = standing.iter().find(of).unwrap();
        assert_eq!(one.backup_retention_period(), Some(7));
        assert_eq!(one.read_replica_db_instance_identifiers().len(), 1);
    }
    assert_eq!(snapshots(&estate).await, INSTANCES);
    let s3 = s3_site::client(&estate.moto.endpoint);
    let there = s3.list_buckets().send().await.unwrap();
    assert_eq!(there.buckets().len(), 2 * BUCKETS);
    for bucket in there.buckets() {
        let versioning = s3.get_bucket_versioning().bucket(bucket.name().unwrap());
        let versioning = versioning.send().await.unwrap();
        assert_eq!(versioning.status().map(|it| it.as_str()), Some("Enabled"));
    }
    let calm = provider(
        &estate,
        Connection {
            http: None,
            ..faulty.connection()
        },
    );
    let again = apply(&calm, &all).await;
    assert!(again.is_empty(), "{again:?}");
    assert_eq!(snapshots(&estate).await, INSTANCES);
    assert_eq!(self::standing(&estate).await.len(), 2 * INSTANCES);
    let there = s3.list_buckets().send().await.unwrap();
    assert_eq!(there.buckets().len(), 2 * BUCKETS);
}
