//! Reading a journal that may end in the middle of a line.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::{Begin, Journal, Record};
use crate::state::StateError;
use crate::state::file;

/// Reads a journal; none if there is none, or if the run was killed before its first line was whole.
///
/// Only the last line may be torn, and only where it lacks its line end: a run waits for each line to be on disk, so
/// nothing that it has believed stands in a torn one.
pub(crate) fn read(path: &Path) -> Result<Option<Journal>, StateError> {
    match file::read(path)? {
        Some(bytes) => parsed(&bytes, path),
        None => Ok(None),
    }
}

/// Returns the journal that these bytes are; none if not even the first line is whole.
pub(crate) fn parsed(bytes: &[u8], path: &Path) -> Result<Option<Journal>, StateError> {
    // A power cut may leave a grown file whose last block was never written.
    let bytes = match bytes.iter().rposition(|byte| *byte != 0) {
        Some(last) => bytes.get(..=last).unwrap_or_default(),
        None => return Ok(None),
    };
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate();
    let Some(begin) = lines
        .next()
        .map(|(at, line)| parse::<Begin>(path, at, line))
    else {
        return Ok(None);
    };
    let Some(begin) = begin? else {
        return Ok(None);
    };
    let mut journal = Journal::begun(begin);
    for (at, line) in lines {
        if let Some(record) = parse::<Record>(path, at, line)? {
            journal.records.push(record);
        }
    }
    Ok(Some(journal))
}

/// Returns the record of a line; none if the line is torn.
fn parse<T: DeserializeOwned>(
    path: &Path,
    at: usize,
    line: &[u8],
) -> Result<Option<T>, StateError> {
    match serde_json::from_slice(line) {
        Ok(record) => Ok(Some(record)),
        Err(_) if !line.ends_with(b"\n") => Ok(None),
        Err(source) => Err(StateError::JournalDamaged {
            path: path.to_owned(),
            line: at + 1,
            source,
        }),
    }
}
