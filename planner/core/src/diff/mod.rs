//! Compares recorded, live and desired: drift, and the actions that bring live to desired.
//!
//! Drift is recorded against live; an action is desired against live, and its causes say which of configuration and
//! drift made it needed. What could not be read is never taken for absent: it and what requires it get no action.

mod blocked;
mod draft;
mod drift;
mod guards;
mod points;
mod removals;
mod replacement;
mod selection;
mod snapshots;
mod strength;
mod update;
mod values;
mod walk;

pub use drift::drift;
pub use selection::SelectionError;

pub(crate) use draft::Draft;
pub(crate) use guards::is_guard;
pub(crate) use snapshots::{Snapshots, protection};
pub(crate) use values::text;
pub(crate) use walk::differences;
