//! A restore from beginning to end.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lifeboat_contract::{Cancel, ErrorClass, PathFailure, Progress, ProviderError};
use lifeboat_model::RecoveryPointId;

use super::database;
use super::destination::Destination;
use super::files::Files;
use super::plan::lay_out;
use super::write::{Failure, Writer};
use crate::store::{Place, Vault, class_of, class_of_io, from_io};

/// Where a restore writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To the path that the point was made of.
    InPlace,
    /// Into this directory, which is made if it is not there: what was directly below the source comes directly below
    /// it, and a database comes into it under its own name.
    Into(PathBuf),
}

/// What is restored, and where to.
#[derive(Clone, Debug)]
pub struct RestoreRequest<'a> {
    /// The point.
    pub point: &'a RecoveryPointId,
    /// Where to.
    pub target: Target,
    /// Only these paths: below the source, or absolute and inside it. Empty means everything.
    pub paths: &'a [String],
    /// Whether existing data may be replaced.
    pub overwrite: bool,
}

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Where the data now is: the directory that corresponds to the source, or the database file.
    pub into: PathBuf,
    /// Files and directories restored.
    pub entries: u64,
    /// Bytes written. What was there already and equal is not counted.
    pub restored_bytes: u64,
    /// What could not be written, or not with its metadata. The rest is as it was.
    pub failed: Vec<PathFailure>,
}

impl Vault {
    /// Restores a point, or paths in it.
    ///
    /// Without `overwrite` nothing is written over: a destination that is not empty is a conflict, and for `paths` one
    /// of them that exists. With it, files that differ are replaced one by one, each in one step; what the point does
    /// not have stays. A restore that was interrupted can be repeated as it was: it leaves a mark in the destination,
    /// by which the repeated call knows its own work, and what is there already is not written again.
    ///
    /// Permissions, times, links, hard links, holes and extended attributes come back; owners if the superuser asks. A
    /// database that is restored in place is written beside, and then takes the place of the old one together with its
    /// `-wal` and `-shm`; stop what uses it before.
    ///
    /// # Errors
    /// `conflict` as above, and then nothing is written; `invalid` for a destination inside the repository; `not_found` for a point or path that is not there; `quota`
    /// when the destination is full; `unavailable`, `interrupted`. Damage of single files is in the answer.
    pub fn restore(
        &self,
        request: &RestoreRequest<'_>,
        progress: &Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<Restored, ProviderError> {
        let _lock = self.lock_shared_if_writable()?;
        let session = self.reading(progress, cancel)?;
        let (point, snapshot) = self.snapshot(&session, request.point)?;
        let layout = lay_out(&session, &point, &snapshot, request.paths)?;
        self.refuse_itself(match &request.target {
            Target::InPlace => &layout.source,
            Target::Into(path) => path,
        })?;
        let writer = Writer {
            session: &session,
            progress: progress.as_ref(),
            cancel,
        };
        progress.begin("restoring", Some(layout.total_bytes()));
        let restored = match layout.root() {
            Some(root) if !root.node.is_dir() => {
                database::restore(&writer, &layout.source, root, request)
            }
            _ => {
                let destination = Destination::open(&layout, &point, request)?;
                Files {
                    writer,
                    layout: &layout,
                    destination: &destination,
                }
                .restore(self.parallelism())
            }
        };
        progress.end();
        restored
    }
}

impl Vault {
    /// Refuses a destination inside the repository: what is restored would stand among its own files, or replace them.
    fn refuse_itself(&self, destination: &Path) -> Result<(), ProviderError> {
        let Place::Directory { path } = self.place() else {
            return Ok(());
        };
        let failed = |error: &io::Error| {
            from_io(
                format!("cannot restore to `{}`", destination.display()),
                error,
            )
        };
        let repository = path.canonicalize().map_err(|error| failed(&error))?;
        for above in destination.ancestors() {
            match above.canonicalize() {
                Ok(above) if above.starts_with(&repository) => {
                    return Err(ProviderError::new(
                        ErrorClass::Invalid,
                        format!(
                            "`{}` is inside the repository `{}`",
                            destination.display(),
                            self.place()
                        ),
                    )
                    .help("Restore to a place outside of the repository."));
                }
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                // What stands in the way is told by whoever tries to write there.
                Err(error) if error.kind() == io::ErrorKind::NotADirectory => {}
                Err(error) => return Err(failed(&error)),
            }
        }
        Ok(())
    }
}

/// Returns the error that ends the whole restore; none if the failure concerns one file only.
pub(super) fn fatal(failure: &Failure, path: &Path) -> Option<ProviderError> {
    let message = || format!("cannot restore `{}`", path.display());
    match failure {
        Failure::Stopped => Some(
            ProviderError::new(ErrorClass::Interrupted, "the restore was stopped")
                .help("Run the same restore again; it goes on where it stopped."),
        ),
        Failure::Destination(error) => {
            (class_of_io(error) == ErrorClass::Quota).then(|| from_io(message(), error))
        }
        Failure::Repository(error) => match class_of(error) {
            ErrorClass::Interrupted => fatal(&Failure::Stopped, path),
            class @ (ErrorClass::Unavailable | ErrorClass::Throttled | ErrorClass::Denied) => {
                Some(ProviderError::new(class, message()).because(error.display_log()))
            }
            _ => None,
        },
    }
}

/// Returns what a person reads about a file that was not restored.
pub(super) fn describe(failure: &Failure) -> String {
    match failure {
        Failure::Stopped => "stopped".to_owned(),
        Failure::Destination(error) => error.to_string(),
        Failure::Repository(error) => error
            .display_log()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    }
}
