//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use lifeboat_contract::ProviderError;

use crate::error::from_io;

/// Writes a file so that a reader, and a crash, finds the old content or the new one: into a temporary file beside
/// it, flushed, renamed, and the directory flushed.
///
/// # Errors
/// When it is not there whole; what was there before then still is.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8], mode: u32) -> Result<(), ProviderError> {
    let write = || -> io::Result<()> {
        let parent = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::Builder::new()
            .prefix(".lifeboat-")
            .tempfile_in(parent)?;
        file.write_all(bytes)?;
        file.as_file()
            .set_permissions(fs::Permissions::from_mode(mode))?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        File::open(parent)?.sync_all()
    };
    write().map_err(|error| from_io(format!("`{}` cannot be written", path.display()), error))
}

/// Removes a file for good; one that is gone already is no error.
///
/// # Errors
/// When it is still there.
pub(crate) fn remove(path: &Path) -> Result<(), ProviderError> {
    let remove = || -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            result => result?,
        }
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    remove().map_err(|error| from_io(format!("`{}` cannot be removed", path.display()), error))
}
