//! Derives what a target or a service would lose in each failure scope, and how long it would be down.
//!
//! The way: [`World`] is what stands, before an apply or after some of its actions; `build` makes a [`graph::CopyGraph`]
//! of plain numbers from it; `loss` and `recovery` say what each copy gives; `assessor` puts the copies of one target
//! together, `services` those of several; `rows` is the table, [`derive`] the derivation of one line of it. Every number
//! comes with where it comes from, and what was taken for granted is named.

mod assessor;
pub(crate) mod build;
pub mod calendar;
mod explain;
pub mod found;
mod gaps;
pub mod graph;
pub mod loss;
pub mod recovery;
mod rows;
mod scene;
mod services;
#[cfg(test)]
mod simulated;
mod together;
pub mod trace;
mod unnamed;
mod world;

pub(crate) use assessor::{assess_graph, bounds};
pub use explain::{Question, derive};
pub(crate) use gaps::Gaps;
pub use rows::{assess, exposures};
pub(crate) use rows::{survey, wanted};
pub(crate) use together::groups;
pub(crate) use unnamed::{UNNAMED, unnamed};
pub(crate) use world::World;

use lifeboat_model::Scope;

/// The scopes that are derived, in the order of the table.
pub const SCOPES: [Scope; 5] = Scope::ALL;
