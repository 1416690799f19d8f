//! Appending to the trail.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Cursor, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lifeboat_contract::objects::ObjectStore;
use lifeboat_model::Digest;

use super::entry::genesis;
use super::{AuditEntry, AuditError, Chain, Fact, shared, verify};

/// How much of the end of the trail is read at first, to find its last line.
const TAIL: u64 = 8 * 1024;

/// An audit trail, in a file or in a shared store. Appending needs no lock of the state: a file is locked by itself, an
/// object is written on the condition that nobody else has.
#[derive(Clone, Debug)]
pub struct AuditTrail {
    path: PathBuf,
    objects: Option<Arc<dyn ObjectStore>>,
}

impl AuditTrail {
    /// Returns the trail at this path; touches nothing.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            objects: None,
        }
    }

    /// Returns the trail at this address of a store; touches nothing.
    pub(crate) fn shared(address: impl Into<PathBuf>, objects: Arc<dyn ObjectStore>) -> Self {
        Self {
            path: address.into(),
            objects: Some(objects),
        }
    }

    /// Returns where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends these facts, in one write and one fsync. A torn last line, of an append that a crash cut off, goes.
    ///
    /// # Errors
    /// When the last line is whole and not ours, or the system refuses.
    pub fn append(&self, facts: &[Fact]) -> Result<(), AuditError> {
        if facts.is_empty() {
            return Ok(());
        }
        if let Some(objects) = &self.objects {
            return shared::append(&**objects, &self.path, facts);
        }
        let io = |source| AuditError::io("append to", &self.path, source);
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)
            .map_err(io)?;
        rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive)
            .map_err(|error| io(error.into()))?;
        let (seq, prev) = self.end(&mut file)?;
        let bytes = following(seq, prev, facts).map_err(io)?;
        let whole = file.seek(SeekFrom::End(0)).map_err(io)?;
        let written = file.write_all(&bytes).and_then(|()| file.sync_data());
        if written.is_err() {
            // What remains of it is a torn last line at worst.
            let _ = file.set_len(whole);
        }
        written.map_err(io)
    }

    /// Checks every line against the one before.
    ///
    /// # Errors
    /// [`AuditError::Broken`] with the first line that is not what was once written there.
    pub fn verify_chain(&self) -> Result<Chain, AuditError> {
        verify::verify(self)
    }

    /// Returns every line.
    ///
    /// # Errors
    /// As [`AuditTrail::verify_chain`]: a broken trail is not shown as if it were whole.
    pub fn entries(&self) -> Result<Vec<AuditEntry>, AuditError> {
        verify::entries(self)
    }

    /// Returns how many lines a run has left.
    pub(crate) fn lines_of(&self, run: &str) -> Result<usize, AuditError> {
        let io = |source| AuditError::io("read", &self.path, source);
        let Some(reader) = self.reader()? else {
            return Ok(0);
        };
        let mut count = 0;
        for line in reader.split(b'\n') {
            let line = line.map_err(io)?;
            let of_run = serde_json::from_slice::<AuditEntry>(&line)
                .is_ok_and(|entry| entry.fact.run == run);
            count += usize::from(of_run);
        }
        Ok(count)
    }

    /// Returns the text of the trail; none if there is no trail.
    pub(super) fn reader(&self) -> Result<Option<Box<dyn BufRead>>, AuditError> {
        if let Some(objects) = &self.objects {
            let bytes = shared::read(&**objects, &self.path)?;
            return Ok(Some(Box::new(Cursor::new(bytes))));
        }
        match File::open(&self.path) {
            Ok(file) => Ok(Some(Box::new(BufReader::new(file)))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(AuditError::io("read", &self.path, error)),
        }
    }

    /// Returns place and hash of the last line, after taking away a torn one.
    fn end(&self, file: &mut File) -> Result<(u64, Digest), AuditError> {
        let io = |source| AuditError::io("read", &self.path, source);
        let length = file.metadata().map_err(io)?.len();
        let mut tail = TAIL;
        loop {
            let from = length.saturating_sub(tail);
            file.seek(SeekFrom::Start(from)).map_err(io)?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map_err(io)?;
            let whole = bytes
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |at| at + 1);
            let lines = bytes.get(..whole).unwrap_or_default();
            let last = lines.strip_suffix(b"\n").unwrap_or(lines);
            let start = last.iter().rposition(|byte| *byte == b'\n');
            if start.is_none() && from > 0 {
                tail = tail.saturating_mul(2);
                continue;
            }
            let torn = bytes.len() - whole;
            if torn > 0 {
                file.set_len(length - u64::try_from(torn).unwrap_or(0))
                    .map_err(io)?;
            }
            if last.is_empty() {
                return Ok((0, genesis()));
            }
            let last = last.get(start.map_or(0, |at| at + 1)..).unwrap_or_default();
            let entry: AuditEntry =
                serde_json::from_slice(last).map_err(|_| AuditError::ForeignEnd {
                    path: self.path.clone(),
                })?;
            return Ok((entry.seq, entry.hash));
        }
    }
}

/// Returns the lines of these facts behind a line with this place and hash.
pub(super) fn following(mut seq: u64, mut prev: Digest, facts: &[Fact]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for fact in facts {
        let entry = AuditEntry::following(seq, &prev, fact.clone());
        serde_json::to_writer(&mut bytes, &entry).map_err(io::Error::other)?;
        bytes.push(b'\n');
        seq = entry.seq;
        prev = entry.hash;
    }
    Ok(bytes)
}
