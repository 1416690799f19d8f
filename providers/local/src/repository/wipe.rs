//! Destroying a repository that holds nothing.

use std::fs;
use std::io;
use std::path::Path;

use lifeboat_contract::ProviderError;
use opendal::blocking::Operator;
use opendal::options::ListOptions;

use super::operator;
use crate::error::{from_io, from_store};
use crate::store::Place;

/// What is removed, in this order: while `config` and `keys` stand it is still a repository, which a repeated call
/// opens, finds empty and finishes; after them only an empty place is left.
const DIRECTORIES: [&str; 5] = ["index", "data", "locks", "snapshots", "lifeboat"];

/// Removes a repository's own files, and its directory if nothing else is in it.
///
/// # Errors
/// When something of it is still there; the call can be repeated.
pub(crate) fn wipe(place: &Place) -> Result<(), ProviderError> {
    match place {
        Place::Directory { path } => wipe_directory(path)
            .map_err(|error| from_io(format!("the repository `{place}` cannot be removed"), error)),
        Place::S3 { .. } => {
            let bucket = operator(place)?;
            let failed =
                |error| from_store(format!("the repository `{place}` cannot be removed"), error);
            for directory in DIRECTORIES {
                remove_all(&bucket, directory).map_err(failed)?;
            }
            bucket.delete("config").map_err(failed)?;
            remove_all(&bucket, "keys").map_err(failed)
        }
    }
}

fn remove_all(bucket: &Operator, directory: &str) -> opendal::Result<()> {
    let options = ListOptions {
        recursive: true,
        ..ListOptions::default()
    };
    let entries = bucket.list_options(&format!("{directory}/"), options)?;
    bucket.delete_iter(entries.iter().map(|entry| entry.path().to_owned()))
}

fn wipe_directory(path: &Path) -> io::Result<()> {
    for directory in DIRECTORIES {
        gone(fs::remove_dir_all(path.join(directory)))?;
    }
    gone(fs::remove_file(path.join("config")))?;
    gone(fs::remove_dir_all(path.join("keys")))?;
    match fs::remove_dir(path) {
        // Somebody else's files, or a mount point: they stay.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::ResourceBusy
            ) =>
        {
            Ok(())
        }
        result => gone(result),
    }
}

fn gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}
