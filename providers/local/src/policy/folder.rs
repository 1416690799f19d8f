//! The folder of a repository that policy documents stand in.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use lifeboat_contract::ProviderError;
use opendal::blocking::Operator;
use rayon::prelude::*;

use crate::error::{from_io, from_store};
use crate::file::{remove, write_atomically};
use crate::store::Place;

/// The name of the folder, beside restic's `config`, `data`, `index`, `keys`, `locks` and `snapshots`.
pub(crate) const FOLDER: &str = "lifeboat";

/// The folder, in a directory or in a bucket.
#[derive(Clone, Debug)]
pub(crate) enum Folder {
    /// In a directory.
    Directory {
        /// The repository.
        root: PathBuf,
    },
    /// In a bucket.
    Bucket {
        /// Opened at the repository's prefix.
        operator: Operator,
        /// The repository, for messages.
        shown: String,
    },
}

impl Folder {
    /// Returns the folder of the repository at `place`. It need not exist.
    ///
    /// # Errors
    /// `invalid` for a place that no request can reach.
    pub(crate) fn of(place: &Place) -> Result<Self, ProviderError> {
        match place {
            Place::Directory { path } => Ok(Self::Directory { root: path.clone() }),
            Place::S3 { .. } => Ok(Self::Bucket {
                operator: crate::repository::operator(place)?,
                shown: place.to_string(),
            }),
        }
    }

    /// Returns how a document is named to a person.
    pub(crate) fn shown(&self, name: &str) -> String {
        match self {
            Self::Directory { root } => root.join(FOLDER).join(name).display().to_string(),
            Self::Bucket { shown, .. } => {
                format!("{}/{FOLDER}/{name}", shown.trim_end_matches('/'))
            }
        }
    }

    /// Returns every document, by file name.
    ///
    /// # Errors
    /// When not all of them can be read.
    pub(crate) fn documents(&self) -> Result<Vec<(String, Vec<u8>)>, ProviderError> {
        let is_document = |name: &str| !name.starts_with('.') && name.ends_with(".json");
        let failed = || format!("the policies in `{}` cannot be read", self.shown(""));
        match self {
            Self::Directory { root } => {
                let entries = match fs::read_dir(root.join(FOLDER)) {
                    Ok(entries) => entries,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                    Err(error) => return Err(from_io(failed(), error)),
                };
                let mut documents = Vec::new();
                for entry in entries {
                    let entry = entry.map_err(|error| from_io(failed(), error))?;
                    let name = entry.file_name().to_string_lossy().into_owned();
                    if is_document(&name) {
                        let bytes =
                            fs::read(entry.path()).map_err(|error| from_io(failed(), error))?;
                        documents.push((name, bytes));
                    }
                }
                Ok(documents)
            }
            Self::Bucket { operator, .. } => {
                let entries = operator
                    .list(&format!("{FOLDER}/"))
                    .map_err(|error| from_store(failed(), error))?;
                entries
                    .par_iter()
                    .filter(|entry| is_document(entry.name()))
                    .map(|entry| match operator.read(entry.path()) {
                        Ok(bytes) => Ok((entry.name().to_owned(), bytes.to_vec())),
                        Err(error) => Err(from_store(failed(), error)),
                    })
                    .collect()
            }
        }
    }

    /// Writes a document, whole or not at all, readable by its owner only.
    pub(crate) fn write(&self, name: &str, bytes: Vec<u8>) -> Result<(), ProviderError> {
        match self {
            Self::Directory { root } => {
                let folder = root.join(FOLDER);
                fs::DirBuilder::new()
                    .recursive(true)
                    .mode(0o700)
                    .create(&folder)
                    .map_err(|error| {
                        from_io(format!("`{}` cannot be made", folder.display()), error)
                    })?;
                write_atomically(&folder.join(name), &bytes, 0o600)
            }
            Self::Bucket { operator, .. } => operator
                .write(&format!("{FOLDER}/{name}"), bytes)
                .map(drop)
                .map_err(|error| {
                    from_store(format!("`{}` cannot be written", self.shown(name)), error)
                }),
        }
    }

    /// Removes a document; one that is gone already is no error.
    pub(crate) fn remove(&self, name: &str) -> Result<(), ProviderError> {
        match self {
            Self::Directory { root } => remove(&root.join(FOLDER).join(name)),
            Self::Bucket { operator, .. } => {
                operator
                    .delete(&format!("{FOLDER}/{name}"))
                    .map_err(|error| {
                        from_store(format!("`{}` cannot be removed", self.shown(name)), error)
                    })
            }
        }
    }
}
