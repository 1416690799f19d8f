//! Bulk reads: how many requests they take, and what disturbs them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lifeboat_contract::{CallContext, Provider as _, ReadItem, ReadRequest};
use lifeboat_model::{Address, Attributes};
use serde_json::json;

use crate::moto::Moto;
use crate::rds_estate::{AWAY, Estate, HOME};
use crate::rds_planned::{plain, read, recording};
use crate::session;

/// Returns the targets `i00000`, … and their logs, as a refresh looks for them.
fn seeded(count: usize) -> Vec<ReadItem> {
    let of = |number: usize| {
        let name = format!("i{number:05}");
        let target: Address = format!("target.aws_db_instance.{name}").parse().unwrap();
        let identifier: Attributes = [("identifier".to_owned(), json!(name))].into();
        let log = [
            ("target".to_owned(), json!(target.to_string())),
            ("source".to_owned(), json!(identifier)),
            ("window".to_owned(), json!("7d")),
        ];
        let item = |address: Address, kind: &str, attributes: Attributes| ReadItem {
            address,
            kind: kind.to_owned(),
            attributes,
            target: None,
        };
        let part = target.clone().part("log", None);
        [
            item(target, "aws_db_instance", identifier),
            item(part, "aws_rds_log", log.into()),
        ]
    };
    (0..count).flat_map(of).collect()
}

#[tokio::test]
async fn a_thousand_instances_in_two_regions_take_no_more_than_twelve_calls_each() {
    let seeds = format!("{HOME}=500,{AWAY}=500");
    let moto = Moto::with(&[("LIFEBOAT_MOTO_INSTANCES", &seeds)]);
    for region in [HOME, AWAY] {
        let provider = session::provider(&moto.endpoint, region);
        let live = read(&provider, seeded(500), &BTreeMap::new()).await;
        assert_eq!(live.failures, BTreeMap::new());
        assert_eq!(live.resources.len(), 1_000);
        let windows = live.resources.values().filter(|it| {
            it.attributes.get("window") == Some(&json!("7d")) && it.recovery_points.len() == 2
        });
        assert_eq!(windows.count(), 500);
        // One of them asks STS who we are.
        assert!(provider.requests() <= 12, "{}", provider.requests());
    }
}

#[tokio::test]
async fn a_marker_whose_instance_is_deleted_between_two_pages_does_not_end_the_listing() {
    let seeds = format!("{HOME}=150");
    let moto = Moto::with(&[("LIFEBOAT_MOTO_INSTANCES", &seeds)]);
    let provider = session::provider(&moto.endpoint, HOME);
    let estate = Arc::new(Estate { moto, provider });
    let (beside, done) = (Arc::clone(&estate), Arc::new(AtomicBool::new(false)));
    let before = move |form: &str| -> futures_util::future::BoxFuture<'static, ()> {
        let second = form.contains("Action=DescribeDBInstances&") && form.contains("Marker=");
        let now = second && !done.swap(true, Ordering::Relaxed);
        let beside = Arc::clone(&beside);
        Box::pin(async move {
            if now {
                // The page ends before one of these.
                for name in ["i00099", "i00100"] {
                    let rds = beside.rds(HOME);
                    let gone = rds.delete_db_instance().db_instance_identifier(name);
                    gone.skip_final_snapshot(true).send().await.unwrap();
                }
            }
        })
    };
    let (provider, sent) = recording(&estate.moto, "default", Some(Arc::new(before)));
    let live = read(&provider, seeded(150), &BTreeMap::new()).await;
    let gone: Vec<String> = live.failures.keys().map(ToString::to_string).collect();
    assert_eq!(
        gone,
        [
            "target.aws_db_instance.i00099",
            "target.aws_db_instance.i00100"
        ]
    );
    assert_eq!(live.resources.len(), 2 * 148);
    assert!(sent.take()["DescribeDBInstances"] > 2);
}

#[tokio::test]
async fn a_target_that_is_not_there_names_what_may_be_meant() {
    let estate = plain().await;
    let target: Address = "target.aws_db_instance.orders".parse().unwrap();
    let identifier: Attributes = [("identifier".to_owned(), json!("order"))].into();
    let item = ReadItem {
        address: target.clone(),
        kind: "aws_db_instance".to_owned(),
        attributes: identifier,
        target: None,
    };
    let live = read(&estate.provider, vec![item], &BTreeMap::new()).await;
    insta::assert_snapshot!(live.failures[&target].message, @"there is no instance `order` in eu-west-1 of the account 123456789012; there is `orders`");
    assert_eq!(live.failures[&target].class, "not_found");
}

#[tokio::test]
async fn a_target_is_shown_with_what_a_restore_must_put_back_and_where_protections_would_stand() {
    let estate = Estate::start();
    let key = estate.key(HOME).await;
    estate.orders(Some(&key)).await;
    let protection = estate.protection("target.aws_db_instance.orders", "aws_db_instance");
    let identifier: Attributes = [("identifier".to_owned(), json!("orders"))].into();
    let item = ReadItem {
        address: protection.address.clone(),
        kind: "aws_db_instance".to_owned(),
        attributes: identifier.clone(),
        target: None,
    };
    let live = read(&estate.provider, vec![item], &BTreeMap::new()).await;
    let orders = &live.resources[&protection.address];
    assert_eq!(orders.attributes, identifier);
    assert_eq!(orders.facts["size_bytes"], json!(20_u64 << 30));
    assert_eq!(orders.facts["parameter_groups"], json!(["orders-16"]));
    assert_eq!(orders.facts["security_groups"], json!(["sg-11111111"]));
    assert_eq!(orders.facts["kms_key"], json!(key));
    let told = |domains: &[lifeboat_model::Domain]| {
        let lines = domains
            .iter()
            .map(|it| format!("{} {}: {}", it.scope, it.id, it.evidence));
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(told(&orders.domains), @"
    instance arn:aws:rds:eu-west-1:123456789012:db:orders: DescribeDBInstances: DBInstanceArn = arn:aws:rds:eu-west-1:123456789012:db:orders
    zone aws:eu-west-1a: DescribeDBInstances: AvailabilityZone = eu-west-1a
    region aws:eu-west-1: signed for the region eu-west-1
    account aws:123456789012: GetCallerIdentity: Account = 123456789012
    ");
    let places = live.places.iter();
    let places = places.map(|(address, domains)| format!("{address}\n{}", told(domains)));
    insta::assert_snapshot!(places.collect::<Vec<_>>().join("\n\n"), @"
    target.aws_db_instance.orders.log
    instance aws:eu-west-1:rds-backups: RDS keeps backups in S3, in at least three zones of the region
    zone aws:eu-west-1:rds-backups: RDS keeps backups in S3, in at least three zones of the region
    region aws:eu-west-1: signed for the region eu-west-1
    account aws:123456789012: GetCallerIdentity: Account = 123456789012

    target.aws_db_instance.orders.replica
    instance arn:aws:rds:eu-west-1:123456789012:db:orders/standby: a Multi-AZ standby is an instance of its own
    zone aws:eu-west-1b: DescribeDBInstances: SecondaryAvailabilityZone = eu-west-1b
    region aws:eu-west-1: signed for the region eu-west-1
    account aws:123456789012: GetCallerIdentity: Account = 123456789012

    target.aws_db_instance.orders.snapshot
    instance aws:eu-west-1:rds-backups: RDS keeps backups in S3, in at least three zones of the region
    zone aws:eu-west-1:rds-backups: RDS keeps backups in S3, in at least three zones of the region
    region aws:eu-west-1: signed for the region eu-west-1
    account aws:123456789012: GetCallerIdentity: Account = 123456789012
    ");
    assert_eq!(live.needs.len(), 2);
}

#[tokio::test]
async fn what_is_throttled_or_not_reached_is_a_failure_and_no_absence() {
    let provider = session::provider("http://127.0.0.1:1", HOME);
    let context: CallContext = session::context("t");
    let request = ReadRequest {
        items: seeded(2),
        bindings: &BTreeMap::new(),
    };
    let live = provider.read(request, &context).await.unwrap();
    assert_eq!((live.resources.len(), live.failures.len()), (0, 4));
    assert!(live.failures.values().all(|it| it.class == "unavailable"));
}
