//! Snapshots, copies and guards: their policy documents. Recovery points are never touched here.

use lifeboat_contract::{ChangeKind, ErrorClass, ProviderError};
use lifeboat_model::{Attributes, LiveResource, Retention};

use super::Change;
use crate::catalog::LOCAL_GUARD;
use crate::error::invalid;
use crate::local::Local;
use crate::policy::{Folder, Policies, Policy, file_name};
use crate::repository::View;
use crate::store::{Filter, Point};

impl Local {
    pub(super) fn change_policy(
        &self,
        change: &Change,
    ) -> Result<Option<LiveResource>, ProviderError> {
        let name = file_name(&change.address);
        let attributes = match change.change {
            ChangeKind::Delete => change.anywhere()?,
            ChangeKind::Create | ChangeKind::Update => &change.after(&[])?,
        };
        let (repository, bound) = self.bound("repository", attributes, &change.bindings)?;
        let access = self.access(&repository, bound)?;
        let there = View::presence(&access)?.is_some();
        if change.change == ChangeKind::Delete {
            if there {
                Folder::of(&access.place)?.remove(&name)?;
            }
            return Ok(None);
        }
        if !there {
            return Err(ProviderError::new(
                ErrorClass::NotFound,
                format!(
                    "there is no repository at `{}` for `{}`",
                    access.place, change.address
                ),
            )
            .help("Create the repository first, or bring back the place that it is on."));
        }
        check_retention(attributes)?;
        // A password that does not open the repository has no business leaving policies in it.
        let vault = self.repositories.open(&access)?;
        let folder = Folder::of(&access.place)?;
        let policy = Policy::new(&change.address, &change.kind, attributes);
        folder.write(&name, policy.to_bytes()?)?;
        let policies = Policies::read(&folder)?;
        let Some(Ok(live)) = policies.of(&change.address) else {
            return Err(ProviderError::new(
                ErrorClass::Conflict,
                format!(
                    "the policy of `{}` is gone as soon as it is written",
                    change.address
                ),
            )
            .help("Find out who else writes to the repository, and apply again."));
        };
        let points = match change.kind.as_str() {
            LOCAL_GUARD => Vec::new(),
            _ => vault.points(&Filter::address(change.address.to_string()))?,
        };
        Ok(Some(LiveResource {
            needs: Vec::new(),
            attributes: live.attributes.clone(),
            facts: Attributes::new(),
            domains: self.repository_domains(&repository, bound),
            recovery_points: points.iter().map(Point::to_recovery_point).collect(),
        }))
    }
}

/// Checks a retention policy before it is written down, so that whoever reads it understands it.
fn check_retention(attributes: &Attributes) -> Result<(), ProviderError> {
    retention(attributes).map(drop)
}

/// Returns the retention policy among a protection's attributes.
///
/// # Errors
/// `invalid` when it is none.
pub(crate) fn retention(attributes: &Attributes) -> Result<Retention, ProviderError> {
    match attributes.get("retention") {
        None | Some(serde_json::Value::Null) => Ok(Retention::default()),
        Some(value) => serde_json::from_value(value.clone()).map_err(|error| {
            invalid(
                "`retention` is not a retention policy",
                "Refer to a `retention` block.",
            )
            .because(error)
        }),
    }
}
