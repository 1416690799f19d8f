//! What stands at a place: nothing, a repository, half of one, or something else.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use lifeboat_contract::ProviderError;

use super::bucket::is_missing_bucket;
use super::directory::UNFINISHED;
use super::error::{from_bucket, from_io};
use super::layout::{LOCKS, View};
use super::place::Place;

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The directory, or the bucket, is not there.
    Absent,
    /// It is there, and nothing is in it.
    Empty,
    /// A repository: `config` and at least one key.
    Present,
    /// Something that is no repository.
    Foreign(String),
    /// Parts of a repository, without what would make it one.
    HalfWritten(String),
}

/// The directories of restic's layout.
pub(super) const DIRECTORIES: [&str; 5] = ["data", "index", "keys", LOCKS, "snapshots"];

/// The directory of lifeboat's own documents, beside restic's.
pub(super) const POLICIES: &str = "lifeboat";

/// What makes a file system of its own, and no content.
const LOST_AND_FOUND: &str = "lost+found";

/// Says what stands at `place`, without a password.
///
/// # Errors
/// `denied` and `unavailable` when the place cannot be looked at; absence is an answer, not an error.
pub fn probe(place: &Place) -> Result<Presence, ProviderError> {
    match place {
        Place::Directory { path } => match names_of(path) {
            Ok(Some(names)) => judge(&names, |directory| has_file(&path.join(directory)))
                .map_err(|error| from_io(format!("cannot read repository `{place}`"), &error)),
            Ok(None) => Ok(Presence::Absent),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                Ok(Presence::Foreign("it is not a directory".to_owned()))
            }
            Err(error) => Err(from_io(format!("cannot read repository `{place}`"), &error)),
        },
        Place::S3 { .. } => {
            let message = || format!("cannot read repository `{place}`");
            let bucket = place
                .bucket(View::Data)
                .map_err(|error| from_bucket(message(), &error))?;
            match bucket.names() {
                Ok(names) => {
                    let names = names
                        .iter()
                        .map(|name| name.trim_end_matches('/').to_owned())
                        .collect();
                    judge(&names, |directory| bucket.has_any(&format!("{directory}/")))
                        .map_err(|error| from_bucket(message(), &error))
                }
                Err(error) if is_missing_bucket(&error) => Ok(Presence::Absent),
                Err(error) => Err(from_bucket(message(), &error)),
            }
        }
    }
}

/// Returns the names in a directory; none if it is not there.
fn names_of(path: &Path) -> io::Result<Option<BTreeSet<String>>> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .filter(|name| !matches!(name, Ok(name) if name == LOST_AND_FOUND))
        .collect::<io::Result<_>>()
        .map(Some)
}

/// Returns whether a file stands anywhere under a directory.
pub(super) fn has_file(path: &Path) -> io::Result<bool> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let is_directory = entry.file_type()?.is_dir();
        if !is_directory || has_file(&entry.path())? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Judges by the names at the top, and by which of restic's directories hold anything.
fn judge<E>(
    names: &BTreeSet<String>,
    holds: impl Fn(&str) -> Result<bool, E>,
) -> Result<Presence, E> {
    if names.is_empty() {
        return Ok(Presence::Empty);
    }
    let has_config = names.contains("config");
    if has_config && names.contains("keys") && holds("keys")? {
        return Ok(Presence::Present);
    }
    let foreign: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| *name != "config" && *name != POLICIES && !DIRECTORIES.contains(name))
        // What a crash left of a `config` that was being written.
        .filter(|name| !name.contains(UNFINISHED))
        .take(3)
        .collect();
    if !foreign.is_empty() {
        return Ok(Presence::Foreign(format!(
            "it holds `{}`",
            foreign.join("`, `")
        )));
    }
    if has_config {
        return Ok(Presence::HalfWritten(
            "there is a `config` but no key".to_owned(),
        ));
    }
    let mut held = Vec::new();
    for directory in DIRECTORIES {
        if names.contains(directory) && holds(directory)? {
            held.push(directory);
        }
    }
    Ok(Presence::HalfWritten(if held.is_empty() {
        "there are empty directories but no `config`".to_owned()
    } else {
        format!("there are `{}` but no `config`", held.join("`, `"))
    }))
}
