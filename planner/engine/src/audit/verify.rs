//! Checking the chain.

use std::io::BufRead as _;

use lifeboat_model::Digest;
use serde::Serialize;

use super::entry::genesis;
use super::{AuditEntry, AuditError, AuditTrail};

/// What a whole trail looks like from its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chain {
    /// How many lines it has.
    pub entries: u64,
    /// The hash of the last one; whoever keeps it elsewhere can tell later that nothing was cut off.
    pub head: Digest,
    /// Whether a torn line follows, of an append that a crash cut off.
    pub torn: bool,
}

/// Checks every line of a trail; one that is not there is whole and empty.
pub(super) fn verify(trail: &AuditTrail) -> Result<Chain, AuditError> {
    walk(trail, |_| {})
}

/// Returns every line of a whole trail.
pub(super) fn entries(trail: &AuditTrail) -> Result<Vec<AuditEntry>, AuditError> {
    let mut entries = Vec::new();
    walk(trail, |entry| entries.push(entry.clone()))?;
    Ok(entries)
}

fn walk(trail: &AuditTrail, mut each: impl FnMut(&AuditEntry)) -> Result<Chain, AuditError> {
    let path = trail.path();
    let io = |source| AuditError::io("read", path, source);
    let mut chain = Chain {
        entries: 0,
        head: genesis(),
        torn: false,
    };
    let Some(mut reader) = trail.reader()? else {
        return Ok(chain);
    };
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).map_err(io)? > 0 {
        if !line.ends_with(b"\n") {
            chain.torn = true;
            break;
        }
        let entry = check(&line, &chain).map_err(|reason| AuditError::Broken {
            path: path.to_owned(),
            line: chain.entries + 1,
            reason,
        })?;
        each(&entry);
        chain.entries = entry.seq;
        chain.head = entry.hash;
        line.clear();
    }
    Ok(chain)
}

/// Returns the line, if it is the one that belongs after `chain`.
fn check(line: &[u8], chain: &Chain) -> Result<AuditEntry, &'static str> {
    let entry: AuditEntry =
        serde_json::from_slice(line).map_err(|_| "it is not a line of an audit trail")?;
    if entry.seq != chain.entries + 1 {
        return Err("lines before it are missing or doubled");
    }
    if entry.prev != chain.head {
        return Err("it does not follow the line before");
    }
    if entry.hash != entry.computed_hash() {
        return Err("its text was changed");
    }
    Ok(entry)
}
