//! The local provider passes the conformance suite, over directories, databases and buckets.

use lifeboat_contract::conformance;

use crate::provider::site::{Local, Target};

/// What nobody can do to the superuser, for whom every file is readable.
fn skipped(also: &[&'static str]) -> Vec<&'static str> {
    let mut skipped = also.to_vec();
    // There are no locks, logs and replicas here.
    skipped.extend([
        "lock_keeps_what_is_young",
        "lock_for_good_stays",
        "log_reaches_its_last_flush",
        "log_follows_its_base",
        "replica_follows_its_source",
    ]);
    if rustix::process::geteuid().is_root() {
        skipped.push("partial_source_is_saved_and_said");
    }
    skipped.sort_unstable();
    skipped.dedup();
    skipped
}

async fn conforms(subject: Local, cannot: &[&'static str]) {
    let report = conformance::run_all(&subject).await;
    assert!(report.is_clean(), "{report}");
    let mut found = report.skipped();
    found.sort_unstable();
    assert_eq!(found, skipped(cannot), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_in_a_directory_conforms() {
    conforms(Local::new(Target::Directory, false), &["bulk_reads"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_in_a_directory_conforms() {
    let cannot = [
        "bulk_reads",
        "one_path_alone_is_restored",
        "partial_source_is_saved_and_said",
    ];
    conforms(Local::new(Target::Sqlite, false), &cannot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_in_a_bucket_conforms() {
    conforms(Local::new(Target::Directory, true), &["bulk_reads"]).await;
}
