//! What surrounds a call: its time, its token, its progress, and whether to stop.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

/// Receives the progress of one long call. Called from any thread, often.
pub trait Progress: fmt::Debug + Send + Sync {
    /// A stage begins, with its total in bytes where that is known.
    fn begin(&self, stage: &str, total_bytes: Option<u64>);
    /// So many more bytes are done.
    fn advance(&self, bytes: u64);
    /// The stage is over.
    fn end(&self);
}

/// Shows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _stage: &str, _total_bytes: Option<u64>) {}
    fn advance(&self, _bytes: u64) {}
    fn end(&self) {}
}

/// A flag that asks a long call to stop at its next safe point, with [`ErrorClass::Interrupted`].
///
/// [`ErrorClass::Interrupted`]: crate::ErrorClass::Interrupted
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks to stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns whether somebody asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What surrounds one call.
#[derive(Clone, Debug)]
pub struct CallContext {
    /// Now, as the run sees it.
    pub as_of: Timestamp,
    /// The idempotency token: equal when the same call is repeated after a crash, different otherwise.
    pub token: String,
    /// Where progress goes.
    pub progress: Arc<dyn Progress>,
    /// Whether to stop.
    pub cancel: Cancel,
}
