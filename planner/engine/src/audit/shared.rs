//! A trail that is one object in a store: appending is a conditional write of the whole.

use std::path::Path;

use lifeboat_contract::objects::{Condition, ObjectStore, Written};
use lifeboat_model::Digest;

use super::entry::genesis;
use super::trail::following;
use super::{AuditEntry, AuditError, Fact};

/// How often an append is tried again because somebody else was first.
const TRIES: usize = 50;

/// Returns the trail; empty if there is none yet.
pub(super) fn read(objects: &dyn ObjectStore, path: &Path) -> Result<Vec<u8>, AuditError> {
    let stored = objects
        .read(&path.to_string_lossy())
        .map_err(|source| AuditError::store("read", path, source))?;
    Ok(stored.map(|stored| stored.bytes).unwrap_or_default())
}

/// Appends these facts behind whatever stands there by then.
pub(super) fn append(
    objects: &dyn ObjectStore,
    path: &Path,
    facts: &[Fact],
) -> Result<(), AuditError> {
    let failed = |source| AuditError::store("append to", path, source);
    let address = path.to_string_lossy();
    for _ in 0..TRIES {
        let stored = objects.read(&address).map_err(failed)?;
        let (mut bytes, version) = match stored {
            Some(stored) => (stored.bytes, Some(stored.version)),
            None => (Vec::new(), None),
        };
        let (seq, prev) = end(&bytes, path)?;
        let lines = following(seq, prev, facts)
            .map_err(|error| AuditError::io("append to", path, error))?;
        bytes.extend(lines);
        let condition = version
            .as_deref()
            .map_or(Condition::Absent, Condition::Unchanged);
        let written = objects.write(&address, &bytes, condition);
        if let Written::As(_) = written.map_err(failed)? {
            return Ok(());
        }
    }
    Err(AuditError::Contested {
        path: path.to_owned(),
    })
}

/// Returns place and hash of the last line. A store holds whole objects, so that a torn line is not ours.
fn end(bytes: &[u8], path: &Path) -> Result<(u64, Digest), AuditError> {
    if bytes.is_empty() {
        return Ok((0, genesis()));
    }
    let foreign = || AuditError::ForeignEnd {
        path: path.to_owned(),
    };
    let lines = bytes.strip_suffix(b"\n").ok_or_else(foreign)?;
    let last = lines.rsplit(|byte| *byte == b'\n').next();
    let entry: AuditEntry =
        serde_json::from_slice(last.unwrap_or_default()).map_err(|_| foreign())?;
    Ok((entry.seq, entry.hash))
}
