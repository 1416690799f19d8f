//! What a bucket held, brought back.

use jiff::{SignedDuration, Timestamp};
use lifeboat_contract::{
    BackUpReport, BackUpRequest, CallContext, ChangeKind, Destination, ErrorClass, Provider,
    RestoreReport, RestoreRequest, RestoredRequest, VerifyReport, VerifyRequest,
};
use lifeboat_model::RecoveryPointId;
use serde_json::json;

use crate::moto::Moto;
use crate::s3_site::{Resource, Site};
use crate::session;

/// S3 tells the time in seconds: what is to differ happens in different ones.
async fn a_second_passes() {
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
}

fn at(as_of: Timestamp) -> CallContext {
    CallContext {
        as_of,
        ..session::context("restore")
    }
}

fn later(by: i64) -> Timestamp {
    Timestamp::now()
        .checked_add(SignedDuration::from_secs(by))
        .unwrap()
}

/// Returns a site with a log over a bucket with two objects, and the name of the log's last point.
async fn logged(moto: &Moto) -> (Site, Resource, RecoveryPointId) {
    let mut site = Site::at(&moto.endpoint);
    site.bucket("receipts").await;
    let log = site.protection("log", "receipts", json!({}));
    let live = site.create(&log).await;
    site.put("receipts", "a/1", "one").await;
    site.put("receipts", "b ü+", "two").await;
    let last = live.recovery_points.last().unwrap().id.clone();
    (site, log, last)
}

async fn restore(
    site: &Site,
    resource: &Resource,
    point: &RecoveryPointId,
    destination: Destination,
    overwrite: bool,
) -> Result<RestoreReport, lifeboat_contract::ProviderError> {
    let request = RestoreRequest {
        protected: site.protected(resource),
        point,
        destination,
        paths: Vec::new(),
        overwrite,
    };
    site.provider.restore(request, &at(later(5))).await
}

async fn compared(
    site: &Site,
    log: &Resource,
    point: &RecoveryPointId,
    into: &str,
) -> VerifyReport {
    let request = RestoredRequest {
        protected: site.protected(log),
        point,
        into,
    };
    site.provider
        .verify_restored(request, &at(later(5)))
        .await
        .unwrap()
}

#[tokio::test]
async fn an_instant_is_brought_back_into_a_scratch_place_which_goes_again() {
    let moto = Moto::start();
    let (site, log, last) = logged(&moto).await;
    a_second_passes().await;
    let before = Timestamp::now();
    a_second_passes().await;
    site.put("receipts", "a/1", "ruined").await;
    let asked = site.s3.delete_object().bucket("receipts").key("b ü+");
    asked.send().await.unwrap();
    let then = RecoveryPointId(format!("{last}@{before}"));
    let scratch = Destination::Scratch("drill".to_owned());
    let report = restore(&site, &log, &then, scratch, false).await.unwrap();
    assert_eq!((report.entries, report.restored_bytes), (2, 6));
    assert!(report.failed.is_empty(), "{:?}", report.failed);
    let bucket = "lifeboat-scratch-123456789012-eu-west-1";
    assert_eq!(
        report.into,
        format!("s3://{bucket}/lifeboat-scratch/drill/")
    );
    let found = site.get(bucket, "lifeboat-scratch/drill/b ü+").await;
    assert_eq!(found.as_deref(), Some("two"));
    let verified = compared(&site, &log, &then, &report.into).await;
    assert!(verified.passed(), "{verified:?}");
    site.put(bucket, "lifeboat-scratch/drill/a/1", "oen").await;
    let verified = compared(&site, &log, &then, &report.into).await;
    assert!(!verified.passed(), "other data of the same size are seen");
    let context = session::context("d");
    for into in [report.into.as_str(), "drill"] {
        site.provider.discard_scratch(into, &context).await.unwrap();
    }
    assert_eq!(site.get(bucket, "lifeboat-scratch/drill/a/1").await, None);
    let refused = site
        .provider
        .discard_scratch("s3://receipts/", &context)
        .await;
    assert_eq!(refused.unwrap_err().class, ErrorClass::Conflict);
}

#[tokio::test]
async fn in_its_own_place_an_old_version_comes_back_as_a_new_one() {
    let moto = Moto::start();
    let (site, log, last) = logged(&moto).await;
    a_second_passes().await;
    let before = Timestamp::now();
    a_second_passes().await;
    site.put("receipts", "a/1", "ruined").await;
    let then = RecoveryPointId(format!("{last}@{before}"));
    let refused = restore(&site, &log, &then, Destination::InPlace, false).await;
    let error = refused.unwrap_err();
    assert_eq!(error.class, ErrorClass::Conflict);
    assert_eq!(site.get("receipts", "a/1").await.as_deref(), Some("ruined"));
    restore(&site, &log, &then, Destination::InPlace, true)
        .await
        .unwrap();
    assert_eq!(site.get("receipts", "a/1").await.as_deref(), Some("one"));
    let versions = site
        .s3
        .list_object_versions()
        .bucket("receipts")
        .prefix("a/1");
    assert_eq!(
        versions.send().await.unwrap().versions().len(),
        3,
        "none is gone"
    );
    let again = restore(&site, &log, &then, Destination::InPlace, true)
        .await
        .unwrap();
    assert_eq!(again.entries, 2);
    let versions = site
        .s3
        .list_object_versions()
        .bucket("receipts")
        .prefix("a/1");
    assert_eq!(
        versions.send().await.unwrap().versions().len(),
        3,
        "what is right is not written"
    );
}

#[tokio::test]
async fn a_path_alone_is_restored_to_a_place_that_is_named() {
    let moto = Moto::start();
    let (site, log, last) = logged(&moto).await;
    site.bucket("elsewhere").await;
    let request = |paths: &[&str]| RestoreRequest {
        protected: site.protected(&log),
        point: &last,
        destination: Destination::At("s3://elsewhere/back".to_owned()),
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        overwrite: false,
    };
    let context = at(later(5));
    let report = site
        .provider
        .restore(request(&["a"]), &context)
        .await
        .unwrap();
    assert_eq!(
        (report.entries, report.into.as_str()),
        (1, "s3://elsewhere/back/")
    );
    assert_eq!(
        site.get("elsewhere", "back/a/1").await.as_deref(),
        Some("one")
    );
    assert_eq!(site.get("elsewhere", "back/b ü+").await, None);
    let error = site
        .provider
        .restore(request(&["c"]), &context)
        .await
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound);
}

#[tokio::test]
async fn every_version_is_checked_and_with_its_data_where_that_is_asked() {
    let moto = Moto::start();
    let (site, log, _) = logged(&moto).await;
    site.put("receipts", "a/1", "three").await;
    for read_data in [false, true] {
        let request = VerifyRequest {
            protected: site.protected(&log),
            read_data,
        };
        let report = site.provider.verify(request, &at(later(5))).await.unwrap();
        assert!(report.passed(), "{report:?}");
        assert_eq!(
            report.checks[0].detail,
            "3 versions with 11 bytes are there"
        );
    }
}

async fn run(site: &Site, copy: &Resource) -> BackUpReport {
    let protected = site.protected(copy);
    let context = at(later(5));
    let asked = site.provider.back_up(BackUpRequest { protected }, &context);
    asked.await.unwrap()
}

/// moto replicates nothing: what is in the replica here was copied by the run.
#[tokio::test]
async fn a_copy_that_is_to_be_whole_copies_what_was_there_before_its_rule() {
    let moto = Moto::start();
    let mut site = Site::at(&moto.endpoint);
    site.bucket("receipts").await;
    let far = site.repository("far");
    site.create(&far).await;
    let copy = site.copy("receipts", true);
    let log = site.protection("log", "receipts", json!({}));
    let error = site.change(ChangeKind::Create, &copy).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Conflict);
    insta::assert_snapshot!(error, @r#"`target.aws_s3_bucket.receipts.copy["main"]` needs versioning on bucket `receipts`: it is the source of a replication"#);
    site.create(&log).await;
    site.put("receipts", "a", "one").await;
    site.put("receipts", "b", "two").await;
    let live = site
        .change(ChangeKind::Create, &copy)
        .await
        .unwrap()
        .unwrap();
    assert!(
        live.recovery_points.is_empty(),
        "what was there before is not in it"
    );
    let report = run(&site, &copy).await;
    assert_eq!((report.entries, report.added_bytes), (2, 6));
    assert_eq!(report.points.len(), 1);
    assert_eq!(site.get("far", "b").await.as_deref(), Some("two"));
    let again = run(&site, &copy).await;
    assert_eq!(again.added_bytes, 0, "it is whole");
    let scratch = Destination::Scratch("from-far".to_owned());
    let request = RestoreRequest {
        protected: site.protected(&copy),
        point: &report.points[0].id,
        destination: scratch,
        paths: Vec::new(),
        overwrite: false,
    };
    // A replica is known to be there a quarter of an hour after its write.
    let restored = site
        .provider
        .restore(request, &at(later(1_200)))
        .await
        .unwrap();
    assert_eq!(restored.entries, 2);
    let verify = |read_data| VerifyRequest {
        protected: site.protected(&copy),
        read_data,
    };
    let report = site
        .provider
        .verify(verify(true), &at(later(1_200)))
        .await
        .unwrap();
    assert!(report.passed(), "{report:?}");
    site.put("receipts", "c", "never replicated").await;
    let report = site
        .provider
        .verify(verify(false), &at(later(1_200)))
        .await
        .unwrap();
    insta::assert_snapshot!(report.checks[1].detail, @"1 of 3 are not as they should be: c has no replica");
    assert!(!report.passed());
}
