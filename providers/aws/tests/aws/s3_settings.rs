//! Settings of buckets: made, seen, put right, taken away.

use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketVersioningStatus, ExpirationStatus, LifecycleRule,
    LifecycleRuleFilter, NoncurrentVersionExpiration, PublicAccessBlockConfiguration, Tag, Tagging,
    VersioningConfiguration,
};
use lifeboat_contract::{ChangeKind, ErrorClass};
use serde_json::json;

use crate::moto::Moto;
use crate::s3_site::{Resource, Site};

async fn suspend(site: &Site, bucket: &str) {
    let status = BucketVersioningStatus::Suspended;
    let versioning = VersioningConfiguration::builder().status(status).build();
    let asked = site.s3.put_bucket_versioning().bucket(bucket);
    asked
        .versioning_configuration(versioning)
        .send()
        .await
        .unwrap();
}

async fn is_versioned(site: &Site, bucket: &str) -> bool {
    let asked = site.s3.get_bucket_versioning().bucket(bucket);
    asked.send().await.unwrap().status() == Some(&BucketVersioningStatus::Enabled)
}

async fn users_rule(site: &Site, bucket: &str, days: i32) {
    let expiration = NoncurrentVersionExpiration::builder()
        .noncurrent_days(days)
        .build();
    let rule = LifecycleRule::builder()
        .id("theirs")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("logs/").build())
        .noncurrent_version_expiration(expiration);
    let rules = BucketLifecycleConfiguration::builder().rules(rule.build().unwrap());
    let asked = site.s3.put_bucket_lifecycle_configuration().bucket(bucket);
    asked
        .lifecycle_configuration(rules.build().unwrap())
        .send()
        .await
        .unwrap();
}

async fn rules(site: &Site, bucket: &str) -> Vec<String> {
    let asked = site.s3.get_bucket_lifecycle_configuration().bucket(bucket);
    let found = asked
        .send()
        .await
        .map(|found| found.rules.unwrap_or_default());
    let found = found.unwrap_or_default().into_iter();
    found.map(|rule| rule.id.unwrap_or_default()).collect()
}

/// Returns a resource that was made, is read as it was made, and whose second creation changes nothing.
async fn made(site: &Site, resource: Resource) -> Resource {
    site.create(&resource).await;
    let live = site.live(&resource).await.unwrap();
    site.is_as_asked(&resource, &live);
    site.create(&resource).await;
    resource
}

async fn repaired(site: &Site, resource: &Resource, attribute: &str) {
    let live = site.live(resource).await;
    let seen = live.and_then(|live| live.attributes.get(attribute).cloned());
    assert_ne!(
        seen.as_ref(),
        resource.attributes.get(attribute),
        "drift of {attribute} is seen"
    );
    site.create(resource).await;
}

#[tokio::test]
async fn a_log_turns_versioning_on_and_puts_its_rule_beside_those_of_the_user() {
    let moto = Moto::start();
    let mut site = Site::at(&moto.endpoint);
    site.bucket("receipts").await;
    users_rule(&site, "receipts", 90).await;
    let log = site.protection("log", "receipts", json!({ "window": "35d" }));
    assert!(site.live(&log).await.is_none());
    let log = made(&site, log).await;
    assert_eq!(
        rules(&site, "receipts").await,
        ["theirs", "lifeboat-noncurrent"]
    );
    suspend(&site, "receipts").await;
    repaired(&site, &log, "window").await;
    users_rule(&site, "receipts", 90).await;
    repaired(&site, &log, "window").await;
    let longer = log.with("window", json!("40d"));
    let live = site
        .change(ChangeKind::Update, &longer)
        .await
        .unwrap()
        .unwrap();
    site.is_as_asked(&longer, &live);
    assert_eq!(
        live.recovery_points.len(),
        2,
        "since versioning was turned on, and now"
    );
    assert!(
        site.change(ChangeKind::Delete, &longer)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(rules(&site, "receipts").await, ["theirs"]);
    assert!(
        !is_versioned(&site, "receipts").await,
        "lifeboat had turned it on"
    );
    assert!(
        site.change(ChangeKind::Delete, &longer)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn versioning_that_was_on_before_stays_on() {
    let moto = Moto::start();
    let mut site = Site::at(&moto.endpoint);
    site.bucket("receipts").await;
    let status = BucketVersioningStatus::Enabled;
    let versioning = VersioningConfiguration::builder().status(status).build();
    let asked = site.s3.put_bucket_versioning().bucket("receipts");
    asked
        .versioning_configuration(versioning)
        .send()
        .await
        .unwrap();
    let log = site.protection("log", "receipts", json!({}));
    let live = site.live(&log).await.unwrap();
    site.is_as_asked(&log, &live);
    assert_eq!(live.recovery_points.len(), 1, "nobody knows since when");
    made(&site, log.clone()).await;
    site.change(ChangeKind::Delete, &log).await.unwrap();
    assert!(is_versioned(&site, "receipts").await);
}

#[tokio::test]
async fn a_rule_of_the_user_that_deletes_sooner_is_seen_and_named() {
    let moto = Moto::start();
    let mut site = Site::at(&moto.endpoint);
    site.bucket("receipts").await;
    let log = site.protection("log", "receipts", json!({ "window": "35d" }));
    let log = made(&site, log).await;
    site.change(ChangeKind::Delete, &log).await.unwrap();
    users_rule(&site, "receipts", 3).await;
    let error = site.change(ChangeKind::Create, &log).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"the lifecycle rule `theirs` of bucket `receipts` deletes versions 3 days after they are replaced, sooner than `target.aws_s3_bucket.receipts.log["main"]` keeps them"#);
    insta::assert_snapshot!(error.help.unwrap(), @r#"Remove that rule, or set `window = "3d"`."#);
    assert_eq!(error.class, ErrorClass::Conflict);
    let shorter = log.with("window", json!("3d"));
    site.create(&shorter).await;
}

#[tokio::test]
async fn a_guard_blocks_public_access_and_encrypts_and_its_end_opens_nothing() {
    let moto = Moto::start();
    let mut site = Site::at(&moto.endpoint);
    site.bucket("receipts").await;
    let given = json!({ "public_access_block": true, "encryption": "aws:kms", "kms_key": "alias/receipts" });
    let guard = site.protection("guard", "receipts", given);
    let guard = made(&site, guard).await;
    let open = PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .build();
    let asked = site.s3.put_public_access_block().bucket("receipts");
    asked
        .public_access_block_configuration(open)
        .send()
        .await
        .unwrap();
    repaired(&site, &guard, "public_access_block").await;
    site.s3
        .delete_bucket_encryption()
        .bucket("receipts")
        .send()
        .await
        .unwrap();
    repaired(&site, &guard, "encryption").await;
    site.change(ChangeKind::Delete, &guard).await.unwrap();
    assert!(site.live(&guard).await.is_some());
}

#[tokio::test]
async fn a_lock_in_compliance_mode_is_not_shortened_and_says_what_stands() {
    let moto = Moto::start();
    let mut site = Site::at(&moto.endpoint);
    let asked = site
        .s3
        .create_bucket()
        .bucket("receipts")
        .object_lock_enabled_for_bucket(true);
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(crate::s3_site::REGION.into());
    asked
        .create_bucket_configuration(place.build())
        .send()
        .await
        .unwrap();
    let given = json!({ "lock_for": "7d", "lock_mode": "governance" });
    let lock = site.protection("lock", "receipts", given);
    assert!(site.live(&lock).await.is_none());
    let lock = made(&site, lock).await;
    let shorter = lock.clone().with("lock_for", json!("1d"));
    site.create(&shorter).await;
    repaired(&site, &lock, "lock_for").await;
    site.change(ChangeKind::Delete, &lock).await.unwrap();
    assert!(site.live(&lock).await.is_none());
    let for_good = lock.with("lock_mode", json!("compliance"));
    let for_good = made(&site, for_good).await;
    let longer = for_good.clone().with("lock_for", json!("14d"));
    site.change(ChangeKind::Update, &longer).await.unwrap();
    let error = site
        .change(ChangeKind::Update, &for_good)
        .await
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Denied);
    insta::assert_snapshot!(error, @r#"`target.aws_s3_bucket.receipts.lock["main"]` cannot be shortened, made lighter or removed: bucket `receipts` has a lock in compliance mode of 14 days"#);
    let error = site.change(ChangeKind::Delete, &longer).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Denied);
    let live = site.live(&longer).await.unwrap();
    site.is_as_asked(&longer, &live);
}

#[tokio::test]
async fn a_setting_that_two_configurations_claim_is_an_error_that_names_both() {
    let moto = Moto::start();
    let mut site = Site::at(&moto.endpoint);
    site.bucket("receipts").await;
    let theirs = Tag::builder()
        .key("lifeboat:log")
        .value("audit target.aws_s3_bucket.receipts.log/main")
        .build()
        .unwrap();
    let tags = Tagging::builder().tag_set(theirs).build().unwrap();
    let asked = site.s3.put_bucket_tagging().bucket("receipts");
    asked.tagging(tags).send().await.unwrap();
    let log = site.protection("log", "receipts", json!({}));
    let state = site.read(&[&log]).await;
    let failure = &state.failures[&log.address];
    insta::assert_snapshot!(failure.message, @r#"`target.aws_s3_bucket.receipts.log["main"]` of the configuration `audit` manages this setting of bucket `receipts`, and so would `target.aws_s3_bucket.receipts.log["main"]` of `default`"#);
    let error = site.change(ChangeKind::Create, &log).await.unwrap_err();
    assert_eq!(error.to_string(), failure.message);
    assert!(!is_versioned(&site, "receipts").await);
}

#[tokio::test]
async fn the_tags_of_the_user_stay() {
    let moto = Moto::start();
    let mut site = Site::at(&moto.endpoint);
    site.bucket("receipts").await;
    let theirs = Tag::builder().key("team").value("storage").build().unwrap();
    let tags = Tagging::builder().tag_set(theirs).build().unwrap();
    let asked = site.s3.put_bucket_tagging().bucket("receipts");
    asked.tagging(tags).send().await.unwrap();
    let log = site.protection("log", "receipts", json!({}));
    let guard = json!({ "public_access_block": true, "encryption": "AES256" });
    let guard = site.protection("guard", "receipts", guard);
    let (first, second) = tokio::join!(site.create(&log), site.create(&guard));
    drop((first, second));
    let asked = site.s3.get_bucket_tagging().bucket("receipts");
    let found = asked.send().await.unwrap().tag_set;
    let mut keys: Vec<String> = found.into_iter().map(|tag| tag.key).collect();
    keys.sort();
    assert_eq!(keys, ["lifeboat:guard", "lifeboat:log", "team"]);
}

#[tokio::test]
async fn a_bucket_that_is_missing_is_absent_and_a_change_names_the_nearest() {
    let moto = Moto::start();
    let mut site = Site::at(&moto.endpoint);
    site.bucket("receipts").await;
    let log = site.protection("log", "recipts", json!({}));
    let state = site.read(&[&log]).await;
    assert!(state.resources.is_empty() && state.failures.is_empty());
    assert!(state.places.contains_key(&log.address));
    let error = site.change(ChangeKind::Create, &log).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound);
    insta::assert_snapshot!(error.help.unwrap(), @"Correct `bucket`: there is `receipts`.");
    assert!(
        site.change(ChangeKind::Delete, &log)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_bucket_of_replicas_is_made_where_it_is_missing_and_goes_when_it_is_empty() {
    let moto = Moto::start();
    let mut site = Site::at(&moto.endpoint);
    let far = site.repository("far").with("window", json!("30d"));
    assert!(site.live(&far).await.is_none());
    let far = made(&site, far).await;
    suspend(&site, "far").await;
    repaired(&site, &far, "versioning").await;
    site.s3
        .delete_bucket_lifecycle()
        .bucket("far")
        .send()
        .await
        .unwrap();
    repaired(&site, &far, "window").await;
    site.put("far", "a", "1").await;
    let error = site.change(ChangeKind::Delete, &far).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Denied);
    let version = site
        .s3
        .list_object_versions()
        .bucket("far")
        .send()
        .await
        .unwrap();
    let version = version.versions()[0].version_id().unwrap().to_owned();
    let asked = site.s3.delete_object().bucket("far").key("a");
    asked.version_id(version).send().await.unwrap();
    assert!(
        site.change(ChangeKind::Delete, &far)
            .await
            .unwrap()
            .is_none()
    );
    assert!(site.live(&far).await.is_none());
}

#[tokio::test]
async fn a_bucket_that_was_there_before_is_taken_over_and_left_where_it_was() {
    let moto = Moto::start();
    let mut site = Site::at(&moto.endpoint);
    site.bucket("far").await;
    site.put("far", "theirs", "1").await;
    let far = site.repository("far");
    made(&site, far.clone()).await;
    site.change(ChangeKind::Delete, &far).await.unwrap();
    assert_eq!(site.get("far", "theirs").await.as_deref(), Some("1"));
}
