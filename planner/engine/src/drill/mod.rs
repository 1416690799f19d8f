//! The rehearsal: a real restore into a scratch place, verified, timed, recorded, and cleared away.

mod rehearse;
#[cfg(test)]
mod tests;

pub use rehearse::{Drill, DrillOutcome, drill};
