//! Exit codes, the same for every command.
//!
//! Where several fit, the first of these counts: 64, 1, 7, 6, 5, 3, 4, 2, 0. What keeps a command from doing its work
//! stands above what it found out, and a promise that does not hold above changes that are merely pending.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Fine.
    Fine = 0,
    /// An error.
    Error = 1,
    /// Changes are pending (`--detailed-exitcode`, and `drift` when the configuration alone is ahead).
    Changes = 2,
    /// An objective is not met.
    ObjectiveNotMet = 3,
    /// Something changed behind lifeboat's back.
    Drift = 4,
    /// Somebody else holds the lock.
    LockHeld = 5,
    /// The plan does not fit what is there any more.
    Stale = 6,
    /// Recovery points would be lost, or protection weakened, without leave.
    NeedsLeave = 7,
    /// The command line is wrong.
    Usage = 64,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
