//! Carrying out a plan: nothing else, and nothing at all if what it touches has moved.
//!
//! The order of the modules is the way of an apply: `check` refuses before anything is touched; `graph` says what may
//! start; `step` carries out one action, through the calls of `call`; `drive` runs them and journals; `report` says what
//! became of each.

mod call;
mod check;
mod drive;
mod graph;
mod report;
mod step;
#[cfg(test)]
mod tests;

pub use drive::{ApplyOptions, execute};
pub use report::{ActionError, ActionReport, ApplyReport, Status};
