//! Copies in other regions, and what is left when the target is gone.

use lifeboat_contract::ChangeKind;
use serde_json::json;

use crate::rds_estate::{AWAY, Estate, HOME, Protection};
use crate::rds_planned::{attribute, change, create, delete, live, plain, recording, refused};

const ORDERS: &str = "target.aws_db_instance.orders";

fn log(estate: &Estate) -> Protection {
    let log = estate.protection(&format!("{ORDERS}.log[\"pitr\"]"), "aws_rds_log");
    log.with("window", json!("7d"))
}

fn copy(estate: &Estate, of: &Protection, key: Option<&str>) -> Protection {
    let copy = estate.copy(of, &format!("{ORDERS}.copy[\"dr\"]"), "away", key);
    copy.with("retention", json!({"delete_after": "14d"}))
}

#[tokio::test]
async fn automated_backups_are_replicated_changed_repaired_and_stopped_by_our_own_handler() {
    let estate = plain().await;
    let (provider, sent) = recording(&estate.moto, "default", None);
    let log = log(&estate);
    create(&provider, &log).await;
    let copy = copy(&estate, &log, None);
    assert_eq!(live(&provider, &copy).await, None);
    sent.take();
    let made = create(&provider, &copy).await;
    assert_eq!(made.recovery_points.len(), 2);
    assert!(made.domains.iter().any(|it| it.id == format!("aws:{AWAY}")));
    create(&provider, &copy).await;
    let started = "StartDBInstanceAutomatedBackupsReplication";
    assert_eq!(sent.take()[started], 1);

    let longer = copy
        .clone()
        .with("retention", json!({"delete_after": "21d"}));
    change(&provider, &longer, ChangeKind::Update)
        .await
        .unwrap();
    let kept = attribute(&provider, &copy, "retention").await;
    assert_eq!(kept, json!({"delete_after": "21d"}));
    let orders = estate.instance(HOME, "orders").await.unwrap();
    let rds = estate.rds(AWAY);
    let stop = rds.stop_db_instance_automated_backups_replication();
    let stop = stop.source_db_instance_arn(orders.db_instance_arn().unwrap());
    stop.send().await.unwrap();
    assert_eq!(live(&provider, &copy).await, None);
    create(&provider, &copy).await;
    delete(&provider, &copy).await;
    assert!(live(&provider, &log).await.is_some());
}

#[tokio::test]
async fn what_rds_cannot_replicate_is_refused_by_our_own_handler() {
    let estate = Estate::start();
    let key = estate.key(HOME).await;
    estate.orders(Some(&key)).await;
    let provider = &estate.provider;
    let log = log(&estate);
    create(provider, &log).await;
    let said = refused(provider, &copy(&estate, &log, None), ChangeKind::Create).await;
    insta::assert_snapshot!(said, @r#"invalid: `orders` is encrypted, and `target.aws_db_instance.orders.copy["dr"]` has no key in us-west-2 (Set `kms_key` of the repository to a key of us-west-2.)"#);
    let key = estate.key(AWAY).await;
    let thinned = copy(&estate, &log, Some(&key)).with("retention", json!({"keep": {"daily": 7}}));
    let said = refused(provider, &thinned, ChangeKind::Create).await;
    insta::assert_snapshot!(said, @r#"invalid: `retention` of `target.aws_db_instance.orders.copy["dr"]` is not `delete_after` alone, of 1 to 35 whole days (Give `retention` a value that is `delete_after` alone, of 1 to 35 whole days.)"#);
    create(provider, &copy(&estate, &log, Some(&key))).await;
    let ledger = "target.aws_rds_cluster.ledger";
    estate.ledger().await;
    let of = estate.protection(&format!("{ledger}.log[\"pitr\"]"), "aws_rds_log");
    let aurora = estate.copy(&of, &format!("{ledger}.copy[\"dr\"]"), "away", None);
    let said = refused(provider, &aurora, ChangeKind::Create).await;
    insta::assert_snapshot!(said, @r#"invalid: `target.aws_rds_cluster.ledger.copy["dr"]` would replicate automated backups of an Aurora cluster, which RDS does not do (Copy a snapshot protection instead, or add a replica elsewhere.)"#);
}

#[tokio::test]
async fn points_are_found_when_the_instance_that_they_are_of_is_gone() {
    let estate = plain().await;
    let provider = &estate.provider;
    let address = format!("{ORDERS}.snapshot[\"nightly\"]");
    let snapshot = estate.protection(&address, "aws_rds_snapshot");
    let snapshot = snapshot.with("schedule", json!("6h"));
    let copy = estate.copy(&snapshot, &format!("{ORDERS}.copy[\"dr\"]"), "away", None);
    create(provider, &snapshot).await;
    create(provider, &copy).await;
    estate.point(&snapshot, "first").await;
    estate.point(&copy, "copied").await;
    let rds = estate.rds(HOME);
    let gone = rds.delete_db_instance().db_instance_identifier("orders");
    gone.skip_final_snapshot(true).send().await.unwrap();
    for protection in [&snapshot, &copy] {
        let left = live(provider, protection).await.unwrap();
        assert_eq!(left.recovery_points.len(), 1);
        assert_eq!(left.attributes, protection.attributes);
    }
    let never = estate.protection(&format!("{ORDERS}.snapshot[\"never\"]"), "aws_rds_snapshot");
    assert_eq!(live(provider, &never).await, None);
}

#[tokio::test]
async fn copies_are_read_while_the_region_of_the_target_is_not_reached() {
    let estate = plain().await;
    let address = format!("{ORDERS}.snapshot[\"nightly\"]");
    let snapshot = estate.protection(&address, "aws_rds_snapshot");
    let mut copy = estate.copy(&snapshot, &format!("{ORDERS}.copy[\"dr\"]"), "away", None);
    create(&estate.provider, &snapshot).await;
    create(&estate.provider, &copy).await;
    estate.point(&snapshot, "first").await;
    estate.point(&copy, "copied").await;
    let lost = crate::session::provider("http://127.0.0.1:1", HOME);
    copy.attributes.remove("schedule");
    let left = live(&lost, &copy).await.unwrap();
    assert_eq!(left.recovery_points.len(), 1);
    let said = crate::rds_planned::failure(&lost, &snapshot).await;
    assert!(said.starts_with("unavailable"), "{said}");
}
