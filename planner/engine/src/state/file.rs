//! Replacing a file so that every reader, and every crash, sees the old one or the new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::StateError;
use super::paths::sibling;

/// Reads a file; none if there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, StateError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StateError::io("read", path, error)),
    }
}

/// Makes a new file that only its owner can read, in place of any leftover of that name.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    remove(path)?;
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Removes a file; one that is gone already is no error.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes names in this directory survive a power cut.
pub(crate) fn sync_directory(directory: &Path) -> Result<(), StateError> {
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|error| StateError::io("sync directory", directory, error))
}

/// Replaces `path` by a file with these bytes, and keeps the one before as `backup`.
///
/// At every instant `path` is the old file or the whole new one. The temporary name is always the same: a leftover
/// of a killed run is overwritten by the next one, which the lock makes safe.
pub(crate) fn replace(
    path: &Path,
    backup: &Path,
    directory: &Path,
    bytes: &[u8],
) -> Result<(), StateError> {
    let new = sibling(path, ".new");
    let written = create_private(&new).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    if let Err(error) = written {
        let _ = remove(&new);
        return Err(StateError::io("write", &new, error));
    }
    if path.exists() {
        keep(path, backup).map_err(|error| StateError::io("write", backup, error))?;
    }
    fs::rename(&new, path).map_err(|error| StateError::io("replace", path, error))?;
    sync_directory(directory)
}

/// Makes `backup` the file that `path` is now: a second name for it, or a copy where the file system has no links.
fn keep(path: &Path, backup: &Path) -> io::Result<()> {
    let next = sibling(backup, ".new");
    remove(&next)?;
    if fs::hard_link(path, &next).is_err() {
        let bytes = fs::read(path)?;
        let mut file = create_private(&next)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
    }
    fs::rename(&next, backup)
}
