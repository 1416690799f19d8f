//! Walking a directory.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::{DirEntry, Walk, WalkBuilder};
use lifeboat_contract::{Cancel, ErrorClass, ProviderError};
use rustic_core::{LocalSourceSaveOptions, ReadSourceEntry};

use super::entry::Opener;
use super::record::Recorder;
use super::selection::Selection;
use crate::store::from_io;

type Entry = ReadSourceEntry<Opener>;

/// A directory that is there and can be listed.
#[derive(Debug)]
pub(super) struct Tree {
    root: PathBuf,
    selection: Arc<Selection>,
    one_file_system: bool,
    apart: Arc<[Apart]>,
}

/// A directory that is left out, by its path and by what it is: a bind mount shows it under another path.
#[derive(Debug)]
struct Apart {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Apart {
    /// Returns none for what is not there, and so cannot be met.
    fn new(path: &Path) -> Option<Self> {
        let path = path.canonicalize().ok()?;
        let found = fs::metadata(&path).ok()?;
        Some(Self {
            path,
            device: found.dev(),
            inode: found.ino(),
        })
    }

    fn is(&self, entry: &DirEntry) -> bool {
        // The metadata costs a call, so the inode that came with the name is asked first.
        entry.path() == self.path
            || (entry.ino() == Some(self.inode)
                && entry.file_type().is_some_and(|kind| kind.is_dir())
                && entry.metadata().is_ok_and(|m| m.dev() == self.device))
    }
}

impl Tree {
    /// Checks that the directory can be listed.
    ///
    /// A source that is missing must not become a point without files: retention would in time delete the good ones
    /// for it.
    ///
    /// The directories `apart` are left out; a source inside one of them is refused.
    pub(super) fn new(
        path: &Path,
        selection: &Selection,
        one_file_system: bool,
        apart: &[PathBuf],
    ) -> Result<Self, ProviderError> {
        let shown = path.display();
        let failed = |error: &io::Error| match error.kind() {
            io::ErrorKind::NotFound => ProviderError::new(
                ErrorClass::NotFound,
                format!("source directory `{shown}` does not exist"),
            )
            .help("Mount it or correct the path; no recovery point was made."),
            io::ErrorKind::NotADirectory => ProviderError::new(
                ErrorClass::Invalid,
                format!("source `{shown}` is not a directory"),
            )
            .help("Name a directory, or protect a database with `local_sqlite`."),
            _ => from_io(format!("cannot read source directory `{shown}`"), error),
        };
        let root = path.canonicalize().map_err(|error| failed(&error))?;
        fs::read_dir(&root).map_err(|error| failed(&error))?;
        let apart: Arc<[Apart]> = apart.iter().filter_map(|path| Apart::new(path)).collect();
        if let Some(around) = apart.iter().find(|apart| root.starts_with(&apart.path)) {
            return Err(ProviderError::new(
                ErrorClass::Invalid,
                format!(
                    "source `{shown}` is inside the repository or its cache `{}`",
                    around.path.display()
                ),
            )
            .help("Keep the repository outside of what it protects."));
        }
        Ok(Self {
            root,
            selection: Arc::new(selection.clone()),
            one_file_system,
            apart,
        })
    }

    /// Returns whether nothing below the directory is asked for.
    pub(super) fn is_empty(&self) -> bool {
        let recorder = Arc::new(Recorder::new(Cancel::default()));
        let mut walk = self.walk(&recorder);
        let below = walk.any(|entry| entry.path.starts_with(&self.root) && entry.path != self.root);
        // What cannot be read is something, too; the backup itself reports it.
        !below && recorder.finish().failures.is_empty()
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Walks the directories above the source, the source, and what is below, in the order of names.
    pub(super) fn walk(&self, recorder: &Arc<Recorder>) -> TreeWalk {
        let (root, selection) = (self.root.clone(), Arc::clone(&self.selection));
        let apart = Arc::clone(&self.apart);
        let walker = WalkBuilder::new(&self.root)
            .standard_filters(false)
            .follow_links(false)
            .same_file_system(self.one_file_system)
            .sort_by_file_name(Ord::cmp)
            .filter_entry(move |entry| {
                let relative = entry.path().strip_prefix(&root);
                entry.depth() == 0
                    || !(relative.is_ok_and(|path| selection.excludes(path))
                        || apart.iter().any(|apart| apart.is(entry)))
            })
            .build();
        TreeWalk {
            walker,
            root: self.root.clone(),
            selection: Arc::clone(&self.selection),
            recorder: Arc::clone(recorder),
            waiting: Vec::new(),
            ready: above(&self.root, recorder).into(),
        }
    }
}

/// Returns the directories above a path, outermost first. restic stores them, so that what it restores has their modes.
pub(super) fn above(path: &Path, recorder: &Arc<Recorder>) -> Vec<Entry> {
    let mut above: Vec<&Path> = path
        .ancestors()
        .skip(1)
        .filter(|path| path.file_name().is_some())
        .collect();
    above.reverse();
    above
        .into_iter()
        .filter_map(|path| {
            let found = WalkBuilder::new(path)
                .standard_filters(false)
                .max_depth(Some(0))
                .build()
                .next();
            // Not part of the source: what cannot be read of it is no loss.
            entry(found?.ok()?, recorder).ok()
        })
        .collect()
}

/// The pass over a tree.
pub(super) struct TreeWalk {
    walker: Walk,
    root: PathBuf,
    selection: Arc<Selection>,
    recorder: Arc<Recorder>,
    /// Directories that nobody asked for, until something in them is.
    waiting: Vec<Entry>,
    ready: VecDeque<Entry>,
}

impl TreeWalk {
    fn take(&mut self, found: DirEntry) {
        let path = found.path().to_owned();
        while self
            .waiting
            .last()
            .is_some_and(|directory| !path.starts_with(&directory.path))
        {
            self.waiting.pop();
        }
        let asked_for = path == self.root
            || path
                .strip_prefix(&self.root)
                .is_ok_and(|relative| self.selection.includes(relative));
        let is_directory = found.file_type().is_some_and(|kind| kind.is_dir());
        if !asked_for && !is_directory {
            return;
        }
        let entry = match entry(found, &self.recorder) {
            Ok(entry) => entry,
            Err(message) => return self.recorder.missed(&path, message),
        };
        if asked_for {
            self.ready.extend(self.waiting.drain(..));
            self.ready.push_back(entry);
        } else {
            self.waiting.push(entry);
        }
    }
}

impl Iterator for TreeWalk {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        loop {
            if self.recorder.is_cancelled() {
                return None;
            }
            if let Some(entry) = self.ready.pop_front() {
                if !entry.node.is_dir() {
                    self.recorder.offer();
                }
                return Some(entry);
            }
            match self.walker.next()? {
                Ok(found) => self.take(found),
                Err(error) => {
                    let path = path_of(&error).unwrap_or(&self.root);
                    let message = error
                        .io_error()
                        .map_or_else(|| error.to_string(), ToString::to_string);
                    self.recorder.missed(path, message);
                }
            }
        }
    }
}

/// Returns an entry with its metadata, as restic stores it.
fn entry(found: DirEntry, recorder: &Arc<Recorder>) -> Result<Entry, String> {
    let path = found.path().to_owned();
    let attributes = extended_attributes(&path);
    let mapped = LocalSourceSaveOptions::default()
        .map_entry(found)
        .map_err(|error| error.to_string())?;
    // rustic takes an entry whose extended attributes it cannot read as one that has none.
    match attributes {
        Ok(count) if count == mapped.node.meta.extended_attributes.len() => {}
        Ok(_) => recorder.missed(&path, "its extended attributes could not be read"),
        Err(error) => recorder.missed(
            &path,
            format!("its extended attributes could not be read: {error}"),
        ),
    }
    Ok(ReadSourceEntry {
        open: Some(Opener {
            file: path.clone(),
            path: path.clone(),
            recorder: Arc::clone(recorder),
        }),
        path,
        node: mapped.node,
    })
}

/// Returns how many extended attributes a path has.
fn extended_attributes(path: &Path) -> io::Result<usize> {
    let length = match rustix::fs::llistxattr_query(path) {
        Ok(0) | Err(rustix::io::Errno::NOTSUP) => return Ok(0),
        Ok(length) => length,
        Err(error) => return Err(error.into()),
    };
    let mut names = vec![0u8; length];
    let length = rustix::fs::llistxattr(path, &mut names[..])?;
    let names = names.get(..length).unwrap_or_default();
    Ok(names.iter().filter(|byte| **byte == 0).count())
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}
