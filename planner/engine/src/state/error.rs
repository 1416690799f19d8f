//! Why a state cannot be read or written.

use std::io;
use std::path::{Path, PathBuf};

use lifeboat_contract::{ErrorClass, ProviderError};

/// Why a state cannot be read or written. None of them ever means that nothing exists.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file has no byte in it.
    #[error("state file `{}` is empty", path.display())]
    Empty {
        /// The state file.
        path: PathBuf,
    },
    /// The file ends in the middle of its document.
    #[error("state file `{}` is truncated", path.display())]
    Truncated {
        /// The state file.
        path: PathBuf,
        /// Where the document breaks off.
        #[source]
        source: serde_json::Error,
    },
    /// The file is no state of lifeboat.
    #[error("`{}` is not a state file of lifeboat", path.display())]
    Foreign {
        /// The state file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A later lifeboat wrote it.
    #[error("state file `{}` has format {found}, and this lifeboat reads format {known}", path.display())]
    TooNew {
        /// The state file.
        path: PathBuf,
        /// The format in the file.
        found: String,
        /// The format that is known.
        known: &'static str,
    },
    /// The file is gone, and its siblings show that there was one.
    #[error("state file `{}` is gone, but `{}` shows that there was one", path.display(), witness.display())]
    Lost {
        /// The state file.
        path: PathBuf,
        /// The sibling that is still there.
        witness: PathBuf,
    },
    /// The file on disk is of another lineage than the state to be written, or than the journal.
    #[error("`{}` has lineage {found}, and {expected} was expected", path.display())]
    LineageMismatch {
        /// The file.
        path: PathBuf,
        /// The lineage in the file.
        found: String,
        /// The lineage of the run.
        expected: String,
    },
    /// Somebody has written the file since it was read.
    #[error("state file `{}` has serial {found}, and {expected} was expected", path.display())]
    Overtaken {
        /// The state file.
        path: PathBuf,
        /// The serial in the file.
        found: u64,
        /// The serial that was read.
        expected: u64,
    },
    /// Somebody writes the object at the same time.
    #[error("`{}` was written by somebody else in between", path.display())]
    Contested {
        /// The object.
        path: PathBuf,
    },
    /// The store that is shared with other machines refused.
    #[error("cannot {action} `{}`", path.display())]
    Store {
        /// What was tried.
        action: &'static str,
        /// The object.
        path: PathBuf,
        /// What the store said.
        #[source]
        source: ProviderError,
    },
    /// The lock is no longer ours.
    #[error(transparent)]
    Lock(#[from] crate::lock::LockError),
    /// A line of the journal, which is not its last one, cannot be read.
    #[error("journal `{}` is damaged at line {line}", path.display())]
    JournalDamaged {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The state names no resource with this address.
    #[error("the state holds no `{address}`")]
    NotRecorded {
        /// The address.
        address: Box<lifeboat_model::Address>,
    },
    /// The system refused.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The audit trail cannot take what the run did.
    #[error(transparent)]
    Audit(#[from] crate::audit::AuditError),
    /// The system has no randomness for a new lineage.
    #[error("cannot draw a random name for a new state")]
    Random(#[source] getrandom::Error),
    /// A value of the state has no JSON form.
    #[error("bug: the state has no JSON form")]
    Unwritable(#[source] serde_json::Error),
}

impl StateError {
    /// Returns an error of the system.
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }

    /// Returns an error of a shared store.
    pub(crate) fn store(action: &'static str, path: &Path, source: ProviderError) -> Self {
        Self::Store {
            action,
            path: path.to_owned(),
            source,
        }
    }

    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "state::empty",
            Self::Truncated { .. } => "state::truncated",
            Self::Foreign { .. } => "state::foreign",
            Self::TooNew { .. } => "state::too_new",
            Self::Lost { .. } => "state::lost",
            Self::LineageMismatch { .. } => "state::lineage",
            Self::Overtaken { .. } => "state::overtaken",
            Self::Contested { .. } => "state::contested",
            Self::Store { source, .. } => match source.class {
                ErrorClass::Denied => "state::denied",
                ErrorClass::Throttled | ErrorClass::Unavailable => "state::unreachable",
                _ => "state::store",
            },
            Self::Lock(error) => error.code(),
            Self::JournalDamaged { .. } => "state::journal_damaged",
            Self::NotRecorded { .. } => "state::not_recorded",
            Self::Io { .. } => "state::io",
            Self::Audit(error) => error.code(),
            Self::Random(_) => "state::random",
            Self::Unwritable(_) => "state::unwritable",
        }
    }

    /// Returns what to do about it.
    pub fn help(&self) -> Option<String> {
        let restore = |path: &Path| {
            if is_address(path) {
                return Some(format!(
                    "Restore an earlier version of `{}`, or remove it and what is named after it: `lifeboat import --all` rebuilds the state from what is live.",
                    path.display()
                ));
            }
            let backup = super::paths::sibling(path, ".backup");
            let rebuild = "`lifeboat import --all` rebuilds the state from what is live";
            Some(if backup.exists() {
                format!(
                    "Restore `{}`, or move the damaged files away: {rebuild}.",
                    backup.display()
                )
            } else {
                format!("Move the damaged files away: {rebuild}.")
            })
        };
        match self {
            Self::Empty { path } | Self::Truncated { path, .. } | Self::Lost { path, .. } => {
                restore(path)
            }
            Self::Foreign { path, .. } => Some(format!(
                "Name another state file in the `lifeboat` block, or move `{}` away.",
                path.display()
            )),
            Self::TooNew { .. } => Some("Use the newer lifeboat that wrote it.".to_owned()),
            Self::LineageMismatch { .. } => Some(
                "Put the file back that belongs here: this one was made by another configuration."
                    .to_owned(),
            ),
            Self::Overtaken { .. } | Self::Contested { .. } => {
                Some("Run the command again.".to_owned())
            }
            Self::Store { source, .. } => source.help.clone(),
            Self::Lock(error) => error.help(),
            Self::JournalDamaged { path, .. } => Some(format!(
                "Move `{}` away and run `lifeboat import --all`: it finds what the journal would have told.",
                path.display()
            )),
            Self::NotRecorded { .. } => {
                Some("List the addresses with `lifeboat state list`.".to_owned())
            }
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    Some("Free some space, then run the command again.".to_owned())
                }
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    Some("Give lifeboat write access to the directory of the state.".to_owned())
                }
                _ => None,
            },
            Self::Audit(error) => error.help(),
            Self::Random(_) | Self::Unwritable(_) => None,
        }
    }
}

/// Returns whether this is an address in a shared store: `s3://bucket/key`.
fn is_address(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.contains("://"))
}
