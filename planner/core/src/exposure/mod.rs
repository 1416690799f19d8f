//! Derives what a target would lose in each failure scope.
//!
//! The way: [`World`] is what stands, before an apply or after some of its actions; `flow` says how old the newest
//! point of a protection can be; `kept` which ages its retention is sure to hold; [`Assessor`] puts them together for
//! one target and one scope. Scopes today: corruption and instance. Every number comes with its derivation, and what
//! was taken for granted is named.

mod assessor;
pub(crate) mod build;
pub mod calendar;
mod flow;
pub mod found;
mod gaps;
pub mod graph;
mod kept;
pub mod loss;
pub mod recovery;
mod rows;
#[cfg(test)]
mod tests;
pub mod trace;
mod world;

pub(crate) use assessor::Assessor;
pub(crate) use gaps::Gaps;
pub use rows::assess;
pub(crate) use rows::rows;
pub(crate) use world::World;

use lifeboat_model::Scope;

/// The scopes that are derived, in the order of the table.
pub const SCOPES: [Scope; 2] = [Scope::Instance, Scope::Corruption];
