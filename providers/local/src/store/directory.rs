//! A repository in a directory.
//!
//! rustic's own local backend writes files under their final names and passes over what it cannot list; a crash then
//! leaves a truncated pack, and an unreadable directory looks like an empty one. Here a file appears whole or not at
//! all, and a listing that is not complete is an error.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use rustic_core::{
    BytesList, ErrorKind, FileType, Id, ReadBackend, RusticError, RusticResult, WriteBackend,
};

use super::layout::{LOCKS, View};

/// Marks files that are being written. restic uses the same mark and ignores what it finds.
pub(super) const UNFINISHED: &str = "-tmp-";

/// The directory of one repository.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    root: PathBuf,
    view: View,
}

impl Directory {
    pub(super) fn new(root: PathBuf, view: View) -> Self {
        Self { root, view }
    }

    fn path(&self, kind: FileType, id: &Id) -> PathBuf {
        self.root.join(self.view.path(kind, id))
    }

    fn write(&self, kind: FileType, id: &Id, content: &BytesList) -> io::Result<()> {
        let path = self.path(kind, id);
        let parent = path.parent().unwrap_or(&self.root);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        make_directories(parent)?;
        let mut file = tempfile::Builder::new()
            .prefix(&format!("{name}{UNFINISHED}"))
            .tempfile_in(parent)?;
        for bytes in content.slice() {
            file.write_all(bytes)?;
        }
        file.as_file()
            .set_permissions(fs::Permissions::from_mode(0o400))?;
        file.as_file().sync_all()?;
        if kind == FileType::Config && self.view != View::Rewrite {
            file.persist_noclobber(&path)
        } else {
            file.persist(&path)
        }
        .map_err(|error| error.error)?;
        File::open(parent)?.sync_all()
    }
}

/// Creates a directory and those above it, for the owner only.
fn make_directories(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

fn failed(doing: &str, path: &Path, source: io::Error) -> Box<RusticError> {
    RusticError::with_source(ErrorKind::Backend, format!("{doing} `{{path}}`"), source)
        .attach_context("path", path.display().to_string())
}

/// Adds the files of a directory whose names are ids, with their sizes.
fn list_into(path: &Path, kind: FileType, found: &mut Vec<(Id, u32)>) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            if kind == FileType::Pack {
                list_into(&entry.path(), kind, found)?;
            }
            continue;
        }
        let name = entry.file_name();
        let Some(id) = Id::parse_some(&name.to_string_lossy(), kind) else {
            continue;
        };
        match entry.metadata() {
            Ok(metadata) => {
                found.push((id, u32::try_from(metadata.len()).map_err(io::Error::other)?))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl ReadBackend for Directory {
    fn location(&self) -> String {
        self.root.display().to_string()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        if kind == FileType::Config {
            let path = self.root.join("config");
            return match fs::metadata(&path) {
                Ok(metadata) => Ok(vec![(
                    Id::default(),
                    u32::try_from(metadata.len()).unwrap_or(u32::MAX),
                )]),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
                Err(error) => Err(failed("cannot read", &path, error)),
            };
        }
        let path = self.root.join(self.view.directory(kind));
        let mut found = Vec::new();
        match list_into(&path, kind, &mut found) {
            Ok(()) => Ok(found),
            // A copy of a repository may lack empty directories, but a repository that is not there lists nothing.
            Err(error)
                if error.kind() == io::ErrorKind::NotFound
                    && !path.exists()
                    && self.root.is_dir() =>
            {
                Ok(Vec::new())
            }
            Err(error) => Err(failed("cannot list", &path, error)),
        }
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        let path = self.path(kind, id);
        fs::read(&path)
            .map(Bytes::from)
            .map_err(|error| failed("cannot read", &path, error))
    }

    fn read_partial(
        &self,
        kind: FileType,
        id: &Id,
        _cacheable: bool,
        offset: u32,
        length: u32,
    ) -> RusticResult<Bytes> {
        let path = self.path(kind, id);
        let mut buffer = vec![0; length as usize];
        File::open(&path)
            .and_then(|file| file.read_exact_at(&mut buffer, offset.into()))
            .map_err(|error| failed("cannot read", &path, error))?;
        Ok(buffer.into())
    }

    fn warmup_path(&self, kind: FileType, id: &Id) -> String {
        self.path(kind, id).display().to_string()
    }
}

impl WriteBackend for Directory {
    fn create(&self) -> RusticResult<()> {
        let fan = (0u8..=255).map(|byte| format!("data/{byte:02x}"));
        ["keys", "snapshots", "index", LOCKS]
            .into_iter()
            .map(str::to_owned)
            .chain(fan)
            .try_for_each(|name| {
                let path = self.root.join(name);
                make_directories(&path).map_err(|error| failed("cannot create", &path, error))
            })
    }

    fn write_bytes(
        &self,
        kind: FileType,
        id: &Id,
        _cacheable: bool,
        content: BytesList,
    ) -> RusticResult<()> {
        self.write(kind, id, &content)
            .map_err(|error| failed("cannot write", &self.path(kind, id), error))
    }

    /// Removes a file; one that is gone already is no error.
    fn remove(&self, kind: FileType, id: &Id, _cacheable: bool) -> RusticResult<()> {
        let path = self.path(kind, id);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed("cannot remove", &path, error))
            }
            _ => Ok(()),
        }
    }
}
