//! Restoring: from a point to files.
//!
//! The way of the data: the point's tree becomes a list of entries (`plan`), whose directories are made, whose files
//! are written by all threads (`write`), and whose metadata is set, directories last (`metadata`). Blobs are checked
//! against their SHA-256 as they are read, so that what is written is what was saved.
//!
//! rustic's own restore is not used: it panics on a full disk or a damaged pack, and logs metadata that it cannot set.

mod database;
mod destination;
mod files;
pub(crate) mod metadata;
mod plan;
mod request;
pub(crate) mod write;

pub(crate) use plan::{Entry, Layout, lay_out};
pub use request::{RestoreRequest, Restored, Target};

#[cfg(test)]
mod tests;
