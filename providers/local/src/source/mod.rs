//! What is read: directories and SQLite databases.
//!
//! A [`Source`] is what the configuration says; `Reading` is one pass over it, which rustic's archiver drives. The
//! archiver logs and forgets what it cannot read, so every entry and every byte passes through here and whatever
//! fails is recorded.

mod directory;
mod entry;
mod record;
mod selection;
mod sqlite;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lifeboat_contract::{Cancel, Progress, ProviderError};
use rustic_core::{ReadSource, ReadSourceEntry, RusticResult};

use entry::Opener;
pub(crate) use record::Record;
use record::Recorder;
pub use selection::Selection;
use sqlite::Capture;
pub(crate) use sqlite::{is_database as is_sqlite_database, open_read_only};

/// What is read.
#[derive(Clone, Debug)]
pub enum Source {
    /// A directory and what is below it.
    Directory {
        /// The directory, absolute. If it is a symbolic link, what it points to is read, under that path.
        path: PathBuf,
        /// What of it.
        selection: Selection,
        /// Whether directories on other file systems are left out.
        one_file_system: bool,
    },
    /// One SQLite database.
    Sqlite {
        /// The database file, absolute.
        path: PathBuf,
        /// Where the copy is made before it is stored; the system's directory for temporary files if none.
        scratch: Option<PathBuf>,
        /// How long a lock of another process is waited for.
        patience: Duration,
    },
}

impl Source {
    /// Returns the path that the source is known by.
    pub fn path(&self) -> &Path {
        match self {
            Self::Directory { path, .. } | Self::Sqlite { path, .. } => path,
        }
    }

    /// Checks that the source can be read, and makes it ready: a database is copied now. The directories `apart` are
    /// left out of it.
    pub(crate) fn begin(
        &self,
        apart: &[PathBuf],
        progress: &Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<Reading, ProviderError> {
        let recorder = Arc::new(Recorder::new(cancel.clone()));
        let content = match self {
            Self::Directory {
                path,
                selection,
                one_file_system,
            } => Content::Directory(directory::Tree::new(
                path,
                selection,
                *one_file_system,
                apart,
            )?),
            Self::Sqlite {
                path,
                scratch,
                patience,
            } => Content::Sqlite(Box::new(sqlite::capture(
                path,
                scratch.as_deref(),
                *patience,
                progress,
                cancel,
            )?)),
        };
        Ok(Reading { content, recorder })
    }
}

#[derive(Debug)]
enum Content {
    Directory(directory::Tree),
    Sqlite(Box<Capture>),
}

/// One pass over a source.
#[derive(Debug)]
pub(crate) struct Reading {
    content: Content,
    recorder: Arc<Recorder>,
}

impl Reading {
    /// Returns the path that the point is made of.
    pub(crate) fn path(&self) -> &Path {
        match &self.content {
            Content::Directory(tree) => tree.root(),
            Content::Sqlite(capture) => capture.path(),
        }
    }

    pub(crate) fn is_database(&self) -> bool {
        matches!(self.content, Content::Sqlite(_))
    }

    /// Returns whether there is nothing to save: no entry below the directory, or no byte in the database.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.content {
            Content::Directory(tree) => tree.is_empty(),
            Content::Sqlite(capture) => capture.is_empty(),
        }
    }

    /// Returns how much there is to read, where that is known without looking.
    pub(crate) fn total_bytes(&self) -> Option<u64> {
        match &self.content {
            Content::Directory(_) => None,
            Content::Sqlite(capture) => Some(capture.size()),
        }
    }

    /// Returns what was read and what could not be.
    pub(crate) fn finish(&self) -> Record {
        self.recorder.finish()
    }
}

impl ReadSource for Reading {
    type Open = Opener;
    type Iter = Box<dyn Iterator<Item = RusticResult<ReadSourceEntry<Opener>>> + Send>;

    fn size(&self) -> RusticResult<Option<u64>> {
        Ok(self.total_bytes())
    }

    fn entries(&self) -> Self::Iter {
        match &self.content {
            Content::Directory(tree) => Box::new(tree.walk(&self.recorder).map(Ok)),
            Content::Sqlite(capture) => {
                Box::new(capture.entries(&self.recorder).into_iter().map(Ok))
            }
        }
    }
}
