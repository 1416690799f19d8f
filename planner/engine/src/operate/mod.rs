//! Acting on recorded protections: back up, expire, list recovery points, restore, verify.
//!
//! What is recorded is what is acted on: a change of the configuration counts once it is applied.

mod back_up;
mod call;
mod expire;
mod points;
mod protection;
mod restore;
#[cfg(test)]
mod tests;
mod verify;

pub use back_up::{BackUpOutcome, BackedUp, back_up};
pub(crate) use call::stoppable;
pub use points::{PointChoice, recovery_points};
pub(crate) use protection::Acting;
pub use restore::{Restore, RestoreOutcome, restore};
pub(crate) use verify::summary;
pub use verify::{VerifyOutcome, verify};
