//! The audit trail: who did what when, in lines that only ever grow.
//!
//! Each line carries the hash of the line before it, so that a changed, lost or inserted line shows. `entry` is the
//! shape of a line, `trail` appends, to a file or through `shared` to an object, `verify` checks the chain.

mod entry;
mod error;
mod shared;
#[cfg(test)]
mod tests;
mod trail;
mod verify;

pub use entry::{AuditEntry, Fact};
pub use error::AuditError;
pub use trail::AuditTrail;
pub use verify::Chain;
