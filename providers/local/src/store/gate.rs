//! The gate that every access to a repository passes: it stops when asked, and after a failed write lets no other through.
//!
//! rustic's archiver logs and forgets errors of single files, also where the cause is that the repository cannot take
//! their data. A snapshot is written last; the gate refuses it when anything before it failed, so a point that exists
//! is a point that is whole.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use lifeboat_contract::{Cancel, ErrorClass};
use rustic_core::{
    BytesList, ErrorKind, FileType, Id, ReadBackend, RusticError, RusticResult, WriteBackend,
};

use super::error::{STOPPED, class_of};

/// The first write that failed in one operation.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// Its class.
    pub(super) class: ErrorClass,
    /// What the system said.
    pub(super) message: String,
}

/// A backend that stops when asked and refuses to write after a failed write.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    inner: Arc<dyn WriteBackend>,
    cancel: Cancel,
    fault: Arc<Mutex<Option<Fault>>>,
    snapshot: Arc<Mutex<Option<Id>>>,
}

impl Gate {
    pub(super) fn new(inner: Arc<dyn WriteBackend>, cancel: Cancel) -> Self {
        Self {
            inner,
            cancel,
            fault: Arc::default(),
            snapshot: Arc::default(),
        }
    }

    /// Returns the first write that failed.
    pub(super) fn fault(&self) -> Option<Fault> {
        self.fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Lets no further write through.
    pub(super) fn close(&self, class: ErrorClass, message: &str) {
        self.fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert_with(|| Fault {
                class,
                message: message.to_owned(),
            });
    }

    /// Returns the id of the last snapshot file that was written.
    pub(super) fn last_snapshot(&self) -> Option<Id> {
        *self.snapshot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass(&self) -> RusticResult<()> {
        if self.cancel.is_cancelled() {
            self.close(ErrorClass::Interrupted, STOPPED);
            return Err(RusticError::new(ErrorKind::Other, STOPPED));
        }
        Ok(())
    }

    fn pass_unless_failed(&self) -> RusticResult<()> {
        self.pass()?;
        match self.fault() {
            None => Ok(()),
            Some(fault) => Err(RusticError::new(
                ErrorKind::Backend,
                "nothing is changed after `{fault}`",
            )
            .attach_context("fault", fault.message)),
        }
    }
}

impl ReadBackend for Gate {
    fn location(&self) -> String {
        self.inner.location()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        self.pass()?;
        self.inner.list_with_size(kind)
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        self.pass()?;
        self.inner.read_full(kind, id)
    }

    fn read_partial(
        &self,
        kind: FileType,
        id: &Id,
        cacheable: bool,
        offset: u32,
        length: u32,
    ) -> RusticResult<Bytes> {
        self.pass()?;
        self.inner.read_partial(kind, id, cacheable, offset, length)
    }

    fn warmup_path(&self, kind: FileType, id: &Id) -> String {
        self.inner.warmup_path(kind, id)
    }
}

impl WriteBackend for Gate {
    fn create(&self) -> RusticResult<()> {
        self.pass()?;
        self.inner.create()
    }

    fn write_bytes(
        &self,
        kind: FileType,
        id: &Id,
        cacheable: bool,
        content: BytesList,
    ) -> RusticResult<()> {
        self.pass_unless_failed()?;
        self.inner
            .write_bytes(kind, id, cacheable, content)
            .inspect_err(|error| self.close(class_of(error), &error.display_log()))?;
        if kind == FileType::Snapshot {
            let mut last = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
            *last = Some(*id);
        }
        Ok(())
    }

    /// Removes a file, unless a write failed before: what was to take its place may not be there.
    fn remove(&self, kind: FileType, id: &Id, cacheable: bool) -> RusticResult<()> {
        self.pass_unless_failed()?;
        self.inner.remove(kind, id, cacheable)
    }
}
