//! Why a lock cannot be had.

use std::io;
use std::path::PathBuf;

use jiff::Timestamp;
use lifeboat_model::Span;

use super::Holder;

/// Why a lock cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else holds it.
    #[error("state is locked by {}", described(holder.as_deref(), *now))]
    Held {
        /// The file that is locked.
        path: PathBuf,
        /// Who, if the note in the file can be read.
        holder: Option<Box<Holder>>,
        /// When that was found.
        now: Timestamp,
    },
    /// The system refused.
    #[error("cannot lock `{}`", path.display())]
    Io {
        /// The file to be locked.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

fn described(holder: Option<&Holder>, now: Timestamp) -> String {
    let Some(holder) = holder else {
        return "another process".to_owned();
    };
    let alive = match holder.is_alive() {
        Some(true) => "which is running",
        Some(false) => "which has ended and left a child running",
        None => "which runs on another machine",
    };
    format!(
        "`{}` (`lifeboat {}`, process {}, {alive}) for {}",
        holder.who(),
        holder.operation,
        holder.pid,
        Span::between(holder.since, now).rounded()
    )
}

impl LockError {
    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Held { .. } => "lock::held",
            Self::Io { .. } => "lock::io",
        }
    }

    /// Returns what to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Held { .. } => Some(
                "Let it end, or wait for it with `--lock-timeout 10m`; the lock ends with its process."
                    .to_owned(),
            ),
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => {
                    Some("Create the directory of the state first.".to_owned())
                }
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    Some("Give lifeboat write access to the directory of the state.".to_owned())
                }
                io::ErrorKind::Unsupported => {
                    Some("Keep the state on a file system that has locks.".to_owned())
                }
                _ => None,
            },
        }
    }
}
