//! Scratch places: where drills restore to, apart from the data, recognised and removed again.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use lifeboat_contract::ProviderError;
use lifeboat_model::Digest;
use rustix::fs::FlockOperation;

use crate::error::{from_io, invalid};
use crate::file::remove;

/// The directory that scratch places are made in.
///
/// The mark of a place is locked as long as its drill lives, however it ends: what has an unlocked mark was left by a
/// drill that was killed, and goes when the next place is made.
#[derive(Clone, Debug)]
pub(crate) struct Scratch {
    root: PathBuf,
    /// The locked marks of the places that are in use here, by place.
    held: Arc<Mutex<BTreeMap<PathBuf, File>>>,
}

/// How the name of every scratch place begins.
const PREFIX: &str = "lifeboat-drill-";
/// How the name of the file ends that marks a scratch place as ours. It stands beside the place, not in it: what is
/// in it is compared with the recovery point.
const MARK: &str = ".mark";

impl Scratch {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self {
            root,
            held: Arc::default(),
        }
    }

    /// Returns the directory itself, made if it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn directory(&self) -> Result<PathBuf, ProviderError> {
        fs::create_dir_all(&self.root)
            .map_err(|error| from_io(format!("`{}` cannot be made", self.root.display()), error))?;
        Ok(self.root.clone())
    }

    /// Makes the scratch place of this name, empty, for its owner only. What an interrupted call left there goes, and
    /// so does what killed drills left anywhere.
    ///
    /// # Errors
    /// When the directory cannot be made, or something that is not ours has its name.
    pub(crate) fn make(&self, name: &str) -> Result<PathBuf, ProviderError> {
        let place = self.root.join(directory_name(name));
        let failed = |error| {
            from_io(
                format!("the scratch place `{}` cannot be made", place.display()),
                error,
            )
        };
        self.directory()?;
        self.remove(&place)?;
        self.sweep();
        let mark = mark_of(&place);
        let locked = write_locked(&mark, &place)
            .map_err(|error| from_io(format!("`{}` cannot be written", mark.display()), error))?;
        self.held().insert(place.clone(), locked);
        match fs::DirBuilder::new().mode(0o700).create(&place) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(failed(error)),
            _ => Ok(place),
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, BTreeMap<PathBuf, File>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes the places whose drills were killed. What cannot be removed stays: it must not keep a drill from
    /// running.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.root) else {
            return;
        };
        for mark in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            let place = mark
                .file_name()
                .and_then(|name| name.to_str()?.strip_suffix(MARK))
                .filter(|name| name.starts_with(PREFIX))
                .map(|name| self.root.join(name));
            if let Some(place) = place
                && is_orphaned(&mark)
            {
                let _ = self.remove(&place);
            }
        }
    }

    /// Removes the scratch place that `into` is, is in, or is the name of; one that is gone already is no error.
    ///
    /// # Errors
    /// `invalid` when it is not a scratch place of ours.
    pub(crate) fn discard(&self, into: &str) -> Result<(), ProviderError> {
        let named = self.root.join(directory_name(into));
        let into = if into.contains('/') {
            Path::new(into)
        } else {
            &named
        };
        let place = into
            .strip_prefix(&self.root)
            .ok()
            .and_then(|below| below.components().next())
            .map(|first| self.root.join(first))
            .filter(|place| {
                place
                    .file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with(PREFIX))
            });
        match place {
            Some(place) => self.remove(&place),
            None => Err(not_ours(into)),
        }
    }

    /// Removes a place with its mark.
    fn remove(&self, place: &Path) -> Result<(), ProviderError> {
        let mark = mark_of(place);
        match fs::symlink_metadata(place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.held().remove(place);
                return remove(&mark);
            }
            Ok(found) if found.is_dir() && mark.exists() => {}
            _ => return Err(not_ours(place)),
        }
        make_removable(place);
        fs::remove_dir_all(place).map_err(|error| {
            from_io(
                format!("the scratch place `{}` cannot be removed", place.display()),
                error,
            )
        })?;
        remove(&mark)?;
        self.held().remove(place);
        Ok(())
    }
}

/// Writes the mark of a place, and returns it locked.
fn write_locked(mark: &Path, place: &Path) -> io::Result<File> {
    loop {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(mark)?;
        rustix::fs::flock(&file, FlockOperation::LockExclusive)?;
        // Another drill may have taken it for a killed one's before it was locked, and removed it.
        if file.metadata()?.nlink() > 0 {
            file.write_all(place.as_os_str().as_encoded_bytes())?;
            return Ok(file);
        }
    }
}

/// Returns whether a mark is of this user, and nobody holds it.
fn is_orphaned(mark: &Path) -> bool {
    let Ok(file) = OpenOptions::new()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(mark)
    else {
        return false;
    };
    let ours = file
        .metadata()
        .is_ok_and(|found| found.is_file() && found.uid() == rustix::process::geteuid().as_raw());
    ours && rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok()
}

fn not_ours(place: &Path) -> ProviderError {
    invalid(
        format!("`{}` is not a scratch place of lifeboat", place.display()),
        "Remove it by hand if nobody needs it.",
    )
}

fn mark_of(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(MARK);
    PathBuf::from(name)
}

/// Returns a directory name for any text: the text where it is a plain word, else its digest.
fn directory_name(name: &str) -> String {
    let plain = !name.is_empty()
        && name.len() <= 100
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if plain {
        format!("{PREFIX}{name}")
    } else {
        format!("{PREFIX}{}", Digest::of_bytes(name.as_bytes()).short())
    }
}

/// Lets the owner into restored directories that keep even the owner out. What cannot be changed cannot be removed,
/// which is then the error.
fn make_removable(directory: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let Ok(entries) = fs::read_dir(directory).or_else(|_| {
        fs::set_permissions(directory, fs::Permissions::from_mode(0o700))?;
        fs::read_dir(directory)
    }) else {
        return;
    };
    let _ = fs::set_permissions(directory, fs::Permissions::from_mode(0o700));
    for entry in entries.filter_map(Result::ok) {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            make_removable(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_scratch_place_is_private_and_goes_with_everything_in_it() {
        let root = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(root.path().join("s"));
        let place = scratch.make("target.a.b[\"x/y\"]").unwrap();
        assert_eq!(
            fs::metadata(&place).unwrap().permissions().mode() & 0o777,
            0o700
        );
        fs::write(place.join("left"), "by a crash").unwrap();
        assert_eq!(scratch.make("target.a.b[\"x/y\"]").unwrap(), place);
        assert_eq!(fs::read_dir(&place).unwrap().count(), 0);
        fs::create_dir_all(place.join("deep/er")).unwrap();
        fs::set_permissions(place.join("deep"), fs::Permissions::from_mode(0o000)).unwrap();
        let inside = place.join("data.db").display().to_string();
        scratch.discard(&inside).unwrap();
        scratch.discard(&inside).unwrap();
        assert_eq!(fs::read_dir(root.path().join("s")).unwrap().count(), 0);
    }

    #[test]
    fn a_place_goes_by_its_name_too() {
        let root = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(root.path().to_owned());
        for name in ["drill-1", "a \"b\""] {
            scratch.make(name).unwrap();
            scratch.discard(name).unwrap();
            scratch.discard(name).unwrap();
        }
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_place_of_a_killed_drill_goes_with_the_next_and_that_of_a_living_one_stays() {
        let root = tempfile::tempdir().unwrap();
        let killed = Scratch::new(root.path().to_owned());
        let left = killed.make("killed").unwrap();
        fs::write(left.join("data"), "restored").unwrap();
        drop(killed);
        let living = Scratch::new(root.path().to_owned());
        let used = living.make("living").unwrap();
        assert!(!left.exists() && !mark_of(&left).exists());
        Scratch::new(root.path().to_owned()).make("next").unwrap();
        assert!(used.exists() && mark_of(&used).exists());
    }

    #[test]
    fn nothing_else_is_ever_removed() {
        let root = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(root.path().to_owned());
        let theirs = root.path().join("lifeboat-drill-x");
        fs::create_dir(&theirs).unwrap();
        for into in [
            theirs.clone(),
            root.path().to_owned(),
            "/".into(),
            root.path().join("data"),
        ] {
            assert!(
                scratch.discard(&into.display().to_string()).is_err(),
                "{into:?}"
            );
        }
        assert!(scratch.make("x").is_err());
        assert!(theirs.exists());
    }
}
