//! Reading a state without holding its lock.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

use lifeboat_model::{Digest, RecordedState, Span};

use super::{Session, StateError, StatePaths, bindings, document, file};
use crate::audit::AuditTrail;
use crate::clock::Clock;
use crate::error::EngineError;
use crate::journal::{self, Interrupted};
use crate::lock::{Holder, StateLock};

/// A state file and its siblings.
#[derive(Clone, Debug)]
pub struct StateStore {
    paths: StatePaths,
    lifeboat_version: String,
}

/// What is recorded, and what a killed run left open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The recorded snapshot, with what the journal of a killed run adds to it. Without a state file it is empty:
    /// no lineage, serial 0.
    pub state: RecordedState,
    /// Actions that a killed run had begun and not ended. Live tells what became of them.
    pub interrupted: Vec<Interrupted>,
}

impl StateStore {
    /// Returns the store at these paths; touches nothing.
    pub fn new(paths: StatePaths, lifeboat_version: impl Into<String>) -> Self {
        Self {
            paths,
            lifeboat_version: lifeboat_version.into(),
        }
    }

    /// Returns where the state and its siblings are.
    pub const fn paths(&self) -> &StatePaths {
        &self.paths
    }

    /// Returns the audit trail beside the state.
    pub fn audit(&self) -> AuditTrail {
        AuditTrail::new(&self.paths.audit)
    }

    /// Returns who holds the lock now; none if nobody does.
    ///
    /// # Errors
    /// When the lock's file is there and cannot be read.
    pub fn holder(&self) -> Result<Option<Holder>, EngineError> {
        Ok(StateLock::holder_of(&self.paths.lock)?)
    }

    /// Reads what is recorded. Needs no lock and writes nothing: a journal is replayed in memory only.
    ///
    /// # Errors
    /// See [`StateError`]: a file that is there and cannot be understood, or that is gone and has left siblings.
    pub fn read(&self) -> Result<Loaded, StateError> {
        // A writer may fold its journal between the two reads; then the state is another file afterwards.
        let mut tries = 0;
        loop {
            let before = identity(&self.paths.state);
            let state = self.read_state()?;
            let journal = journal::read(&self.paths.journal)?;
            tries += 1;
            if before == identity(&self.paths.state) || tries == 10 {
                return self.combine(state, journal);
            }
        }
    }

    fn combine(
        &self,
        state: Option<RecordedState>,
        journal: Option<journal::Journal>,
    ) -> Result<Loaded, StateError> {
        let Some(mut state) = state else {
            return Ok(Loaded::default());
        };
        let mut interrupted = Vec::new();
        if let Some(journal) = journal {
            journal.check_lineage(&self.paths.journal, &state.lineage)?;
            if journal.is_pending(state.serial) {
                // While somebody holds the lock, they are not interrupted but under way.
                if !matches!(StateLock::holder_of(&self.paths.lock), Ok(Some(_))) {
                    interrupted = journal.interrupted();
                }
                journal.replay(&mut state);
                if journal.has_results() {
                    // What the next session will write, so that a plan made now fits it.
                    bindings::prune(&mut state);
                    state.serial = journal.folded_serial(state.serial);
                }
            }
        }
        Ok(Loaded { state, interrupted })
    }

    /// Reads the state file alone; none if this store has never been written.
    pub(crate) fn read_state(&self) -> Result<Option<RecordedState>, StateError> {
        let path = &self.paths.state;
        if let Some(bytes) = file::read(path)? {
            return document::from_bytes(&bytes, path).map(Some);
        }
        let witness = [&self.paths.journal, &self.paths.backup, &self.paths.audit]
            .into_iter()
            .find(|sibling| sibling.exists());
        match witness {
            // Somebody may have written the first state since the look at it.
            Some(_) if path.exists() => self.read_state(),
            Some(witness) => Err(StateError::Lost {
                path: path.clone(),
                witness: witness.clone(),
            }),
            None => Ok(None),
        }
    }

    /// Takes the lock, waiting at most `wait` for it, and replays what a killed run left.
    ///
    /// # Errors
    /// [`EngineError::LockHeld`] when somebody else holds the lock for longer; [`EngineError::State`] when the state
    /// cannot be read, or what a killed run left cannot be written.
    pub async fn open(
        &self,
        holder: Holder,
        clock: Arc<dyn Clock>,
        wait: Span,
    ) -> Result<Session, EngineError> {
        let lock = StateLock::acquire(&self.paths.lock, holder, &*clock, wait).await?;
        Ok(Session::recover(self.clone(), lock, clock)?)
    }

    /// Writes a state over the one on disk, which must be the one that it grew from.
    ///
    /// The caller holds the lock.
    pub(crate) fn write(&self, state: &RecordedState, grown_from: u64) -> Result<(), StateError> {
        let path = &self.paths.state;
        if let Some(bytes) = file::read(path)? {
            let (lineage, serial) = document::head(&bytes, path)?;
            if lineage != state.lineage {
                return Err(StateError::LineageMismatch {
                    path: path.clone(),
                    found: lineage,
                    expected: state.lineage.clone(),
                });
            }
            if serial > grown_from {
                return Err(StateError::Overtaken {
                    path: path.clone(),
                    found: serial,
                    expected: grown_from,
                });
            }
        }
        let bytes = document::to_bytes(state, &self.lifeboat_version)?;
        file::replace(path, &self.paths.backup, self.paths.directory(), &bytes)
    }
}

/// Returns what tells one version of a file from the next.
fn identity(path: &Path) -> Option<(u64, u64, i64, i64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((
        metadata.ino(),
        metadata.size(),
        metadata.mtime(),
        metadata.mtime_nsec(),
    ))
}

/// Returns a new random name of a state, in the shape of a UUID.
pub(crate) fn new_lineage() -> Result<String, StateError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(StateError::Random)?;
    let digest = Digest::of_bytes(&bytes);
    let part = |from: usize, to: usize| digest.as_str().get(from..to).unwrap_or_default();
    Ok(format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    ))
}
