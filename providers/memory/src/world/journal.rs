//! The file of a world: one effect a line, only ever appended to.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::Effect;

/// The first line of every world's file.
const HEAD: &str = "{\"lifeboat_memory_world\":1}\n";

/// Why the file of a world could not be used.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// It cannot be opened, read or written.
    #[error("the world's file `{path}` cannot be used")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not a world's, or is damaged before its last line.
    #[error("line {line} of `{path}` is not an effect of a world")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What was wrong with it.
        source: Option<serde_json::Error>,
    },
    /// Another process wrote it after this one had read it.
    #[error("the world's file `{path}` was written by another process")]
    Moved {
        /// The file.
        path: PathBuf,
    },
}

/// An open file to append to. Opened for writing with the first effect, so that reading changes nothing.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    good_bytes: u64,
    file: Option<File>,
}

impl Journal {
    /// Reads every whole effect of the file, in order. A last line without its end was cut off by a kill.
    pub(super) fn open(path: &Path, mut each: impl FnMut(Effect)) -> Result<Self, WorldError> {
        let io = |source| WorldError::Io {
            path: path.to_owned(),
            source,
        };
        let mut good_bytes = 0;
        match File::open(path) {
            Ok(file) => {
                let mut reader = BufReader::new(file);
                let mut text = Vec::new();
                for line in 1.. {
                    text.clear();
                    let read = reader.read_until(b'\n', &mut text).map_err(io)?;
                    if read == 0 || text.last() != Some(&b'\n') {
                        break;
                    }
                    let damaged = |source| WorldError::Damaged {
                        path: path.to_owned(),
                        line,
                        source,
                    };
                    if line > 1 {
                        each(serde_json::from_slice(&text).map_err(|e| damaged(Some(e)))?);
                    } else if text != HEAD.as_bytes() {
                        return Err(damaged(None));
                    }
                    good_bytes += read as u64;
                }
                // What does not even begin like a world was never one: it must not be cut off.
                if good_bytes == 0 && !HEAD.as_bytes().starts_with(&text) {
                    return Err(WorldError::Damaged {
                        path: path.to_owned(),
                        line: 1,
                        source: None,
                    });
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(io(error)),
        }
        Ok(Self {
            path: path.to_owned(),
            good_bytes,
            file: None,
        })
    }

    /// Appends one effect as one line, in one write.
    pub(super) fn append(&mut self, effect: &Effect) -> Result<(), WorldError> {
        let mut line = serde_json::to_vec(effect).map_err(|source| WorldError::Damaged {
            path: self.path.clone(),
            line: 0,
            source: Some(source),
        })?;
        line.push(b'\n');
        let io = |source| WorldError::Io {
            path: self.path.clone(),
            source,
        };
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut file = OpenOptions::new()
                    .create(true)
                    .read(true)
                    .append(true)
                    .open(&self.path)
                    .map_err(io)?;
                if !cut_tail(&mut file, self.good_bytes).map_err(io)? {
                    return Err(WorldError::Moved {
                        path: self.path.clone(),
                    });
                }
                self.file.insert(file)
            }
        };
        file.write_all(&line).map_err(io)
    }
}

/// Removes the line that a kill cut off, and begins a new file; returns whether nothing whole stands after what was read.
fn cut_tail(file: &mut File, good_bytes: u64) -> std::io::Result<bool> {
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(good_bytes))?;
    file.read_to_end(&mut tail)?;
    if tail.contains(&b'\n') {
        return Ok(false);
    }
    file.set_len(good_bytes)?;
    if good_bytes == 0 {
        file.write_all(HEAD.as_bytes())?;
    }
    Ok(true)
}
