//! Asking a run to stop: once to finish what is in flight, twice to stop now.

use lifeboat_contract::Cancel;
use tokio::sync::watch;

/// How urgently the user wants the run to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum StopLevel {
    /// Not at all.
    #[default]
    Continue,
    /// What is in flight ends, nothing new starts.
    Finish,
    /// At once; the journal holds what was done.
    Now,
}

/// The handle by which an interrupt (Ctrl-C) reaches a run. Clones are one handle.
#[derive(Clone, Debug)]
pub struct Stop {
    level: watch::Sender<StopLevel>,
    cancel: Cancel,
}

impl Default for Stop {
    fn default() -> Self {
        Self {
            level: watch::Sender::new(StopLevel::Continue),
            cancel: Cancel::default(),
        }
    }
}

impl Stop {
    /// Asks for one level more, and returns the level reached. [`StopLevel::Now`] also sets the flag of every call.
    pub fn request(&self) -> StopLevel {
        self.level.send_modify(|level| {
            *level = match level {
                StopLevel::Continue => StopLevel::Finish,
                StopLevel::Finish | StopLevel::Now => StopLevel::Now,
            };
        });
        let level = self.level();
        if level == StopLevel::Now {
            self.cancel.cancel();
        }
        level
    }

    /// Returns the level reached.
    pub fn level(&self) -> StopLevel {
        *self.level.borrow()
    }

    /// Returns the flag that calls look at; set at [`StopLevel::Now`].
    pub fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    /// Returns when the level is at least `level`; never, if nobody asks.
    pub async fn reached(&self, level: StopLevel) {
        let mut seen = self.level.subscribe();
        // The sender lives in `self`, so the wait cannot fail.
        let _ = seen.wait_for(|now| *now >= level).await;
    }
}
