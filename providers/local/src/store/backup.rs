//! Backing up: from a source to a point.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lifeboat_contract::{Cancel, ErrorClass, PathFailure, Progress, ProviderError, Silent};
use rustic_core::repofile::{SnapshotFile, SnapshotId};
use rustic_core::{BackupOptions, ParentOptions, SnapshotOptions};

use super::place::Place;
use super::point::{Facts, Point};
use super::vault::{Session, Vault};
use crate::source::{Reading, Source};

/// What is backed up, and under which name.
#[derive(Clone, Debug)]
pub struct BackupRequest<'a> {
    /// What is read.
    pub source: &'a Source,
    /// The address of the protection.
    pub address: &'a str,
    /// The idempotency token: a point that carries it already is the answer.
    pub token: &'a str,
    /// The user's tags.
    pub tags: &'a BTreeSet<String>,
    /// When the capture begins.
    pub time: Timestamp,
}

/// What a backup did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// The point.
    pub point: Point,
    /// What is not in it because it could not be read. The rest is.
    pub unreadable: Vec<PathFailure>,
    /// Files and directories looked at.
    pub entries: u64,
    /// Bytes of the source.
    pub source_bytes: u64,
    /// Bytes that the repository grew by.
    pub added_bytes: u64,
}

impl Vault {
    /// Backs up a source, or finds the point that an earlier call with the same token made.
    ///
    /// Files that did not change since the last point of the same source (type, size, mtime and ctime) are not read
    /// again; a database always is. The repository itself is left out of a source that contains it.
    ///
    /// # Errors
    /// `not_found` when the source is missing, or holds nothing although the newest point of the same protection holds
    /// something, and then no point is made: a file system that is not mounted looks like that, and retention would in
    /// time delete the good points for empty ones. `invalid` when the source is inside the repository; `quota` when the repository's disk is full;
    /// `interrupted`; `conflict` while another process holds the repository for itself. After an error no new point
    /// exists; data that was written already is found again by the next backup.
    pub fn back_up(
        &self,
        request: &BackupRequest<'_>,
        progress: &Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<BackedUp, ProviderError> {
        let session = self.session(progress, cancel)?;
        // A snapshot that cannot be read must not keep new ones from being made; `verify` reports it.
        let ours: Vec<(Point, SnapshotFile)> = self
            .scan(&session)?
            .snapshots
            .into_iter()
            .map(|(id, snapshot)| (Point::read(id, &snapshot), snapshot))
            .filter(|(point, _)| point.address.as_deref() == Some(request.address))
            .filter(|(point, _)| point.copy_of.is_none())
            .collect();
        let done = ours
            .iter()
            .find(|(point, _)| point.token.as_deref() == Some(request.token));
        if let Some((point, snapshot)) = done {
            return Ok(BackedUp::from_snapshot(point.clone(), snapshot, Vec::new()));
        }
        let _lock = self.lock_shared()?;
        let reading = request.source.begin(&self.apart(), progress, cancel)?;
        if reading.is_empty() {
            refuse_to_lose(request, &ours)?;
        }
        self.archive(session, request, reading)
    }

    /// Returns the directories that lifeboat itself writes during a backup.
    fn apart(&self) -> Vec<PathBuf> {
        let place = match self.place() {
            Place::Directory { path } => Some(path.clone()),
            Place::S3 { .. } => None,
        };
        place.into_iter().chain(self.cache.clone()).collect()
    }

    fn archive(
        &self,
        session: Session<rustic_core::OpenStatus>,
        request: &BackupRequest<'_>,
        reading: Reading,
    ) -> Result<BackedUp, ProviderError> {
        let Session { repository, gate } = session;
        let message = || {
            format!(
                "cannot back up `{}` to repository `{}`",
                reading.path().display(),
                self.place()
            )
        };
        let repository = repository
            .to_indexed_ids()
            .map_err(|error| super::from_rustic(message(), &error))?;
        let session = Session { repository, gate };
        let snapshot = self.new_snapshot(request, reading.is_database())?;
        let options = options(&reading);
        let paths: Vec<PathBuf> = vec![reading.path().to_owned()];
        let saved = session
            .repository
            .archive(&options, &reading, snapshot, &paths)
            .map_err(|error| session.failed(message(), &error))?;
        let read = saved
            .summary
            .as_ref()
            .map_or(0, |summary| summary.total_files_processed);
        let record = reading.finish();
        if record.expected_files != read {
            // rustic passed over something that the source did not report; such a point must not stay.
            let error = ProviderError::new(
                ErrorClass::Unknown,
                format!(
                    "{}: {read} of {} files were saved",
                    message(),
                    record.expected_files
                ),
            );
            return Err(match self.withdraw(saved.id) {
                Ok(()) => error,
                Err(cause) => error.because(cause),
            });
        }
        // Whoever asked to stop after the last write gets the point: it is whole, the gate stopped any other.
        let point = Point::read(saved.id, &saved);
        Ok(BackedUp::from_snapshot(point, &saved, record.failures))
    }

    /// Removes a point that was just made, also when somebody asked to stop.
    fn withdraw(&self, id: SnapshotId) -> Result<(), ProviderError> {
        let silent: Arc<dyn Progress> = Arc::new(Silent);
        let session = self.session(&silent, &Cancel::default())?;
        session
            .repository
            .delete_snapshots(&[id])
            .map_err(|error| session.failed("the incomplete recovery point remains", &error))
    }

    fn new_snapshot(
        &self,
        request: &BackupRequest<'_>,
        sqlite: bool,
    ) -> Result<SnapshotFile, ProviderError> {
        let mut options = SnapshotOptions::default();
        options.host = Some(super::host());
        options.label = Some(request.address.to_owned());
        options.time = Some(request.time.to_zoned(TimeZone::UTC));
        // rustic would record the command line, in which a user may have put anything.
        options.command = Some("lifeboat backup".to_owned());
        let mut snapshot = options
            .to_snapshot()
            .map_err(|error| super::from_rustic("cannot describe the recovery point", &error))?;
        Facts {
            address: request.address,
            token: request.token,
            copy_of: None,
            sqlite,
            tags: request.tags,
        }
        .write(&mut snapshot);
        Ok(snapshot)
    }
}

/// Refuses a source that holds nothing when the newest point of the protection holds something.
fn refuse_to_lose(
    request: &BackupRequest<'_>,
    ours: &[(Point, SnapshotFile)],
) -> Result<(), ProviderError> {
    let newest = ours
        .iter()
        .max_by(|(a, _), (b, _)| (a.time, &a.id).cmp(&(b.time, &b.id)));
    let Some((point, snapshot)) = newest else {
        return Ok(());
    };
    let held = match &snapshot.summary {
        None => "data".to_owned(),
        Some(summary)
            if summary.total_bytes_processed > 0
                || (!point.sqlite && summary.total_files_processed > 0) =>
        {
            let size = lifeboat_model::ByteSize(summary.total_bytes_processed);
            format!("{size} in files ({})", summary.total_files_processed)
        }
        Some(_) => return Ok(()),
    };
    let source = request.source.path().display();
    Err(ProviderError::new(
        ErrorClass::NotFound,
        format!(
            "source `{source}` is empty, and its newest recovery point `{}` holds {held}",
            point.id.short()
        ),
    )
    .help("Mount what belongs there; if it is empty on purpose, put a file such as `.keep` into it. No recovery point was made."))
}

fn options(reading: &Reading) -> BackupOptions {
    let mut parent = ParentOptions::default();
    // A database in WAL mode changes without its file's times changing.
    parent.force = reading.is_database();
    let mut options = BackupOptions::default();
    options.parent_opts = parent;
    options.no_scan = reading.total_bytes().is_none();
    options
}

impl BackedUp {
    fn from_snapshot(point: Point, snapshot: &SnapshotFile, unreadable: Vec<PathFailure>) -> Self {
        let summary = snapshot.summary.as_ref();
        Self {
            point,
            unreadable,
            entries: summary.map_or(0, |s| s.total_files_processed + s.total_dirs_processed),
            source_bytes: summary.map_or(0, |s| s.total_bytes_processed),
            added_bytes: summary.map_or(0, |s| s.data_added_packed),
        }
    }
}

/// Returns the id of a point as rustic knows it.
pub(super) fn snapshot_id(
    id: &lifeboat_model::RecoveryPointId,
) -> Result<SnapshotId, ProviderError> {
    id.0.parse::<rustic_core::Id>()
        .map(SnapshotId::from)
        .map_err(|_| {
            ProviderError::new(
                ErrorClass::Invalid,
                format!("`{id}` is not the id of a recovery point"),
            )
            .help("Give all 64 digits of the id.")
        })
}
