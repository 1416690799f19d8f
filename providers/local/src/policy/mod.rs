//! Policy documents: what is live of a snapshot, a copy or a guard.
//!
//! restic keeps recovery points and no policies, so lifeboat keeps one JSON document for each protection in the
//! repository itself, in a folder `lifeboat` beside restic's own, which restic does not look at. Whoever has the
//! repository has them: a lost state is rebuilt from here, and a policy that was edited or deleted behind lifeboat's
//! back shows as drift.
//!
//! The way of the data: [`Folder`] lists and writes bytes; [`Policy`] is what stands in a document;
//! [`Policies`] is all of a repository. No secret stands in a document.

mod document;
mod folder;

pub(crate) use document::{Policy, file_name};
pub(crate) use folder::Folder;

use std::collections::BTreeMap;

use lifeboat_contract::ProviderError;
use lifeboat_model::Address;

use crate::catalog::LOCAL_GUARD;

/// All documents of one repository.
#[derive(Debug, Default)]
pub(crate) struct Policies {
    /// By the protection's resource; the error where a document cannot be read.
    by_owner: BTreeMap<String, Result<Policy, ProviderError>>,
}

impl Policies {
    /// Reads every document.
    ///
    /// # Errors
    /// When the folder cannot be listed. A document that makes no sense is an error of its own, in its place.
    pub(crate) fn read(folder: &Folder) -> Result<Self, ProviderError> {
        let by_owner = folder
            .documents()?
            .into_iter()
            .map(|(name, bytes)| {
                let policy = Policy::parse(&folder.shown(&name), &bytes);
                (name, policy)
            })
            .collect();
        Ok(Self { by_owner })
    }

    /// Takes the document of a protection out; none where it has none.
    pub(crate) fn of(&self, address: &Address) -> Option<&Result<Policy, ProviderError>> {
        self.by_owner.get(&file_name(address))
    }

    /// Returns the guard that stands over a target, or the document that may be one and cannot be read.
    pub(crate) fn guard_of(&self, target: &Address) -> Option<Result<&Policy, &ProviderError>> {
        self.by_owner.values().find_map(|policy| match policy {
            Ok(policy) if policy.kind == LOCAL_GUARD && policy.guards(target) => Some(Ok(policy)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
    }

    /// Returns the owners of all documents, as far as they can be read.
    pub(crate) fn owners(&self) -> impl Iterator<Item = &str> {
        self.by_owner.iter().map(|(name, policy)| match policy {
            Ok(policy) => policy.owner.as_str(),
            Err(_) => name.as_str(),
        })
    }
}

#[cfg(test)]
mod tests;
