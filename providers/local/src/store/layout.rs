//! How a repository names its files: restic's layout.

use rustic_core::{FileType, Id};

/// The directory of restic's lock files.
pub(super) const LOCKS: &str = "locks";

/// Which of the two views of a repository a backend gives.
///
/// rustic knows no lock files. Under the second view its snapshot files *are* the lock files: they have the same
/// format, JSON sealed with the repository's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// Everything under its own name.
    Data,
    /// Everything under its own name, and `config` may be replaced.
    Rewrite,
    /// Lock files in the role of snapshots.
    Locks,
}

impl View {
    /// Returns the directory that holds the files of this type, relative to the repository.
    pub(super) fn directory(self, kind: FileType) -> &'static str {
        match (self, kind) {
            (Self::Locks, FileType::Snapshot) => LOCKS,
            (_, kind) => kind.dirname(),
        }
    }

    /// Returns the path of a file, relative to the repository.
    pub(super) fn path(self, kind: FileType, id: &Id) -> String {
        let hex = id.to_hex();
        let hex = hex.as_str();
        match kind {
            FileType::Config => "config".to_owned(),
            FileType::Pack => format!("data/{}/{hex}", hex.get(..2).unwrap_or_default()),
            kind => format!("{}/{hex}", self.directory(kind)),
        }
    }
}
