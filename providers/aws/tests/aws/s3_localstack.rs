//! Replication, lifecycle and encryption with all their fields, on LocalStack.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, DeleteMarkerReplicationStatus, ExpirationStatus, LifecycleRule,
    LifecycleRuleAndOperator, LifecycleRuleFilter, NoncurrentVersionExpiration,
};
use lifeboat_aws::{AwsProvider, Connection};
use lifeboat_contract::{ChangeKind, ErrorClass};
use serde_json::json;

use crate::localstack::{self, LocalStack};
use crate::s3_site::{REGION, Resource, Site};
use crate::session;

fn site(server: &LocalStack) -> Site {
    let credentials = Credentials::new("test-key", "test-secret", None, None, "the test");
    let connection = Connection {
        credentials: Some(SharedCredentialsProvider::new(credentials)),
        http: Some(localstack::http()),
        ..Connection::default()
    };
    let arguments = session::arguments(&server.endpoint, REGION);
    let provider = AwsProvider::connected(&arguments, connection).unwrap();
    Site::of(provider, &server.endpoint)
}

/// Returns a site with a bucket, its log, and a bucket of replicas.
async fn logged(server: &LocalStack) -> Site {
    let mut site = site(server);
    site.bucket("receipts").await;
    let log = site.protection("log", "receipts", json!({}));
    site.create(&log).await;
    let far = site.repository("far");
    site.create(&far).await;
    site
}

async fn repaired(site: &Site, resource: &Resource, attribute: &str, meddled: &Resource) {
    site.change(ChangeKind::Update, meddled).await.unwrap();
    let live = site.live(resource).await.unwrap();
    assert_ne!(
        live.attributes.get(attribute),
        resource.attributes.get(attribute),
        "{attribute}"
    );
    site.create(resource).await;
}

#[tokio::test]
async fn a_copy_is_read_as_it_was_made_and_each_attribute_is_put_right() {
    let server = LocalStack::start().await;
    let mut site = logged(&server).await;
    let key = "arn:aws:kms:eu-west-1:000000000000:key/0f1e2d3c-0000-0000-0000-000000000000";
    let copy = site
        .copy("receipts", false)
        .with("storage_class", json!("STANDARD_IA"))
        .with("kms_key", json!(key));
    let live = site.create(&copy).await;
    assert_eq!(live.needs.len(), 1, "the key of the replicas");
    let other = |name: &str, value| copy.clone().with(name, value);
    for (attribute, value) in [
        ("replication_time_control", json!(false)),
        ("delete_markers", json!(false)),
        ("storage_class", json!("GLACIER_IR")),
        (
            "kms_key",
            json!("arn:aws:kms:eu-west-1:000000000000:key/other"),
        ),
        ("role", json!("arn:aws:iam::000000000000:role/other")),
    ] {
        let meddled = other(attribute, value);
        repaired(&site, &copy, attribute, &meddled).await;
    }
    let asked = site.s3.get_bucket_replication().bucket("receipts");
    let found = asked
        .send()
        .await
        .unwrap()
        .replication_configuration
        .unwrap();
    let rule = &found.rules[0];
    let markers = rule.delete_marker_replication().and_then(|it| it.status());
    assert_eq!(markers, Some(&DeleteMarkerReplicationStatus::Enabled));
    assert!(
        rule.source_selection_criteria().is_some(),
        "or objects with a key are left out"
    );
    let to = rule.destination().unwrap();
    assert_eq!(
        to.replication_time().unwrap().time().unwrap().minutes(),
        Some(15)
    );
    assert!(
        site.change(ChangeKind::Delete, &copy)
            .await
            .unwrap()
            .is_none()
    );
    assert!(site.live(&copy).await.is_none());
}

#[tokio::test]
async fn replication_waits_for_versions_on_both_sides() {
    let server = LocalStack::start().await;
    let mut site = site(&server);
    site.bucket("receipts").await;
    site.bucket("far").await;
    let mut far = site.repository("far");
    far = far.with("versioning", json!(false));
    let copy = site.copy("receipts", false);
    let error = site.change(ChangeKind::Create, &copy).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"`target.aws_s3_bucket.receipts.copy["main"]` needs versioning on bucket `receipts`: it is the source of a replication"#);
    let log = site.protection("log", "receipts", json!({}));
    site.create(&log).await;
    let error = site.change(ChangeKind::Create, &copy).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Conflict);
    insta::assert_snapshot!(error, @r#"`target.aws_s3_bucket.receipts.copy["main"]` needs versioning on bucket `far`: it receives the replicas"#);
    site.create(&far.with("versioning", json!(true))).await;
    site.create(&copy).await;
    // What it needs is not taken from under it.
    site.change(ChangeKind::Delete, &log).await.unwrap();
    assert!(site.live(&copy).await.is_some());
    assert!(site.live(&log).await.is_some(), "versioning stays on");
}

#[tokio::test]
async fn a_rule_of_the_user_keeps_every_field_beside_ours() {
    let server = LocalStack::start().await;
    let mut site = site(&server);
    site.bucket("receipts").await;
    let both = LifecycleRuleAndOperator::builder()
        .prefix("logs/")
        .object_size_greater_than(1_024)
        .build();
    let expiration = NoncurrentVersionExpiration::builder()
        .noncurrent_days(60)
        .newer_noncurrent_versions(4)
        .build();
    let rule = LifecycleRule::builder()
        .id("theirs")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().and(both).build())
        .noncurrent_version_expiration(expiration)
        .build()
        .unwrap();
    let rules = BucketLifecycleConfiguration::builder()
        .rules(rule.clone())
        .build()
        .unwrap();
    let asked = site
        .s3
        .put_bucket_lifecycle_configuration()
        .bucket("receipts");
    asked.lifecycle_configuration(rules).send().await.unwrap();
    let given = json!({ "window": "35d", "newer_noncurrent_versions": 3 });
    let log = site.protection("log", "receipts", given);
    site.create(&log).await;
    let rules = async || {
        let asked = site
            .s3
            .get_bucket_lifecycle_configuration()
            .bucket("receipts");
        asked.send().await.unwrap().rules.unwrap_or_default()
    };
    let found = rules().await;
    assert_eq!(found.len(), 2);
    assert!(found.contains(&rule));
    site.change(ChangeKind::Delete, &log).await.unwrap();
    assert_eq!(rules().await, [rule]);
}
