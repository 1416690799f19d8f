//! What is wrong with an audit trail.

use std::io;
use std::path::{Path, PathBuf};

/// What is wrong with an audit trail.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// A line is not what was once written there.
    #[error("audit trail `{}` is broken at line {line}: {reason}", path.display())]
    Broken {
        /// The trail.
        path: PathBuf,
        /// The first line that is wrong, from 1.
        line: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Its last line is not one of ours, so that nothing can be appended.
    #[error("audit trail `{}` ends in a line that lifeboat did not write", path.display())]
    ForeignEnd {
        /// The trail.
        path: PathBuf,
    },
    /// Others were always first to write it.
    #[error("audit trail `{}` is written by too many at once", path.display())]
    Contested {
        /// The trail.
        path: PathBuf,
    },
    /// The store that holds it refused.
    #[error("cannot {action} audit trail `{}`", path.display())]
    Store {
        /// What was tried.
        action: &'static str,
        /// The trail.
        path: PathBuf,
        /// What the store said.
        #[source]
        source: lifeboat_contract::ProviderError,
    },
    /// The system refused.
    #[error("cannot {action} audit trail `{}`", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The trail.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl AuditError {
    pub(super) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn store(
        action: &'static str,
        path: &Path,
        source: lifeboat_contract::ProviderError,
    ) -> Self {
        Self::Store {
            action,
            path: path.to_owned(),
            source,
        }
    }

    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Broken { .. } => "audit::broken",
            Self::ForeignEnd { .. } => "audit::foreign_end",
            Self::Contested { .. } => "audit::contested",
            Self::Store { .. } => "audit::store",
            Self::Io { .. } => "audit::io",
        }
    }

    /// Returns what to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Broken { path, .. } | Self::ForeignEnd { path } => Some(format!(
                "Find out who changed `{}`, then move it away as evidence: a new trail begins by itself.",
                path.display()
            )),
            Self::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                Some("Free some space, then run the command again.".to_owned())
            }
            Self::Contested { .. } => Some("Run the command again.".to_owned()),
            Self::Store { source, .. } => source.help.clone(),
            Self::Io { .. } => None,
        }
    }
}
