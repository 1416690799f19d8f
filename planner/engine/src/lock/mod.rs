//! One writer at a time: `flock` on a file beside the state, with a note of who holds it.
//!
//! The kernel releases the lock when its holder ends, however it ends; the note is for people only.

mod error;
mod held;
mod holder;

pub use error::LockError;
pub use held::StateLock;
pub use holder::Holder;
