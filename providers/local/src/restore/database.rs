//! Restoring a database: beside, and then in one step into its place.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use lifeboat_contract::{ErrorClass, PathFailure, ProviderError};

use super::destination::names_of;
use super::metadata;
use super::plan::Entry;
use super::request::{RestoreRequest, Restored, Target, describe, fatal};
use super::write::{Failure, UNFINISHED, Writer, holds, pieces};
use crate::store::from_io;

/// What SQLite keeps beside a database. Of another database's, it would be taken for its own.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Restores the file of a point that holds one.
pub(super) fn restore(
    writer: &Writer<'_>,
    source: &Path,
    entry: &Entry,
    request: &RestoreRequest<'_>,
) -> Result<Restored, ProviderError> {
    if !entry.node.is_file() {
        return Err(ProviderError::new(
            ErrorClass::Invalid,
            format!(
                "recovery point `{}` is of neither a directory nor a file",
                request.point.short()
            ),
        )
        .help("Restore it with `restic restore`."));
    }
    let path = match &request.target {
        Target::InPlace => source.to_owned(),
        Target::Into(directory) => directory.join(source.file_name().unwrap_or_default()),
    };
    let failed = |error: &io::Error| from_io(format!("cannot restore `{}`", path.display()), error);
    if !request.overwrite {
        refuse_to_replace(&path, &request.target).map_err(|error| match error {
            Refusal::Conflict(error) => error,
            Refusal::System(error) => failed(&error),
        })?;
    }
    let parent = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).map_err(|error| failed(&error))?;
    clear_unfinished(parent, &path).map_err(|error| failed(&error))?;
    let mut problems = Vec::new();
    let written = match replace(writer, &path, entry) {
        Ok((bytes, problem)) => {
            problems.extend(problem);
            bytes
        }
        Err(failure) => {
            return Err(fatal(&failure, &path).unwrap_or_else(|| match &failure {
                Failure::Destination(error) => failed(error),
                failure => ProviderError::new(
                    ErrorClass::Corrupt,
                    format!(
                        "cannot restore `{}`, and nothing was replaced",
                        path.display()
                    ),
                )
                .help("Run `lifeboat verify --read-data`, and restore another recovery point.")
                .because(describe(failure)),
            }));
        }
    };
    Ok(Restored {
        into: path,
        entries: 1,
        restored_bytes: written,
        failed: problems,
    })
}

enum Refusal {
    Conflict(ProviderError),
    System(io::Error),
}

fn refuse_to_replace(path: &Path, target: &Target) -> Result<(), Refusal> {
    let in_the_way = match target {
        Target::InPlace => beside(path)
            .into_iter()
            .chain([path.to_owned()])
            .find(|path| path.symlink_metadata().is_ok()),
        Target::Into(directory) => names_of(directory)
            .map_err(Refusal::System)?
            .unwrap_or_default()
            .iter()
            // What an interrupted restore left is no data.
            .find(|name| !name.to_string_lossy().starts_with(UNFINISHED))
            .map(|_| directory.clone()),
    };
    match in_the_way {
        None => Ok(()),
        Some(found) => Err(Refusal::Conflict(
            ProviderError::new(
                ErrorClass::Conflict,
                format!(
                    "`{}` {}, and nothing was written",
                    found.display(),
                    if found.is_dir() {
                        "is not empty"
                    } else {
                        "exists already"
                    }
                ),
            )
            .help("Restore elsewhere with `--to`, or replace what is there with `--overwrite`."),
        )),
    }
}

/// Returns the paths of a database's companions.
fn beside(path: &Path) -> Vec<PathBuf> {
    COMPANIONS
        .iter()
        .map(|suffix| {
            let mut name: OsString = path.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        })
        .collect()
}

fn prefix_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("{UNFINISHED}{name}-")
}

/// Removes what earlier restores of this database had not finished.
fn clear_unfinished(parent: &Path, path: &Path) -> io::Result<()> {
    let prefix = prefix_of(path);
    for name in names_of(parent)?.unwrap_or_default() {
        if name.to_string_lossy().starts_with(&prefix) {
            fs::remove_file(parent.join(name))?;
        }
    }
    Ok(())
}

/// Puts the restored file in place, and returns the bytes written and what is not as it was.
fn replace(
    writer: &Writer<'_>,
    path: &Path,
    entry: &Entry,
) -> Result<(u64, Option<PathFailure>), Failure> {
    let pieces = pieces(writer.session, &entry.node).map_err(Failure::Repository)?;
    let total: u64 = pieces.iter().map(|piece| piece.length).sum();
    let companions = beside(path);
    let alone = companions
        .iter()
        .all(|path| path.symlink_metadata().is_err());
    let is_file = fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    if alone && is_file && holds(&File::open(path)?, &pieces)? {
        writer.progress.advance(total);
        return Ok((0, metadata_problem(path, entry)));
    }
    let parent = path.parent().unwrap_or(Path::new("/"));
    let file = tempfile::Builder::new()
        .prefix(&prefix_of(path))
        .tempfile_in(parent)?;
    writer.fill(file.as_file(), &pieces, total)?;
    let problem = metadata_problem(file.path(), entry).map(|problem| PathFailure {
        path: path.to_string_lossy().into_owned(),
        ..problem
    });
    file.as_file().sync_all()?;
    // Before the new file is there: a log of the old database must never stand beside the new one.
    for companion in companions {
        match fs::remove_file(companion) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    File::open(parent)?.sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(parent)?.sync_all()?;
    Ok((total, problem))
}

fn metadata_problem(path: &Path, entry: &Entry) -> Option<PathFailure> {
    metadata::apply(path, &entry.node)
        .err()
        .map(|error| PathFailure {
            path: path.to_string_lossy().into_owned(),
            message: format!("its metadata could not be set: {error}"),
        })
}
