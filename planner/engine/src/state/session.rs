//! Holding the lock of a state, and writing it.

use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat_model::{Address, Attributes, Digest, RecordedResource, RecordedState};

use super::store::new_lineage;
use super::{Loaded, StateError, StateStore, bindings};
use crate::audit::{AuditTrail, Fact};
use crate::clock::Clock;
use crate::journal::{self, Begin, Interrupted, Journal, Record, Writer};
use crate::lock::{Holder, StateLock};

/// A state under its lock: the only way to write it.
///
/// Between [`Session::begin`] and [`Session::finish`] every change is journaled before it is believed. A session that
/// is dropped in between, or killed, leaves the journal; the next one replays it.
#[derive(Debug)]
pub struct Session {
    store: StateStore,
    lock: StateLock,
    clock: Arc<dyn Clock>,
    state: RecordedState,
    /// The serial on disk.
    serial: u64,
    interrupted: Vec<Interrupted>,
    open: Option<(Journal, Writer)>,
}

impl Session {
    /// Reads the state, and folds into it what a killed run left in the journal.
    pub(super) fn recover(
        store: StateStore,
        lock: StateLock,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StateError> {
        let state = store.read_state()?.unwrap_or_default();
        let mut session = Self {
            serial: state.serial,
            state,
            store,
            lock,
            clock,
            interrupted: Vec::new(),
            open: None,
        };
        let path = session.store.paths().journal.clone();
        if let Some((journal, parts)) = session.store.journal()? {
            journal.check_lineage(&path, &session.state.lineage)?;
            if journal.is_pending(session.serial) {
                session.interrupted = journal.interrupted();
                journal.replay(&mut session.state);
            }
            let known = session.audit().lines_of(&journal.begin.run)?;
            session.fold(&journal, known, parts)?;
        } else {
            // A run that was killed before its first record was whole.
            session.store.remove_journal(None)?;
        }
        session.tell_of_takeover()?;
        Ok(session)
    }

    /// Returns whose lock this session took over, because its lease had ended.
    pub const fn taken_over(&self) -> Option<&Holder> {
        self.lock.taken_over()
    }

    fn tell_of_takeover(&self) -> Result<(), StateError> {
        let Some(holder) = self.taken_over() else {
            return Ok(());
        };
        // A trail beside no state would look like a lost state.
        if self.state.lineage.is_empty() {
            return Ok(());
        }
        let detail = format!(
            "lock of {} (lifeboat {}, process {}), last sign of life {}",
            holder.who(),
            holder.operation,
            holder.pid,
            holder.heartbeat
        );
        self.tell("taken_over", None, "done", detail)
    }

    /// Returns the recorded snapshot.
    pub const fn state(&self) -> &RecordedState {
        &self.state
    }

    /// Returns what a killed run had begun and not ended, found when this session opened.
    pub fn interrupted(&self) -> &[Interrupted] {
        &self.interrupted
    }

    /// Returns the recorded snapshot and what was interrupted, as [`StateStore::read`] would.
    pub fn loaded(&self) -> Loaded {
        Loaded {
            state: self.state.clone(),
            interrupted: self.interrupted.clone(),
        }
    }

    /// Returns the store that this session writes.
    pub const fn store(&self) -> &StateStore {
        &self.store
    }

    /// Returns the audit trail beside the state.
    pub fn audit(&self) -> AuditTrail {
        self.store.audit()
    }

    /// Changes the recorded snapshot outside of any provider, writes it, and tells the audit trail: `state rm`.
    ///
    /// # Errors
    /// When it cannot be written; then the snapshot is as before. `change`'s own error passes through.
    pub fn change<T, E: From<StateError>>(
        &mut self,
        change: impl FnOnce(&mut RecordedState) -> Result<T, E>,
    ) -> Result<T, E> {
        // A journal that a stopped run left open would be taken for older than what is written here.
        self.finish()?;
        let mut next = self.state.clone();
        let answer = change(&mut next)?;
        if next.lineage.is_empty() {
            next.lineage = new_lineage()?;
        }
        bindings::prune(&mut next);
        next.serial = self.serial + 1;
        self.lock.check().map_err(StateError::from)?;
        self.store.write(&next, self.serial)?;
        self.serial = next.serial;
        self.state = next;
        let detail = format!("state serial {}", self.serial);
        self.tell("changed", None, "done", detail)?;
        Ok(answer)
    }

    /// Changes what is recorded at one address, writes it, and tells the audit trail what it was.
    ///
    /// # Errors
    /// When nothing is recorded there, or it cannot be written.
    pub(crate) fn note(
        &mut self,
        address: &Address,
        event: &str,
        passed: bool,
        summary: &str,
        change: impl FnOnce(&mut RecordedResource),
    ) -> Result<(), StateError> {
        self.change(|state| match state.resources.get_mut(address) {
            Some(resource) => {
                change(resource);
                Ok(())
            }
            None => Err(StateError::NotRecorded {
                address: Box::new(address.clone()),
            }),
        })?;
        let outcome = if passed { "passed" } else { "failed" };
        self.tell(event, Some(address), outcome, summary.to_owned())
    }

    fn tell(
        &self,
        event: &str,
        address: Option<&Address>,
        outcome: &str,
        detail: String,
    ) -> Result<(), StateError> {
        let holder = self.lock.holder();
        let fact = Fact {
            at: self.clock.now(),
            run: new_lineage()?,
            who: holder.who(),
            command: holder.operation.clone(),
            event: event.to_owned(),
            address: address.cloned(),
            outcome: outcome.to_owned(),
            detail: Some(detail),
        };
        Ok(self.audit().append(&[fact])?)
    }

    /// Opens the journal for a run of actions.
    ///
    /// # Errors
    /// When it, or the first state of all, cannot be written.
    pub(crate) fn begin(
        &mut self,
        plan: Option<Digest>,
        offered: BTreeMap<Address, Attributes>,
    ) -> Result<(), StateError> {
        self.finish()?;
        if self.state.lineage.is_empty() {
            // Without it, a journal beside no state would look like a lost state.
            self.lock.check()?;
            self.state.lineage = new_lineage()?;
            self.store.write(&self.state, self.serial)?;
        }
        let begin = Begin {
            format_version: journal::FORMAT.to_owned(),
            run: new_lineage()?,
            who: self.lock.holder().who(),
            operation: self.lock.holder().operation.clone(),
            lineage: self.state.lineage.clone(),
            serial: self.serial,
            plan,
            bindings: offered,
            at: self.clock.now(),
        };
        let writer = self.store.begin_journal(&begin)?;
        self.lock.check()?;
        self.open = Some((Journal::begun(begin), writer));
        Ok(())
    }

    /// Journals these records with one write and one fsync, then believes them. Whoever takes the lock over afterwards
    /// reads them: what looks at the lock comes after what writes the journal, here as there.
    ///
    /// # Errors
    /// When they cannot be written, or the lock is no longer ours. They are believed even then, so that [`Session::finish`] may still save them.
    pub(crate) fn journal(&mut self, records: Vec<Record>) -> Result<(), StateError> {
        self.lock.beat(self.clock.now());
        let Some((journal, writer)) = &mut self.open else {
            return Ok(());
        };
        let written = writer
            .append(&records)
            .and_then(|()| Ok(self.lock.check()?));
        for record in records {
            journal.apply(&record, &mut self.state);
            journal.records.push(record);
        }
        written
    }

    /// Ends the run: folds the journal into the state and the audit trail, and removes it.
    ///
    /// # Errors
    /// When the state cannot be written. The journal stays, and the next session folds it.
    pub(crate) fn finish(&mut self) -> Result<(), StateError> {
        if self.open.is_none() {
            return Ok(());
        }
        let end = Record::End {
            at: self.clock.now(),
        };
        // The fold does not depend on it: a journal without an end is an interrupted run, which is what the next
        // session would say if this could not be written.
        let ended = self.journal(vec![end]);
        let Some((journal, writer)) = self.open.take() else {
            return Ok(());
        };
        self.fold(&journal, 0, writer.parts())?;
        ended
    }

    /// Writes the state, then the audit trail, then removes the journal; safe to be killed and repeated anywhere.
    ///
    /// `known` lines of the run stand in the audit trail already.
    fn fold(&mut self, journal: &Journal, known: usize, parts: u64) -> Result<(), StateError> {
        self.lock.check()?;
        if journal.is_pending(self.serial) && journal.has_results() {
            bindings::prune(&mut self.state);
            self.state.serial = journal.folded_serial(self.serial);
            self.store.write(&self.state, self.serial)?;
            self.serial = self.state.serial;
        }
        let facts = journal.facts();
        self.audit()
            .append(facts.get(known..).unwrap_or_default())?;
        self.store.remove_journal(Some((&journal.begin.run, parts)))
    }
}
