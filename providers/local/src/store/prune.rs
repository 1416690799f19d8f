//! Deleting points, and giving their space back.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use lifeboat_contract::{Cancel, ErrorClass, Progress, ProviderError};
use lifeboat_model::{RecoveryPointId, Span};
use rustic_core::repofile::SnapshotId;

use super::backup::snapshot_id;
use super::vault::Vault;

/// How space is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PruneOptions {
    /// How long a pack that nothing refers to stays before it is deleted. Must be longer than any reader or writer
    /// works, of ours or restic's.
    pub grace: Span,
}

impl Default for PruneOptions {
    /// 23 hours: a daily prune deletes what the one of the day before marked.
    fn default() -> Self {
        Self {
            grace: Span::from_hours(23),
        }
    }
}

/// Whose turn it is to prune.
static TURN: Mutex<()> = Mutex::new(());

impl Vault {
    /// Deletes exactly these points; ones that are gone already are no error.
    ///
    /// Their data stays until [`Vault::prune`].
    ///
    /// # Errors
    /// `invalid` for an id that is none, and then nothing is deleted; `conflict` while another process holds the
    /// repository for itself.
    pub fn delete(
        &self,
        points: &[RecoveryPointId],
        progress: &Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<(), ProviderError> {
        let ids = points
            .iter()
            .map(snapshot_id)
            .collect::<Result<BTreeSet<_>, _>>()?;
        self.respect_locks()?;
        let session = self.session(progress, cancel)?;
        let message = || {
            format!(
                "cannot delete recovery points of repository `{}`",
                self.place()
            )
        };
        let there: Vec<SnapshotId> = session
            .repository
            .list::<SnapshotId>()
            .map_err(|error| session.failed(message(), &error))?
            .filter(|id| ids.contains(id))
            .collect();
        session
            .repository
            .delete_snapshots(&there)
            .map_err(|error| session.failed(message(), &error))
    }

    /// Gives back the space of data that no point refers to any more.
    ///
    /// In two steps, as rustic does it: a pack that nothing refers to is marked in the index, and deleted by the first
    /// call after `grace`. Nothing is ever deleted at once.
    ///
    /// Returns whether it was done: while anybody else uses the repository nothing is, and the space waits for the
    /// next call. A backup counts on packs that it found in the index when it began; would they be marked meanwhile,
    /// its point could not be restored until a later prune brought them back.
    ///
    /// # Errors
    /// `corrupt` when any snapshot or tree cannot be read, and then nothing is deleted: what it refers to is unknown.
    /// `conflict` while another process holds the repository for itself.
    pub fn prune(
        &self,
        options: PruneOptions,
        progress: &Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<bool, ProviderError> {
        // One after the other within this process, or each would see the others and leave the work to them.
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(_lock) = self.lock_sole()? else {
            tracing::info!(
                "repository `{}` is in use; its space is given back later",
                self.place()
            );
            return Ok(false);
        };
        let session = self.session(progress, cancel)?;
        let message = || format!("cannot prune repository `{}`", self.place());
        let mut prune = rustic_core::PruneOptions::default();
        prune.keep_delete = jiff::Span::new()
            .try_milliseconds(i64::try_from(options.grace.as_millis()).unwrap_or(i64::MAX))
            .map_err(|_| {
                ProviderError::new(
                    ErrorClass::Invalid,
                    format!("a grace of {} cannot be kept", options.grace),
                )
            })?;
        let plan = session
            .repository
            .prune_plan(&prune)
            .map_err(|error| session.failed(message(), &error))?;
        session
            .repository
            .prune(&prune, plan)
            .map_err(|error| session.failed(message(), &error))?;
        Ok(true)
    }
}
