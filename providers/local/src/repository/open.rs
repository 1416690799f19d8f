//! Open repositories, kept between calls: deriving the key from a password takes most of a second.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use lifeboat_contract::ProviderError;

use super::Access;
use crate::error::invalid;
use crate::store::{InitOptions, Vault, init_open};

/// How hard a repository compresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    /// zstd's own default.
    Auto,
    /// Not at all.
    Off,
    /// As hard as is still sensible.
    Max,
    /// A level that somebody else chose.
    Level(i32),
}

/// zstd's level behind `max`: above it memory grows more than ratios do.
const MAX_LEVEL: i32 = 19;

impl Compression {
    /// Reads the attribute.
    ///
    /// # Errors
    /// `invalid` for another word.
    pub(crate) fn parse(text: &str) -> Result<Self, ProviderError> {
        match text {
            "auto" => Ok(Self::Auto),
            "off" => Ok(Self::Off),
            "max" => Ok(Self::Max),
            other => Err(invalid(
                format!("`{other}` is not a compression"),
                "Choose `auto`, `off` or `max`.",
            )),
        }
    }

    /// Returns what the level in a repository's config means.
    pub(crate) fn of_level(level: Option<i32>) -> Self {
        match level {
            None | Some(crate::store::ZSTD_DEFAULT) => Self::Auto,
            Some(0) => Self::Off,
            Some(MAX_LEVEL) => Self::Max,
            Some(level) => Self::Level(level),
        }
    }

    /// Returns the level for a repository's config.
    pub(crate) fn level(self) -> Option<i32> {
        match self {
            Self::Auto => None,
            Self::Off => Some(0),
            Self::Max => Some(MAX_LEVEL),
            Self::Level(level) => Some(level),
        }
    }

    /// Returns the attribute's text.
    pub(crate) fn text(self) -> String {
        match self {
            Self::Auto => "auto".to_owned(),
            Self::Off => "off".to_owned(),
            Self::Max => "max".to_owned(),
            Self::Level(level) => format!("zstd level {level}"),
        }
    }
}

/// The repositories that were opened, by place.
#[derive(Debug)]
pub(crate) struct Repositories {
    cache_dir: PathBuf,
    kept: Mutex<BTreeMap<String, Slot>>,
}

/// One place: the repository there, and what opened it. Whoever derives the key holds the slot, so that many calls at
/// once derive it one time.
type Slot = Arc<Mutex<Option<(Access, Vault)>>>;

impl Repositories {
    pub(crate) fn new(cache_dir: PathBuf) -> Self {
        Self {
            cache_dir,
            kept: Mutex::default(),
        }
    }

    /// Returns the repository as it is now.
    ///
    /// The key is derived from the password when the repository was not opened with the same access before, or is
    /// another one by now, or has other keys.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub(crate) fn open(&self, access: &Access) -> Result<Vault, ProviderError> {
        self.open_or(access, || {
            Vault::open(&access.place, &access.password, Some(&self.cache_dir))
        })
    }

    /// Returns the repository, and makes it if there is none.
    ///
    /// # Errors
    /// As [`init`](crate::store::init).
    pub(crate) fn make(
        &self,
        access: &Access,
        options: InitOptions,
    ) -> Result<Vault, ProviderError> {
        self.open_or(access, || {
            init_open(
                &access.place,
                &access.password,
                options,
                Some(&self.cache_dir),
            )
        })
    }

    fn open_or(
        &self,
        access: &Access,
        open: impl FnOnce() -> Result<Vault, ProviderError>,
    ) -> Result<Vault, ProviderError> {
        let slot = self.slot(access);
        let renewed = |kept: Option<(Access, Vault)>| match kept {
            Some((with, vault)) if with == *access => vault.renewed(),
            _ => Ok(None),
        };
        let kept = || slot.lock().unwrap_or_else(PoisonError::into_inner);
        let before = kept().clone();
        if let Some(vault) = renewed(before)? {
            return Ok(vault);
        }
        let mut kept = kept();
        // Taken out: nothing that fails to open stays. Another call may have opened it while this one waited.
        let vault = match renewed(kept.take())? {
            Some(vault) => vault,
            None => open()?,
        };
        *kept = Some((access.clone(), vault.clone()));
        Ok(vault)
    }

    /// Forgets the key of the repository.
    pub(crate) fn forget(&self, access: &Access) {
        let slot = self.slot(access);
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn slot(&self, access: &Access) -> Slot {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.entry(key(access)).or_default())
    }
}

/// Returns what tells places apart; secrets show as dots in it.
fn key(access: &Access) -> String {
    format!("{:?}", access.place)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use lifeboat_contract::ErrorClass;

    use super::*;
    use crate::store::{Place, Secret};

    fn access(path: &Path, password: &str) -> Access {
        Access {
            place: Place::Directory {
                path: path.to_owned(),
            },
            password: Secret::new(password),
        }
    }

    fn key_file(repository: &Path) -> PathBuf {
        let mut keys = fs::read_dir(repository.join("keys")).unwrap();
        keys.next().unwrap().unwrap().path()
    }

    #[test]
    fn the_key_is_derived_once_and_never_serves_another_password() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("repository");
        let repositories = Repositories::new(root.path().join("cache"));
        let made = repositories.make(&access(&path, "right"), InitOptions::default());
        let id = made.unwrap().id().to_owned();
        // With a damaged key file no password opens the repository any more.
        fs::remove_file(key_file(&path)).map(drop).unwrap();
        assert!(repositories.open(&access(&path, "right")).is_err());
        fs::remove_dir_all(&path).unwrap();
        let made = repositories.make(&access(&path, "right"), InitOptions::default());
        assert_ne!(made.unwrap().id(), id);
        let key = key_file(&path);
        fs::remove_file(&key).unwrap();
        fs::write(&key, "{}").unwrap();
        repositories.open(&access(&path, "right")).unwrap();
        let wrong = repositories.open(&access(&path, "wrong")).unwrap_err();
        assert_ne!(wrong.class, ErrorClass::Unavailable);
        assert!(!format!("{repositories:?}").contains("right"));
    }

    #[test]
    fn a_repository_that_took_the_place_of_another_is_noticed() {
        let root = tempfile::tempdir().unwrap();
        let (path, aside) = (root.path().join("repository"), root.path().join("aside"));
        let repositories = Repositories::new(root.path().join("cache"));
        let here = access(&path, "word");
        let first = repositories.make(&here, InitOptions::default()).unwrap();
        fs::rename(&path, &aside).unwrap();
        let error = repositories.open(&here).unwrap_err();
        assert_eq!(error.class, ErrorClass::NotFound);
        let second = repositories.make(&here, InitOptions::default()).unwrap();
        assert_ne!(first.id(), second.id());
        fs::remove_dir_all(&path).unwrap();
        fs::rename(&aside, &path).unwrap();
        let again = repositories.open(&here).unwrap();
        assert_eq!(again.id(), first.id());
        let other = access(&path, "guess");
        let error = repositories.open(&other).unwrap_err();
        assert_eq!(error.class, ErrorClass::Denied);
        repositories.open(&here).unwrap();
    }
}
