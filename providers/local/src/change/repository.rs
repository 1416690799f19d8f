//! Repositories: made, adopted, recompressed from now on, destroyed when they hold nothing.

use lifeboat_contract::{ChangeKind, ErrorClass, ProviderError};
use lifeboat_model::LiveResource;

use super::Change;
use crate::catalog::text;
use crate::local::Local;
use crate::policy::{Folder, Policies};
use crate::read::repository_resource;
use crate::repository::{Access, Compression, Contents, View, wipe};
use crate::store::{Filter, InitOptions};

impl Local {
    pub(super) fn change_repository(
        &self,
        change: &Change,
    ) -> Result<Option<LiveResource>, ProviderError> {
        if change.change == ChangeKind::Delete {
            let access = self.access(&change.address, change.anywhere()?)?;
            self.delete_repository(&access)?;
            return Ok(None);
        }
        let after = change.after(&["repository_id"])?;
        let access = self.access(&change.address, &after)?;
        let compression = Compression::parse(text(&after, "compression").unwrap_or("auto"))?;
        let mut vault = if change.change == ChangeKind::Create {
            let options = InitOptions {
                compression: compression.level(),
            };
            self.repositories.make(&access, options)?
        } else {
            self.repositories.open(&access)?
        };
        if Compression::of_level(vault.compression()) != compression {
            vault.set_compression(compression.level())?;
            vault = self.repositories.open(&access)?;
        }
        let contents = Contents::read(&vault)?;
        let domains = self.repository_domains(&change.address, &after);
        let mut live = repository_resource(&after, &contents, domains);
        live.needs = self.repository_needs(&change.address, &after);
        Ok(Some(live))
    }

    /// Destroys a repository that holds neither points nor policies.
    fn delete_repository(&self, access: &Access) -> Result<(), ProviderError> {
        let place = &access.place;
        if View::presence(access)?.is_none() {
            return Ok(());
        }
        let vault = self.repositories.open(access)?;
        let points = vault.points(&Filter::default())?.len();
        if points > 0 {
            return Err(ProviderError::new(
                ErrorClass::Conflict,
                format!("the repository `{place}` still holds recovery points ({points})"),
            )
            .help("Delete the recovery points first, or let lifeboat forget the repository."));
        }
        let policies = Policies::read(&Folder::of(place)?)?;
        let owners: Vec<&str> = policies.owners().collect();
        if let Some(owner) = owners.first() {
            return Err(ProviderError::new(
                ErrorClass::Conflict,
                format!(
                    "the repository `{place}` is still used by `{owner}` and {} more",
                    owners.len() - 1
                ),
            )
            .help("Delete the protections that use it first."));
        }
        self.repositories.forget(access);
        wipe(place)
    }
}
