//! What protections cost a month.
//!
//! [`PriceBook`] is the prices of all providers with those of the configuration in their place; [`Usage`] is how much a
//! protection uses of what has a price, from its schedule, its retention and the size and the write rate of the data;
//! [`bill`] multiplies. A number is never made up: what has no price, and what has no size, is named instead.

mod bill;
mod book;
mod held;
mod plan;
mod tariff;
#[cfg(test)]
mod tests;
mod usage;

pub use bill::{Bill, bill};
pub use book::PriceBook;
pub(crate) use held::Held;
pub(crate) use plan::{a_month, full_every, of_plan};
pub(crate) use tariff::{Kinds, Tariff};
pub use usage::Usage;

/// The hours of a month, as invoices count them: a twelfth of 365 days.
pub const HOURS_A_MONTH: u64 = 730;
