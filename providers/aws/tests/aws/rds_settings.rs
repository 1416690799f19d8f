//! Protections that are settings of a database: automated backups, deletion protection, a standby, schedules.

use futures_util::future::join3;
use lifeboat_contract::ChangeKind;
use lifeboat_model::{Scope, role};
use serde_json::json;

use crate::rds_estate::{Estate, HOME, Protection};
use crate::rds_planned::{
    attribute, change, create, delete, live, plain, recording, refused, shown_as,
};

const ORDERS: &str = "target.aws_db_instance.orders";

fn log(estate: &Estate) -> Protection {
    let log = estate.protection(&format!("{ORDERS}.log[\"pitr\"]"), "aws_rds_log");
    log.with("window", json!("7d"))
        .with("flush_every", json!("5m"))
}

fn guard(estate: &Estate) -> Protection {
    let guard = estate.protection(&format!("{ORDERS}.guard[\"kept\"]"), "aws_rds_guard");
    guard.with("deletion_protection", json!(true))
}

fn standby(estate: &Estate) -> Protection {
    let address = format!("{ORDERS}.replica[\"standby\"]");
    let standby = estate.protection(&address, "aws_rds_replica");
    standby
        .with("synchronous", json!(true))
        .with("fenced", json!(true))
}

fn snapshot(estate: &Estate) -> Protection {
    let address = format!("{ORDERS}.snapshot[\"nightly\"]");
    let snapshot = estate.protection(&address, "aws_rds_snapshot");
    snapshot
        .with("schedule", json!("6h"))
        .with("retention", json!({"keep": {"daily": 7, "weekly": 4}}))
        .with("tags", json!({"owner": "shop"}))
}

#[tokio::test]
async fn a_log_is_made_found_repaired_and_what_was_there_before_is_put_back() {
    let estate = plain().await;
    let (provider, sent) = recording(&estate.moto, "default", None);
    let log = log(&estate).with("backup_window", json!("03:00-03:30"));
    assert_eq!(live(&provider, &log).await, None);
    let made = create(&provider, &log).await;
    assert_eq!(made.recovery_points.len(), 2);
    assert!(made.domains.iter().any(|it| it.scope == Scope::Region));
    sent.take();
    change(&provider, &log, ChangeKind::Create).await.unwrap();
    assert_eq!(sent.take().get("ModifyDBInstance"), None);

    let rds = estate.rds(HOME);
    let outside = rds.modify_db_instance().db_instance_identifier("orders");
    let outside = outside.backup_retention_period(3);
    let outside = outside.preferred_backup_window("05:00-05:30");
    outside.send().await.unwrap();
    assert_eq!(attribute(&provider, &log, "window").await, json!("3d"));
    let window = attribute(&provider, &log, "backup_window").await;
    assert_eq!(window, json!("05:00-05:30"));
    change(&provider, &log, ChangeKind::Update).await.unwrap();
    assert_eq!(attribute(&provider, &log, "window").await, json!("7d"));
    let longer = log.clone().with("window", json!("336h"));
    let changed = change(&provider, &longer, ChangeKind::Update).await;
    let changed = changed.unwrap().unwrap();
    assert_eq!(changed.attributes[role::WINDOW], json!("336h"));

    delete(&provider, &longer).await;
    let orders = estate.instance(HOME, "orders").await.unwrap();
    assert_eq!(orders.backup_retention_period(), Some(1));
    assert_eq!(orders.preferred_backup_window(), Some("01:00-01:30"));
    assert!(orders.tag_list().is_empty());
}

#[tokio::test]
async fn three_protections_of_one_instance_are_one_modification() {
    let estate = plain().await;
    let (provider, sent) = recording(&estate.moto, "default", None);
    let (log, guard, standby) = (log(&estate), guard(&estate), standby(&estate));
    let all = join3(
        change(&provider, &log, ChangeKind::Create),
        change(&provider, &guard, ChangeKind::Create),
        change(&provider, &standby, ChangeKind::Create),
    );
    let (a, b, c) = all.await;
    for made in [a, b, c] {
        assert!(made.unwrap().is_some());
    }
    let sent = sent.take();
    assert_eq!(
        (sent["ModifyDBInstance"], sent["AddTagsToResource"]),
        (1, 1)
    );
    let orders = estate.instance(HOME, "orders").await.unwrap();
    assert_eq!(orders.backup_retention_period(), Some(7));
    assert_eq!(orders.deletion_protection(), Some(true));
    assert_eq!(orders.multi_az(), Some(true));
    for protection in [&log, &guard, &standby] {
        create(&provider, protection).await;
    }
    let zones: Vec<_> = live(&provider, &standby).await.unwrap().domains;
    let zones: Vec<_> = zones.iter().filter(|it| it.scope == Scope::Zone).collect();
    assert_eq!(zones[0].id, "aws:eu-west-1b");
}

#[tokio::test]
async fn what_was_off_before_is_off_again_and_automated_backups_are_never_turned_off() {
    let estate = plain().await;
    let provider = &estate.provider;
    let rds = estate.rds(HOME);
    let modify = || rds.modify_db_instance().db_instance_identifier("orders");
    for protection in [guard(&estate), standby(&estate)] {
        create(provider, &protection).await;
        delete(provider, &protection).await;
    }
    let orders = estate.instance(HOME, "orders").await.unwrap();
    assert_eq!(orders.deletion_protection(), Some(false));
    assert_eq!(orders.multi_az(), Some(false));
    modify().backup_retention_period(0).send().await.unwrap();
    let log = log(&estate);
    create(provider, &log).await;
    let said = refused(provider, &log, ChangeKind::Delete).await;
    insta::assert_snapshot!(said, @r#"conflict: `orders` had no automated backups before `target.aws_db_instance.orders.log["pitr"]`: without them again, RDS would delete all that there are, and take it down (Set its backup retention by hand, or remove the block with `on_remove = "forget"`.)"#);
    let orders = estate.instance(HOME, "orders").await.unwrap();
    assert_eq!(orders.backup_retention_period(), Some(7));
    modify().backup_retention_period(0).send().await.unwrap();
    assert_eq!(attribute(provider, &log, "window").await, json!("0s"));
    assert_eq!(live(provider, &log).await.unwrap().recovery_points, []);
}

#[tokio::test]
async fn drift_of_a_guard_and_of_a_standby_is_found_and_repaired() {
    let estate = plain().await;
    let provider = &estate.provider;
    let guard = guard(&estate).with("copy_tags_to_snapshot", json!(true));
    let guard = guard.with("encrypted", json!(false));
    let standby = standby(&estate);
    create(provider, &guard).await;
    create(provider, &standby).await;
    let rds = estate.rds(HOME);
    let outside = rds.modify_db_instance().db_instance_identifier("orders");
    let outside = outside.deletion_protection(false).multi_az(false);
    outside.copy_tags_to_snapshot(false).send().await.unwrap();
    assert_eq!(
        attribute(provider, &guard, "deletion_protection").await,
        json!(false)
    );
    assert_eq!(
        attribute(provider, &guard, "copy_tags_to_snapshot").await,
        json!(false)
    );
    assert_eq!(live(provider, &standby).await, None);
    change(provider, &guard, ChangeKind::Update).await.unwrap();
    create(provider, &guard).await;
    create(provider, &standby).await;
    let encrypted = guard.with("encrypted", json!(true));
    let said = refused(provider, &encrypted, ChangeKind::Update).await;
    insta::assert_snapshot!(said, @"conflict: the storage of `orders` is not encrypted, which RDS cannot change (Copy a snapshot of it with a key, restore that, and name the new one as the target.)");
}

#[tokio::test]
async fn a_schedule_and_its_retention_are_read_back_and_their_drift_is_found() {
    let estate = plain().await;
    let provider = &estate.provider;
    let nightly = snapshot(&estate);
    create(provider, &nightly).await;
    let address = format!("{ORDERS}.snapshot[\"weekly\"]");
    let weekly = estate.protection(&address, "aws_rds_snapshot");
    create(provider, &weekly.with("schedule", json!("7d"))).await;
    let less = nightly.clone().with("tags", json!({}));
    let less = less.with("schedule", json!("1d"));
    change(provider, &less, ChangeKind::Update).await.unwrap();
    assert_eq!(attribute(provider, &nightly, "schedule").await, json!("1d"));
    assert_eq!(attribute(provider, &nightly, "tags").await, json!({}));
    let orders = estate.instance(HOME, "orders").await.unwrap();
    let piece = orders
        .tag_list()
        .iter()
        .find(|it| it.key().unwrap().ends_with(".0"));
    let piece = piece.unwrap().key().unwrap().to_owned();
    let rds = estate.rds(HOME);
    let untag = rds.remove_tags_from_resource().tag_keys(piece);
    let untag = untag.resource_name(orders.db_instance_arn().unwrap());
    untag.send().await.unwrap();
    let left = [attribute(provider, &nightly, "schedule").await];
    let address = format!("{ORDERS}.snapshot[\"weekly\"]");
    let weekly = estate.protection(&address, "aws_rds_snapshot");
    let other = attribute(provider, &weekly, "schedule").await;
    assert!(left.contains(&json!(null)) || other == json!(null));
    change(provider, &nightly, ChangeKind::Update)
        .await
        .unwrap();
    create(provider, &nightly).await;
    delete(provider, &nightly).await;
    delete(provider, &weekly).await;
    let orders = estate.instance(HOME, "orders").await.unwrap();
    assert!(orders.tag_list().is_empty());
}

#[tokio::test]
async fn two_that_claim_one_setting_are_both_named() {
    let estate = plain().await;
    let (ours, _) = recording(&estate.moto, "shop", None);
    let (theirs, _) = recording(&estate.moto, "warehouse", None);
    let log = log(&estate);
    create(&ours, &log).await;
    let said = crate::rds_planned::failure(&theirs, &log).await;
    insta::assert_snapshot!(said, @r#"conflict: `orders` has the tag `lifeboat:log` of `target.aws_db_instance.orders.log["pitr"]` of the configuration `shop`, and not of `target.aws_db_instance.orders.log["pitr"]` of `warehouse`"#);
    let said = refused(&theirs, &log, ChangeKind::Create).await;
    insta::assert_snapshot!(said, @r#"conflict: `orders` has the tag `lifeboat:log` of `target.aws_db_instance.orders.log["pitr"]` of the configuration `shop`, and not of `target.aws_db_instance.orders.log["pitr"]` of `warehouse` (Remove it from one of the two configurations.)"#);
    let second = estate.protection(&format!("{ORDERS}.log[\"again\"]"), "aws_rds_log");
    let second = second.with("window", json!("14d"));
    let said = refused(&ours, &second, ChangeKind::Create).await;
    assert!(
        said.contains("log[\"pitr\"]") && said.contains("log[\"again\"]"),
        "{said}"
    );
}

#[tokio::test]
async fn a_database_that_takes_no_change_says_why_and_one_that_is_busy_is_waited_for() {
    let estate = plain().await;
    let provider = &estate.provider;
    let log = log(&estate);
    for status in ["storage-full", "stopped"] {
        shown_as(&estate, "orders", status).await;
        let said = refused(provider, &log, ChangeKind::Create).await;
        assert!(
            said.starts_with(&format!("conflict: the instance `orders` is `{status}`")),
            "{said}"
        );
        let orders = estate.instance(HOME, "orders").await.unwrap();
        assert_eq!(orders.backup_retention_period(), Some(1));
        assert!(
            orders
                .tag_list()
                .iter()
                .all(|it| it.key() == Some("test:status"))
        );
    }
    shown_as(&estate, "orders", "modifying:2").await;
    create(provider, &log).await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_before_anything_is_asked() {
    let estate = plain().await;
    let provider = &estate.provider;
    for window in ["36d", "12h", "0s", "soon"] {
        let log = log(&estate).with("window", json!(window));
        let said = refused(provider, &log, ChangeKind::Create).await;
        assert!(said.starts_with("invalid: `window` of"), "{said}");
    }
    let mut missing = log(&estate);
    missing
        .attributes
        .insert("source".to_owned(), json!({"identifier": "ordres"}));
    let said = refused(provider, &missing, ChangeKind::Create).await;
    insta::assert_snapshot!(said, @r#"not_found: there is no instance `ordres` in eu-west-1, which `target.aws_db_instance.orders.log["pitr"]` protects (Plan again.)"#);
    delete(provider, &missing).await;
}

#[tokio::test]
async fn a_cluster_has_a_log_and_a_guard_too() {
    let estate = Estate::start();
    estate.ledger().await;
    let (provider, sent) = recording(&estate.moto, "default", None);
    let ledger = "target.aws_rds_cluster.ledger";
    let log = estate.protection(&format!("{ledger}.log[\"pitr\"]"), "aws_rds_log");
    let log = log.with("window", json!("14d"));
    let guard = estate.protection(&format!("{ledger}.guard[\"kept\"]"), "aws_rds_guard");
    let guard = guard.with("deletion_protection", json!(true));
    create(&provider, &log).await;
    create(&provider, &guard).await;
    assert_eq!(sent.take()["ModifyDBCluster"], 1);
    delete(&provider, &log).await;
    delete(&provider, &guard).await;
}
