//! Appending to a journal.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Begin, Record};
use crate::state::StateError;
use crate::state::file;

/// Appends whole lines, each batch with one write and one fsync.
#[derive(Debug)]
pub(crate) struct JournalWriter {
    path: PathBuf,
    file: File,
    /// The bytes that are known to be whole lines.
    whole: u64,
    /// Set when a failed write could not be taken back: what follows would stand behind a torn line.
    broken: bool,
}

impl JournalWriter {
    /// Makes the journal, with its first line.
    pub(crate) fn create(path: &Path, directory: &Path, begin: &Begin) -> Result<Self, StateError> {
        let file = file::create_private(path)
            .map_err(|error| StateError::io("create journal", path, error))?;
        let mut writer = Self {
            path: path.to_owned(),
            file,
            whole: 0,
            broken: false,
        };
        writer.append_lines(std::slice::from_ref(begin))?;
        file::sync_directory(directory)?;
        Ok(writer)
    }

    /// Appends these records, and returns when they are on disk.
    pub(crate) fn append(&mut self, records: &[Record]) -> Result<(), StateError> {
        self.append_lines(records)
    }

    fn append_lines<T: Serialize>(&mut self, lines: &[T]) -> Result<(), StateError> {
        let mut bytes = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut bytes, line).map_err(StateError::Unwritable)?;
            bytes.push(b'\n');
        }
        self.write(&bytes)
            .map_err(|error| StateError::io("write journal", &self.path, error))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier write failed"));
        }
        let written = self
            .file
            .write_all(bytes)
            .and_then(|()| self.file.sync_data());
        if written.is_ok() {
            self.whole += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        } else {
            self.broken = self.take_back().is_err();
        }
        written
    }

    /// Cuts off what a failed write left.
    fn take_back(&mut self) -> io::Result<()> {
        use std::io::Seek as _;
        self.file.set_len(self.whole)?;
        self.file.seek(io::SeekFrom::Start(self.whole))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_an_error_and_nothing_is_written_behind_what_it_cut_off() {
        let file = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut writer = JournalWriter {
            path: PathBuf::from("/dev/full"),
            file,
            whole: 0,
            broken: false,
        };
        let end = Record::End {
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let error = writer.append(std::slice::from_ref(&end)).unwrap_err();
        assert_eq!(
            error.help().as_deref(),
            Some("Free some space, then run the command again.")
        );
        assert!(writer.append(&[end]).is_err());
    }
}
