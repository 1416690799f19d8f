//! Open repositories, kept between calls: deriving the key from a password takes a good second.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use lifeboat_contract::ProviderError;

use super::Access;
use crate::error::invalid;
use crate::store::{Presence, Vault, probe};

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
    open: Mutex<BTreeMap<String, (Access, Vault)>>,
}

impl Repositories {
    pub(crate) fn new(cache_dir: PathBuf) -> Self {
        Self {
            cache_dir,
            open: Mutex::default(),
        }
    }

    /// Returns the open repository; the one that is kept, if it is still there.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub(crate) fn open(&self, access: &Access) -> Result<Vault, ProviderError> {
        let kept = self
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key(access))
            .filter(|(with, _)| with == access)
            .map(|(_, vault)| vault.clone());
        match kept {
            Some(vault) if probe(&access.place)? == Presence::Present => Ok(vault),
            _ => self.reopen(access),
        }
    }

    /// Opens the repository, whatever is kept: the password is tried.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub(crate) fn reopen(&self, access: &Access) -> Result<Vault, ProviderError> {
        self.forget(access);
        let vault = Vault::open(&access.place, &access.password, Some(&self.cache_dir))?;
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key(access), (access.clone(), vault.clone()));
        Ok(vault)
    }

    /// Closes the repository.
    pub(crate) fn forget(&self, access: &Access) {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&key(access));
    }
}

/// Returns what tells places apart; secrets show as dots in it.
fn key(access: &Access) -> String {
    format!("{:?}", access.place)
}
