//! The versioned JSON document that a state file holds.

use std::collections::BTreeMap;
use std::path::Path;

use lifeboat_model::{Address, Attributes, RecordedResource, RecordedState};
use serde::{Deserialize, Serialize};

use super::StateError;

/// The format that is written; a reader refuses another major.
pub(crate) const FORMAT: &str = "1.0";

/// What every version of the document begins with.
#[derive(Deserialize)]
struct Head {
    format_version: String,
    lineage: String,
    serial: u64,
}

#[derive(Deserialize)]
struct Document {
    lineage: String,
    serial: u64,
    resources: BTreeMap<Address, RecordedResource>,
    bindings: BTreeMap<Address, Attributes>,
}

#[derive(Serialize)]
struct DocumentRef<'a> {
    format_version: &'a str,
    lifeboat_version: &'a str,
    lineage: &'a str,
    serial: u64,
    resources: &'a BTreeMap<Address, RecordedResource>,
    bindings: &'a BTreeMap<Address, Attributes>,
}

/// Returns the bytes of a document: one field a line, so that it can be read and compared.
pub(crate) fn to_bytes(
    state: &RecordedState,
    lifeboat_version: &str,
) -> Result<Vec<u8>, StateError> {
    let document = DocumentRef {
        format_version: FORMAT,
        lifeboat_version,
        lineage: &state.lineage,
        serial: state.serial,
        resources: &state.resources,
        bindings: &state.bindings,
    };
    let mut bytes = serde_json::to_vec_pretty(&document).map_err(StateError::Unwritable)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Returns the lineage and the serial of a document, for the guard before a write.
pub(crate) fn head(bytes: &[u8], path: &Path) -> Result<(String, u64), StateError> {
    let head = parse::<Head>(bytes, path)?;
    if major(&head.format_version) != major(FORMAT) {
        return Err(StateError::TooNew {
            path: path.to_owned(),
            found: head.format_version,
            known: FORMAT,
        });
    }
    Ok((head.lineage, head.serial))
}

/// Returns the state that a document holds.
pub(crate) fn from_bytes(bytes: &[u8], path: &Path) -> Result<RecordedState, StateError> {
    head(bytes, path)?;
    let document = parse::<Document>(bytes, path)?;
    Ok(RecordedState {
        lineage: document.lineage,
        serial: document.serial,
        resources: document.resources,
        bindings: document.bindings,
    })
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

fn parse<'de, T: Deserialize<'de>>(bytes: &'de [u8], path: &Path) -> Result<T, StateError> {
    let path = path.to_owned();
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(StateError::Empty { path });
    }
    serde_json::from_slice(bytes).map_err(|source| {
        if source.is_eof() {
            StateError::Truncated { path, source }
        } else {
            StateError::Foreign { path, source }
        }
    })
}
