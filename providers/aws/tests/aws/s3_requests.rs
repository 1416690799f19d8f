//! How many requests a refresh makes.

use lifeboat_contract::Provider;
use serde_json::json;

use crate::moto::Moto;
use crate::s3_site::Site;

/// What a refresh may make besides: identity, listing, tags in pages.
const BESIDES: u64 = 15;

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_of_a_thousand_buckets_reads_what_is_managed_and_nothing_else() {
    let moto = Moto::with(&[("LIFEBOAT_MOTO_BUCKETS", "1000")]);
    let mut site = Site::at(&moto.endpoint);
    let names: Vec<String> = (0..1_000)
        .map(|number| format!("bucket-{number:04}"))
        .collect();
    let logs: Vec<_> = names
        .iter()
        .map(|name| site.protection("log", name, json!({})))
        .collect();
    let items: Vec<_> = logs.iter().collect();
    let state = site.read(&items).await;
    assert!(
        state.failures.is_empty(),
        "{:?}",
        state.failures.first_key_value()
    );
    assert_eq!(state.resources.len(), 1_000);
    // Versioning and lifecycle.
    let sent = Provider::requests(&site.provider).unwrap();
    assert!(sent <= 2 * 1_000 + BESIDES, "{sent} requests");
}

#[tokio::test]
async fn what_nobody_manages_is_not_read() {
    let moto = Moto::with(&[("LIFEBOAT_MOTO_BUCKETS", "3")]);
    let mut site = Site::at(&moto.endpoint);
    let log = site.protection("log", "bucket-0001", json!({}));
    site.read(&[&log]).await;
    let first = Provider::requests(&site.provider).unwrap();
    site.read(&[&log]).await;
    let second = Provider::requests(&site.provider).unwrap() - first;
    assert_eq!(
        second, 4,
        "a listing, a page of tags, versioning, lifecycle"
    );
}
