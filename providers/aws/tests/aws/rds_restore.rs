//! Restores of RDS on moto: to new instances, by drills, and what is put back.
//!
//! moto restores at once, ignores the instant of a restore to a point in time, and keeps no data; what is proved is
//! which request is made, that the groups are put back, and that nothing of somebody else is touched.

use lifeboat_contract::{Destination, ErrorClass};
use lifeboat_model::RecoveryPointId;

use crate::rds_estate::{AWAY, Estate, HOME, lines};
use crate::session;

const DAILY: &str = "target.aws_db_instance.orders.snapshot[\"daily\"]";

#[tokio::test]
async fn a_restore_makes_a_new_instance_and_puts_its_groups_back() {
    let estate = Estate::start();
    estate.orders(None).await;
    let daily = estate.protection(DAILY, "aws_rds_snapshot");
    let point = estate.point(&daily, "first").await;
    let to = || Destination::At("orders-restored".to_owned());
    let report = estate
        .restore(&daily, &point, to(), "restore")
        .await
        .unwrap();
    assert_eq!(
        report.into,
        "arn:aws:rds:eu-west-1:123456789012:db:orders-restored"
    );
    assert_eq!(report.failed, []);
    assert_eq!(report.restored_bytes, 20 << 30);
    let made = estate.instance(HOME, "orders-restored").await.unwrap();
    assert_eq!(
        made.db_parameter_groups()[0].db_parameter_group_name(),
        Some("orders-16")
    );
    assert_eq!(
        made.vpc_security_groups()[0].vpc_security_group_id(),
        Some("sg-11111111")
    );
    assert_eq!(
        (made.multi_az(), made.deletion_protection()),
        (Some(true), Some(true))
    );
    assert!(made.tag_list().iter().any(|tag| tag.key() == Some("team")));
    let checked = estate.verify_restored(&daily, &point, &report.into).await;
    insta::assert_snapshot!(lines(&checked), @"
    status passed: `orders-restored` is `available`
    engine passed: postgres 16.3, and the point is of postgres 16.3
    storage passed: 21474836480 bytes are allocated, and the point has 21474836480
    encryption passed: neither it nor the point is encrypted
    groups passed: what the point records was put back
    ");

    // The same call goes on with what it made; another one finds the name taken.
    let again = estate
        .restore(&daily, &point, to(), "restore")
        .await
        .unwrap();
    assert_eq!(again, report);
    let error = estate
        .restore(&daily, &point, to(), "another")
        .await
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Conflict);
    insta::assert_snapshot!(error, @"there is an instance `orders-restored` in eu-west-1 already, and it is `available`; RDS replaces none");
    let said = estate.discard(&report.into);
    assert_eq!(said.await.unwrap_err().class, ErrorClass::Conflict);
    assert!(estate.instance(HOME, "orders-restored").await.is_some());
}

#[tokio::test]
async fn what_rds_cannot_restore_is_said_before_anything_is_made() {
    let estate = Estate::start();
    estate.orders(None).await;
    let daily = estate.protection(DAILY, "aws_rds_snapshot");
    let point = estate.point(&daily, "first").await;
    let error = estate
        .restore(&daily, &point, Destination::InPlace, "r")
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @"RDS never restores into the instance `orders`: it makes a new one with a new endpoint");
    insta::assert_snapshot!(error.help.unwrap(), @"Restore to a new name with `--to`, check it, then rename `orders` away and the new one to `orders`.");
    let error = estate
        .restore(&daily, &point, Destination::At("a_b".to_owned()), "r")
        .await;
    insta::assert_snapshot!(error.unwrap_err(), @"`a_b` cannot be the name of a new instance of RDS");
    for unknown in ["f".repeat(64), "no such/point".to_owned()] {
        let to = Destination::At("elsewhere".to_owned());
        let error = estate
            .restore(&daily, &RecoveryPointId(unknown), to, "r")
            .await;
        assert_eq!(error.unwrap_err().class, ErrorClass::NotFound);
    }
    assert!(estate.instance(HOME, "elsewhere").await.is_none());
}

#[tokio::test]
async fn a_log_is_restored_to_its_latest_instant_and_to_no_instant_beyond_it() {
    let estate = Estate::start();
    estate.orders(None).await;
    let log = estate.protection("target.aws_db_instance.orders.log", "aws_rds_log");
    let point = estate.point(&log, "flush").await;
    let to = Destination::At("orders-now".to_owned());
    let report = estate.restore(&log, &point, to, "restore").await.unwrap();
    assert!(
        estate
            .verify_restored(&log, &point, &report.into)
            .await
            .passed()
    );
    let beyond = RecoveryPointId(format!("{point}@2099-01-01T00:00:00Z"));
    let to = Destination::At("orders-then".to_owned());
    let error = estate
        .restore(&log, &beyond, to, "restore")
        .await
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound);
    assert!(estate.instance(HOME, "orders-then").await.is_none());
}

#[tokio::test]
async fn a_drill_makes_a_plain_instance_and_clears_away_nothing_else() {
    let estate = Estate::start();
    estate.orders(None).await;
    let daily = estate.protection(DAILY, "aws_rds_snapshot");
    let point = estate.point(&daily, "first").await;
    let to = || Destination::Scratch("drill-0123456789ab".to_owned());
    let report = estate.restore(&daily, &point, to(), "drill").await.unwrap();
    let made = estate
        .instance(HOME, "lifeboat-drill-0123456789ab")
        .await
        .unwrap();
    assert_eq!(
        (made.multi_az(), made.deletion_protection()),
        (Some(false), Some(false))
    );
    assert!(
        estate
            .verify_restored(&daily, &point, &report.into)
            .await
            .passed()
    );
    estate.discard(&report.into).await.unwrap();
    estate.discard(&report.into).await.unwrap();
    assert!(
        estate
            .instance(HOME, "lifeboat-drill-0123456789ab")
            .await
            .is_none()
    );
    estate.restore(&daily, &point, to(), "drill").await.unwrap();
    estate.discard("drill-0123456789ab").await.unwrap();
    assert!(
        estate
            .instance(HOME, "lifeboat-drill-0123456789ab")
            .await
            .is_none()
    );
    let error = estate
        .discard("arn:aws:rds:eu-west-1:123456789012:db:orders")
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @"`orders` was not made by a drill of this configuration");
    assert!(estate.instance(HOME, "orders").await.is_some());
}

#[tokio::test]
async fn a_copy_is_restored_in_its_region_without_a_word_to_the_region_of_the_original() {
    let estate = Estate::start();
    estate.orders(None).await;
    let daily = estate.protection(DAILY, "aws_rds_snapshot");
    estate.point(&daily, "first").await;
    let copy = estate.copy(
        &daily,
        "target.aws_db_instance.orders.copy[\"away\"]",
        "away",
        None,
    );
    let point = estate.point(&copy, "copy").await;
    // A provider whose own block leads nowhere: the region is gone.
    let cut_off = Estate {
        provider: session::provider("http://127.0.0.1:1", HOME),
        ..estate
    };
    let to = Destination::At("orders-there".to_owned());
    let report = cut_off.restore(&copy, &point, to, "restore").await.unwrap();
    assert_eq!(
        report.into,
        "arn:aws:rds:us-west-2:123456789012:db:orders-there"
    );
    let left: Vec<&str> = report.failed.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(left, ["security groups", "parameter group"]);
    let checked = cut_off.verify_restored(&copy, &point, &report.into).await;
    insta::assert_snapshot!(lines(&checked), @"
    status passed: `orders-there` is `available`
    engine passed: postgres 16.3, and the point is of postgres 16.3
    storage passed: 21474836480 bytes are allocated, and the point has 21474836480
    encryption passed: neither it nor the point is encrypted
    groups passed: what this region can have of what the point records was put back; security groups: sg-11111111 are not of us-west-2; it has the default one; parameter group: there is no `orders-16` in us-west-2; it has the default one
    ");
    let scratch = Destination::Scratch("drill-1".to_owned());
    let drill = cut_off
        .restore(&copy, &point, scratch, "drill")
        .await
        .unwrap();
    assert_eq!(drill.failed, []);
    let said = cut_off.discard(&drill.into);
    said.await.unwrap();
    assert!(cut_off.instance(AWAY, "lifeboat-drill-1").await.is_none());
}

#[tokio::test]
async fn a_cluster_is_restored_with_an_instance_in_it_and_cleared_away_with_it() {
    let estate = Estate::start();
    estate.ledger().await;
    let daily = estate.protection(
        "target.aws_rds_cluster.ledger.snapshot[\"daily\"]",
        "aws_rds_snapshot",
    );
    let point = estate.point(&daily, "first").await;
    let to = Destination::Scratch("drill-1".to_owned());
    let report = estate.restore(&daily, &point, to, "drill").await.unwrap();
    assert_eq!(
        report.into,
        "arn:aws:rds:eu-west-1:123456789012:cluster:lifeboat-drill-1"
    );
    assert_eq!(report.failed, []);
    let member = estate.instance(HOME, "lifeboat-drill-1-1").await.unwrap();
    assert_eq!(member.db_cluster_identifier(), Some("lifeboat-drill-1"));
    assert_eq!(member.db_instance_class(), Some("db.r6g.large"));
    let checked = estate.verify_restored(&daily, &point, &report.into).await;
    insta::assert_snapshot!(lines(&checked), @"
    status passed: `lifeboat-drill-1` is `available`
    engine passed: aurora-postgresql 16.3, and the point is of aurora-postgresql 16.3
    members passed: it has 1
    encryption passed: neither it nor the point is encrypted
    groups passed: what the point records was put back
    ");
    let said = estate.discard("drill-1");
    said.await.unwrap();
    assert!(estate.instance(HOME, "lifeboat-drill-1-1").await.is_none());
    let left = estate
        .rds(HOME)
        .describe_db_clusters()
        .send()
        .await
        .unwrap();
    assert_eq!(left.db_clusters().len(), 1, "the original stays");
}
