//! Copying points to another repository.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lifeboat_contract::{Cancel, Progress, ProviderError};
use lifeboat_model::RecoveryPointId;
use rustic_core::repofile::{SnapshotFile, SnapshotId};

use super::point::{Facts, Point};
use super::vault::{Session, Vault};

/// What a copy did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// The points that are new in the other repository, oldest first.
    pub points: Vec<Point>,
    /// Those that were there already, oldest first.
    pub present: Vec<Point>,
    /// Bytes of the sources of the new points.
    pub source_bytes: u64,
}

impl Vault {
    /// Copies the points that `to` lacks, decrypted here and encrypted there, oldest first.
    ///
    /// A copy keeps time, host, paths and the user's tags of its original, and carries `address` and `token` of the
    /// protection that copied it. A point counts as there when a point of `address` in `to` names it as its original,
    /// so that repeating the call copies nothing twice.
    ///
    /// # Errors
    /// `not_found` when a point is not here; otherwise what either repository says. Points that were copied before the
    /// error stay and are whole.
    pub fn copy(
        &self,
        points: &[RecoveryPointId],
        to: &Self,
        address: &str,
        token: &str,
        progress: &Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<Copied, ProviderError> {
        let target = to.session(progress, cancel)?;
        let existing = to.copies_of(&target, address)?;
        let mut copied = Copied::default();
        let mut missing = BTreeSet::new();
        for id in points {
            match existing.get(id) {
                Some(point) => copied.present.push(point.clone()),
                None => {
                    missing.insert(id.clone());
                }
            }
        }
        copied.present.sort_by_key(|point| point.time);
        if missing.is_empty() {
            return Ok(copied);
        }
        let _there = to.lock_shared()?;
        let _here = self.lock_shared()?;
        let here = self.reading(progress, cancel)?;
        let mut snapshots = Vec::new();
        for id in &missing {
            let (point, mut snapshot) = self.snapshot(&here, id)?;
            Facts {
                address,
                token,
                copy_of: Some(&id.0),
                sqlite: point.sqlite,
                tags: &point.tags,
            }
            .write(&mut snapshot);
            snapshot.id = SnapshotId::default();
            snapshot.label = address.to_owned();
            snapshots.push(snapshot);
        }
        to.receive(&here, target, snapshots, &mut copied)?;
        let copies = to.copies_of(&to.session(progress, cancel)?, address)?;
        copied.points = missing
            .iter()
            .filter_map(|id| copies.get(id).cloned())
            .collect();
        copied.points.sort_by_key(|point| point.time);
        Ok(copied)
    }

    fn receive(
        &self,
        from: &Session<rustic_core::IndexedFullStatus>,
        target: Session<rustic_core::OpenStatus>,
        mut snapshots: Vec<SnapshotFile>,
        copied: &mut Copied,
    ) -> Result<(), ProviderError> {
        let message = || format!("cannot copy to repository `{}`", self.place());
        snapshots.sort_by(|a, b| a.time.cmp(&b.time));
        let Session { repository, gate } = target;
        let repository = repository
            .to_indexed_ids()
            .map_err(|error| super::from_rustic(message(), &error))?;
        let target = Session { repository, gate };
        // All at once: rustic copies each blob that any of them needs one time, and saves the snapshots last.
        from.repository
            .copy(&target.repository, snapshots.iter())
            .map_err(|error| match from.gate.fault() {
                Some(_) => from.failed(message(), &error),
                None => target.failed(message(), &error),
            })?;
        copied.source_bytes = snapshots
            .iter()
            .filter_map(|snapshot| snapshot.summary.as_ref())
            .map(|summary| summary.total_bytes_processed)
            .sum();
        Ok(())
    }

    /// Returns the copies that this protection made, by their originals.
    fn copies_of<S: rustic_core::Open>(
        &self,
        session: &Session<S>,
        address: &str,
    ) -> Result<BTreeMap<RecoveryPointId, Point>, ProviderError> {
        Ok(self
            .scan(session)?
            .snapshots
            .iter()
            .map(|(id, snapshot)| Point::read(*id, snapshot))
            .filter(|point| point.address.as_deref() == Some(address))
            .filter_map(|point| Some((point.copy_of.clone()?, point)))
            .collect())
    }
}
