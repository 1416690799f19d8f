//! Targets: the data themselves, only looked at.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use lifeboat_contract::{ProviderError, ReadItem};
use lifeboat_model::{Attributes, LiveResource};
use serde_json::json;

use super::Found;
use crate::domains;
use crate::error::{from_io, invalid};
use crate::local::Local;
use crate::source::is_sqlite_database;

impl Local {
    /// Reads a directory, whose size is that of its newest point: to read is not to walk.
    pub(super) fn read_directory(
        &self,
        item: &ReadItem,
        captured: impl FnOnce() -> Option<u64>,
    ) -> Result<Found, ProviderError> {
        let path = self.path(&item.attributes)?;
        let shown = path.display();
        let Some(found) = look(&path)? else {
            return Ok(self.no_target(&path));
        };
        if !found.is_dir() {
            return Err(invalid(
                format!("`{shown}` is not a directory"),
                "Point `path` at a directory, or use `local_sqlite` for a database.",
            ));
        }
        fs::read_dir(&path)
            .map_err(|error| from_io(format!("`{shown}` cannot be listed"), error))?;
        Ok(self.target(item, &path, &found, captured()))
    }

    pub(super) fn read_sqlite(&self, item: &ReadItem) -> Result<Found, ProviderError> {
        let path = self.path(&item.attributes)?;
        let shown = path.display();
        let Some(found) = look(&path)? else {
            return Ok(self.no_target(&path));
        };
        let failed = |error| from_io(format!("`{shown}` cannot be read"), error);
        let is_database = found.is_file() && {
            File::open(&path).map_err(failed)?;
            is_sqlite_database(&path).map_err(failed)?
        };
        if !is_database {
            return Err(invalid(
                format!("`{shown}` is not a SQLite database"),
                "Point `path` at a SQLite database, or use `local_directory` for other files.",
            ));
        }
        // What is in the write-ahead log is part of the database.
        let mut log = path.clone().into_os_string();
        log.push("-wal");
        let waiting = fs::metadata(log).map_or(0, |log| log.len());
        let size = found.len().saturating_add(waiting);
        Ok(self.target(item, &path, &found, Some(size)))
    }

    fn no_target(&self, path: &Path) -> Found {
        Found::Absent(domains::of_path(&self.settings.machine, path))
    }

    fn target(
        &self,
        item: &ReadItem,
        path: &Path,
        found: &Metadata,
        size_bytes: Option<u64>,
    ) -> Found {
        let device = found.dev();
        let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
        let mut facts: Attributes = [
            ("exists".to_owned(), json!(true)),
            ("device".to_owned(), json!(format!("{major}:{minor}"))),
        ]
        .into();
        facts.extend(size_bytes.map(|size| ("size_bytes".to_owned(), json!(size))));
        facts.extend(space(path));
        let machine = &self.settings.machine;
        facts.extend(
            domains::file_system(machine, path).map(|kind| ("filesystem".to_owned(), json!(kind))),
        );
        Found::Live(Box::new(LiveResource {
            needs: Vec::new(),
            attributes: item.attributes.clone(),
            facts,
            domains: domains::of_path(machine, path),
            recovery_points: Vec::new(),
        }))
    }
}

/// Returns what stands at a path; none when nothing does.
fn look(path: &Path) -> Result<Option<Metadata>, ProviderError> {
    match fs::metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(from_io(
            format!("`{}` cannot be read", path.display()),
            error,
        )),
    }
}

/// Returns the space that is left where a path is, as a fact.
pub(super) fn space(path: &Path) -> Option<(String, serde_json::Value)> {
    let found = rustix::fs::statvfs(path).ok()?;
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    Some(("free_bytes".to_owned(), json!(free)))
}
