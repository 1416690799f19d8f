//! Restoring a directory and what is below it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use lifeboat_contract::{ErrorClass, PathFailure, ProviderError};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use rustic_core::repofile::Node;

use super::destination::Destination;
use super::metadata;
use super::plan::{Entry, Layout};
use super::request::{Restored, describe, fatal};
use super::write::{Failure, Writer};
use crate::store::from_io;

/// One restore of a directory.
pub(super) struct Files<'a> {
    pub(super) writer: Writer<'a>,
    pub(super) layout: &'a Layout,
    pub(super) destination: &'a Destination,
}

/// What the steps have in common.
#[derive(Debug, Default)]
struct Tally {
    failed: BTreeMap<PathBuf, String>,
    entries: u64,
    bytes: u64,
}

/// Names one file by its device and inode at the source.
type Inode = (u64, u64);

impl Files<'_> {
    pub(super) fn restore(&self, threads: usize) -> Result<Restored, ProviderError> {
        let tally = Mutex::new(Tally::default());
        let (made, blocked) = self.make_directories(&tally);
        let (files, links) = self.sort_links();
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|error| {
                ProviderError::new(ErrorClass::Quota, "cannot start threads").because(error)
            })?;
        pool.install(|| {
            files
                .par_iter()
                .try_for_each(|entry| self.restore_entry(entry, &blocked, &tally))
        })?;
        for (entry, first) in links {
            if !is_blocked(&self.path(entry), &blocked, &tally) {
                self.link(entry, first, &tally);
            }
        }
        self.finish_directories(&made, &tally);
        self.destination
            .close()
            .and_then(|()| sync(&self.destination.root))
            .map_err(|error| {
                from_io(
                    format!("cannot complete `{}`", self.destination.root.display()),
                    &error,
                )
            })?;
        self.finish_root(&made, &tally);
        let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Restored {
            into: self.destination.root.clone(),
            entries: tally.entries,
            restored_bytes: tally.bytes,
            failed: tally
                .failed
                .into_iter()
                .map(|(path, message)| PathFailure {
                    path: path.to_string_lossy().into_owned(),
                    message,
                })
                .collect(),
        })
    }

    fn path(&self, entry: &Entry) -> PathBuf {
        if entry.path.as_os_str().is_empty() {
            self.destination.root.clone()
        } else {
            self.destination.root.join(&entry.path)
        }
    }

    /// Makes the directories, and returns those whose metadata is ours to set, what was asked for and what is new; and
    /// those that could not be made: below them nothing may be written, a link could stand in their place.
    fn make_directories(&self, tally: &Mutex<Tally>) -> (BTreeSet<PathBuf>, Vec<PathBuf>) {
        let (mut made, mut blocked) = (BTreeSet::new(), Vec::<PathBuf>::new());
        for entry in self.layout.entries.iter().filter(|e| e.node.is_dir()) {
            let path = self.path(entry);
            if blocked.iter().any(|above| path.starts_with(above)) {
                continue;
            }
            let is_root = entry.path.as_os_str().is_empty();
            match make_directory(&path) {
                Ok(new) => {
                    let new = new || (is_root && !self.destination.existed);
                    if new || entry.asked_for {
                        made.insert(path);
                    }
                    count(tally, 1, 0);
                }
                Err(error) => {
                    fail(tally, &path, error.to_string());
                    blocked.push(path);
                }
            }
        }
        (made, blocked)
    }

    /// Tells first names of files from further ones.
    fn sort_links(&self) -> (Vec<&Entry>, Vec<(&Entry, &Entry)>) {
        let mut first: BTreeMap<Inode, &Entry> = BTreeMap::new();
        let (mut files, mut links) = (Vec::new(), Vec::new());
        for entry in self.layout.entries.iter().filter(|e| !e.node.is_dir()) {
            match inode_of(&entry.node) {
                Some(inode) => match first.get(&inode) {
                    Some(original) => links.push((entry, *original)),
                    None => {
                        first.insert(inode, entry);
                        files.push(entry);
                    }
                },
                None => files.push(entry),
            }
        }
        (files, links)
    }

    fn restore_entry(
        &self,
        entry: &Entry,
        blocked: &[PathBuf],
        tally: &Mutex<Tally>,
    ) -> Result<(), ProviderError> {
        let path = self.path(entry);
        if is_blocked(&path, blocked, tally) {
            return Ok(());
        }
        let written = if entry.node.is_file() {
            make_way(&path, |kind| kind.is_file())
                .map_err(Failure::from)
                .and_then(|()| self.writer.write(&path, &entry.node))
        } else {
            self.restore_special(&path, &entry.node)
                .map(|()| 0)
                .map_err(Failure::from)
        };
        match written {
            Ok(bytes) => {
                count(tally, 1, bytes);
                if let Err(error) = metadata::apply(&path, &entry.node) {
                    fail(
                        tally,
                        &path,
                        format!("its metadata could not be set: {error}"),
                    );
                }
                Ok(())
            }
            Err(failure) => match fatal(&failure, &path) {
                Some(error) => Err(error),
                None => {
                    fail(tally, &path, describe(&failure));
                    Ok(())
                }
            },
        }
    }

    fn restore_special(&self, path: &Path, node: &Node) -> io::Result<()> {
        if self.writer.cancel.is_cancelled() {
            return Err(io::Error::other("stopped"));
        }
        if metadata::difference(path, node)?.is_none() {
            return Ok(());
        }
        // Links, pipes and devices have no content: what stands there is made anew.
        make_way(path, |_| false)?;
        metadata::make_special(path, node)
    }

    fn link(&self, entry: &Entry, first: &Entry, tally: &Mutex<Tally>) {
        let (path, original) = (self.path(entry), self.path(first));
        let same = |a: &Path, b: &Path| -> io::Result<bool> {
            let (a, b) = (fs::symlink_metadata(a)?, fs::symlink_metadata(b)?);
            Ok((a.dev(), a.ino()) == (b.dev(), b.ino()))
        };
        let linked = if same(&path, &original).unwrap_or(false) {
            Ok(())
        } else {
            make_way(&path, |_| false).and_then(|()| fs::hard_link(&original, &path))
        };
        match linked {
            Ok(()) => {
                count(tally, 1, 0);
                self.writer.progress.advance(entry.node.meta.size);
            }
            Err(error) => fail(tally, &path, error.to_string()),
        }
    }

    /// Sets the metadata of the directories below the root, innermost first: what is made in one changes its time.
    fn finish_directories(&self, made: &BTreeSet<PathBuf>, tally: &Mutex<Tally>) {
        let below = self.layout.entries.iter().skip(1).rev();
        for entry in below.filter(|entry| entry.node.is_dir()) {
            self.finish_directory(entry, made, tally);
        }
    }

    fn finish_root(&self, made: &BTreeSet<PathBuf>, tally: &Mutex<Tally>) {
        if let Some(root) = self.layout.root() {
            self.finish_directory(root, made, tally);
        }
    }

    fn finish_directory(&self, entry: &Entry, made: &BTreeSet<PathBuf>, tally: &Mutex<Tally>) {
        let path = self.path(entry);
        if !made.contains(&path) {
            return;
        }
        if let Err(error) = metadata::apply(&path, &entry.node) {
            fail(
                tally,
                &path,
                format!("its metadata could not be set: {error}"),
            );
        }
    }
}

/// Returns whether a directory above a path could not be made, and then notes that the path was not restored.
fn is_blocked(path: &Path, blocked: &[PathBuf], tally: &Mutex<Tally>) -> bool {
    let above = blocked.iter().find(|above| path.starts_with(above));
    if let Some(above) = above {
        let message = format!("the directory `{}` could not be made", above.display());
        fail(tally, path, message);
    }
    above.is_some()
}

fn inode_of(node: &Node) -> Option<Inode> {
    let shared = node.is_file() && node.meta.links > 1 && node.meta.inode != 0;
    shared.then_some((node.meta.device_id, node.meta.inode))
}

/// Makes a directory, and returns whether it is new.
fn make_directory(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => return Ok(false),
        // The destination itself may be reached by a link; below it, a link would lead out of it.
        Ok(_) => make_way(path, |_| false)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    fs::DirBuilder::new().mode(0o700).create(path)?;
    Ok(true)
}

/// Removes what stands at a path and is not of the kind that `stays`; a directory only if it is empty.
fn make_way(path: &Path, stays: impl Fn(fs::FileType) -> bool) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if stays(found.file_type()) => Ok(()),
        Ok(found) if found.is_dir() => fs::remove_dir(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Brings everything on the file system of a path to stable storage.
fn sync(path: &Path) -> io::Result<()> {
    rustix::fs::syncfs(fs::File::open(path)?).map_err(io::Error::from)
}

fn count(tally: &Mutex<Tally>, entries: u64, bytes: u64) {
    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    tally.entries += entries;
    tally.bytes += bytes;
}

fn fail(tally: &Mutex<Tally>, path: &Path, message: String) {
    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    tally.failed.entry(path.to_owned()).or_insert(message);
}
