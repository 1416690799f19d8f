//! Carrying out one change, and reading it back. Each can be repeated: it finds its own work and finishes it.

mod policy;
mod repository;
mod schedule;

pub(crate) use policy::retention;

use std::collections::BTreeMap;

use lifeboat_contract::{ChangeKind, ChangeRequest, ProviderError};
use lifeboat_model::{Address, Attributes, LiveResource};

use crate::catalog::{DIRECTORY, LOCAL_COPY, LOCAL_GUARD, LOCAL_SCHEDULE, LOCAL_SNAPSHOT, S3};
use crate::error::invalid;
use crate::local::Local;
use crate::read::unknown_kind;

/// One change, as a thread of its own needs it.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    address: Address,
    kind: String,
    change: ChangeKind,
    before: Option<Attributes>,
    after: Option<Attributes>,
    bindings: BTreeMap<Address, Attributes>,
}

impl Change {
    /// Copies the request.
    pub(crate) fn of(request: &ChangeRequest<'_>) -> Self {
        Self {
            address: request.address.clone(),
            kind: request.kind.to_owned(),
            change: request.change,
            before: request.before.cloned(),
            after: request.after.cloned(),
            bindings: request.bindings.clone(),
        }
    }

    /// Returns the attributes that the resource shall have, without what the provider sets itself.
    ///
    /// # Errors
    /// `invalid` for a creation or an update that says nothing.
    fn after(&self, computed: &[&str]) -> Result<Attributes, ProviderError> {
        let mut after = self.after.clone().ok_or_else(|| {
            invalid(
                format!("bug: nothing says what `{}` shall be", self.address),
                "Report this.",
            )
        })?;
        after.retain(|name, _| !computed.contains(&name.as_str()));
        Ok(after)
    }

    /// Returns the attributes that say where the resource is: those that it has, else those that it shall have, else
    /// those that it is bound to.
    fn anywhere(&self) -> Result<&Attributes, ProviderError> {
        self.before
            .as_ref()
            .or(self.after.as_ref())
            .or_else(|| self.bindings.get(&self.address))
            .ok_or_else(|| {
                invalid(
                    format!("bug: nothing says where `{}` is", self.address),
                    "Report this.",
                )
            })
    }
}

impl Local {
    /// Carries out a change; none after a deletion.
    pub(crate) fn change(&self, change: &Change) -> Result<Option<LiveResource>, ProviderError> {
        match change.kind.as_str() {
            DIRECTORY | S3 => self.change_repository(change),
            LOCAL_SNAPSHOT | LOCAL_COPY | LOCAL_GUARD => self.change_policy(change),
            LOCAL_SCHEDULE => self.change_schedule(change),
            other => Err(unknown_kind(other)),
        }
    }
}
