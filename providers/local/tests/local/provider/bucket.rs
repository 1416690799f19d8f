//! Repositories in a bucket: read by restic, and what happens when the service does not do its part.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use lifeboat_contract::{Cancel, ErrorClass, Progress, ProviderError, Silent};
use lifeboat_local::restore::{RestoreRequest, Target};
use lifeboat_local::source::{Selection, Source};
use lifeboat_local::store::{
    BackedUp, BackupRequest, Filter, InitOptions, Place, PruneOptions, Secret, Vault, init,
};

use crate::provider::moto::{KEY, Moto, SECRET};

const PASSWORD: &str = "correct horse";

fn place(moto: &Moto, bucket: &str) -> Place {
    Place::S3 {
        endpoint: Some(moto.endpoint.clone()),
        bucket: bucket.to_owned(),
        prefix: "deep/er".to_owned(),
        region: "us-east-1".to_owned(),
        access_key: Secret::new(KEY),
        secret_key: Secret::new(SECRET),
    }
}

fn made(place: &Place) -> Vault {
    let password = Secret::new(PASSWORD);
    init(place, &password, InitOptions::default()).unwrap();
    Vault::open(place, &password, None).unwrap()
}

fn back_up(
    vault: &Vault,
    source: &Path,
    token: &str,
    progress: &Arc<dyn Progress>,
) -> Result<BackedUp, ProviderError> {
    let source = Source::Directory {
        path: source.to_owned(),
        selection: Selection::everything(),
        one_file_system: false,
    };
    let request = BackupRequest {
        source: &source,
        address: "protection.snapshot.docs",
        token,
        tags: &BTreeSet::new(),
        time: Timestamp::now(),
    };
    vault.back_up(&request, progress, &Cancel::default())
}

fn silent() -> Arc<dyn Progress> {
    Arc::new(Silent)
}

fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed;
    std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    })
    .take(3_000_000)
    .collect()
}

#[test]
fn restic_reads_what_was_copied_into_a_bucket_and_pruned_there() {
    let moto = Moto::start();
    let root = tempfile::tempdir().unwrap();
    let docs = root.path().join("docs");
    std::fs::create_dir(&docs).unwrap();
    let near = made(&Place::Directory {
        path: root.path().join("near"),
    });
    let far = made(&place(&moto, "backups"));
    let cancel = Cancel::default();
    for (token, seed) in [("1", 1), ("2", 2)] {
        std::fs::write(docs.join("noise"), noise(seed)).unwrap();
        back_up(&near, &docs, token, &silent()).unwrap();
    }
    let points = near.points(&Filter::default()).unwrap();
    let ids: Vec<_> = points.iter().map(|point| point.id.clone()).collect();
    let copied = near
        .copy(&ids, &far, "protection.copy.docs", "c", &silent(), &cancel)
        .unwrap();
    assert_eq!(copied.points.len(), 2);
    far.delete(&[copied.points[0].id.clone()], &silent(), &cancel)
        .unwrap();
    let grace = lifeboat_model::Span::from_millis(1);
    for _ in 0..2 {
        assert!(
            far.prune(PruneOptions { grace }, &silent(), &cancel)
                .unwrap()
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let checks = far.verify(true, &silent(), &cancel).unwrap();
    assert!(checks.iter().all(|check| check.passed), "{checks:?}");
    let said = Command::new("restic")
        .args(["--no-cache", "check", "--read-data"])
        .env(
            "RESTIC_REPOSITORY",
            format!("s3:{}/backups/deep/er", moto.endpoint),
        )
        .env("RESTIC_PASSWORD", PASSWORD)
        .env("AWS_ACCESS_KEY_ID", KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .output()
        .expect("restic is needed: apt-get install restic");
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    let into = root.path().join("restored");
    let request = RestoreRequest {
        point: &copied.points[1].id,
        target: Target::Into(into.clone()),
        paths: &[],
        overwrite: false,
    };
    far.restore(&request, &silent(), &cancel).unwrap();
    assert_eq!(std::fs::read(into.join("noise")).unwrap(), noise(2));
}

#[test]
fn a_bucket_that_is_not_there_is_named() {
    let moto = Moto::start();
    let place = place(&moto, "no-such-bucket");
    let password = Secret::new(PASSWORD);
    let error = init(&place, &password, InitOptions::default()).unwrap_err();
    insta::assert_snapshot!(format!("{}: {error}\n{}", error.class, error.help.as_deref().unwrap_or(&error.chain())), @r"
    not_found: the bucket of `s3://no-such-bucket/deep/er` does not exist
    Create the bucket first.
    ");
    let error = Vault::open(&place, &password, None).unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound, "{}", error.chain());
}

#[test]
fn a_key_that_nobody_gave_out_is_denied_and_not_shown() {
    let moto = Moto::start_strict();
    let place = place(&moto, "backups");
    let error = init(&place, &Secret::new(PASSWORD), InitOptions::default()).unwrap_err();
    assert_eq!(error.class, ErrorClass::Denied, "{}", error.chain());
    assert!(!error.chain().contains(SECRET), "{}", error.chain());
}

/// Takes the service away as soon as a backup reads its first bytes.
#[derive(Debug)]
struct Outage(Mutex<Option<Moto>>);

impl Progress for Outage {
    fn begin(&self, _stage: &str, _total_bytes: Option<u64>) {}
    fn advance(&self, _bytes: u64) {
        drop(self.0.lock().unwrap().take());
    }
    fn end(&self) {}
}

#[test]
fn an_endpoint_that_goes_away_during_a_backup_is_unavailable_and_leaves_no_point() {
    let moto = Moto::start();
    let root = tempfile::tempdir().unwrap();
    let docs = root.path().join("docs");
    std::fs::create_dir(&docs).unwrap();
    std::fs::write(docs.join("noise"), noise(1)).unwrap();
    let vault = made(&place(&moto, "backups"));
    let outage: Arc<dyn Progress> = Arc::new(Outage(Mutex::new(Some(moto))));
    let error = back_up(&vault, &docs, "1", &outage).unwrap_err();
    assert_eq!(error.class, ErrorClass::Unavailable, "{}", error.chain());
}
