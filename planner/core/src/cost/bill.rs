//! Usage times price.

use std::collections::BTreeSet;

use lifeboat_model::{Money, PriceItem};

use super::usage::Used;
use super::{HOURS_A_MONTH, PriceBook, Usage};

const GIB: u128 = 1 << 30;

/// A run writes so many objects where requests have a price: data, their index, a tree, the point itself. An estimate: it
/// is how a repository of restic's format grows by a small run, and no service tells in advance what it will be.
const WRITES_A_RUN: u128 = 4;
/// Data are written in objects of this size: restic's usual pack. An estimate likewise.
const BYTES_A_WRITE: u128 = 16 << 20;

/// What something costs a month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// The sum of everything that has a price.
    pub amount: Money,
    /// What has none, and why: fragments.
    pub unpriced: BTreeSet<String>,
    /// The date of the oldest price that was used.
    pub as_of: Option<String>,
    /// The bytes that are stored without a price, for a choice among designs that cost the same.
    pub stored_unpriced: u128,
    /// The points that are kept.
    pub points: u64,
    /// The runs in a month.
    pub runs: u64,
}

impl Bill {
    /// Adds another.
    pub fn add(&mut self, other: Self) {
        self.amount = self.amount + other.amount;
        self.unpriced.extend(other.unpriced);
        self.stored_unpriced += other.stored_unpriced;
        self.points = self.points.saturating_add(other.points);
        self.runs = self.runs.saturating_add(other.runs);
        self.as_of = match (self.as_of.take(), other.as_of) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}

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

/// Returns what a protection costs a month.
///
/// Storage and requests have the price of the repository's kind, and of the protection's own kind where there is no
/// repository; transfer that of what the data leave; instance hours and a month of it that of the protection's kind.
/// A price that a kind with prices does not have is one that is not charged, but for storage.
pub fn bill(
    usage: &Usage<'_>,
    resource: &str,
    repository: Option<&str>,
    source: &str,
    book: &PriceBook,
) -> Bill {
    let kinds = Kinds {
        resource,
        repository,
        source,
    };
    Billing {
        book,
        kinds,
        bill: Bill::default(),
    }
    .of(&usage.used(), usage.size.is_some())
}

struct Billing<'a> {
    book: &'a PriceBook,
    kinds: Kinds<'a>,
    bill: Bill,
}

impl Billing<'_> {
    fn of(mut self, used: &Used, sized: bool) -> Bill {
        self.bill.points = used.points;
        self.bill.runs = used.runs;
        let holder = self.kinds.repository.unwrap_or(self.kinds.resource);
        let stores = used.endless || used.stored != Some(0);
        let held = self.has(holder, PriceItem::StorageGibMonth);
        let flat =
            self.has(holder, PriceItem::Month) || self.has(self.kinds.resource, PriceItem::Month);
        let hourly = used.instance && self.has(self.kinds.resource, PriceItem::InstanceHour);
        if stores && !held && !flat && !hourly {
            self.bill.unpriced.insert(self.book.why_unpriced(holder));
            self.bill.stored_unpriced += used.stored.unwrap_or(0);
        }
        if held && stores {
            self.stored(used, sized);
        }
        self.charge(self.kinds.resource, PriceItem::Month, 1, 1);
        if used.instance {
            let hours = u128::from(HOURS_A_MONTH);
            self.charge(self.kinds.resource, PriceItem::InstanceHour, hours, 1);
        }
        let moved = used.moved.unwrap_or(0);
        let writes = u128::from(used.runs) * WRITES_A_RUN + moved / BYTES_A_WRITE;
        if writes > 0 && self.has(holder, PriceItem::WritesThousand) {
            self.charge(holder, PriceItem::WritesThousand, writes, 1_000);
            // An estimate is told beside the sum that it is part of.
            let mib = BYTES_A_WRITE >> 20;
            self.say(&format!(
                "requests beyond the estimate of {WRITES_A_RUN} writes a run and one for each {mib} MiB"
            ));
        }
        if used.moved.is_some() {
            self.charge(self.kinds.source, PriceItem::TransferGib, moved, GIB);
        } else if stores && self.has(self.kinds.source, PriceItem::TransferGib) {
            let source = self.kinds.source;
            let unknown = format!("what leaves `{source}` is not known without a write rate");
            self.bill.unpriced.insert(unknown);
        }
        self.bill
    }

    fn stored(&mut self, used: &Used, sized: bool) {
        let holder = self.kinds.repository.unwrap_or(self.kinds.resource);
        match used.stored {
            Some(bytes) => self.charge(holder, PriceItem::StorageGibMonth, bytes, GIB),
            None if used.endless => {
                self.say("nothing is ever deleted, so that what it stores has no limit");
            }
            None if !sized => self.say("the size of the data is not known"),
            None => self.say("the write rate of the data is not known"),
        }
        if !used.with_change && used.points > 1 && used.stored.is_some() {
            self.say("without what changes between points: the write rate is not known");
        }
    }

    fn say(&mut self, what: &str) {
        self.bill.unpriced.insert(what.to_owned());
    }

    fn has(&self, kind: &str, item: PriceItem) -> bool {
        self.book.price(kind, item).is_some()
    }

    /// Adds `amount / per` times a price, rounded up to a millionth.
    fn charge(&mut self, kind: &str, item: PriceItem, amount: u128, per: u128) {
        let Some((price, as_of)) = self.book.price(kind, item) else {
            return;
        };
        let sum = amount.saturating_mul(u128::from(price.0)).div_ceil(per);
        let sum = Money(u64::try_from(sum).unwrap_or(u64::MAX));
        self.bill.amount = self.bill.amount + sum;
        if self.bill.as_of.as_deref().is_none_or(|known| as_of < known) {
            self.bill.as_of = Some(as_of.to_owned());
        }
    }
}
