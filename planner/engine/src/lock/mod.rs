//! One writer at a time: `flock` on a file beside the state, or a lease on an object beside a shared one.
//!
//! A file: the kernel releases the lock when its holder ends, however it ends; the note in it is for people only. An
//! object (`lease`): its `note` is the lock, and outlives a killed holder until its lease ends.

mod error;
mod held;
mod holder;
pub(crate) mod lease;
mod note;

pub use error::LockError;
pub use held::StateLock;
pub use holder::Holder;
