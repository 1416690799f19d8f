//! What every call shares: where the provider runs, its scheduler, and the repositories that are open.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Address, Attributes, Domain};

use crate::catalog::{S3, text, with_defaults};
use crate::domains::{self, BucketAt};
use crate::error::invalid;
use crate::repository::{Access, Repositories};
use crate::schedule::{Choice, CommandLine, Crontab, Scheduler, Systemd, choose};
use crate::scratch::Scratch;
use crate::secret::reference;
use crate::settings::LocalSettings;

/// The provider behind its trait; every call blocks.
#[derive(Debug)]
pub(crate) struct Local {
    pub(crate) settings: LocalSettings,
    /// The scheduler that entries go to.
    pub(crate) choice: Choice,
    /// Schedulers in which earlier configurations may have left entries.
    pub(crate) others: Vec<Scheduler>,
    pub(crate) repositories: Repositories,
    pub(crate) scratch: Scratch,
}

impl Local {
    pub(crate) fn new(block: &Attributes, settings: LocalSettings) -> Result<Self, ProviderError> {
        let choice = choose(block, &settings)?;
        let chosen = choice.scheduler.as_ref().map(Scheduler::name);
        let mut others = Vec::new();
        if chosen != Some("crontab") {
            let program = text(block, "crontab_command").unwrap_or("crontab");
            let crontab = Crontab::new(program, &settings);
            others.push(Scheduler::Crontab(crontab));
        }
        if chosen != Some("systemd") {
            let units = text(block, "systemd_unit_dir").map(|path| settings.base_dir.join(path));
            others.extend(
                Systemd::new(
                    units,
                    settings.machine.runs_systemd(),
                    CommandLine::of(&settings),
                )
                .ok()
                .map(Scheduler::Systemd),
            );
        }
        Ok(Self {
            choice,
            others,
            repositories: Repositories::new(settings.cache_dir.clone()),
            scratch: Scratch::new(settings.scratch_dir.clone()),
            settings,
        })
    }

    /// Returns a path of the configuration as an absolute one.
    pub(crate) fn path(&self, attributes: &Attributes) -> Result<PathBuf, ProviderError> {
        let path = text(attributes, "path")
            .ok_or_else(|| invalid("the block has no `path`", "Give `path` in the block."))?;
        Ok(self.settings.base_dir.join(path))
    }

    /// Returns the access to a repository with these attributes.
    pub(crate) fn access(
        &self,
        address: &Address,
        attributes: &Attributes,
    ) -> Result<Access, ProviderError> {
        Access::of(kind_of(address), attributes, &self.settings.base_dir)
    }

    /// Returns the address that an attribute of a protection holds, and what it is bound to.
    ///
    /// # Errors
    /// `invalid` when the caller did not say what the address is bound to.
    pub(crate) fn bound<'a>(
        &self,
        name: &str,
        attributes: &Attributes,
        bindings: &'a BTreeMap<Address, Attributes>,
    ) -> Result<(Address, &'a Attributes), ProviderError> {
        let given = text(attributes, name).unwrap_or_default();
        let address: Address = given
            .parse()
            .map_err(|error: lifeboat_model::AddressError| {
                invalid(
                    format!("`{name}` is not the address of a block"),
                    format!("Give the address of a block as `{name}`."),
                )
                .because(error)
            })?;
        match bindings.get(&address) {
            Some(bound) => Ok((address, bound)),
            None => Err(ProviderError::new(
                ErrorClass::Invalid,
                format!("nothing is known of `{address}`, which `{name}` refers to"),
            )
            .help("Keep its block in the configuration for as long as something refers to it.")),
        }
    }

    /// Returns the failure domains of a repository, whether it is there or not.
    pub(crate) fn repository_domains(
        &self,
        address: &Address,
        attributes: &Attributes,
    ) -> Vec<Domain> {
        let kind = kind_of(address);
        let attributes = with_defaults(kind, attributes);
        let machine = &self.settings.machine;
        if kind == S3 {
            let given = |name| text(&attributes, name).unwrap_or_default();
            let key = attributes.get("access_key").map(reference);
            let bucket = BucketAt {
                endpoint: given("endpoint"),
                region: given("region"),
                name: given("bucket"),
                key: key.as_deref().unwrap_or("nowhere"),
            };
            return domains::of_bucket(machine, bucket);
        }
        self.path(&attributes)
            .map(|path| domains::of_repository(machine, &path))
            .unwrap_or_default()
    }
}

/// Returns the kind that the address of a target or a repository carries.
pub(crate) fn kind_of(address: &Address) -> &str {
    address.kind.as_deref().unwrap_or_default()
}
