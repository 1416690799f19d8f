//! Recovery points of RDS on moto: snapshots, their copies, and what checks them.
//!
//! moto makes a snapshot at once, takes every `PreSignedUrl`, and tells nothing of where a copy comes from. That a
//! presigned call is right is tested beside `client::presign`; that RDS refuses an instance in a wrong state is tested
//! by stopping one.

use lifeboat_contract::{CallContext, ErrorClass, Provider as _};
use serde_json::json;

use crate::rds_estate::{AWAY, Estate, HOME, address, lines};
use crate::session;

const DAILY: &str = "target.aws_db_instance.orders.snapshot[\"daily\"]";
const COPY: &str = "target.aws_db_instance.orders.copy[\"away\"]";

#[tokio::test]
async fn a_snapshot_is_made_once_for_a_token_and_says_all_that_a_restore_needs() {
    let estate = Estate::start();
    estate.orders(None).await;
    let daily = estate.protection(DAILY, "aws_rds_snapshot");
    let daily = daily.with("tags", json!({"tier": "gold"}));
    let report = estate.back_up(&daily, "first").await.unwrap();
    let again = estate.back_up(&daily, "first").await.unwrap();
    assert_eq!(report.points, again.points);
    assert_eq!(report.source_bytes, 20 << 30);
    assert_eq!(estate.snapshots(HOME).await.len(), 1);
    let other = estate.point(&daily, "second").await;
    assert_ne!(report.points[0].id, other);
    let made = estate.snapshots(HOME).await.remove(0);
    let name = made.db_snapshot_identifier().unwrap();
    assert!(
        name.starts_with("lifeboat-") && name.ends_with("-orders"),
        "{name}"
    );
    let mut tags: Vec<String> = made
        .tag_list()
        .iter()
        .map(|tag| format!("{} = {}", tag.key().unwrap(), tag.value().unwrap()))
        .filter(|tag| !tag.starts_with("lifeboat:began"))
        .collect();
    tags.sort();
    insta::assert_snapshot!(tags.join("\n"), @"
    lifeboat:address = target.aws_db_instance.orders.snapshot/daily
    lifeboat:config = default
    lifeboat:restore-1 = account=123456789012 class=db.r6g.large copy-tags=false engine=postgres iam=false license=general-public-license maintenance=sun:05:00-sun:05:30 minor-upgrades=true multi-az=true options=default:postgres-16-3 parameters=orders-16 port=5432 protected=true
    lifeboat:restore-2 = region=eu-west-1 retention=7 security=sg-11111111 storage=gp2 version=16.3 window=03:00-03:30
    lifeboat:token = first
    team = shop
    tier = gold
    ");
}

#[tokio::test]
async fn an_instance_that_is_stopped_or_gone_makes_no_point_and_says_why() {
    let estate = Estate::start();
    estate.orders(None).await;
    let daily = estate.protection(DAILY, "aws_rds_snapshot");
    let rds = estate.rds(HOME);
    rds.stop_db_instance()
        .db_instance_identifier("orders")
        .send()
        .await
        .unwrap();
    let error = estate.back_up(&daily, "first").await.unwrap_err();
    insta::assert_snapshot!(error, @"the instance `orders` is `stopped`, and RDS takes a backup only of what is `available`");
    assert_eq!(error.class, ErrorClass::Conflict);
    let gone = estate.protection(
        "target.aws_db_instance.nobody.snapshot[\"daily\"]",
        "aws_rds_snapshot",
    );
    let error = estate.back_up(&gone, "first").await.unwrap_err();
    insta::assert_snapshot!(error, @"there is no instance `nobody`");
    assert_eq!(error.class, ErrorClass::NotFound);
    assert!(estate.snapshots(HOME).await.is_empty());
}

#[tokio::test]
async fn a_snapshot_of_somebody_else_under_our_name_is_a_conflict() {
    let estate = Estate::start();
    estate.orders(None).await;
    let daily = estate.protection(DAILY, "aws_rds_snapshot");
    let point = estate.point(&daily, "first").await;
    let rds = estate.rds(HOME);
    let arn = estate
        .snapshots(HOME)
        .await
        .remove(0)
        .db_snapshot_arn
        .unwrap();
    let keys = ["lifeboat:address", "lifeboat:config"].map(str::to_owned);
    let said = rds
        .remove_tags_from_resource()
        .resource_name(arn)
        .set_tag_keys(Some(keys.into()));
    said.send().await.unwrap();
    let error = estate.back_up(&daily, "first").await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Conflict);
    // It is no point of ours any more, and deleting it by its id leaves it alone.
    let said = estate.delete(&daily, &[point]).await;
    said.unwrap();
    assert_eq!(estate.snapshots(HOME).await.len(), 1);
}

#[tokio::test]
async fn a_stop_makes_nothing_and_the_same_call_later_makes_its_point() {
    let estate = Estate::start();
    estate.orders(None).await;
    let daily = estate.protection(DAILY, "aws_rds_snapshot");
    let context: CallContext = session::context("first");
    context.cancel.cancel();
    let request = lifeboat_contract::BackUpRequest {
        protected: daily.protected(),
    };
    let error = estate
        .provider
        .back_up(request, &context)
        .await
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Interrupted);
    assert!(estate.snapshots(HOME).await.is_empty());
    estate.point(&daily, "first").await;
}

#[tokio::test]
async fn an_encrypted_copy_in_another_region_needs_a_key_there_and_is_complete_with_it() {
    let estate = Estate::start();
    let (here, there) = (estate.key(HOME).await, estate.key(AWAY).await);
    estate.orders(Some(&here)).await;
    let daily = estate.protection(DAILY, "aws_rds_snapshot");
    let first = estate.point(&daily, "first").await;
    let second = estate.point(&daily, "second").await;
    let without = estate.copy(&daily, COPY, "away", None);
    let error = estate.back_up(&without, "copy").await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Invalid);
    let message = error.to_string().replace(first.0.as_str(), "FIRST");
    insta::assert_snapshot!(message, @r#"`lifeboat-FIRST` is encrypted, and `target.aws_db_instance.orders.copy["away"]` copies it to `123456789012` in us-west-2, where its key cannot be used"#);
    assert!(estate.snapshots(AWAY).await.is_empty());

    let copy = estate.copy(&daily, COPY, "away", Some(&there));
    let report = estate.back_up(&copy, "copy").await.unwrap();
    let of: Vec<_> = report
        .points
        .iter()
        .map(|point| point.copy_of.clone().unwrap())
        .collect();
    assert_eq!(of, [first, second]);
    let again = estate.back_up(&copy, "copy").await.unwrap();
    assert_eq!(again.points, report.points);
    assert!(
        estate
            .back_up(&copy, "later")
            .await
            .unwrap()
            .points
            .is_empty()
    );
    for copied in estate.snapshots(AWAY).await {
        assert_eq!(copied.kms_key_id(), Some(there.as_str()));
    }
    insta::assert_snapshot!(lines(&estate.verify(&copy, false).await).replace(&there, "KEY"), @"
    snapshots passed: 2 are available or being made
    recovery points passed: 2 of 2 snapshots can be restored
    size passed: 2 are of some size
    encryption passed: 2 are encrypted
    key passed: `KEY` is Enabled
    ");
    estate.disable_key(AWAY, &there).await;
    let report = estate.verify(&copy, false).await;
    assert!(!report.passed());
    assert!(lines(&report).contains("key FAILED"), "{}", lines(&report));
}

#[tokio::test]
async fn a_copy_to_another_account_shares_the_snapshot_only_while_it_is_copied_by_our_own_handler()
{
    let estate = Estate::start();
    estate.orders(None).await;
    let daily = estate.protection(DAILY, "aws_rds_snapshot");
    estate.point(&daily, "first").await;
    let copy = estate.copy(&daily, COPY, "vault", None);
    let report = estate.back_up(&copy, "copy").await.unwrap();
    assert_eq!(report.points.len(), 1);
    let made = estate.snapshots(HOME).await.remove(0);
    let shared = estate.rds(HOME).describe_db_snapshot_attributes();
    let shared = shared.db_snapshot_identifier(made.db_snapshot_identifier().unwrap());
    let shared = shared
        .send()
        .await
        .unwrap()
        .db_snapshot_attributes_result
        .unwrap();
    let with: Vec<_> = shared
        .db_snapshot_attributes()
        .iter()
        .flat_map(|attribute| attribute.attribute_values().to_vec())
        .collect();
    assert!(with.is_empty(), "{with:?}");
    let marks = made
        .tag_list()
        .iter()
        .filter(|tag| tag.key() == Some("lifeboat:shared"));
    assert_eq!(marks.count(), 0);
    // What the copy holds is in the other account, and is deleted there alone.
    let doomed: Vec<_> = report.points.iter().map(|point| point.id.clone()).collect();
    let said = estate.delete(&copy, &doomed);
    said.await.unwrap();
    assert_eq!(estate.snapshots(HOME).await.len(), 1);
    assert_eq!(
        estate.back_up(&copy, "again").await.unwrap().points.len(),
        1
    );
}

#[tokio::test]
async fn another_region_and_another_account_at_once_are_refused_before_anything_is_copied() {
    let estate = Estate::start();
    estate.orders(None).await;
    let daily = estate.protection(DAILY, "aws_rds_snapshot");
    estate.point(&daily, "first").await;
    let mut copy = estate.copy(&daily, COPY, "vault", None);
    let vault = copy
        .bindings
        .get_mut(&address("provider.aws.vault"))
        .unwrap();
    vault.insert("region".to_owned(), json!(AWAY));
    let error = estate.back_up(&copy, "copy").await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Invalid);
    insta::assert_snapshot!(error, @r#"RDS copies a snapshot to another region or to another account, not to both at once: `target.aws_db_instance.orders.copy["away"]` goes from `123456789012` in eu-west-1 to `222222222222` in us-west-2"#);
}

#[tokio::test]
async fn what_the_retention_of_a_copy_drops_is_not_copied_again() {
    let estate = Estate::start();
    estate.orders(None).await;
    let daily = estate.protection(DAILY, "aws_rds_snapshot");
    for token in ["first", "second", "third"] {
        estate.point(&daily, token).await;
    }
    let copy = estate.copy(&daily, COPY, "away", None);
    let copy = copy.with("retention", json!({"keep": {"last": 1}}));
    let report = estate.back_up(&copy, "copy").await.unwrap();
    assert_eq!(report.points.len(), 1);
    assert!(
        estate
            .back_up(&copy, "later")
            .await
            .unwrap()
            .points
            .is_empty()
    );
}

#[tokio::test]
async fn a_verification_says_what_it_looked_at_and_that_no_byte_was_read() {
    let estate = Estate::start();
    estate.orders(None).await;
    let daily = estate.protection(DAILY, "aws_rds_snapshot");
    assert!(
        !estate.verify(&daily, false).await.passed(),
        "nothing was there to check"
    );
    estate.point(&daily, "first").await;
    let report = estate.verify(&daily, true).await;
    assert!(report.passed());
    insta::assert_snapshot!(lines(&report), @"
    snapshots passed: 1 are available or being made
    recovery points passed: 1 of 1 snapshots can be restored
    size passed: 1 are of some size
    ");
    insta::assert_snapshot!(report.unread.unwrap(), @"RDS gives nobody the bytes of a snapshot; a drill restores one and looks at it");
    assert_eq!(estate.verify(&daily, false).await.unread, None);
}

#[tokio::test]
async fn the_ends_of_a_log_are_refused_to_be_deleted() {
    let estate = Estate::start();
    estate.orders(None).await;
    let log = estate.protection("target.aws_db_instance.orders.log", "aws_rds_log");
    let point = estate.point(&log, "flush").await;
    let said = estate.delete(&log, &[point]).await;
    let error = said.unwrap_err();
    assert_eq!(error.class, ErrorClass::Denied);
    insta::assert_snapshot!(error, @"`target.aws_db_instance.orders.log` is of automated backups, which RDS lets expire by their window alone");
}

#[tokio::test]
async fn snapshots_of_a_cluster_are_made_copied_and_deleted_alike() {
    let estate = Estate::start();
    estate.ledger().await;
    let daily = estate.protection(
        "target.aws_rds_cluster.ledger.snapshot[\"daily\"]",
        "aws_rds_snapshot",
    );
    let first = estate.point(&daily, "first").await;
    assert_eq!(estate.point(&daily, "first").await, first);
    let copy = estate.copy(
        &daily,
        "target.aws_rds_cluster.ledger.copy[\"away\"]",
        "away",
        None,
    );
    let report = estate.back_up(&copy, "copy").await.unwrap();
    assert_eq!(report.points[0].copy_of.as_ref(), Some(&first));
    let said = estate.delete(&daily, std::slice::from_ref(&first));
    said.await.unwrap();
    assert!(!estate.verify(&daily, false).await.passed());
    assert!(estate.verify(&copy, false).await.passed());
}
