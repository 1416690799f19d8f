//! The one signature of the core: from design and three snapshots to a plan.
//!
//! Reads like the order of the stages: differences, order, exposure, and a check apart from all of them.

mod adopt;
mod bindings;
mod error;
mod exposed;
mod make;
mod offline;
mod reading;
#[cfg(test)]
mod tests;

pub use adopt::adopt_only;
pub use error::PlanError;
pub use make::{pending, plan};
pub use offline::{foreseen, plan_offline};
pub use reading::{Sought, read_bindings, read_items};
