//! Where the state and its siblings are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The state file and its siblings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatePaths {
    /// The state.
    pub state: PathBuf,
    /// The file that is locked while somebody writes. It stays; only the lock on it comes and goes.
    pub lock: PathBuf,
    /// The journal of a run that is under way, or that was killed.
    pub journal: PathBuf,
    /// The state before the last write.
    pub backup: PathBuf,
    /// The audit trail.
    pub audit: PathBuf,
}

impl StatePaths {
    /// The name of the state file in the configuration's directory, unless the configuration names another.
    pub const DEFAULT_NAME: &'static str = "lifeboat.state.json";

    /// Returns the paths of the default state of the configuration in `directory`.
    pub fn in_directory(directory: &Path) -> Self {
        Self::at(&directory.join(Self::DEFAULT_NAME))
    }

    /// Returns the paths of the state at `state`: the siblings append to its name, the audit trail replaces its
    /// `state.json` by `audit.jsonl`.
    pub fn at(state: &Path) -> Self {
        let name = state.file_name().unwrap_or_default().to_string_lossy();
        let stem = name
            .strip_suffix(".state.json")
            .or_else(|| name.strip_suffix(".json"))
            .unwrap_or(&name);
        Self {
            state: state.to_owned(),
            lock: sibling(state, ".lock"),
            journal: sibling(state, ".journal"),
            backup: sibling(state, ".backup"),
            audit: state.with_file_name(format!("{stem}.audit.jsonl")),
        }
    }

    /// Returns the directory that holds them.
    pub(crate) fn directory(&self) -> &Path {
        match self.state.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        }
    }
}

/// Returns `path` with `suffix` after its name.
pub(crate) fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}
