//! An open repository.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use lifeboat_contract::{Cancel, ErrorClass, Progress, ProviderError, Silent};
use rustic_core::repofile::{MasterKey, PackId};
use rustic_core::{
    Credentials, FileType, Id, IndexedFullStatus, OpenStatus, ReadBackend as _, Repository,
    RepositoryBackends, RepositoryOptions, RusticError,
};

use super::error::{class_of, from_fault, from_rustic};
use super::gate::Gate;
use super::layout::View;
use super::place::{Place, Secret};
use super::probe::{Presence, probe};
use super::progress::Bars;

/// An open repository: its place, its id, and the key that opens it.
///
/// Cheap to keep; each operation reads what it needs anew, so that it sees what other processes did.
#[derive(Clone)]
pub struct Vault {
    place: Place,
    key: MasterKey,
    /// The names of the key files when the key was taken from one of them.
    key_files: BTreeSet<Id>,
    id: String,
    pub(super) compression: Option<i32>,
    pub(super) cache: Option<PathBuf>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("place", &self.place)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A repository in use: what rustic has opened, and the gate that it goes through.
pub(crate) struct Session<S> {
    pub(crate) repository: Repository<S>,
    pub(super) gate: Gate,
}

impl Vault {
    /// Opens the repository at `place`.
    ///
    /// `cache` is the directory in which indexes and trees of a repository in S3 are kept between calls; without it,
    /// and for directories, nothing is.
    ///
    /// # Errors
    /// `not_found` where there is no repository, `denied` for a wrong password, `corrupt` when its `config` or keys
    /// are damaged, `unavailable` when the place does not answer.
    pub fn open(
        place: &Place,
        password: &Secret,
        cache: Option<&Path>,
    ) -> Result<Self, ProviderError> {
        let no_repository = |why: &str| {
            ProviderError::new(
                ErrorClass::NotFound,
                format!("there is no repository at `{place}`: {why}"),
            )
            .help("Check the place, or run `lifeboat apply` to create the repository.")
        };
        match probe(place)? {
            Presence::Present => {}
            Presence::Absent => return Err(no_repository("it does not exist")),
            Presence::Empty => return Err(no_repository("it is empty")),
            Presence::Foreign(why) => return Err(no_repository(&why)),
            Presence::HalfWritten(why) => {
                return Err(ProviderError::new(
                    ErrorClass::Corrupt,
                    format!("repository `{place}` is half written: {why}"),
                )
                .help(
                    "Run `lifeboat apply` to finish it, or restore its missing files from a copy.",
                ));
            }
        }
        let gate = place.gate(View::Data, Cancel::default())?;
        let credentials = Credentials::password(password.expose());
        let options = RepositoryOptions::default().no_cache(true);
        let silent: Arc<dyn Progress> = Arc::new(Silent);
        let repository = connect(&gate, &options, &silent)
            .and_then(|repository| repository.open(&credentials))
            .map_err(|error| not_opened(place, &error))?;
        Self::of(place, &repository, &gate, cache)
    }

    /// Returns the vault of a repository that rustic has opened at `place`.
    pub(super) fn of(
        place: &Place,
        repository: &Repository<OpenStatus>,
        gate: &Gate,
        cache: Option<&Path>,
    ) -> Result<Self, ProviderError> {
        Ok(Self {
            place: place.clone(),
            key: repository.key(),
            key_files: key_files(place, gate)?,
            id: repository.config().id.to_hex().to_string(),
            compression: repository.config().compression,
            cache: cache
                .filter(|_| matches!(place, Place::S3 { .. }))
                .map(Path::to_owned),
        })
    }

    /// Returns the vault as it is now, opened without deriving the key anew; none when what stands at its place is not
    /// the same repository with the same keys, and the password has to be tried.
    ///
    /// # Errors
    /// When the place cannot be looked at.
    pub(crate) fn renewed(&self) -> Result<Option<Self>, ProviderError> {
        if probe(&self.place)? != Presence::Present {
            return Ok(None);
        }
        let gate = self.place.gate(View::Data, Cancel::default())?;
        if key_files(&self.place, &gate)? != self.key_files {
            return Ok(None);
        }
        let options = RepositoryOptions::default().no_cache(true);
        let silent: Arc<dyn Progress> = Arc::new(Silent);
        let opened = connect(&gate, &options, &silent)
            .and_then(|repository| repository.open(&Credentials::Masterkey(self.key.clone())));
        match opened {
            Ok(repository) => {
                let now = Self {
                    compression: repository.config().compression,
                    ..self.clone()
                };
                let id = repository.config().id.to_hex();
                Ok((id.as_str() == self.id).then_some(now))
            }
            // Another repository with a copy of the keys, or a damaged one: opening it anew tells which.
            Err(_) => Ok(None),
        }
    }

    /// Returns the repository's own id: 64 hexadecimal digits, the same for as long as it exists.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns where it stands.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Returns how many threads read from it: enough to hide the latency of a bucket.
    pub(crate) fn parallelism(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        match self.place {
            Place::Directory { .. } => cores,
            Place::S3 { .. } => cores.max(16),
        }
    }

    pub(crate) fn session(
        &self,
        progress: &Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<Session<OpenStatus>, ProviderError> {
        self.session_of(View::Data, progress, cancel)
    }

    pub(super) fn session_of(
        &self,
        view: View,
        progress: &Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<Session<OpenStatus>, ProviderError> {
        let gate = self.place.gate(view, cancel.clone())?;
        let mut options = RepositoryOptions::default();
        // Lock files in the role of snapshots must not mix with what the cache knows of snapshots.
        options.no_cache = self.cache.is_none() || view == View::Locks;
        options.cache_dir.clone_from(&self.cache);
        let repository = connect(&gate, &options, progress)
            .and_then(|repository| repository.open(&Credentials::Masterkey(self.key.clone())))
            .map_err(|error| match gate.fault() {
                Some(fault) => {
                    from_fault(format!("cannot open repository `{}`", self.place), &fault)
                }
                None => not_opened(&self.place, &error),
            })?;
        Ok(Session { repository, gate })
    }

    /// Opens the repository with its whole index, for reading data.
    pub(crate) fn reading(
        &self,
        progress: &Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<Session<IndexedFullStatus>, ProviderError> {
        let Session { repository, gate } = self.session(progress, cancel)?;
        match repository.to_indexed() {
            Ok(repository) => Ok(Session { repository, gate }),
            Err(error) => {
                let message = format!("cannot read the index of repository `{}`", self.place);
                Err(match gate.fault() {
                    Some(fault) => from_fault(message, &fault),
                    None => from_rustic(message, &error),
                })
            }
        }
    }
}

impl<S> Session<S> {
    /// Reads a whole pack.
    pub(crate) fn read_pack(&self, id: &PackId) -> Result<Bytes, Box<RusticError>> {
        self.gate.read_full(FileType::Pack, id)
    }

    /// Returns the error of an operation: what the gate saw first, else what rustic says.
    pub(crate) fn failed(&self, message: impl Into<String>, error: &RusticError) -> ProviderError {
        match self.gate.fault() {
            Some(fault) => from_fault(message, &fault),
            None => from_rustic(message, error),
        }
    }
}

fn key_files(place: &Place, gate: &Gate) -> Result<BTreeSet<Id>, ProviderError> {
    gate.list(FileType::Key)
        .map(|keys| keys.into_iter().collect())
        .map_err(|error| not_opened(place, &error))
}

pub(super) fn connect(
    gate: &Gate,
    options: &RepositoryOptions,
    progress: &Arc<dyn Progress>,
) -> Result<Repository<()>, Box<RusticError>> {
    let backends = RepositoryBackends::new(Arc::new(gate.clone()), None);
    Repository::new_with_progress(options, &backends, Bars(Arc::clone(progress)))
}

fn not_opened(place: &Place, error: &RusticError) -> ProviderError {
    if error.is_incorrect_password() {
        return ProviderError::new(
            ErrorClass::Denied,
            format!("wrong password for repository `{place}`"),
        )
        .help("Check what the repository's `password` refers to.");
    }
    let what = match class_of(error) {
        ErrorClass::Corrupt => "is damaged",
        _ => "cannot be opened",
    };
    from_rustic(format!("repository `{place}` {what}"), error)
}
