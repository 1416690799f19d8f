//! Schedules: entries in the machine's own scheduler that run `lifeboat backup run ADDRESS`.
//!
//! The way of the data: [`choose`] finds the scheduler of the machine; [`Entry`] is what an entry says;
//! [`Crontab`] and [`Systemd`] each render it, install it, read the real lines back, and remove it. What is read back
//! is what the scheduler would run: an entry edited by hand shows the schedule that it has now.

mod choice;
mod command;
mod cron;
mod crontab;
mod systemd;

pub(crate) use choice::{Choice, choose};
pub(crate) use command::CommandLine;
pub(crate) use crontab::Crontab;
pub(crate) use systemd::Systemd;

use std::collections::BTreeMap;

use lifeboat_contract::ProviderError;
use lifeboat_model::{Address, Schedule};
use serde_json::Value;

/// What one entry shall say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The resource that it is.
    pub(crate) address: Address,
    /// The protection that it runs.
    pub(crate) protection: Address,
    /// When.
    pub(crate) schedule: Schedule,
}

/// What one entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LiveEntry {
    /// The protection that it runs, or the command where that is none of ours.
    pub(crate) protection: String,
    /// When: the schedule's text, or the scheduler's own where no schedule of ours says the same.
    pub(crate) schedule: String,
    /// Observations that are no setting.
    pub(crate) facts: BTreeMap<String, Value>,
}

/// The scheduler of a machine.
#[derive(Clone, Debug)]
pub(crate) enum Scheduler {
    /// The crontab of the user.
    Crontab(Crontab),
    /// systemd timers.
    Systemd(Systemd),
}

impl Scheduler {
    /// Returns the word for it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Crontab(_) => "crontab",
            Self::Systemd(_) => "systemd",
        }
    }

    /// Returns the entries of these addresses that are there.
    ///
    /// # Errors
    /// When the scheduler's entries cannot be listed.
    pub(crate) fn read(
        &self,
        addresses: &[Address],
    ) -> Result<BTreeMap<Address, LiveEntry>, ProviderError> {
        match self {
            Self::Crontab(crontab) => crontab.read(addresses),
            Self::Systemd(systemd) => systemd.read(addresses),
        }
    }

    /// Makes the entry, or changes it to this.
    ///
    /// # Errors
    /// `invalid` when the scheduler cannot express the schedule.
    pub(crate) fn install(&self, entry: &Entry) -> Result<(), ProviderError> {
        match self {
            Self::Crontab(crontab) => crontab.install(entry),
            Self::Systemd(systemd) => systemd.install(entry),
        }
    }

    /// Removes the entry; one that is gone already is no error.
    ///
    /// # Errors
    /// When it is still there afterwards.
    pub(crate) fn remove(&self, address: &Address) -> Result<(), ProviderError> {
        match self {
            Self::Crontab(crontab) => crontab.remove(address),
            Self::Systemd(systemd) => systemd.remove(address),
        }
    }
}

/// Marks what lifeboat wrote, before the address.
const MARK: &str = "# lifeboat ";

/// Returns the comment that marks an entry.
fn marker(entry: &Entry) -> String {
    format!("{MARK}{} schedule={}", entry.address, entry.schedule)
}

/// Reads a marking comment: the address, and the schedule's text as it was applied.
fn parse_marker(line: &str) -> Option<(Address, &str)> {
    let rest = line.strip_prefix(MARK)?;
    let (address, schedule) = rest.rsplit_once(" schedule=")?;
    Some((address.parse().ok()?, schedule))
}
