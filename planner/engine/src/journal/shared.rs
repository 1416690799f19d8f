//! A journal as objects of a store: its first line under the journal's own name, each batch of records in a part.
//!
//! Parts bear the name of the run, and the first line is what makes them count: it is written before them and removed
//! before them, so that a part that a crash leaves behind is never taken for one of another run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lifeboat_contract::objects::{Condition, ObjectStore, Written};

use super::{Begin, Journal, JournalWriter, Record, parsed};
use crate::state::StateError;

/// Where the records of a run go.
#[derive(Debug)]
pub(crate) enum Writer {
    /// To a file.
    File(JournalWriter),
    /// To a store.
    Shared(SharedWriter),
}

impl Writer {
    /// Appends these records, and returns when a crash can no longer take them.
    pub(crate) fn append(&mut self, records: &[Record]) -> Result<(), StateError> {
        match self {
            Self::File(writer) => writer.append(records),
            Self::Shared(writer) => writer.append(records),
        }
    }

    /// Returns how many parts may have been written; none to a file.
    pub(crate) const fn parts(&self) -> u64 {
        match self {
            Self::File(_) => 0,
            Self::Shared(writer) => writer.next,
        }
    }
}

/// Appends parts.
#[derive(Debug)]
pub(crate) struct SharedWriter {
    objects: Arc<dyn ObjectStore>,
    path: PathBuf,
    run: String,
    /// The number of the part to be written.
    next: u64,
    /// Set when nobody knows whether a part was written: what follows could stand behind a gap.
    broken: bool,
}

impl SharedWriter {
    /// Makes the journal, with its first line.
    pub(crate) fn create(
        objects: Arc<dyn ObjectStore>,
        path: &Path,
        begin: &Begin,
    ) -> Result<Self, StateError> {
        put(&*objects, path, std::slice::from_ref(begin))?;
        Ok(Self {
            objects,
            path: path.to_owned(),
            run: begin.run.clone(),
            next: 1,
            broken: false,
        })
    }

    fn append(&mut self, records: &[Record]) -> Result<(), StateError> {
        let part = part(&self.path, &self.run, self.next);
        if self.broken {
            return Err(StateError::Contested { path: part });
        }
        let written = put(&*self.objects, &part, records);
        self.broken = written.is_err();
        self.next += u64::from(written.is_ok());
        written
    }
}

/// Writes lines as a new object.
fn put<T: serde::Serialize>(
    objects: &dyn ObjectStore,
    path: &Path,
    lines: &[T],
) -> Result<(), StateError> {
    let mut bytes = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut bytes, line).map_err(StateError::Unwritable)?;
        bytes.push(b'\n');
    }
    let written = objects.write(&path.to_string_lossy(), &bytes, Condition::Absent);
    match written.map_err(|source| StateError::store("write journal", path, source))? {
        Written::As(_) => Ok(()),
        Written::Overtaken => Err(StateError::Contested {
            path: path.to_owned(),
        }),
    }
}

/// Reads a journal and the number of its parts; none if there is none.
pub(crate) fn read_shared(
    objects: &dyn ObjectStore,
    path: &Path,
) -> Result<Option<(Journal, u64)>, StateError> {
    let read = |path: &Path| {
        objects
            .read(&path.to_string_lossy())
            .map_err(|source| StateError::store("read journal", path, source))
    };
    let Some(head) = read(path)? else {
        return Ok(None);
    };
    let mut bytes = head.bytes;
    let Some(begun) = parsed(&bytes, path)? else {
        // An object is whole or not there: this one is not a journal of ours.
        return Err(StateError::Empty {
            path: path.to_owned(),
        });
    };
    let mut count = 0;
    while let Some(more) = read(&part(path, &begun.begin.run, count + 1))? {
        bytes.extend(more.bytes);
        count += 1;
    }
    Ok(parsed(&bytes, path)?.map(|journal| (journal, count)))
}

/// Returns the addresses of the parts of a run.
pub(crate) fn parts(path: &Path, run: &str, count: u64) -> Vec<String> {
    (1..=count)
        .map(|number| part(path, run, number).to_string_lossy().into_owned())
        .collect()
}

fn part(path: &Path, run: &str, number: u64) -> PathBuf {
    crate::state::sibling(path, &format!(".{run}.{number:06}"))
}
