//! Why a lock cannot be had.

use std::io;
use std::path::PathBuf;

use jiff::Timestamp;
use lifeboat_contract::{ErrorClass, ProviderError};
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
    /// Somebody else holds it, in a store that machines share.
    #[error("state is locked by {}", leased(holder.as_deref(), *now))]
    Leased {
        /// The object that is the lock.
        path: PathBuf,
        /// Who.
        holder: Option<Box<Holder>>,
        /// How long the lock outlives the last sign of life.
        lease: Span,
        /// When that was found, by the clock of the store.
        now: Timestamp,
    },
    /// The lock was ours, and is not any more.
    #[error("the lock `{}` is no longer held by this run: {}", path.display(), taken(by.as_deref()))]
    Lost {
        /// The object that is the lock.
        path: PathBuf,
        /// Who holds it now.
        by: Option<Box<Holder>>,
    },
    /// The object is no lock of lifeboat.
    #[error("`{}` is not a lock of this lifeboat", path.display())]
    Foreign {
        /// The object.
        path: PathBuf,
        /// What is wrong with it; none if another version wrote it.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// The store writes whatever the condition of the write.
    #[error("the store of `{}` ignores conditions: a write with `{header}` that had to be refused was accepted", path.display())]
    Unconditional {
        /// The object that was written.
        path: PathBuf,
        /// The condition that was ignored.
        header: &'static str,
    },
    /// The store refused.
    #[error("cannot {action} the lock `{}`", path.display())]
    Store {
        /// What was tried.
        action: &'static str,
        /// The object that is the lock.
        path: PathBuf,
        /// What the store said.
        #[source]
        source: ProviderError,
    },
    /// The system has no randomness.
    #[error("cannot draw a random name for a lock")]
    Random(#[source] getrandom::Error),
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

fn leased(holder: Option<&Holder>, now: Timestamp) -> String {
    let Some(holder) = holder else {
        return "another process".to_owned();
    };
    let age = |since| Span::between(since, now).rounded();
    format!(
        "`{}` (`lifeboat {}`, process {}) for {}; it last gave a sign of life {} ago",
        holder.who(),
        holder.operation,
        holder.pid,
        age(holder.since),
        age(holder.heartbeat)
    )
}

fn taken(by: Option<&Holder>) -> String {
    by.map_or_else(
        || "somebody has ended it".to_owned(),
        |holder| format!("`{}` has taken it over", holder.who()),
    )
}

impl LockError {
    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Held { .. } | Self::Leased { .. } => "lock::held",
            Self::Lost { .. } => "lock::lost",
            Self::Foreign { .. } => "lock::foreign",
            Self::Unconditional { .. } => "lock::unconditional",
            Self::Store { source, .. } => match source.class {
                ErrorClass::Denied => "state::denied",
                ErrorClass::Throttled | ErrorClass::Unavailable => "state::unreachable",
                _ => "state::store",
            },
            Self::Random(_) => "lock::random",
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
            Self::Leased { lease, .. } => Some(format!(
                "Let it end, or wait for it with `--lock-timeout 10m`: the lock of a run that was killed ends {lease} after its last sign of life. `lifeboat state unlock --force` ends it at once."
            )),
            Self::Lost { .. } => Some(
                "Look at what the other run does, then run the command again: nothing more was started."
                    .to_owned(),
            ),
            Self::Foreign { path, .. } => Some(format!(
                "Find out what `{}` is, and remove it when no lifeboat runs.",
                path.display()
            )),
            Self::Unconditional { .. } => Some(
                "Keep the state in a store with conditional writes (If-Match and If-None-Match of PutObject), as S3 has them: without them two runs overwrite each other."
                    .to_owned(),
            ),
            Self::Store { source, .. } => source.help.clone(),
            Self::Random(_) => None,
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
