//! What the object of a lock says.

use std::path::Path;

use jiff::Timestamp;
use lifeboat_contract::objects::Stored;
use lifeboat_model::Span;
use serde::{Deserialize, Serialize};

use super::{Holder, LockError};

/// The format that is written; a reader refuses another major.
const FORMAT: &str = "1.0";

/// What the clock of a store may be off between writing and reading: both times have whole seconds.
const GRAIN: Span = Span::from_secs(2);

/// What the object of a lock says. It stays when the lock is free: an object that comes and goes could be removed by
/// somebody whose lease has ended, and who takes the new holder's for his own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) lock_format: String,
    /// Drawn by each holder, so that a lock is known for one's own.
    pub(super) nonce: String,
    /// Counts signs of life, so that no two notes are alike.
    pub(super) beat: u64,
    /// How long the lock outlives the last sign of life.
    pub(super) lease: Span,
    /// Who holds it; none when it is free.
    pub(super) holder: Option<Holder>,
    /// Tells one table of processes from every other: that of this boot of this machine, in this container.
    pub(super) processes: Option<String>,
}

impl Note {
    /// Returns the first note of a holder.
    pub(super) fn of(holder: Holder, lease: Span, nonce: String) -> Self {
        Self {
            lock_format: FORMAT.to_owned(),
            nonce,
            beat: 0,
            lease,
            holder: Some(holder),
            processes: processes(),
        }
    }

    /// Returns the next sign of life.
    pub(super) fn next(&self) -> Self {
        Self {
            beat: self.beat + 1,
            ..self.clone()
        }
    }

    /// Returns the note that ends the lock.
    pub(super) fn freed(&self) -> Self {
        Self {
            holder: None,
            ..self.next()
        }
    }

    /// Reads a note.
    pub(super) fn read(stored: &Stored, path: &Path) -> Result<Self, LockError> {
        let foreign = |source| LockError::Foreign {
            path: path.to_owned(),
            source,
        };
        let mut note: Self =
            serde_json::from_slice(&stored.bytes).map_err(|error| foreign(Some(error)))?;
        if note.lock_format.split('.').next() != FORMAT.split('.').next() {
            return Err(foreign(None));
        }
        if let (Some(holder), Some(written)) = (&mut note.holder, stored.written) {
            holder.heartbeat = written;
        }
        Ok(note)
    }

    /// Returns the bytes of the object.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Returns whether the lock has outlived its lease, by the clock of the store alone.
    pub(super) fn has_ended(&self, stored: &Stored) -> bool {
        match (stored.written, stored.now) {
            (Some(written), Some(now)) => Span::between(written, now) > self.lease + GRAIN,
            _ => false,
        }
    }

    /// Returns whether its process is known to be gone. Host names are not enough for that, as containers share them
    /// and number their processes alike.
    pub(super) fn is_orphaned(&self) -> bool {
        let Some(holder) = &self.holder else {
            return false;
        };
        self.processes.is_some()
            && self.processes == processes()
            && holder.is_alive() == Some(false)
    }
}

/// Returns the time of a read, by the clock of the store where it tells one.
pub(super) fn time_of(stored: Option<&Stored>, otherwise: Timestamp) -> Timestamp {
    stored.and_then(|stored| stored.now).unwrap_or(otherwise)
}

/// Returns what tells the table of processes that this one is in; none where the system does not say.
fn processes() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), namespace.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(holder: Holder) -> Note {
        Note::of(holder, Span::from_secs(60), "n".to_owned())
    }

    fn read_after(seconds: i64, note: &Note) -> Stored {
        Stored {
            bytes: note.bytes(),
            version: "1".to_owned(),
            written: Some(Timestamp::UNIX_EPOCH),
            now: Timestamp::from_second(seconds).ok(),
        }
    }

    #[test]
    fn a_lease_ends_by_the_clock_of_the_store_whatever_the_holder_believes() {
        let fast: Timestamp = "2100-01-01T00:00:00Z".parse().unwrap();
        let note = note(Holder::this_process("apply", fast));
        assert!(!note.has_ended(&read_after(62, &note)));
        assert!(note.has_ended(&read_after(63, &note)));
        let unknown = Stored {
            now: None,
            ..read_after(1_000_000, &note)
        };
        assert!(
            !note.has_ended(&unknown),
            "without a clock nothing is taken"
        );
    }

    #[test]
    fn only_a_process_that_is_seen_to_be_gone_leaves_an_orphan() {
        let here = Holder::this_process("apply", Timestamp::UNIX_EPOCH);
        assert!(!note(here.clone()).is_orphaned(), "it runs: it is this one");
        let gone = Holder {
            pid: 4_000_000,
            ..here
        };
        assert!(note(gone.clone()).is_orphaned());
        let elsewhere = Note {
            processes: Some("another boot pid:[1]".to_owned()),
            ..note(gone)
        };
        assert!(!elsewhere.is_orphaned(), "its process cannot be seen");
    }

    #[test]
    fn what_is_no_note_is_never_taken_for_a_free_lock() {
        for text in ["", "{}", "free", "{\"lock_format\": \"2.0\"}"] {
            let stored = Stored {
                bytes: text.into(),
                ..read_after(
                    0,
                    &note(Holder::this_process("apply", Timestamp::UNIX_EPOCH)),
                )
            };
            let error = Note::read(&stored, Path::new("s3://b/k.lock")).unwrap_err();
            assert_eq!(error.code(), "lock::foreign");
        }
    }
}
