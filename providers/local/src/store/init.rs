//! Making a repository.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use lifeboat_contract::{Cancel, ErrorClass, ProviderError};
use rustic_core::{
    ConfigOptions, Credentials, KeyOptions, Repository, RepositoryBackends, RepositoryOptions,
};

use super::error::{from_bucket, from_fault, from_io, from_rustic};
use super::layout::View;
use super::place::{Place, Secret};
use super::probe::{DIRECTORIES, POLICIES, Presence, probe};
use super::vault::Vault;

/// How a new repository is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InitOptions {
    /// The level of zstd, -7 to 22; none for zstd's own default.
    pub compression: Option<i32>,
}

/// Makes a repository in restic's format, version 2, and returns its id.
///
/// Repeating it is harmless: a repository that is there already and opens with `password` is left as it is. What a
/// crash left of an earlier call, keys without a `config` and no data, is removed first.
///
/// # Errors
/// `conflict` where there is something else, or data without a `config`; `denied` where the repository has another
/// password; otherwise what the place says.
pub fn init(
    place: &Place,
    password: &Secret,
    options: InitOptions,
) -> Result<String, ProviderError> {
    init_open(place, password, options, None).map(|vault| vault.id().to_owned())
}

/// Makes a repository as [`init`] does, and returns it open.
pub(crate) fn init_open(
    place: &Place,
    password: &Secret,
    options: InitOptions,
    cache: Option<&Path>,
) -> Result<Vault, ProviderError> {
    match probe(place)? {
        Presence::Present => return Vault::open(place, password, cache),
        Presence::Foreign(why) => {
            return Err(ProviderError::new(
                ErrorClass::Conflict,
                format!("`{place}` is not empty and no repository: {why}"),
            )
            .help("Choose an empty place for the repository."));
        }
        Presence::HalfWritten(why) => clear(place, &why)?,
        Presence::Absent if matches!(place, Place::S3 { .. }) => {
            return Err(ProviderError::new(
                ErrorClass::NotFound,
                format!("the bucket of `{place}` does not exist"),
            )
            .help("Create the bucket first."));
        }
        Presence::Absent | Presence::Empty => {}
    }
    create(place, password, options, cache)
}

fn create(
    place: &Place,
    password: &Secret,
    options: InitOptions,
    cache: Option<&Path>,
) -> Result<Vault, ProviderError> {
    let message = || format!("cannot create repository `{place}`");
    let gate = place.gate(View::Data, Cancel::default())?;
    let backends = RepositoryBackends::new(Arc::new(gate.clone()), None);
    let mut config = ConfigOptions::default();
    config.set_compression = options.compression;
    let mut key = KeyOptions::default();
    key.hostname = Some(super::host());
    key.username = Some("lifeboat".to_owned());
    key.with_created = true;
    let repository = Repository::new(&RepositoryOptions::default().no_cache(true), &backends)
        .and_then(|repository| {
            repository.init(&Credentials::password(password.expose()), &key, &config)
        })
        .map_err(|error| match gate.fault() {
            Some(fault) => from_fault(message(), &fault),
            None => from_rustic(message(), &error),
        })?;
    Vault::of(place, &repository, &gate, cache)
}

/// Returns whether what stands at a half written `place` is only what an interrupted `init` leaves: no `config`, and
/// nothing that could be somebody's data.
///
/// # Errors
/// When the place cannot be looked at.
pub(crate) fn init_can_finish(place: &Place) -> Result<bool, ProviderError> {
    let message = || format!("cannot read repository `{place}`");
    let precious = DIRECTORIES
        .into_iter()
        .filter(|name| *name != "keys")
        .chain([POLICIES]);
    match place {
        Place::Directory { path } => {
            if path.join("config").exists() {
                return Ok(false);
            }
            for directory in precious {
                if super::probe::has_file(&path.join(directory))
                    .map_err(|error| from_io(message(), &error))?
                {
                    return Ok(false);
                }
            }
        }
        Place::S3 { .. } => {
            let failed = |error: opendal::Error| from_bucket(message(), &error);
            let bucket = place.bucket(View::Data).map_err(failed)?;
            if bucket
                .names()
                .map_err(failed)?
                .iter()
                .any(|n| n == "config")
            {
                return Ok(false);
            }
            for directory in precious {
                if bucket.has_any(&format!("{directory}/")).map_err(failed)? {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}

/// Removes what a crash left of an earlier `init`, if there is certainly no data.
fn clear(place: &Place, why: &str) -> Result<(), ProviderError> {
    if !init_can_finish(place)? {
        return Err(ProviderError::new(
            ErrorClass::Conflict,
            format!("repository `{place}` is half written: {why}"),
        )
        .help("Restore its missing files from a copy, or choose an empty place; lifeboat does not touch data that it cannot read."));
    }
    let message = || format!("cannot finish repository `{place}`");
    match place {
        Place::Directory { path } => match fs::remove_dir_all(path.join("keys")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(from_io(message(), &error))
            }
            _ => Ok(()),
        },
        Place::S3 { .. } => place
            .bucket(View::Data)
            .and_then(|bucket| bucket.remove_all("keys/"))
            .map_err(|error| from_bucket(message(), &error)),
    }
}
