//! Replicas that are databases of their own.

use lifeboat_contract::ChangeKind;
use lifeboat_model::Scope;
use serde_json::json;

use crate::rds_estate::{AWAY, Estate, HOME, Protection};
use crate::rds_planned::{
    attribute, change, create, delete, failure, live, plain, recording, refused,
};

const ORDERS: &str = "target.aws_db_instance.orders";
const LEDGER: &str = "target.aws_rds_cluster.ledger";

fn replica(estate: &Estate, of: &str) -> Protection {
    let replica = estate.protection(&format!("{of}.replica[\"dr\"]"), "aws_rds_replica");
    replica.with("synchronous", json!(false))
}

#[tokio::test]
async fn a_read_replica_is_made_once_repaired_and_deleted() {
    let estate = plain().await;
    let (provider, sent) = recording(&estate.moto, "default", None);
    for location in [None, Some("provider.aws.dr")] {
        let mut replica = replica(&estate, ORDERS).with("instance_class", json!("db.t4g.large"));
        if let Some(location) = location {
            replica = replica.with("location", json!(location));
        }
        assert_eq!(live(&provider, &replica).await, None);
        sent.take();
        let made = create(&provider, &replica).await;
        create(&provider, &replica).await;
        assert_eq!(sent.take()["CreateDBInstanceReadReplica"], 1);
        let region = location.map_or(HOME, |_| AWAY);
        let region = format!("aws:{region}");
        let regions = made.domains.iter().find(|it| it.scope == Scope::Region);
        assert_eq!(regions.unwrap().id, region);

        let name = made.attributes["identifier"].as_str().unwrap();
        let rds = estate.rds(location.map_or(HOME, |_| AWAY));
        let outside = rds.modify_db_instance().db_instance_identifier(name);
        let outside = outside
            .db_instance_class("db.t4g.micro")
            .apply_immediately(true);
        outside.send().await.unwrap();
        let class = attribute(&provider, &replica, "instance_class").await;
        assert_eq!(class, json!("db.t4g.micro"));
        change(&provider, &replica, ChangeKind::Update)
            .await
            .unwrap();
        create(&provider, &replica).await;
        delete(&provider, &replica).await;
    }
    assert!(estate.instance(HOME, "orders").await.is_some());
}

#[tokio::test]
async fn a_replica_of_what_has_no_backups_is_refused() {
    let estate = plain().await;
    let rds = estate.rds(HOME);
    let off = rds.modify_db_instance().db_instance_identifier("orders");
    off.backup_retention_period(0).send().await.unwrap();
    let said = refused(
        &estate.provider,
        &replica(&estate, ORDERS),
        ChangeKind::Create,
    )
    .await;
    insta::assert_snapshot!(said, @r#"conflict: `orders` has no automated backups, which `target.aws_db_instance.orders.replica["dr"]` needs (Add a `log` protection, and name it in the replica's `depends_on`.)"#);
}

#[tokio::test]
async fn a_stranger_with_the_name_of_a_replica_is_no_replica_of_ours() {
    let estate = plain().await;
    let provider = &estate.provider;
    let replica = replica(&estate, ORDERS);
    let made = create(provider, &replica).await;
    let name = made.attributes["identifier"].as_str().unwrap();
    delete(provider, &replica).await;
    let rds = estate.rds(HOME);
    let stranger = rds.create_db_instance_read_replica();
    let stranger = stranger.db_instance_identifier(name);
    let stranger = stranger.source_db_instance_identifier("orders");
    stranger.send().await.unwrap();
    let said = [
        failure(provider, &replica).await,
        refused(provider, &replica, ChangeKind::Create).await,
        refused(provider, &replica, ChangeKind::Delete).await,
    ];
    for said in said {
        assert!(said.contains("did not make it"), "{said}");
    }
    assert!(estate.instance(HOME, name).await.is_some());
}

#[tokio::test]
async fn a_replica_of_encrypted_data_elsewhere_needs_a_key_there() {
    let estate = Estate::start();
    let key = estate.key(HOME).await;
    estate.orders(Some(&key)).await;
    let away = replica(&estate, ORDERS).with("location", json!("provider.aws.dr"));
    let said = refused(&estate.provider, &away, ChangeKind::Create).await;
    insta::assert_snapshot!(said, @r#"invalid: `orders` is encrypted, and `target.aws_db_instance.orders.replica["dr"]` has no key in us-west-2 (Set `kms_key` to a key of us-west-2.)"#);
    let key = estate.key(AWAY).await;
    let away = away.with("kms_key", json!(key));
    create(&estate.provider, &away).await;
}

#[tokio::test]
async fn a_reader_of_a_cluster_is_made_and_deleted_and_one_that_shares_no_storage_is_refused() {
    let estate = Estate::start();
    estate.ledger().await;
    let provider = &estate.provider;
    let reader = replica(&estate, LEDGER).with("synchronous", json!(true));
    let made = create(provider, &reader).await;
    let name = made.attributes["identifier"].as_str().unwrap();
    let made = estate.instance(HOME, name).await.unwrap();
    assert_eq!(made.db_cluster_identifier(), Some("ledger"));
    assert_eq!(made.db_instance_class(), Some("db.r6g.large"));
    delete(provider, &reader).await;
    let said = refused(provider, &replica(&estate, LEDGER), ChangeKind::Create).await;
    insta::assert_snapshot!(said, @r#"invalid: `target.aws_rds_cluster.ledger.replica["dr"]` is a reader, which shares the storage of its cluster (Set `synchronous = true`, or give it a `location`.)"#);
}

#[tokio::test]
async fn a_secondary_cluster_is_made_and_deleted_by_our_own_handler() {
    let estate = Estate::start();
    estate.ledger().await;
    let provider = &estate.provider;
    let secondary = replica(&estate, LEDGER).with("location", json!("provider.aws.dr"));
    create(provider, &secondary).await;
    create(provider, &secondary).await;
    let rds = estate.rds(HOME);
    let globals = async || {
        let said = rds.describe_global_clusters().send().await.unwrap();
        said.global_clusters.unwrap_or_default()
    };
    let global = globals().await;
    assert_eq!(global.len(), 1);
    assert_eq!(global[0].global_cluster_members().len(), 2);
    delete(provider, &secondary).await;
    assert_eq!(globals().await.len(), 0);
    let left = estate
        .rds(AWAY)
        .describe_db_clusters()
        .send()
        .await
        .unwrap();
    assert!(left.db_clusters().is_empty());
}
