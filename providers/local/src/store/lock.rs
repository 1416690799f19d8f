//! restic's lock files, which rustic does not know.
//!
//! A lock file is JSON sealed like a snapshot, under `locks/`. To restic ours are shared ones: as long as one stands,
//! restic refuses to prune. They are written through the second [`View`], as snapshots without content; of their fields
//! restic reads `time`, `hostname` and `username`. Among ourselves, the label says which process holds the lock, and
//! whether it holds the repository for itself.

use std::path::Path;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use lifeboat_contract::{Cancel, ErrorClass, Progress, ProviderError, Silent};
use rustic_core::repofile::{RepoFile, SnapshotFile, SnapshotId};
use rustic_core::{FileType, OpenStatus};
use serde::{Deserialize, Serialize};

use super::error::{class_of, from_rustic};
use super::layout::View;
use super::point::OURS;
use super::vault::{Session, Vault};

/// The age at which restic takes a lock for forgotten. It refreshes its own.
const STALE: SignedDuration = SignedDuration::from_mins(30);

/// The age at which a lock of ours on another machine counts as forgotten. Ours are not refreshed.
const STALE_OURS: SignedDuration = SignedDuration::from_hours(72);

/// How long another process of ours that holds the repository for itself is waited for.
const PATIENCE: Duration = Duration::from_mins(5);

/// Stands behind the process in the label of a lock of ours that wants to be alone.
const SOLE: &str = " sole";

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
    /// The process, and [`SOLE`], in locks of ours.
    #[serde(default)]
    label: String,
}

/// Whom a lock keeps away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Whoever wants to be alone.
    Shared,
    /// Everybody.
    Sole,
}

impl RepoFile for Lock {
    const TYPE: FileType = FileType::Snapshot;
    type Id = SnapshotId;
}

impl Lock {
    /// Returns whether the process that holds it is known to be gone.
    fn is_orphaned(&self, now: Timestamp, host: &str) -> bool {
        let here = self.hostname == host;
        let age = now.duration_since(self.time);
        let pid = self.process();
        (here && pid != 0 && !Path::new(&format!("/proc/{pid}")).exists())
            || if self.is_ours() {
                !here && age > STALE_OURS
            } else {
                age > STALE
            }
    }

    fn is_ours(&self) -> bool {
        self.username == OURS
    }

    fn process(&self) -> u32 {
        let label = self.label.strip_suffix(SOLE).unwrap_or(&self.label);
        match label.parse() {
            Ok(process) if self.is_ours() => process,
            _ => self.pid,
        }
    }

    fn is_sole(&self) -> bool {
        self.exclusive || (self.is_ours() && self.label.ends_with(SOLE))
    }
}

/// A lock file, removed when it is dropped.
pub(crate) struct HeldLock {
    session: Session<OpenStatus>,
    id: SnapshotId,
}

impl Drop for HeldLock {
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
    /// `conflict` while a fresh exclusive lock stands. One of ours is waited for.
    pub(super) fn respect_locks(&self) -> Result<(), ProviderError> {
        let since = Instant::now();
        loop {
            let locks = self.locks()?;
            let Some((_, sole)) = locks.iter().find(|(_, lock)| lock.is_sole()) else {
                return Ok(());
            };
            if !sole.is_ours() || since.elapsed() > PATIENCE {
                return Err(self.locked_by(sole));
            }
            sleep(Duration::from_millis(100));
        }
    }

    /// Takes a shared lock: until it is dropped, neither restic nor lifeboat prunes.
    ///
    /// # Errors
    /// `conflict` while a fresh exclusive lock stands.
    pub(super) fn lock_shared(&self) -> Result<HeldLock, ProviderError> {
        self.respect_locks()?;
        let lock = self.write_lock(Mode::Shared)?;
        // Another process may have taken the repository for itself in between; restic looks twice, too.
        self.respect_locks()?;
        Ok(lock)
    }

    /// Takes a shared lock for an operation that only reads; none where the place cannot be written, as restic's
    /// `--no-lock`.
    pub(crate) fn lock_shared_if_writable(&self) -> Result<Option<HeldLock>, ProviderError> {
        match self.lock_shared() {
            Ok(lock) => Ok(Some(lock)),
            Err(error) if matches!(error.class, ErrorClass::Denied | ErrorClass::Quota) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Takes the repository for itself; none while anybody else, reader or writer, uses it.
    ///
    /// Whoever comes later sees the lock and waits: each side writes its own lock before it looks for others.
    ///
    /// # Errors
    /// `conflict` while a fresh exclusive lock stands.
    pub(super) fn lock_sole(&self) -> Result<Option<HeldLock>, ProviderError> {
        self.respect_locks()?;
        let lock = self.write_lock(Mode::Sole)?;
        let others = self.locks()?;
        let alone = others.iter().all(|(id, _)| *id == lock.id);
        Ok(alone.then_some(lock))
    }

    fn write_lock(&self, mode: Mode) -> Result<HeldLock, ProviderError> {
        let message = || format!("cannot lock repository `{}`", self.place());
        let silent: Arc<dyn Progress> = Arc::new(Silent);
        let session = self.session_of(View::Locks, &silent, &Cancel::default())?;
        let sole = match mode {
            Mode::Shared => "",
            Mode::Sole => SOLE,
        };
        let lock = SnapshotFile {
            hostname: super::host(),
            username: OURS.to_owned(),
            label: format!("{}{sole}", std::process::id()),
            // Two locks with the same content are one file, which the first to finish would remove from the other.
            description: Some(unique()),
            ..SnapshotFile::default()
        };
        session
            .repository
            .save_snapshots(vec![lock])
            .map_err(|error| session.failed(message(), &error))?;
        match session.gate.last_snapshot() {
            Some(id) => Ok(HeldLock {
                session,
                id: SnapshotId::from(id),
            }),
            None => Err(ProviderError::new(
                ErrorClass::Unknown,
                format!("{}: bug: the lock file was not written", message()),
            )),
        }
    }

    fn locked_by(&self, lock: &Lock) -> ProviderError {
        ProviderError::new(
            ErrorClass::Conflict,
            format!(
                "repository `{}` is locked by {} on `{}` (process {}) since {}",
                self.place(),
                lock.username,
                lock.hostname,
                lock.process(),
                lock.time
            ),
        )
        .help("Wait until that process is done; if it is gone, run `restic unlock`.")
    }

    /// Returns the locks of processes that may be alive, and removes those of ours that are not.
    fn locks(&self) -> Result<Vec<(SnapshotId, Lock)>, ProviderError> {
        let failed = |error: &rustic_core::RusticError| {
            from_rustic(
                format!("cannot read the locks of repository `{}`", self.place()),
                error,
            )
        };
        let silent: Arc<dyn Progress> = Arc::new(Silent);
        let session = self.session_of(View::Locks, &silent, &Cancel::default())?;
        let (now, host) = (Timestamp::now(), super::host());
        let (mut orphans, mut live) = (Vec::new(), Vec::new());
        let locks = session
            .repository
            .stream_files::<Lock>()
            .map_err(|error| failed(&error))?;
        for lock in locks {
            match lock {
                Ok((id, lock)) if !lock.is_orphaned(now, &host) => live.push((id, lock)),
                Ok((id, lock)) if lock.is_ours() => orphans.push(id),
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
        Ok(live)
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
