//! The prices that count.

use std::collections::BTreeMap;

use lifeboat_model::{Catalog, Money, Price, PriceItem};

use crate::configuration::PricesBlock;

/// Prices by what they are for: those of the providers, with those of the configuration in their place.
///
/// Invariant: all are in one currency. It is the first one of the configuration, else of the providers; a kind whose
/// prices are in another currency has none, and says why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceBook {
    currency: Option<String>,
    prices: BTreeMap<String, BTreeMap<PriceItem, (Money, String)>>,
    foreign: BTreeMap<String, String>,
}

impl PriceBook {
    /// Returns the book of these prices. A price of `ours` counts instead of the same one of `theirs`.
    pub fn new(theirs: &[Price], ours: &[Price]) -> Self {
        let first = ours.first().or(theirs.first());
        let mut book = Self {
            currency: first.map(|price| price.currency.clone()),
            ..Self::default()
        };
        for price in theirs.iter().chain(ours) {
            if Some(&price.currency) == book.currency.as_ref() {
                let of_kind = book.prices.entry(price.kind.clone()).or_default();
                of_kind.insert(price.item, (price.amount, price.as_of.clone()));
            } else {
                let currency = price.currency.clone();
                book.foreign.insert(price.kind.clone(), currency);
            }
        }
        book
    }

    /// Returns the book of a catalog, with the prices of a configuration in their place.
    pub fn of(catalog: &Catalog, blocks: &[PricesBlock]) -> Self {
        let ours: Vec<Price> = blocks.iter().flat_map(prices_of).collect();
        Self::new(&catalog.prices, &ours)
    }

    /// Returns the currency of all prices; none where there is no price.
    pub fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    /// Returns whether anything of this kind has a price.
    pub fn knows(&self, kind: &str) -> bool {
        self.prices.contains_key(kind)
    }

    /// Returns a price and its date.
    pub fn price(&self, kind: &str, item: PriceItem) -> Option<(Money, &str)> {
        let (amount, as_of) = self.prices.get(kind)?.get(&item)?;
        Some((*amount, as_of))
    }

    /// Returns why a kind has no price: a fragment that follows its name.
    pub fn why_unpriced(&self, kind: &str) -> String {
        match (self.foreign.get(kind), &self.currency) {
            (Some(theirs), Some(ours)) => {
                format!("`{kind}` has prices in {theirs} only, and the others are in {ours}")
            }
            _ => format!("`{kind}` has no price"),
        }
    }
}

/// Returns the prices of a block of the configuration, one by one.
fn prices_of(block: &PricesBlock) -> impl Iterator<Item = Price> + '_ {
    block.amounts.iter().map(|(item, amount)| Price {
        kind: block.kind.clone(),
        item: *item,
        amount: *amount,
        currency: block.currency.clone(),
        as_of: block.as_of.clone(),
        source: block.source.clone(),
    })
}
