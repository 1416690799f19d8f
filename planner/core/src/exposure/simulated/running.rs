//! When runs start: on a schedule, after a run that takes too long, after runs that fail.

use super::chance::Chance;
use super::{Minute, minutes};
use crate::exposure::graph::Copy;

/// What becomes of a run that is due while the one before is still under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overrun {
    /// It is left out.
    Skip,
    /// It starts when the other one has ended; of several that wait, one is enough.
    Wait,
    /// Each starts in its turn.
    Queue,
}

/// A run that succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: Minute,
    /// How long it takes, without the hold.
    pub(super) takes: Minute,
}

/// Decides for each instant at which a run is due whether and when it starts, and whether it fails.
#[derive(Clone, Copy, Debug)]
pub(super) struct Runner<'a> {
    copy: &'a Copy,
    overrun: Overrun,
    /// When the run under way ends.
    free: Minute,
    /// When the run that waits for it starts.
    waiting: Minute,
    failed: u32,
    /// Until when nobody knows that runs fail.
    unnoticed_until: Option<Minute>,
}

impl<'a> Runner<'a> {
    pub(super) const fn new(copy: &'a Copy, overrun: Overrun) -> Self {
        Self {
            copy,
            overrun,
            free: Minute::MIN,
            waiting: Minute::MIN,
            failed: 0,
            unnoticed_until: None,
        }
    }

    /// Returns the runs that have succeeded in starting up to and with the one that is due now.
    ///
    /// A rerun stands for the failures that nobody noticed: it starts by itself, so it may come before the run that is
    /// due.
    pub(super) fn due(&mut self, now: Minute, chance: &mut Chance) -> Vec<Run> {
        let mut runs = Vec::new();
        if let Some(rerun) = self.unnoticed_until {
            if now < rerun {
                return runs;
            }
            self.unnoticed_until = None;
            let free = self.free;
            runs.push(self.succeed(rerun, chance));
            if self.overrun == Overrun::Skip {
                // Made by hand, beside the schedule.
                self.free = free;
            }
        }
        let mut start = now;
        if self.free > now {
            match self.overrun {
                Overrun::Skip => return runs,
                Overrun::Wait if self.waiting > now => return runs,
                Overrun::Wait => self.waiting = self.free,
                Overrun::Queue => {}
            }
            start = self.free;
        }
        if self.failed < self.copy.tolerated_failures && chance.yes() {
            self.failed += 1;
            self.free = start + chance.up_to(minutes(self.copy.prop.value));
            return runs;
        }
        if let Some(unnoticed) = &self.copy.unnoticed
            && chance.yes()
        {
            self.unnoticed_until = Some(start + chance.up_to(minutes(unnoticed.value)));
            return runs;
        }
        runs.push(self.succeed(start, chance));
        runs
    }

    fn succeed(&mut self, start: Minute, chance: &mut Chance) -> Run {
        let takes = chance.up_to(minutes(self.copy.prop.value));
        self.free = start + takes;
        self.failed = 0;
        Run { start, takes }
    }
}
