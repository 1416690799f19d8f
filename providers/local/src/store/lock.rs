//! restic's lock files, which rustic does not know.
//!
//! A lock file is JSON sealed like a snapshot, under `locks/`. Ours are shared ones: as long as one stands, restic
//! refuses to prune. They are written through the second [`View`], as snapshots without content; of their fields
//! restic reads `time`, `hostname` and `username`.

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use lifeboat_contract::{Cancel, ErrorClass, Progress, ProviderError, Silent};
use rustic_core::repofile::{RepoFile, SnapshotFile, SnapshotId};
use rustic_core::{FileType, OpenStatus};
use serde::{Deserialize, Serialize};

use super::error::{class_of, from_rustic};
use super::layout::View;
use super::point::OURS;
use super::vault::{Session, Vault};

/// The age at which restic takes a lock for forgotten.
const STALE: SignedDuration = SignedDuration::from_mins(30);

/// What we read of a lock file.
#[derive(Debug, Serialize, Deserialize)]
struct Lock {
    time: Timestamp,
    #[serde(default)]
    exclusive: bool,
    #[serde(default)]
    hostname: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    pid: u32,
    /// The process, in locks of ours.
    #[serde(default)]
    label: String,
}

impl RepoFile for Lock {
    const TYPE: FileType = FileType::Snapshot;
    type Id = SnapshotId;
}

impl Lock {
    /// Returns whether the process that holds it is known to be gone.
    fn is_orphaned(&self, now: Timestamp, host: &str) -> bool {
        let pid = match self.label.parse() {
            Ok(pid) if self.username == OURS => pid,
            _ => self.pid,
        };
        let here = self.hostname == host;
        (here && pid != 0 && !Path::new(&format!("/proc/{pid}")).exists())
            || (self.username != OURS && now.duration_since(self.time) > STALE)
    }
}

/// A shared lock, removed when it is dropped.
pub(crate) struct SharedLock {
    session: Session<OpenStatus>,
    id: SnapshotId,
}

impl Drop for SharedLock {
    fn drop(&mut self) {
        if let Err(error) = self.session.repository.delete_snapshots(&[self.id]) {
            tracing::warn!("a lock file remains: {}", error.display_log());
        }
    }
}

impl Vault {
    /// Checks that no other process holds the repository for itself, and forgets locks of ours that a crash left.
    ///
    /// # Errors
    /// `conflict` while a fresh exclusive lock stands.
    pub(super) fn respect_locks(&self) -> Result<(), ProviderError> {
        self.locks().map(drop)
    }

    /// Takes a shared lock: until it is dropped, restic does not prune.
    ///
    /// # Errors
    /// `conflict` while a fresh exclusive lock stands.
    pub(super) fn lock_shared(&self) -> Result<SharedLock, ProviderError> {
        let failed = |error: &rustic_core::RusticError| {
            from_rustic(format!("cannot lock repository `{}`", self.place()), error)
        };
        let session = self.locks()?;
        let lock = SnapshotFile {
            hostname: super::host(),
            username: OURS.to_owned(),
            label: std::process::id().to_string(),
            // Two locks with the same content are one file, which the first to finish would remove from the other.
            description: Some(unique()),
            ..SnapshotFile::default()
        };
        session
            .repository
            .save_snapshots(vec![lock])
            .map_err(|error| {
                session.failed(format!("cannot lock repository `{}`", self.place()), &error)
            })?;
        let id = session.gate.last_snapshot().ok_or_else(|| {
            failed(&rustic_core::RusticError::new(
                rustic_core::ErrorKind::Internal,
                "bug: the lock file was not written",
            ))
        })?;
        let lock = SharedLock {
            session,
            id: SnapshotId::from(id),
        };
        // Another process may have taken the repository for itself in between; restic looks twice, too.
        self.respect_locks()?;
        Ok(lock)
    }

    /// Takes a shared lock for an operation that only reads; none where the place cannot be written, as restic's
    /// `--no-lock`.
    pub(crate) fn lock_shared_if_writable(&self) -> Result<Option<SharedLock>, ProviderError> {
        match self.lock_shared() {
            Ok(lock) => Ok(Some(lock)),
            Err(error) if matches!(error.class, ErrorClass::Denied | ErrorClass::Quota) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn locks(&self) -> Result<Session<OpenStatus>, ProviderError> {
        let failed = |error: &rustic_core::RusticError| {
            from_rustic(
                format!("cannot read the locks of repository `{}`", self.place()),
                error,
            )
        };
        let silent: Arc<dyn Progress> = Arc::new(Silent);
        let session = self.session_of(View::Locks, &silent, &Cancel::default())?;
        let (now, host) = (Timestamp::now(), super::host());
        let mut orphans = Vec::new();
        let locks = session
            .repository
            .stream_files::<Lock>()
            .map_err(|error| failed(&error))?;
        for lock in locks {
            match lock {
                Ok((id, lock)) if lock.is_orphaned(now, &host) => {
                    if lock.username == OURS {
                        orphans.push(id);
                    }
                }
                Ok((_, lock)) if lock.exclusive => {
                    return Err(ProviderError::new(
                        ErrorClass::Conflict,
                        format!(
                            "repository `{}` is locked by {} on `{}` (process {}) since {}",
                            self.place(),
                            lock.username,
                            lock.hostname,
                            lock.pid,
                            lock.time
                        ),
                    )
                    .help("Wait until that process is done; if it is gone, run `restic unlock`."));
                }
                Ok(_) => {}
                Err(error) if class_of(&error) == ErrorClass::NotFound => {}
                // A lock file that a crash cut short says nothing; restic skips it, too.
                Err(error) if class_of(&error) == ErrorClass::Corrupt => {}
                Err(error) => return Err(failed(&error)),
            }
        }
        if !orphans.is_empty() {
            session
                .repository
                .delete_snapshots(&orphans)
                .map_err(|error| failed(&error))?;
        }
        Ok(session)
    }
}

/// Returns a text that no other lock has.
fn unique() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!(
        "{}-{}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed),
        Timestamp::now()
    )
}
