//! What a run tells while it runs: one stream, any number of renderers.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use lifeboat_contract::Progress;
use lifeboat_model::{ActionId, Address, Notice, Span, Verb};
use serde::Serialize;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The checks are passed; the first action is about to start.
    ApplyStarted {
        /// How many actions there are.
        actions: usize,
    },
    /// An action is journaled and under way.
    ActionStarted {
        /// Its place in the plan.
        id: ActionId,
        /// What it acts on.
        address: Address,
        /// What it does.
        verb: Verb,
    },
    /// A long call has come this far.
    Progress {
        /// What it is about.
        address: Address,
        /// What is done now.
        stage: String,
        /// Bytes done.
        done: u64,
        /// Bytes in all, where known.
        total: Option<u64>,
    },
    /// A call failed in a way that may pass; it is tried again.
    Retrying {
        /// What it is about; none for a bulk read.
        address: Option<Address>,
        /// The try that failed, from 1.
        attempt: u32,
        /// The pause before the next one.
        after: Span,
        /// What happened.
        message: String,
    },
    /// An action succeeded, and the journal has its result.
    ActionDone {
        /// Its place in the plan.
        id: ActionId,
        /// What it acted on.
        address: Address,
        /// What it did.
        verb: Verb,
        /// From its start.
        took: Span,
    },
    /// An action failed.
    ActionFailed {
        /// Its place in the plan.
        id: ActionId,
        /// What it acted on.
        address: Address,
        /// What it was to do.
        verb: Verb,
        /// Why, with its causes.
        message: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// Something that the reader should know.
    Notice(Notice),
}

/// Receives the events of a run, from any thread, in order for one address.
pub trait EventSink: Send + Sync {
    /// Takes one event. Must not block for long.
    fn event(&self, event: Event);
}

impl<F: Fn(Event) + Send + Sync> EventSink for F {
    fn event(&self, event: Event) {
        self(event);
    }
}

/// Fewer bytes than this since the last [`Event::Progress`] make no new one.
const PROGRESS_GRAIN: u64 = 256 * 1024;

/// Turns the progress of one call into events.
pub(crate) struct CallProgress {
    address: Address,
    events: Arc<dyn EventSink>,
    stage: Mutex<(String, Option<u64>)>,
    done: AtomicU64,
    told: AtomicU64,
}

impl CallProgress {
    /// Returns the progress of a call on this address.
    pub(crate) fn new(address: Address, events: Arc<dyn EventSink>) -> Self {
        Self {
            address,
            events,
            stage: Mutex::default(),
            done: AtomicU64::new(0),
            told: AtomicU64::new(0),
        }
    }

    fn tell(&self, done: u64) {
        let (stage, total) = self
            .stage
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        self.told.store(done, Ordering::Relaxed);
        self.events.event(Event::Progress {
            address: self.address.clone(),
            stage,
            done,
            total,
        });
    }
}

impl fmt::Debug for CallProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallProgress")
            .field("address", &self.address)
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

impl Progress for CallProgress {
    fn begin(&self, stage: &str, total_bytes: Option<u64>) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) =
            (stage.to_owned(), total_bytes);
        self.done.store(0, Ordering::Relaxed);
        self.tell(0);
    }

    fn advance(&self, bytes: u64) {
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if done.saturating_sub(self.told.load(Ordering::Relaxed)) >= PROGRESS_GRAIN {
            self.tell(done);
        }
    }

    fn end(&self) {
        self.tell(self.done.load(Ordering::Relaxed));
    }
}
