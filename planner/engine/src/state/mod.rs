//! The recorded snapshot on disk: a cache of what is live, never the truth.
//!
//! Files, side by side: the state, its `.lock`, `.journal` and `.backup`, and the audit trail. `paths` names them;
//! `document` reads and writes the versioned JSON; `file` replaces it atomically; `store` reads without a lock;
//! `place` is where all of them are: files beside the configuration, or objects in a store that machines share; `session` holds the lock, replays what a killed run left in the journal, and writes.
//!
//! A state file that is empty, truncated, foreign or gone while its siblings are there is an error, never "nothing
//! exists".

pub(crate) mod bindings;
mod document;
mod error;
pub(crate) mod file;
mod paths;
mod place;
mod session;
mod store;
#[cfg(test)]
mod tests;

pub use error::StateError;
pub use paths::StatePaths;
pub(crate) use paths::sibling;
pub use session::Session;
pub use store::{Loaded, StateStore};
