//! One file, opened and read by the archiver's threads.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use rustic_core::{ErrorKind, ReadSourceOpen, RusticError, RusticResult};
use rustix::fs::OFlags;

use super::record::Recorder;
use crate::store::STOPPED;

/// A file that can be opened.
#[derive(Debug)]
pub(crate) struct Opener {
    /// Where the bytes are.
    pub(super) file: PathBuf,
    /// The name by which a failure is reported.
    pub(super) path: PathBuf,
    pub(super) recorder: Arc<Recorder>,
}

/// A file that is being read.
#[derive(Debug)]
pub(crate) struct Reader {
    file: File,
    path: PathBuf,
    recorder: Arc<Recorder>,
}

impl Opener {
    fn try_open(&self) -> io::Result<File> {
        // What was a file when it was listed may be a pipe or a link by now: neither wait for it nor follow it.
        let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(&self.file)?;
        if file.metadata()?.is_file() {
            Ok(file)
        } else {
            Err(io::Error::other("it is no file any more"))
        }
    }
}

impl ReadSourceOpen for Opener {
    type Reader = Reader;

    fn open(self) -> RusticResult<Reader> {
        match self.try_open() {
            Ok(file) => Ok(Reader {
                file,
                path: self.path,
                recorder: self.recorder,
            }),
            Err(error) => {
                self.recorder.lost(&self.path, &error);
                Err(RusticError::with_source(
                    ErrorKind::InputOutput,
                    "cannot open the file",
                    error,
                ))
            }
        }
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.recorder.is_cancelled() {
            return Err(io::Error::other(STOPPED));
        }
        self.file.read(buffer).inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.recorder.lost(&self.path, error);
            }
        })
    }
}
