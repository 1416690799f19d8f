//! Backing up: from a source to a point.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lifeboat_contract::{Cancel, ErrorClass, PathFailure, Progress, ProviderError};
use rustic_core::repofile::{SnapshotFile, SnapshotId};
use rustic_core::{BackupOptions, ParentOptions, SnapshotOptions};

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
    /// again; a database always is.
    ///
    /// # Errors
    /// `not_found` when the source is missing, and then no point is made; `quota` when the repository's disk is full;
    /// `interrupted`; `conflict` while another process holds the repository for itself. After an error no new point
    /// exists; data that was written already is found again by the next backup.
    pub fn back_up(
        &self,
        request: &BackupRequest<'_>,
        progress: &Arc<dyn Progress>,
        cancel: &Cancel,
    ) -> Result<BackedUp, ProviderError> {
        let session = self.session(progress, cancel)?;
        if let Some(done) = self.find_token(&session, request)? {
            return Ok(done);
        }
        let _lock = self.lock_shared()?;
        let reading = request.source.begin(progress, cancel)?;
        self.archive(session, request, reading, cancel)
    }

    fn find_token<S: rustic_core::Open>(
        &self,
        session: &Session<S>,
        request: &BackupRequest<'_>,
    ) -> Result<Option<BackedUp>, ProviderError> {
        // A snapshot that cannot be read must not keep new ones from being made; `verify` reports it.
        let scan = self.scan(session)?;
        Ok(scan.snapshots.into_iter().find_map(|(id, snapshot)| {
            let point = Point::read(id, &snapshot);
            let same = point.token.as_deref() == Some(request.token)
                && point.address.as_deref() == Some(request.address)
                && point.copy_of.is_none();
            same.then(|| BackedUp::from_snapshot(point, &snapshot, Vec::new()))
        }))
    }

    fn archive(
        &self,
        session: Session<rustic_core::OpenStatus>,
        request: &BackupRequest<'_>,
        reading: Reading,
        cancel: &Cancel,
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
        if cancel.is_cancelled() || record.expected_files != read {
            // rustic passed over something that the source did not report; such a point must not stay.
            let withdrawn = session.repository.delete_snapshots(&[saved.id]);
            let class = if cancel.is_cancelled() {
                ErrorClass::Interrupted
            } else {
                ErrorClass::Unknown
            };
            let error = ProviderError::new(
                class,
                format!(
                    "{}: {read} of {} files were saved",
                    message(),
                    record.expected_files
                ),
            );
            return Err(match withdrawn {
                Ok(()) => error,
                Err(cause) => error.because(cause.display_log()),
            });
        }
        let point = Point::read(saved.id, &saved);
        Ok(BackedUp::from_snapshot(point, &saved, record.failures))
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
