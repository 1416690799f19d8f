//! A lock on an object of a store that machines share: a lease, kept alive by a heartbeat.
//!
//! The object is only ever written on the condition that it is the one that was read, so that of many who find a lease
//! ended exactly one takes it over. A thread renews it at a third of the lease. [`Lease::check`] asks the store before
//! anything is believed; what was written before a check that passes is seen by whoever takes the lock over later.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use lifeboat_contract::ProviderError;
use lifeboat_contract::objects::{Condition, ObjectStore, Stored, Written};
use lifeboat_model::Span;

use super::note::{Note, time_of};
use super::{Holder, LockError};
use crate::clock::Clock;

/// How often a waiting process looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// How long the end of a session waits for a heartbeat that is under way.
const PATIENCE: Duration = Duration::from_secs(5);

/// A lease that is held; it ends with this value, or when its signs of life have stopped for long enough.
#[derive(Debug)]
pub(super) struct Lease {
    held: Arc<Held>,
    /// Whose lease had ended.
    pub(super) taken_over: Option<Holder>,
}

#[derive(Debug)]
struct Held {
    objects: Arc<dyn ObjectStore>,
    path: PathBuf,
    pulse: Mutex<Pulse>,
    /// Wakes the heartbeat when the lease is given back.
    over: Condvar,
}

#[derive(Debug)]
struct Pulse {
    note: Note,
    version: String,
    /// Before the last sign of life was sent.
    renewed: Instant,
    /// Set once the lock is somebody else's.
    lost: Option<Option<Holder>>,
    over: bool,
}

/// Who asks for a lease.
pub(super) struct Wanted<'a> {
    pub(super) objects: Arc<dyn ObjectStore>,
    pub(super) path: &'a Path,
    pub(super) holder: Holder,
    pub(super) lease: Span,
}

impl Lease {
    /// Takes the lock, waiting at most `wait` for it, and starts the heartbeat.
    ///
    /// # Errors
    /// [`LockError::Held`] when somebody else still holds it then; [`LockError::Unconditional`] when the store ignores
    /// conditions; what the store says.
    pub(super) async fn acquire(
        wanted: Wanted<'_>,
        clock: &dyn Clock,
        wait: Span,
    ) -> Result<Self, LockError> {
        let objects = &*wanted.objects;
        let nonce = nonce()?;
        let mut left = Duration::from_millis(wait.as_millis());
        loop {
            let stored = read(objects, wanted.path)?;
            let now = time_of(stored.as_ref(), clock.now());
            let note = stored
                .as_ref()
                .map(|stored| Note::read(stored, wanted.path));
            let note = note.transpose()?;
            if let (Some(stored), Some(note)) = (&stored, &note)
                && note.holder.is_some()
                && !note.has_ended(stored)
                && !note.is_orphaned()
            {
                if left.is_zero() {
                    return Err(held(wanted.path, note, now));
                }
                let pause = left.min(spread(LOOK_AGAIN, &nonce));
                tokio::time::sleep(pause).await;
                left -= pause;
                continue;
            }
            let since = Holder {
                since: now,
                heartbeat: now,
                ..wanted.holder.clone()
            };
            let mine = Note::of(since, wanted.lease, nonce.clone());
            let renewed = Instant::now();
            let condition = condition(stored.as_ref());
            if let Written::As(version) = write(objects, wanted.path, &mine, condition)? {
                let taken_over = note.and_then(|note| note.holder);
                let lease = Self::start(&wanted, mine.clone(), version, renewed, taken_over)?;
                probe(objects, wanted.path, &mine)?;
                return Ok(lease);
            }
            // Somebody else was first: the next look shows who.
            tokio::time::sleep(spread(Duration::from_millis(10), &nonce)).await;
        }
    }

    fn start(
        wanted: &Wanted<'_>,
        note: Note,
        version: String,
        renewed: Instant,
        taken_over: Option<Holder>,
    ) -> Result<Self, LockError> {
        let third = Duration::from_millis(wanted.lease.as_millis()) / 3;
        let held = Arc::new(Held {
            objects: Arc::clone(&wanted.objects),
            path: wanted.path.to_owned(),
            pulse: Mutex::new(Pulse {
                note,
                version,
                renewed,
                lost: None,
                over: false,
            }),
            over: Condvar::new(),
        });
        let lease = Self {
            held: Arc::clone(&held),
            taken_over,
        };
        std::thread::Builder::new()
            .name("lifeboat-lease".to_owned())
            .spawn(move || held.beat(third))
            .map_err(|source| LockError::Io {
                path: wanted.path.to_owned(),
                source,
            })?;
        Ok(lease)
    }

    /// Asks the store whether the lock is still ours, and renews it when its lease is half over.
    ///
    /// # Errors
    /// [`LockError::Lost`] when it is somebody else's; what the store says when it cannot be asked.
    pub(super) fn check(&self) -> Result<(), LockError> {
        let held = &*self.held;
        let mut pulse = held.pulse();
        let lease = Duration::from_millis(pulse.note.lease.as_millis());
        if pulse.lost.is_none() && pulse.renewed.elapsed() > lease / 2 {
            held.renew(&mut pulse)?;
        } else if pulse.lost.is_none() {
            let stored = read(&*held.objects, &held.path)?;
            held.recognise(&mut pulse, stored.as_ref());
        }
        match &pulse.lost {
            None => Ok(()),
            Some(by) => Err(LockError::Lost {
                path: held.path.clone(),
                by: by.clone().map(Box::new),
            }),
        }
    }
}

impl Held {
    fn pulse(&self) -> MutexGuard<'_, Pulse> {
        self.pulse.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives signs of life until the lease is given back or lost.
    fn beat(&self, every: Duration) {
        let mut pulse = self.pulse();
        let mut pause = every;
        while !pulse.over && pulse.lost.is_none() {
            let waited = self.over.wait_timeout(pulse, pause);
            pulse = waited.unwrap_or_else(PoisonError::into_inner).0;
            let since = pulse.renewed.elapsed();
            if pulse.over || since < every {
                pause = every.saturating_sub(since).max(Duration::from_millis(1));
                continue;
            }
            // What fails is tried again soon: the lease may still be kept.
            pause = match self.renew(&mut pulse) {
                Ok(()) => every,
                Err(_) => every / 8,
            };
        }
    }

    /// Gives a sign of life.
    fn renew(&self, pulse: &mut Pulse) -> Result<(), LockError> {
        let note = pulse.note.next();
        let began = Instant::now();
        let unchanged = Condition::Unchanged(&pulse.version);
        match write(&*self.objects, &self.path, &note, unchanged)? {
            Written::As(version) => {
                pulse.version = version;
                pulse.note = note;
                pulse.renewed = began;
            }
            Written::Overtaken => {
                let stored = read(&*self.objects, &self.path)?;
                self.recognise(pulse, stored.as_ref());
            }
        }
        Ok(())
    }

    /// Finds out from the object whose the lock is.
    fn recognise(&self, pulse: &mut Pulse, stored: Option<&Stored>) {
        let Some(stored) = stored else {
            pulse.lost = Some(None);
            return;
        };
        if stored.version == pulse.version {
            return;
        }
        match Note::read(stored, &self.path) {
            // A sign of life that was given up and arrived later.
            Ok(note) if note.nonce == pulse.note.nonce && note.holder.is_some() => {
                pulse.version.clone_from(&stored.version);
                pulse.note.beat = pulse.note.beat.max(note.beat);
            }
            Ok(note) => pulse.lost = Some(note.holder),
            Err(_) => pulse.lost = Some(None),
        }
    }
}

/// Gives the lock back. Where that fails, its lease ends by itself.
impl Drop for Lease {
    fn drop(&mut self) {
        let began = Instant::now();
        let mut pulse = loop {
            match self.held.pulse.try_lock() {
                Ok(pulse) => break pulse,
                Err(_) if began.elapsed() > PATIENCE => return,
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        pulse.over = true;
        self.held.over.notify_all();
        if pulse.lost.is_none() {
            let free = pulse.note.freed();
            let unchanged = Condition::Unchanged(&pulse.version);
            let _ = write(&*self.held.objects, &self.held.path, &free, unchanged);
        }
    }
}

/// Returns who holds the lock; none if it is free or its lease has ended.
pub(crate) fn holder_of(
    objects: &dyn ObjectStore,
    path: &Path,
) -> Result<Option<Holder>, LockError> {
    let Some(stored) = read(objects, path)? else {
        return Ok(None);
    };
    let note = Note::read(&stored, path)?;
    let over = note.has_ended(&stored) || note.is_orphaned();
    Ok(if over { None } else { note.holder })
}

/// Ends a lock whose lease has ended, or with `force` any; returns whose it was.
pub(crate) fn end(
    objects: &dyn ObjectStore,
    path: &Path,
    force: bool,
    now: Timestamp,
) -> Result<Option<Holder>, LockError> {
    let Some(stored) = read(objects, path)? else {
        return Ok(None);
    };
    let note = Note::read(&stored, path)?;
    if note.holder.is_none() {
        return Ok(None);
    }
    let now = time_of(Some(&stored), now);
    if !force && !note.has_ended(&stored) && !note.is_orphaned() {
        return Err(held(path, &note, now));
    }
    let freed = Note {
        nonce: nonce()?,
        ..note.freed()
    };
    match write(objects, path, &freed, Condition::Unchanged(&stored.version))? {
        Written::As(_) => Ok(note.holder),
        // It has just given a sign of life, or somebody else has taken it.
        Written::Overtaken => Err(held(path, &note, now)),
    }
}

/// Makes sure that the store refuses writes whose condition does not hold: our own lock stands there, so nothing is
/// lost where it does not.
fn probe(objects: &dyn ObjectStore, path: &Path, mine: &Note) -> Result<(), LockError> {
    // No version of any store: quotes around what is no digest of anything.
    let never = Condition::Unchanged("\"00000000000000000000000000000000\"");
    for (condition, header) in [(Condition::Absent, "If-None-Match"), (never, "If-Match")] {
        if let Written::As(_) = write(objects, path, mine, condition)? {
            return Err(LockError::Unconditional {
                path: path.to_owned(),
                header,
            });
        }
    }
    Ok(())
}

fn held(path: &Path, note: &Note, now: Timestamp) -> LockError {
    LockError::Leased {
        path: path.to_owned(),
        holder: note.holder.clone().map(Box::new),
        lease: note.lease,
        now,
    }
}

fn condition(stored: Option<&Stored>) -> Condition<'_> {
    stored.map_or(Condition::Absent, |stored| {
        Condition::Unchanged(&stored.version)
    })
}

fn read(objects: &dyn ObjectStore, path: &Path) -> Result<Option<Stored>, LockError> {
    objects
        .read(&path.to_string_lossy())
        .map_err(|source| refused("read", path, source))
}

fn write(
    objects: &dyn ObjectStore,
    path: &Path,
    note: &Note,
    condition: Condition<'_>,
) -> Result<Written, LockError> {
    objects
        .write(&path.to_string_lossy(), &note.bytes(), condition)
        .map_err(|source| refused("write", path, source))
}

fn refused(action: &'static str, path: &Path, source: ProviderError) -> LockError {
    LockError::Store {
        action,
        path: path.to_owned(),
        source,
    }
}

/// Returns a pause between half of `whole` and all of it, another one for each nonce.
fn spread(whole: Duration, nonce: &str) -> Duration {
    let sum: u32 = nonce.bytes().map(u32::from).sum();
    whole / 2 + whole / 2 * (sum % 16) / 16
}

fn nonce() -> Result<String, LockError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(LockError::Random)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
