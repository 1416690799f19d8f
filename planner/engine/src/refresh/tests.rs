//! Reads that fail in part, for a while, or for good.

use lifeboat_contract::ErrorClass;
use lifeboat_memory::Method;
use lifeboat_model::{Address, Block};

use crate::fixture::{Site, snapshot, vault, wanted};
use crate::{RefreshItem, refresh};

fn items(site: &Site) -> Vec<RefreshItem> {
    let recorded = site.recorded();
    let items = recorded.resources.iter();
    items
        .map(|(address, resource)| RefreshItem::recorded(address, resource))
        .collect()
}

#[tokio::test]
async fn one_call_reads_everything_and_absence_is_no_failure() {
    let site = Site::new(5);
    site.apply(&wanted(5)).await.unwrap();
    site.world.remove(&snapshot("t3"));
    let before = site.world.faults().calls(Method::Read);
    let recorded = site.recorded();
    let live = refresh(
        &site.providers(),
        items(&site),
        &recorded.bindings,
        &site.run(),
    )
    .await;
    assert_eq!(site.world.faults().calls(Method::Read), before + 1);
    assert_eq!((live.resources.len(), live.failures.len()), (11, 0));
    assert!(!live.resources.contains_key(&snapshot("t3")));
}

#[tokio::test]
async fn a_read_that_is_throttled_is_repeated_and_one_that_is_denied_fails_each_item() {
    let site = Site::new(1);
    site.apply(&wanted(1)).await.unwrap();
    let recorded = site.recorded();
    let read = async || {
        refresh(
            &site.providers(),
            items(&site),
            &recorded.bindings,
            &site.run(),
        )
        .await
    };
    site.world
        .faults()
        .fail(Method::Read, 1, ErrorClass::Throttled);
    assert_eq!(read().await.resources.len(), 4);

    site.world
        .faults()
        .fail(Method::Read, 1, ErrorClass::Denied);
    let live = read().await;
    assert_eq!((live.resources.len(), live.failures.len()), (0, 4));
    assert!(
        live.failures
            .values()
            .all(|failure| failure.class == "denied")
    );
}

#[tokio::test]
async fn what_stays_unreachable_is_a_failure_and_the_rest_is_read_once() {
    let site = Site::new(1);
    site.apply(&wanted(1)).await.unwrap();
    site.world
        .close_vault("away", Some(ErrorClass::Unavailable));
    let recorded = site.recorded();
    let before = site.world.faults().calls(Method::Read);
    let live = refresh(
        &site.providers(),
        items(&site),
        &recorded.bindings,
        &site.run(),
    )
    .await;
    assert_eq!(
        site.world.faults().calls(Method::Read),
        before + 3,
        "three tries in all"
    );
    assert!(live.resources.contains_key(&snapshot("t0")));
    assert!(live.failures.contains_key(&vault("away")));
    assert_eq!(live.resources.len() + live.failures.len(), 4);
}

#[tokio::test]
async fn a_provider_that_is_not_configured_fails_its_items_only() {
    let site = Site::new(1);
    site.apply(&wanted(1)).await.unwrap();
    let mut items = items(&site);
    items[0].provider = Address::named(Block::Provider, "gone");
    let live = refresh(
        &site.providers(),
        items,
        &site.recorded().bindings,
        &site.run(),
    )
    .await;
    assert_eq!((live.resources.len(), live.failures.len()), (3, 1));
    let failure = live.failures.values().next().unwrap();
    assert_eq!(failure.message, "`provider.gone` is not configured");
}
