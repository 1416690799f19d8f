//! What is live in one repository, read once for all that is asked about it.

use std::collections::BTreeMap;

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::RecoveryPoint;

use super::{Access, Compression, Repositories};
use crate::policy::{Folder, Policies};
use crate::store::{Filter, Presence, Vault, init_can_finish, probe};

/// What was found at the place of a repository.
#[derive(Debug)]
pub(crate) enum View {
    /// No repository: nothing there, or only what an interrupted creation left, which holds nothing.
    Absent,
    /// It cannot be read, which is not absence.
    Unread(ProviderError),
    /// Open.
    Open(Box<Contents>),
}

/// What is in an open repository.
#[derive(Debug)]
pub(crate) struct Contents {
    /// Its own id.
    pub(crate) id: String,
    /// How hard it compresses.
    pub(crate) compression: Compression,
    /// The policy documents.
    pub(crate) policies: Result<Policies, ProviderError>,
    /// The recovery points by the protection that made them, oldest first.
    pub(crate) points: BTreeMap<String, Vec<RecoveryPoint>>,
    /// How many points there are, of lifeboat and of others.
    pub(crate) count: usize,
}

impl View {
    /// Reads a repository.
    pub(crate) fn read(repositories: &Repositories, access: &Access) -> Self {
        match Self::presence(access) {
            Ok(Some(())) => {}
            Ok(None) => return Self::Absent,
            Err(error) => return Self::Unread(error),
        }
        match repositories
            .open(access)
            .and_then(|vault| Contents::read(&vault))
        {
            Ok(contents) => Self::Open(Box::new(contents)),
            Err(error) => Self::Unread(error),
        }
    }

    /// Returns whether there is a repository.
    ///
    /// # Errors
    /// When the place cannot be looked at, or something else stands there.
    pub(crate) fn presence(access: &Access) -> Result<Option<()>, ProviderError> {
        let place = &access.place;
        match probe(place)? {
            Presence::Present => Ok(Some(())),
            Presence::Absent | Presence::Empty => Ok(None),
            Presence::Foreign(why) => Err(ProviderError::new(
                ErrorClass::Conflict,
                format!("`{place}` is not empty and no repository: {why}"),
            )
            .help("Choose another place for the repository, or empty this one.")),
            Presence::HalfWritten(_) if init_can_finish(place)? => Ok(None),
            Presence::HalfWritten(why) => Err(ProviderError::new(
                ErrorClass::Corrupt,
                format!("the repository `{place}` is half written: {why}"),
            )
            .help("Put its missing files back from a copy, or choose another place.")),
        }
    }
}

impl Contents {
    /// Reads an open repository.
    ///
    /// # Errors
    /// When its points cannot be listed completely.
    pub(crate) fn read(vault: &Vault) -> Result<Self, ProviderError> {
        let mut points: BTreeMap<String, Vec<RecoveryPoint>> = BTreeMap::new();
        let found = vault.points(&Filter::default())?;
        let count = found.len();
        for point in found {
            if let Some(address) = &point.address {
                points
                    .entry(address.clone())
                    .or_default()
                    .push(point.to_recovery_point());
            }
        }
        Ok(Self {
            id: vault.id().to_owned(),
            compression: Compression::of_level(vault.compression()),
            policies: Folder::of(vault.place()).and_then(|folder| Policies::read(&folder)),
            points,
            count,
        })
    }
}
