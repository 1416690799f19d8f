//! What a run has begun and done, on disk before it is believed.
//!
//! Lines of JSON beside the state, each synced before the run goes on: `record` is their shape, `write` appends them,
//! `read` tolerates one torn line at the end, `replay` folds them into a recorded snapshot, `facts` tells the audit trail,
//! `shared` keeps them as objects of a store, where another machine finds them. The cost of one change is its own two
//! lines, whatever the size of the state.

mod facts;
mod read;
mod record;
mod replay;
mod shared;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use read::{parsed, read};
pub(crate) use record::{Begin, FORMAT, Outcome, Record};
pub use replay::Interrupted;
pub(crate) use replay::Journal;
pub(crate) use shared::{SharedWriter, Writer, parts, read_shared};
pub(crate) use write::JournalWriter;
