//! Reading a state without holding its lock.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

use lifeboat_contract::objects::ObjectStore;
use lifeboat_model::{Digest, RecordedState, Span};

use super::place::{Place, Shared};
use super::{Session, StateError, StatePaths, bindings, document, file};
use crate::audit::AuditTrail;
use crate::clock::Clock;
use crate::error::EngineError;
use crate::journal::{Begin, Interrupted, Journal, Writer};
use crate::lock::{Holder, LockError, StateLock, lease};

/// A state and its siblings: files, or objects in a store that machines share.
#[derive(Clone, Debug)]
pub struct StateStore {
    paths: StatePaths,
    place: Place,
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
            place: Place::Files,
            lifeboat_version: lifeboat_version.into(),
        }
    }

    /// Returns the store in these objects; touches nothing. A lock there outlives the last sign of life of its holder
    /// by `lease`.
    pub fn shared(
        objects: Arc<dyn ObjectStore>,
        lease: Span,
        lifeboat_version: impl Into<String>,
    ) -> Self {
        Self {
            paths: StatePaths::at(Path::new(objects.address())),
            place: Place::Shared(Shared { objects, lease }),
            lifeboat_version: lifeboat_version.into(),
        }
    }

    /// Returns what `--state` takes to find a shared store again; none for files.
    pub fn locator(&self) -> Option<String> {
        match &self.place {
            Place::Files => None,
            Place::Shared(shared) => Some(shared.objects.locator()),
        }
    }

    /// Returns what should be different about the place of a shared state, as a sentence.
    pub fn advice(&self) -> Option<String> {
        match &self.place {
            Place::Files => None,
            Place::Shared(shared) => shared.objects.advice(),
        }
    }

    /// Returns where the state and its siblings are; addresses where they are objects.
    pub const fn paths(&self) -> &StatePaths {
        &self.paths
    }

    /// Returns the audit trail beside the state.
    pub fn audit(&self) -> AuditTrail {
        self.place.audit(&self.paths)
    }

    /// Returns who holds the lock now; none if nobody does.
    ///
    /// # Errors
    /// When the lock is there and cannot be read.
    pub fn holder(&self) -> Result<Option<Holder>, EngineError> {
        Ok(match &self.place {
            Place::Files => StateLock::holder_of(&self.paths.lock)?,
            Place::Shared(shared) => lease::holder_of(&*shared.objects, &self.paths.lock)?,
        })
    }

    /// Ends the lock of somebody who can no longer do so, and returns who that was; none if nobody held it.
    ///
    /// Without `force` only a lock goes whose lease has ended. A lock on a file goes with its process, never so.
    ///
    /// # Errors
    /// [`EngineError::LockHeld`] while somebody holds it, as far as can be told.
    pub fn unlock(&self, force: bool, clock: &dyn Clock) -> Result<Option<Holder>, EngineError> {
        match &self.place {
            Place::Files => match self.holder()? {
                None => Ok(None),
                Some(holder) => Err(LockError::Held {
                    path: self.paths.lock.clone(),
                    holder: Some(Box::new(holder)),
                    now: clock.now(),
                }
                .into()),
            },
            Place::Shared(shared) => Ok(lease::end(
                &*shared.objects,
                &self.paths.lock,
                force,
                clock.now(),
            )?),
        }
    }

    /// Reads what is recorded. Needs no lock and writes nothing: a journal is replayed in memory only.
    ///
    /// # Errors
    /// See [`StateError`]: a file that is there and cannot be understood, or that is gone and has left siblings.
    pub fn read(&self) -> Result<Loaded, StateError> {
        if let Place::Shared(_) = self.place {
            // The journal first: one that is folded before the state is read is older than the state then.
            let found = self.place.journal(&self.paths)?;
            let state = self.read_state()?;
            return self.combine(state, found.map(|found| found.journal));
        }
        // A writer may fold its journal between the two reads; then the state is another file afterwards.
        let mut tries = 0;
        loop {
            let before = identity(&self.paths.state);
            let state = self.read_state()?;
            let found = self.place.journal(&self.paths)?;
            tries += 1;
            if before == identity(&self.paths.state) || tries == 10 {
                return self.combine(state, found.map(|found| found.journal));
            }
        }
    }

    fn combine(
        &self,
        state: Option<RecordedState>,
        journal: Option<Journal>,
    ) -> Result<Loaded, StateError> {
        let Some(mut state) = state else {
            return Ok(Loaded::default());
        };
        let mut interrupted = Vec::new();
        if let Some(journal) = journal {
            journal.check_lineage(&self.paths.journal, &state.lineage)?;
            if journal.is_pending(state.serial) {
                // While somebody holds the lock, they are not interrupted but under way.
                if !matches!(self.holder(), Ok(Some(_))) {
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
        if let Some(bytes) = self.place.read(path)? {
            return document::from_bytes(&bytes, path).map(Some);
        }
        for witness in [&self.paths.journal, &self.paths.backup, &self.paths.audit] {
            if !self.place.has(witness)? {
                continue;
            }
            // Somebody may have written the first state since the look at it.
            return match self.place.read(path)? {
                Some(bytes) => document::from_bytes(&bytes, path).map(Some),
                None => Err(StateError::Lost {
                    path: path.clone(),
                    witness: witness.clone(),
                }),
            };
        }
        Ok(None)
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
        let path = &self.paths.lock;
        let lock = match &self.place {
            Place::Files => StateLock::acquire(path, holder, &*clock, wait).await?,
            Place::Shared(shared) => {
                let objects = Arc::clone(&shared.objects);
                let lease = shared.lease;
                StateLock::lease(objects, path, holder, &*clock, lease, wait).await?
            }
        };
        Ok(Session::recover(self.clone(), lock, clock)?)
    }

    /// Writes a state over the one on disk, which must be the one that it grew from.
    ///
    /// The caller holds the lock.
    pub(crate) fn write(&self, state: &RecordedState, grown_from: u64) -> Result<(), StateError> {
        let path = &self.paths.state;
        let bytes = document::to_bytes(state, &self.lifeboat_version)?;
        match &self.place {
            Place::Files => {
                if let Some(found) = file::read(path)? {
                    check_grown(&found, path, state, grown_from)?;
                }
                file::replace(path, &self.paths.backup, self.paths.directory(), &bytes)
            }
            Place::Shared(shared) => {
                let found = shared.read(path)?;
                if let Some(found) = &found {
                    check_grown(&found.bytes, path, state, grown_from)?;
                }
                let version = found.map(|found| found.version);
                shared.write(path, &bytes, version.as_deref())
            }
        }
    }

    /// Opens a journal. The caller holds the lock.
    pub(super) fn begin_journal(&self, begin: &Begin) -> Result<Writer, StateError> {
        self.place.begin(&self.paths, begin)
    }

    /// Reads the journal, and how many parts it has.
    pub(super) fn journal(&self) -> Result<Option<(Journal, u64)>, StateError> {
        let found = self.place.journal(&self.paths)?;
        Ok(found.map(|found| (found.journal, found.parts)))
    }

    /// Removes the journal of this run. The caller holds the lock.
    pub(super) fn remove_journal(&self, run: Option<(&str, u64)>) -> Result<(), StateError> {
        self.place.remove_journal(&self.paths, run)
    }
}

/// Refuses to replace a state that is not the one that `state` grew from.
fn check_grown(
    found: &[u8],
    path: &Path,
    state: &RecordedState,
    grown_from: u64,
) -> Result<(), StateError> {
    let (lineage, serial) = document::head(found, path)?;
    if lineage != state.lineage {
        return Err(StateError::LineageMismatch {
            path: path.to_owned(),
            found: lineage,
            expected: state.lineage.clone(),
        });
    }
    if serial > grown_from {
        return Err(StateError::Overtaken {
            path: path.to_owned(),
            found: serial,
            expected: grown_from,
        });
    }
    Ok(())
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
