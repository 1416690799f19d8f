//! The prices of a protection, looked up once for data of any size.

use lifeboat_model::{Money, PriceItem};

use super::usage::Used;
use super::{HOURS_A_MONTH, PriceBook};

const GIB: u128 = 1 << 30;

/// A run writes so many objects where requests have a price: data, their index, a tree, the point itself. An estimate: it
/// is how a repository of restic's format grows by a small run, and no service tells in advance what it will be.
pub(super) const WRITES_A_RUN: u128 = 4;
/// Data are written in objects of this size: restic's usual pack. An estimate likewise.
pub(super) const BYTES_A_WRITE: u128 = 16 << 20;

/// The kinds whose prices count for a protection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kinds<'a> {
    /// The resource that the protection compiles to.
    pub(crate) resource: &'a str,
    /// The repository that holds the points.
    pub(crate) repository: Option<&'a str>,
    /// What the data leave: the repository of a copy's source, else the target.
    pub(crate) source: &'a str,
}

impl<'a> Kinds<'a> {
    /// Returns the kind whose price storage and requests have.
    pub(super) fn holder(&self) -> &'a str {
        self.repository.unwrap_or(self.resource)
    }
}

/// What a protection is charged for; none where it is not, or there is no price.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tariff {
    storage: Option<Money>,
    writes: Option<Money>,
    transfer: Option<Money>,
    month: Option<Money>,
    hour: Option<Money>,
    /// Whether what holds the points has a price a month, whatever is in it.
    is_flat: bool,
}

/// What a protection is charged a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Charge {
    /// The sum of everything that has a price.
    pub(crate) amount: Money,
    /// The bytes that are stored without a price.
    pub(crate) stored_unpriced: u128,
}

impl Tariff {
    /// Returns the prices that count for a protection of these kinds.
    pub(crate) fn of(kinds: Kinds<'_>, book: &PriceBook) -> Self {
        let price = |kind: &str, item| book.price(kind, item).map(|(price, _)| price);
        let holder = kinds.holder();
        Self {
            storage: price(holder, PriceItem::StorageGibMonth),
            writes: price(holder, PriceItem::WritesThousand),
            transfer: price(kinds.source, PriceItem::TransferGib),
            month: price(kinds.resource, PriceItem::Month),
            hour: price(kinds.resource, PriceItem::InstanceHour),
            is_flat: price(holder, PriceItem::Month).is_some(),
        }
    }

    /// Returns what this use costs: each amount times its price, rounded up to a millionth.
    pub(crate) fn charge(&self, used: &Used) -> Charge {
        let stored = used.stored.filter(|_| used.stores()).unwrap_or(0);
        let hour = self.hour.filter(|_| used.instance);
        let is_free =
            self.storage.is_none() && !self.is_flat && self.month.is_none() && hour.is_none();
        let amount = times(self.storage, stored, GIB)
            + times(self.month, 1, 1)
            + times(hour, u128::from(HOURS_A_MONTH), 1)
            + times(self.writes, writes(used), 1_000)
            + times(self.transfer, used.moved.unwrap_or(0), GIB);
        Charge {
            amount,
            stored_unpriced: if is_free { stored } else { 0 },
        }
    }
}

/// Returns the requests that write in a month.
pub(super) fn writes(used: &Used) -> u128 {
    u128::from(used.runs) * WRITES_A_RUN + used.moved.unwrap_or(0) / BYTES_A_WRITE
}

/// Returns `amount / per` times a price.
fn times(price: Option<Money>, amount: u128, per: u128) -> Money {
    let Some(price) = price else {
        return Money(0);
    };
    let sum = amount.saturating_mul(u128::from(price.0)).div_ceil(per);
    Money(u64::try_from(sum).unwrap_or(u64::MAX))
}
