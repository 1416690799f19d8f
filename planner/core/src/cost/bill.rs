//! Usage times price.

use std::collections::BTreeSet;

use lifeboat_model::{Money, PriceItem};

use super::tariff::{BYTES_A_WRITE, Kinds, Tariff, WRITES_A_RUN, writes};
use super::usage::Used;
use super::{PriceBook, Usage};

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
    let used = usage.used();
    let charge = Tariff::of(kinds, book).charge(&used);
    let bill = Bill {
        amount: charge.amount,
        stored_unpriced: charge.stored_unpriced,
        points: used.points,
        runs: used.runs,
        ..Bill::default()
    };
    Billing { book, kinds, bill }.of(&used, usage.size.is_some())
}

struct Billing<'a> {
    book: &'a PriceBook,
    kinds: Kinds<'a>,
    bill: Bill,
}

impl Billing<'_> {
    fn of(mut self, used: &Used, sized: bool) -> Bill {
        let holder = self.kinds.holder();
        let stores = used.stores();
        let held = self.has(holder, PriceItem::StorageGibMonth);
        let flat =
            self.has(holder, PriceItem::Month) || self.has(self.kinds.resource, PriceItem::Month);
        let hourly = used.instance && self.has(self.kinds.resource, PriceItem::InstanceHour);
        if stores && !held && !flat && !hourly {
            self.bill.unpriced.insert(self.book.why_unpriced(holder));
        }
        if held && stores {
            self.stored(used, sized);
        }
        self.dated(self.kinds.resource, PriceItem::Month);
        if used.instance {
            self.dated(self.kinds.resource, PriceItem::InstanceHour);
        }
        if writes(used) > 0 && self.has(holder, PriceItem::WritesThousand) {
            self.dated(holder, PriceItem::WritesThousand);
            // An estimate is told beside the sum that it is part of.
            let mib = BYTES_A_WRITE >> 20;
            self.say(&format!(
                "requests beyond the estimate of {WRITES_A_RUN} writes a run and one for each {mib} MiB"
            ));
        }
        if used.moved.is_some() {
            self.dated(self.kinds.source, PriceItem::TransferGib);
        } else if stores && self.has(self.kinds.source, PriceItem::TransferGib) {
            let source = self.kinds.source;
            let unknown = format!("what leaves `{source}` is not known without a write rate");
            self.bill.unpriced.insert(unknown);
        }
        self.bill
    }

    fn stored(&mut self, used: &Used, sized: bool) {
        match used.stored {
            Some(_) => self.dated(self.kinds.holder(), PriceItem::StorageGibMonth),
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

    /// Notes the date of a price that was used.
    fn dated(&mut self, kind: &str, item: PriceItem) {
        let Some((_, as_of)) = self.book.price(kind, item) else {
            return;
        };
        if self.bill.as_of.as_deref().is_none_or(|known| as_of < known) {
            self.bill.as_of = Some(as_of.to_owned());
        }
    }
}
