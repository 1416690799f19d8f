//! The directory that a restore writes into.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use lifeboat_contract::{ErrorClass, ProviderError};

use super::plan::Layout;
use super::request::{RestoreRequest, Target};
use super::write::UNFINISHED;
use crate::store::{Point, from_io};

/// The file that marks a restore which is not complete.
pub(super) const MARK: &str = ".lifeboat-restore";

/// A directory that may be written to.
#[derive(Debug)]
pub(super) struct Destination {
    pub(super) root: PathBuf,
    /// Whether the directory was there before.
    pub(super) existed: bool,
}

impl Destination {
    /// Checks that nothing would be written over that may not be, makes the directory, and leaves the mark.
    pub(super) fn open(
        layout: &Layout,
        point: &Point,
        request: &RestoreRequest<'_>,
    ) -> Result<Self, ProviderError> {
        let root = match &request.target {
            Target::InPlace => layout.source.clone(),
            Target::Into(path) => path.clone(),
        };
        let failed =
            |error: &io::Error| from_io(format!("cannot restore to `{}`", root.display()), error);
        let mark = format!("{}\n{}\n", point.id, request.paths.join("\n"));
        let names = names_of(&root).map_err(|error| match error.kind() {
            io::ErrorKind::NotADirectory => ProviderError::new(
                ErrorClass::Conflict,
                format!("`{}` is not a directory", root.display()),
            )
            .help("Move it away, or restore elsewhere with `--to`."),
            _ => failed(&error),
        })?;
        let existed = names.is_some();
        let names = names.unwrap_or_default();
        let repeated = fs::read_to_string(root.join(MARK)).is_ok_and(|found| found == mark);
        if !request.overwrite && !repeated {
            refuse_to_replace(&root, &names, layout)?;
        }
        fs::create_dir_all(&root).map_err(|error| failed(&error))?;
        if repeated {
            clear_unfinished(&root, layout).map_err(|error| failed(&error))?;
        }
        leave_mark(&root.join(MARK), &mark).map_err(|error| failed(&error))?;
        Ok(Self { root, existed })
    }

    /// Removes the mark: the restore is complete.
    pub(super) fn close(&self) -> io::Result<()> {
        match fs::remove_file(self.root.join(MARK)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Writes the mark as a new file: what stands there may be a link that leads elsewhere.
fn leave_mark(path: &Path, mark: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    File::create_new(path)?.write_all(mark.as_bytes())
}

/// Returns the names in a directory; none if it is not there.
pub(super) fn names_of(path: &Path) -> io::Result<Option<Vec<PathBuf>>> {
    match fs::read_dir(path) {
        Ok(entries) => entries
            .map(|entry| Ok(PathBuf::from(entry?.file_name())))
            .collect::<io::Result<_>>()
            .map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn refuse_to_replace(root: &Path, names: &[PathBuf], layout: &Layout) -> Result<(), ProviderError> {
    let in_the_way = if layout.is_partial {
        layout
            .entries
            .iter()
            .filter(|entry| entry.asked_for)
            .map(|entry| root.join(&entry.path))
            .find(|path| path.symlink_metadata().is_ok())
    } else {
        names.first().map(|_| root.to_owned())
    };
    let Some(path) = in_the_way else {
        return Ok(());
    };
    let state = if layout.is_partial {
        "exists already"
    } else {
        "is not empty"
    };
    Err(ProviderError::new(
        ErrorClass::Conflict,
        format!("`{}` {state}, and nothing was written", path.display()),
    )
    .help("Restore elsewhere with `--to`, or replace what is there with `--overwrite`."))
}

/// Removes the files that an interrupted restore had not finished.
fn clear_unfinished(root: &Path, layout: &Layout) -> io::Result<()> {
    for entry in layout.entries.iter().filter(|entry| entry.node.is_dir()) {
        let directory = root.join(&entry.path);
        for name in names_of(&directory).unwrap_or_default().unwrap_or_default() {
            if name.to_string_lossy().starts_with(UNFINISHED) {
                fs::remove_file(directory.join(name))?;
            }
        }
    }
    Ok(())
}
