//! A price book for examples: no vendor asks these prices. Its currency is XTS, which ISO 4217 keeps for tests.

use lifeboat_model::{Money, Price, PriceItem};

use super::{LOCK, REPLICA, VAULT};

/// Returns what things cost in a world in memory.
pub(super) fn book() -> Vec<Price> {
    let line = |kind: &str, item, millionths| Price {
        kind: kind.to_owned(),
        item,
        amount: Money(millionths),
        currency: "XTS".to_owned(),
        as_of: "2026-10-01".to_owned(),
        source: "made up for examples".to_owned(),
    };
    vec![
        line(VAULT, PriceItem::StorageGibMonth, 20_000),
        line(VAULT, PriceItem::WritesThousand, 5_000),
        line(VAULT, PriceItem::ReadsThousand, 400),
        line(VAULT, PriceItem::TransferGib, 10_000),
        line(REPLICA, PriceItem::StorageGibMonth, 100_000),
        line(REPLICA, PriceItem::InstanceHour, 100_000),
        line(LOCK, PriceItem::Month, 0),
    ]
}
