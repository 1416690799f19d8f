//! Taking, holding and releasing a lock.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use lifeboat_contract::objects::ObjectStore;
use lifeboat_model::Span;
use rustix::fs::FlockOperation;

use super::lease::{Lease, Wanted};
use super::{Holder, LockError};
use crate::clock::Clock;

/// How often a waiting process looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Even who does not wait looks again after this: somebody may only have looked who holds the lock.
const GLANCE: Duration = Duration::from_millis(50);

/// A sign of life is written when the last one is this old.
const HEARTBEAT: Span = Span::from_secs(10);

/// A lock that is held; it ends with this value, or with the process.
#[derive(Debug)]
pub struct StateLock {
    holder: Holder,
    held: Held,
}

#[derive(Debug)]
enum Held {
    File(File),
    Lease(Lease),
}

impl StateLock {
    /// Takes the lock, waiting at most `wait` for it.
    ///
    /// # Errors
    /// [`LockError::Held`] when somebody else still holds it then.
    pub async fn acquire(
        path: &Path,
        holder: Holder,
        clock: &dyn Clock,
        wait: Span,
    ) -> Result<Self, LockError> {
        let io = |source| LockError::Io {
            path: path.to_owned(),
            source,
        };
        let mut file = open(path).map_err(io)?;
        let mut left = Duration::from_millis(wait.as_millis()).max(GLANCE);
        while !try_lock(&file).map_err(io)? {
            if left.is_zero() {
                return Err(LockError::Held {
                    path: path.to_owned(),
                    holder: noted(&mut file).map(Box::new),
                    now: clock.now(),
                });
            }
            let pause = left.min(LOOK_AGAIN).min(GLANCE.max(left / 10));
            tokio::time::sleep(pause).await;
            left -= pause;
        }
        let now = clock.now();
        let mut lock = Self {
            holder: Holder {
                since: now,
                heartbeat: now,
                ..holder
            },
            held: Held::File(file),
        };
        lock.note().map_err(io)?;
        Ok(lock)
    }

    /// Takes the lock that is an object of a store, waiting at most `wait` for it. It outlives the last sign of life
    /// of its holder by `lease`.
    ///
    /// # Errors
    /// [`LockError::Leased`] when somebody else still holds it then; [`LockError::Unconditional`] when the store
    /// cannot hold locks; [`LockError::Store`] when it refuses.
    pub(crate) async fn lease(
        objects: Arc<dyn ObjectStore>,
        path: &Path,
        holder: Holder,
        clock: &dyn Clock,
        lease: Span,
        wait: Span,
    ) -> Result<Self, LockError> {
        let wanted = Wanted {
            objects,
            path,
            holder: holder.clone(),
            lease,
        };
        let lease = Lease::acquire(wanted, clock, wait).await?;
        Ok(Self {
            holder,
            held: Held::Lease(lease),
        })
    }

    /// Returns whose lock was taken over, because its lease had ended.
    pub(crate) const fn taken_over(&self) -> Option<&Holder> {
        match &self.held {
            Held::File(_) => None,
            Held::Lease(lease) => lease.taken_over.as_ref(),
        }
    }

    /// Makes sure that the lock is still ours. A lock on a file is, as long as the process runs.
    ///
    /// # Errors
    /// [`LockError::Lost`], or what kept it from being found out.
    pub(crate) fn check(&self) -> Result<(), LockError> {
        match &self.held {
            Held::File(_) => Ok(()),
            Held::Lease(lease) => lease.check(),
        }
    }

    /// Returns who holds the lock at `path` now; none if it is free. Needs no lock itself.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn holder_of(path: &Path) -> Result<Option<Holder>, LockError> {
        let io = |source| LockError::Io {
            path: path.to_owned(),
            source,
        };
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(error)),
        };
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => Ok(None),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(noted(&mut file)),
            Err(error) => Err(io(error.into())),
        }
    }

    /// Returns who this holder is.
    pub const fn holder(&self) -> &Holder {
        &self.holder
    }

    /// Gives a sign of life in the file; a lease does so by itself. The lock does not depend on it, so a failure is passed over.
    pub(crate) fn beat(&mut self, now: Timestamp) {
        if matches!(self.held, Held::File(_))
            && Span::between(self.holder.heartbeat, now) >= HEARTBEAT
        {
            self.holder.heartbeat = now;
            let _ = self.note();
        }
    }

    fn note(&mut self) -> io::Result<()> {
        let Held::File(file) = &mut self.held else {
            return Ok(());
        };
        let text = serde_json::to_vec(&self.holder)?;
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(&text)?;
        file.flush()
    }
}

/// The file stays: removing it would let two processes lock two files of one name.
impl Drop for StateLock {
    fn drop(&mut self) {
        if let Held::File(file) = &self.held {
            let _ = file.set_len(0);
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

fn try_lock(file: &File) -> io::Result<bool> {
    match rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn noted(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}
