//! Writing the content of files.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use lifeboat_contract::{Cancel, Progress};
use rayon::prelude::*;
use rustic_core::repofile::{BlobType, Node};
use rustic_core::{BlobId, DataId, IndexedFullStatus};
use sha2::{Digest as _, Sha256};

use crate::store::Session;

/// Runs of zeros of this length become holes.
const HOLE: usize = 32 * 1024;

/// Files of at least so many blobs are written by several threads each.
const MANY: usize = 32;

/// Marks files that are being written.
pub(super) const UNFINISHED: &str = ".lifeboat-restore-";

/// Why a file was not written.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The repository did not give its content.
    Repository(Box<rustic_core::RusticError>),
    /// The destination did not take it.
    Destination(io::Error),
    /// Somebody asked to stop.
    Stopped,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Destination(error)
    }
}

/// Writes files from one repository.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) session: &'a Session<IndexedFullStatus>,
    pub(super) progress: &'a dyn Progress,
    pub(super) cancel: &'a Cancel,
}

/// A blob and where it stands in its file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) id: DataId,
    pub(crate) offset: u64,
    pub(crate) length: u64,
}

/// Returns the blobs of a file in their order, with their places.
pub(crate) fn pieces(
    session: &Session<IndexedFullStatus>,
    node: &Node,
) -> Result<Vec<Piece>, Box<rustic_core::RusticError>> {
    let mut offset = 0;
    node.content
        .iter()
        .flatten()
        .map(|id| {
            let entry = session.repository.get_index_entry(id)?;
            let length = u64::from(entry.data_length());
            let piece = Piece {
                id: *id,
                offset,
                length,
            };
            offset += length;
            Ok(piece)
        })
        .collect()
}

/// Returns whether a file holds exactly these pieces, by their SHA-256.
pub(crate) fn holds(file: &File, pieces: &[Piece]) -> io::Result<bool> {
    let size: u64 = pieces.iter().map(|piece| piece.length).sum();
    if file.metadata()?.len() != size {
        return Ok(false);
    }
    let mut buffer = Vec::new();
    for piece in pieces {
        if !holds_piece(file, piece, &mut buffer)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns whether a file holds this piece at its place.
pub(crate) fn holds_piece(file: &File, piece: &Piece, buffer: &mut Vec<u8>) -> io::Result<bool> {
    buffer.resize(usize::try_from(piece.length).map_err(io::Error::other)?, 0);
    match file.read_exact_at(buffer, piece.offset) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        result => result?,
    }
    let hash: [u8; 32] = Sha256::digest(&buffer).into();
    Ok(hex(&hash) == piece.id.to_hex().as_str())
}

/// Returns bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Writer<'_> {
    /// Makes the file at `path` what the node says, if it is not already; returns the bytes written.
    ///
    /// What stands there is replaced in one step when the new content is complete. Metadata is left to the caller.
    pub(super) fn write(&self, path: &Path, node: &Node) -> Result<u64, Failure> {
        let pieces = pieces(self.session, node).map_err(Failure::Repository)?;
        let total: u64 = pieces.iter().map(|piece| piece.length).sum();
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_file() && found.len() == total => {
                if holds(&File::open(path)?, &pieces)? {
                    self.progress.advance(total);
                    return Ok(0);
                }
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.write_new(path, &pieces, total)?;
                return Ok(total);
            }
            Err(error) => return Err(error.into()),
        }
        let parent = path.parent().unwrap_or(path);
        let file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(parent)?;
        self.fill(file.as_file(), &pieces, total)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(total)
    }

    /// Writes a file where there is none; one that a crash cuts short has other content, and is written again.
    fn write_new(&self, path: &Path, pieces: &[Piece], total: u64) -> Result<(), Failure> {
        let file = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        self.fill(&file, pieces, total).inspect_err(|_| {
            // What is half written is of no use to anybody; that it cannot be removed changes nothing.
            let _ = fs::remove_file(path);
        })
    }

    /// Writes the pieces into an empty file.
    pub(super) fn fill(&self, file: &File, pieces: &[Piece], total: u64) -> Result<(), Failure> {
        file.set_len(total)?;
        if pieces.len() >= MANY {
            pieces
                .par_iter()
                .try_for_each(|piece| self.fill_piece(file, piece))
        } else {
            pieces
                .iter()
                .try_for_each(|piece| self.fill_piece(file, piece))
        }
    }

    fn fill_piece(&self, file: &File, piece: &Piece) -> Result<(), Failure> {
        if self.cancel.is_cancelled() {
            return Err(Failure::Stopped);
        }
        let data = self
            .session
            .repository
            .get_blob_cached(&BlobId::from(*piece.id), BlobType::Data)
            .map_err(Failure::Repository)?;
        let hash: [u8; 32] = Sha256::digest(&data).into();
        if hex(&hash) != piece.id.to_hex().as_str() {
            return Err(Failure::Repository(
                rustic_core::RusticError::new(
                    rustic_core::ErrorKind::Repository,
                    "blob `{id}` may be corrupted: its content has another hash",
                )
                .attach_context("id", piece.id.to_hex().to_string()),
            ));
        }
        let mut offset = piece.offset;
        for run in data.chunks(HOLE) {
            if run.iter().any(|byte| *byte != 0) {
                file.write_all_at(run, offset)?;
            }
            offset += run.len() as u64;
        }
        self.progress.advance(piece.length);
        Ok(())
    }
}
