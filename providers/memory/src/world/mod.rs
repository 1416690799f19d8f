//! What exists: datasets, vaults and what stands in them, shared by every provider instance, in a file if wished.

mod crash;
mod effect;
mod fault;
mod faults;
mod journal;
mod meddle;
mod points;
mod state;
mod stream;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use jiff::Timestamp;

pub use crash::Crashed;
pub(crate) use crash::Life;
pub(crate) use effect::Effect;
pub use fault::{Fault, FaultError, Happens, Instant, Method};
pub(crate) use faults::Call;
pub use faults::Faults;
use journal::Journal;
pub use journal::WorldError;
pub(crate) use state::{Bytes, Dataset, Files, Point, Record, State, Vault};
pub(crate) use stream::{Replica, Stream, span};

use crate::MemoryProvider;

/// What exists. A clone is the same world; a world outlives the providers that speak to it.
///
/// ```
/// # use lifeboat_memory::World;
/// let world = World::new();
/// world.put_dataset("docs", [("a.txt", "hello"), ("b/c.txt", "world")]);
/// let provider = world.provider();
/// drop(provider); // a crash of the process
/// let again = world.provider();
/// ```
#[derive(Clone, Default)]
pub struct World {
    inside: Arc<Inside>,
}

#[derive(Default)]
struct Inside {
    state: Mutex<State>,
    journal: Mutex<Option<Journal>>,
    faults: Faults,
}

/// Shows how much there is, and no content.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("World")
            .field("datasets", &state.datasets.keys())
            .field("vaults", &state.vaults.keys())
            .finish_non_exhaustive()
    }
}

impl World {
    /// Returns a world in which nothing exists, without a file.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the world that this file keeps; an empty one, kept from now on, if there is no file.
    ///
    /// A last line that a kill cut off is ignored, and overwritten by the next effect. Several processes may read a
    /// world; only one at a time may write it.
    ///
    /// # Errors
    /// When the file cannot be read, or is not a world's.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, WorldError> {
        let mut state = State::default();
        let journal = Journal::open(path.as_ref(), |effect| state.apply(effect))?;
        Ok(Self {
            inside: Arc::new(Inside {
                state: Mutex::new(state),
                journal: Mutex::new(Some(journal)),
                faults: Faults::default(),
            }),
        })
    }

    /// Returns the world that this file keeps, the same one for every call of this process while it is in use: several
    /// configurations of a provider share it.
    ///
    /// # Errors
    /// As [`World::open`].
    pub fn open_shared(path: impl AsRef<Path>) -> Result<Self, WorldError> {
        static OPEN: Mutex<BTreeMap<PathBuf, Weak<Inside>>> = Mutex::new(BTreeMap::new());
        let path = std::path::absolute(path.as_ref()).unwrap_or_else(|_| path.as_ref().to_owned());
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(inside) = open.get(&path).and_then(Weak::upgrade) {
            return Ok(Self { inside });
        }
        let world = Self::open(&path)?;
        open.insert(path, Arc::downgrade(&world.inside));
        Ok(world)
    }

    /// Returns a new provider over this world, as a process that has just started has it.
    pub fn provider(&self) -> MemoryProvider {
        MemoryProvider::new(self.clone())
    }

    /// Returns what counts the calls of this world and makes them fail.
    pub fn faults(&self) -> &Faults {
        &self.inside.faults
    }

    /// Returns a copy of this world as it is now, without its file, its faults and its counters.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        Self {
            inside: Arc::new(Inside {
                state: Mutex::new(self.state().clone()),
                journal: Mutex::new(None),
                faults: Faults::default(),
            }),
        }
    }

    /// Returns everything that exists as text that is equal for equal worlds, without content.
    pub fn inventory(&self) -> String {
        self.state().inventory()
    }

    /// Lets time pass until `to`: logs are flushed and replicas follow. What is done to data afterwards happens later.
    ///
    /// # Errors
    /// When the world's file cannot be written.
    pub fn pass(&self, to: Timestamp) -> Result<(), WorldError> {
        let behind = self.state().is_behind(to);
        if behind {
            self.commit(Effect::Passed { to })?;
        }
        Ok(())
    }

    /// Looks at what is there at an instant, without having time pass for others.
    pub(crate) fn seen_at<T>(&self, instant: Timestamp, look: impl FnOnce(&State) -> T) -> T {
        let state = self.state();
        if !state.has_streams() {
            return look(&state);
        }
        let mut seen = state.clone();
        drop(state);
        seen.apply(Effect::Passed { to: instant });
        look(&seen)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.inside
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the effect to the file, if there is one, and then makes it true.
    pub(crate) fn commit(&self, effect: Effect) -> Result<(), WorldError> {
        let mut state = self.state();
        let mut journal = self
            .inside
            .journal
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(journal) = journal.as_mut() {
            journal.append(&effect)?;
        }
        state.apply(effect);
        Ok(())
    }
}
