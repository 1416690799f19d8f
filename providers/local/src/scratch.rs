//! Scratch places: where drills restore to, apart from the data, recognised and removed again.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use lifeboat_contract::ProviderError;
use lifeboat_model::Digest;

use crate::error::{from_io, invalid};
use crate::file::{remove, write_atomically};

/// The directory that scratch places are made in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scratch {
    root: PathBuf,
}

/// How the name of every scratch place begins.
const PREFIX: &str = "lifeboat-drill-";
/// How the name of the file ends that marks a scratch place as ours. It stands beside the place, not in it: what is
/// in it is compared with the recovery point.
const MARK: &str = ".mark";

impl Scratch {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root }
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

    /// Makes the scratch place of this name, empty, for its owner only. What an interrupted call left there goes.
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
        let mark = mark_of(&place);
        self.discard(&place.to_string_lossy())?;
        write_atomically(&mark, place.as_os_str().as_encoded_bytes(), 0o600)?;
        match fs::DirBuilder::new().mode(0o700).create(&place) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(failed(error)),
            _ => Ok(place),
        }
    }

    /// Removes the scratch place that `into` is, or is in; one that is gone already is no error.
    ///
    /// # Errors
    /// `invalid` when it is not a scratch place of ours.
    pub(crate) fn discard(&self, into: &str) -> Result<(), ProviderError> {
        let into = Path::new(into);
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
        let Some(place) = place else {
            return Err(not_ours(into));
        };
        let mark = mark_of(&place);
        match fs::symlink_metadata(&place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return remove(&mark),
            Ok(found) if found.is_dir() && mark.exists() => {}
            _ => return Err(not_ours(&place)),
        }
        make_removable(&place);
        fs::remove_dir_all(&place).map_err(|error| {
            from_io(
                format!("the scratch place `{}` cannot be removed", place.display()),
                error,
            )
        })?;
        remove(&mark)
    }
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
