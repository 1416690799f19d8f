//! Where a state and its siblings are: files beside the configuration, or objects in a store that machines share.

use std::path::Path;
use std::sync::Arc;

use lifeboat_contract::objects::{Condition, ObjectStore, Stored, Written};
use lifeboat_model::Span;

use super::{StateError, StatePaths, file};
use crate::audit::AuditTrail;
use crate::journal::{self, Begin, Journal, JournalWriter, SharedWriter, Writer};

/// Where a state and its siblings are.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// In files.
    Files,
    /// In a store.
    Shared(Shared),
}

/// A store that machines share.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) objects: Arc<dyn ObjectStore>,
    /// How long a lock outlives the last sign of life of its holder.
    pub(super) lease: Span,
}

/// A journal and what it consists of.
pub(super) struct Found {
    pub(super) journal: Journal,
    pub(super) parts: u64,
}

impl Shared {
    /// Reads an object.
    pub(super) fn read(&self, path: &Path) -> Result<Option<Stored>, StateError> {
        self.objects
            .read(&path.to_string_lossy())
            .map_err(|source| StateError::store("read", path, source))
    }

    /// Writes an object over the one with this version, or as the first one.
    pub(super) fn write(
        &self,
        path: &Path,
        bytes: &[u8],
        version: Option<&str>,
    ) -> Result<(), StateError> {
        let condition = version.map_or(Condition::Absent, Condition::Unchanged);
        let written = self
            .objects
            .write(&path.to_string_lossy(), bytes, condition);
        match written.map_err(|source| StateError::store("write", path, source))? {
            Written::As(_) => Ok(()),
            Written::Overtaken => Err(StateError::Contested {
                path: path.to_owned(),
            }),
        }
    }
}

impl Place {
    /// Returns the audit trail.
    pub(super) fn audit(&self, paths: &StatePaths) -> AuditTrail {
        match self {
            Self::Files => AuditTrail::new(&paths.audit),
            Self::Shared(shared) => AuditTrail::shared(&paths.audit, Arc::clone(&shared.objects)),
        }
    }

    /// Reads one of the files or objects.
    pub(super) fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, StateError> {
        match self {
            Self::Files => file::read(path),
            Self::Shared(shared) => Ok(shared.read(path)?.map(|stored| stored.bytes)),
        }
    }

    /// Returns whether one of the files or objects is there.
    pub(super) fn has(&self, path: &Path) -> Result<bool, StateError> {
        match self {
            Self::Files => Ok(path.exists()),
            Self::Shared(shared) => Ok(shared.read(path)?.is_some()),
        }
    }

    /// Reads the journal.
    pub(super) fn journal(&self, paths: &StatePaths) -> Result<Option<Found>, StateError> {
        let found = match self {
            Self::Files => journal::read(&paths.journal)?.map(|journal| (journal, 0)),
            Self::Shared(shared) => journal::read_shared(&*shared.objects, &paths.journal)?,
        };
        Ok(found.map(|(journal, parts)| Found { journal, parts }))
    }

    /// Makes a journal.
    pub(super) fn begin(&self, paths: &StatePaths, begin: &Begin) -> Result<Writer, StateError> {
        let path = &paths.journal;
        match self {
            Self::Files => JournalWriter::create(path, paths.directory(), begin).map(Writer::File),
            Self::Shared(shared) => {
                SharedWriter::create(Arc::clone(&shared.objects), path, begin).map(Writer::Shared)
            }
        }
    }

    /// Removes the journal; of a shared one the first line before its parts.
    pub(super) fn remove_journal(
        &self,
        paths: &StatePaths,
        found: Option<(&str, u64)>,
    ) -> Result<(), StateError> {
        let path = &paths.journal;
        match (self, found) {
            (Self::Files, _) if !path.exists() => Ok(()),
            (Self::Files, _) => {
                file::remove(path).map_err(|error| StateError::io("remove", path, error))?;
                file::sync_directory(paths.directory())
            }
            (Self::Shared(_), None) => Ok(()),
            (Self::Shared(shared), Some((run, parts))) => {
                let head = path.to_string_lossy().into_owned();
                [vec![head], journal::parts(path, run, parts)]
                    .iter()
                    .try_for_each(|addresses| shared.objects.remove(addresses))
                    .map_err(|source| StateError::store("remove", path, source))
            }
        }
    }
}
