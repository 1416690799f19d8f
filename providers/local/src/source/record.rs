//! What a pass over a source could not read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use lifeboat_contract::{Cancel, PathFailure};

/// Collects from all threads what a pass could not read.
#[derive(Debug)]
pub(super) struct Recorder {
    cancel: Cancel,
    offered: AtomicU64,
    /// By path; true for files that had been offered before they failed.
    failures: Mutex<BTreeMap<PathBuf, (String, bool)>>,
}

/// The result of a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// What could not be read, by path.
    pub(crate) failures: Vec<PathFailure>,
    /// How many entries other than directories must have arrived.
    pub(crate) expected_files: u64,
}

impl Recorder {
    pub(super) fn new(cancel: Cancel) -> Self {
        Self {
            cancel,
            offered: AtomicU64::new(0),
            failures: Mutex::default(),
        }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Notes that an entry other than a directory is handed to the archiver.
    pub(super) fn offer(&self) {
        self.offered.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that an entry is not in the point at all.
    pub(super) fn missed(&self, path: &Path, message: impl ToString) {
        self.note(path, message.to_string(), false);
    }

    /// Notes that a file which was offered could not be read to its end, and so is not in the point.
    pub(super) fn lost(&self, path: &Path, message: impl ToString) {
        self.note(path, message.to_string(), true);
    }

    fn note(&self, path: &Path, message: String, offered: bool) {
        self.failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(path.to_owned())
            .and_modify(|(_, lost)| *lost |= offered)
            .or_insert((message, offered));
    }

    pub(super) fn finish(&self) -> Record {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = failures.values().filter(|(_, offered)| *offered).count() as u64;
        Record {
            expected_files: self.offered.load(Ordering::Relaxed).saturating_sub(lost),
            failures: failures
                .iter()
                .map(|(path, (message, _))| PathFailure {
                    path: path.to_string_lossy().into_owned(),
                    message: message.clone(),
                })
                .collect(),
        }
    }
}
