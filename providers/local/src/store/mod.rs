//! Repositories in restic's format: made, opened, filled, thinned, copied.
//!
//! The way of the data: a [`Place`] is [`probe`]d, [`init`]ialised or opened as a [`Vault`]; a
//! [`Source`](crate::source::Source) is backed up into it and becomes a [`Point`]; points are listed, copied, deleted.
//! [`restore`](crate::restore) and [`verify`](crate::verify) read from it.
//!
//! Every call blocks; an async caller runs it on a thread of its own (`spawn_blocking`). rustic_core does the format,
//! the chunking and the cryptography; the access to the place is ours (`Directory`, `Bucket`), behind a `Gate`.
//!
//! Invariant: a point exists only if everything that the source could read is in it and on stable storage.
//!
//! Locks: rustic takes none, and restic's `prune` deletes what it does not see in an index. So a backup, a copy and a
//! restore hold a (shared) lock file of restic's format, which makes `restic prune` wait, and every operation that
//! writes refuses with `conflict` while a fresh exclusive lock of another process stands. Our own prune leaves a
//! repository alone that anybody uses, and whoever comes while it works waits.

mod backup;
mod bucket;
mod copy;
mod directory;
mod error;
mod gate;
mod init;
mod layout;
mod lock;
mod place;
mod point;
mod probe;
mod progress;
mod prune;
mod settings;
mod vault;

pub use backup::{BackedUp, BackupRequest};
pub use copy::Copied;
pub(crate) use error::{STOPPED, class_of, class_of_bucket, class_of_io, from_io, from_rustic};
pub use init::{InitOptions, init};
pub(crate) use init::{init_can_finish, init_open};
pub use place::{Place, Secret};
pub use point::{Filter, Point};
pub use probe::{Presence, probe};
pub use prune::PruneOptions;
pub(crate) use settings::ZSTD_DEFAULT;
pub(crate) use vault::Session;
pub use vault::Vault;

/// Returns the name of this machine, or "localhost".
fn host() -> String {
    hostname::get()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_else(|_| "localhost".to_owned())
}
