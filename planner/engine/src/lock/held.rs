//! Taking, holding and releasing a lock.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use lifeboat_model::Span;
use rustix::fs::FlockOperation;

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
    file: File,
    holder: Holder,
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
            file,
            holder: Holder {
                since: now,
                heartbeat: now,
                ..holder
            },
        };
        lock.note().map_err(io)?;
        Ok(lock)
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

    /// Gives a sign of life. The lock does not depend on it, so a failure is passed over.
    pub(crate) fn beat(&mut self, now: Timestamp) {
        if Span::between(self.holder.heartbeat, now) >= HEARTBEAT {
            self.holder.heartbeat = now;
            let _ = self.note();
        }
    }

    fn note(&mut self) -> io::Result<()> {
        let text = serde_json::to_vec(&self.holder)?;
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(&text)?;
        self.file.flush()
    }
}

/// The file stays: removing it would let two processes lock two files of one name.
impl Drop for StateLock {
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
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
