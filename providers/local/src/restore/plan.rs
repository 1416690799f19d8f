//! What is in a point: its entries, by the path below the source.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use lifeboat_contract::{ErrorClass, ProviderError};
use rustic_core::repofile::{Node, SnapshotFile};
use rustic_core::{IndexedFullStatus, TreeId};

use crate::store::Point;
use crate::store::{Session, from_rustic};

/// One file, directory or other thing in a point.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Its path below the source; empty for the source itself.
    pub(crate) path: PathBuf,
    /// What it is.
    pub(crate) node: Node,
    /// Whether it was asked for, and is not only on the way to what was.
    pub(crate) asked_for: bool,
}

/// The entries of a point.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// The source: the path that the point was made of.
    pub(crate) source: PathBuf,
    /// The source itself and everything asked for below it; a directory stands before what is in it.
    pub(crate) entries: Vec<Entry>,
    /// Whether only part of the point was asked for.
    pub(crate) is_partial: bool,
}

/// Reads the tree of a point, and of it what `paths` ask for; all of it if there are none.
///
/// A path is below the source, or absolute and inside it.
pub(crate) fn lay_out(
    session: &Session<IndexedFullStatus>,
    point: &Point,
    snapshot: &SnapshotFile,
    paths: &[String],
) -> Result<Layout, ProviderError> {
    let source = match point.paths.as_slice() {
        [path] => PathBuf::from(path),
        _ => {
            return Err(ProviderError::new(
                ErrorClass::Invalid,
                format!(
                    "recovery point `{}` has {} sources; lifeboat restores points of one",
                    point.id.short(),
                    point.paths.len()
                ),
            )
            .help("Restore it with `restic restore`."));
        }
    };
    let failed = |error: &rustic_core::RusticError| {
        from_rustic(
            format!("cannot read recovery point `{}`", point.id.short()),
            error,
        )
    };
    let node = session
        .repository
        .node_from_path(snapshot.tree, &source)
        .map_err(|error| failed(&error))?;
    let wanted = wanted(&source, paths)?;
    let mut reader = TreeReader {
        session,
        wanted: &wanted,
        found: BTreeSet::new(),
        entries: Vec::new(),
    };
    reader
        .add(PathBuf::new(), node)
        .map_err(|error| failed(&error))?;
    let TreeReader { found, entries, .. } = reader;
    if let Some(missing) = wanted.iter().find(|path| !found.contains(*path)) {
        return Err(ProviderError::new(
            ErrorClass::NotFound,
            format!(
                "`{}` is not in recovery point `{}`",
                missing.display(),
                point.id.short()
            ),
        )
        .help("Give paths below the source, such as `docs/report.odt`."));
    }
    Ok(Layout {
        source,
        entries,
        is_partial: !wanted.is_empty(),
    })
}

/// Returns the paths below the source that are asked for.
fn wanted(source: &Path, paths: &[String]) -> Result<BTreeSet<PathBuf>, ProviderError> {
    paths
        .iter()
        .map(|text| {
            let outside = || {
                ProviderError::new(
                    ErrorClass::Invalid,
                    format!("`{text}` is not inside the source `{}`", source.display()),
                )
                .help("Give a path below the source, or an absolute one inside it.")
            };
            let path = Path::new(text);
            let relative = if path.is_absolute() {
                path.strip_prefix(source).map_err(|_| outside())?
            } else {
                path
            };
            let mut clean = PathBuf::new();
            for part in relative.components() {
                match part {
                    Component::Normal(name) => clean.push(name),
                    Component::CurDir => {}
                    _ => return Err(outside()),
                }
            }
            Ok(clean)
        })
        .filter(|path| !matches!(path, Ok(path) if path.as_os_str().is_empty()))
        .collect()
}

struct TreeReader<'a> {
    session: &'a Session<IndexedFullStatus>,
    wanted: &'a BTreeSet<PathBuf>,
    found: BTreeSet<PathBuf>,
    entries: Vec<Entry>,
}

impl TreeReader<'_> {
    /// Adds an entry, and what is below it, as far as it is asked for.
    fn add(&mut self, path: PathBuf, node: Node) -> Result<(), Box<rustic_core::RusticError>> {
        let everything = self.wanted.is_empty();
        let inside = everything || self.wanted.iter().any(|wanted| path.starts_with(wanted));
        let on_the_way = inside || self.wanted.iter().any(|wanted| wanted.starts_with(&path));
        if !on_the_way {
            return Ok(());
        }
        if self.wanted.contains(&path) {
            self.found.insert(path.clone());
        }
        // Only a directory has something below it; a link that had would lead what is written there elsewhere.
        let subtree = node.subtree.filter(|_| node.is_dir());
        self.entries.push(Entry {
            path: path.clone(),
            node,
            asked_for: inside,
        });
        match subtree {
            Some(id) => self.descend(&path, id),
            None => Ok(()),
        }
    }

    fn descend(&mut self, path: &Path, id: TreeId) -> Result<(), Box<rustic_core::RusticError>> {
        let mut names = BTreeSet::new();
        for node in self.session.repository.get_tree(&id)?.nodes {
            let name = node.name().into_owned();
            // A name is one step down, never up or across, and stands once: beside a link of the same name, what is in
            // a directory would be written where the link leads. A repository that says otherwise is not to be trusted.
            if !is_plain(&name) || !names.insert(name.clone()) {
                return Err(rustic_core::RusticError::new(
                    rustic_core::ErrorKind::Repository,
                    "the name `{name}` may be corrupted: it is not the name of one file",
                )
                .attach_context("name", name.to_string_lossy().into_owned()));
            }
            self.add(path.join(name), node)?;
        }
        Ok(())
    }
}

fn is_plain(name: &OsStr) -> bool {
    let mut parts = Path::new(name).components();
    matches!(
        (parts.next(), parts.next()),
        (Some(Component::Normal(only)), None) if only == name
    )
}

impl Layout {
    /// Returns the source's own entry.
    pub(crate) fn root(&self) -> Option<&Entry> {
        self.entries.first()
    }

    /// Returns the bytes of all files.
    pub(crate) fn total_bytes(&self) -> u64 {
        self.entries
            .iter()
            .filter(|entry| entry.node.is_file())
            .map(|entry| entry.node.meta.size)
            .sum()
    }
}
