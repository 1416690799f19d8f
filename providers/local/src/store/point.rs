//! Recovery points: snapshots, with lifeboat's facts carried in their tags.
//!
//! restic's snapshots have free tags, which `restic snapshots` shows; lifeboat keeps its facts there, so that they
//! survive without lifeboat: `lifeboat`, `lifeboat:address=…`, `lifeboat:token=…`, `lifeboat:copy-of=…`. A tag cannot
//! hold a comma on restic's command line; commas, percent signs, control characters and outer blanks are written as
//! `%2C` and so on, in the user's tags too.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_contract::{Cancel, ErrorClass, Progress, ProviderError, Silent};
use lifeboat_model::{RecoveryPoint, RecoveryPointId};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use rustic_core::repofile::{SnapshotFile, SnapshotId};

use super::error::{class_of, from_rustic};
use super::vault::{Session, Vault};

/// The mark of everything that lifeboat made.
pub(super) const OURS: &str = "lifeboat";
const ADDRESS: &str = "lifeboat:address=";
const TOKEN: &str = "lifeboat:token=";
const COPY_OF: &str = "lifeboat:copy-of=";
/// Stands where the source was a database, so that a restore knows the rules.
const SQLITE: &str = "lifeboat:sqlite";

const ENCODED: &AsciiSet = &CONTROLS.add(b',').add(b'%');

/// One recovery point in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The snapshot's id, 64 hexadecimal digits.
    pub id: RecoveryPointId,
    /// When the capture began.
    pub time: Timestamp,
    /// The bytes of its files; none for one that an old restic made.
    pub size_bytes: Option<u64>,
    /// The source's paths.
    pub paths: Vec<String>,
    /// The machine that made it.
    pub host: String,
    /// The user's tags.
    pub tags: BTreeSet<String>,
    /// Whether lifeboat made it.
    pub ours: bool,
    /// The address of the protection that made it.
    pub address: Option<String>,
    /// The idempotency token of the backup that made it.
    pub token: Option<String>,
    /// The point that it copies, in another repository.
    pub copy_of: Option<RecoveryPointId>,
    /// Whether it holds one SQLite database.
    pub sqlite: bool,
}

impl Point {
    pub(super) fn read(id: SnapshotId, snapshot: &SnapshotFile) -> Self {
        let mut point = Self {
            id: RecoveryPointId(id.to_hex().to_string()),
            time: snapshot.time.timestamp(),
            size_bytes: snapshot
                .summary
                .as_ref()
                .map(|summary| summary.total_bytes_processed),
            paths: snapshot.paths.iter().cloned().collect(),
            host: snapshot.hostname.clone(),
            tags: BTreeSet::new(),
            ours: false,
            address: None,
            token: None,
            copy_of: None,
            sqlite: false,
        };
        for tag in snapshot.tags.iter() {
            if tag == OURS {
                point.ours = true;
            } else if tag == SQLITE {
                point.sqlite = true;
            } else if let Some(text) = tag.strip_prefix(ADDRESS) {
                point.address = Some(decode(text));
            } else if let Some(text) = tag.strip_prefix(TOKEN) {
                point.token = Some(decode(text));
            } else if let Some(text) = tag.strip_prefix(COPY_OF) {
                point.copy_of = Some(RecoveryPointId(decode(text)));
            } else {
                point.tags.insert(decode(tag));
            }
        }
        point
    }

    /// Returns the point as the planner knows it. Nothing in a repository is locked.
    pub fn to_recovery_point(&self) -> RecoveryPoint {
        RecoveryPoint {
            id: self.id.clone(),
            time: self.time,
            size_bytes: self.size_bytes,
            locked_until: None,
            token: self.token.clone(),
            copy_of: self.copy_of.clone(),
        }
    }
}

/// Which points are asked for; an empty filter asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those of this protection.
    pub address: Option<String>,
    /// Only those with all of these tags.
    pub tags: BTreeSet<String>,
}

impl Filter {
    /// Returns the filter for the points of one protection.
    pub fn address(address: impl Into<String>) -> Self {
        Self {
            address: Some(address.into()),
            tags: BTreeSet::new(),
        }
    }

    /// Returns whether a point is asked for.
    pub fn admits(&self, point: &Point) -> bool {
        (self.address.is_none() || self.address == point.address)
            && self.tags.is_subset(&point.tags)
    }
}

/// lifeboat's facts of a new point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    pub(super) address: &'a str,
    pub(super) token: &'a str,
    pub(super) copy_of: Option<&'a str>,
    pub(super) sqlite: bool,
    pub(super) tags: &'a BTreeSet<String>,
}

impl Facts<'_> {
    /// Writes the facts into a snapshot that is not saved yet, and removes other facts of ours.
    pub(super) fn write(&self, snapshot: &mut SnapshotFile) {
        let mut tags = rustic_core::repofile::StringList::default();
        tags.add(OURS.to_owned());
        tags.add(format!("{ADDRESS}{}", encode(self.address)));
        tags.add(format!("{TOKEN}{}", encode(self.token)));
        if let Some(id) = self.copy_of {
            tags.add(format!("{COPY_OF}{}", encode(id)));
        }
        if self.sqlite {
            tags.add(SQLITE.to_owned());
        }
        for tag in self.tags {
            tags.add(encode(tag));
        }
        snapshot.tags = tags;
    }
}

/// Returns a text as it can stand in a tag.
fn encode(text: &str) -> String {
    let encoded = utf8_percent_encode(text, ENCODED).to_string();
    let inner = encoded.trim_matches(' ');
    if inner.len() == encoded.len() {
        return encoded;
    }
    let start = encoded.len() - encoded.trim_start_matches(' ').len();
    let end = encoded.len() - start - inner.len();
    format!("{}{inner}{}", "%20".repeat(start), "%20".repeat(end))
}

/// Returns the text of a tag; one that is not ours and not well encoded is taken as it is.
fn decode(tag: &str) -> String {
    percent_decode_str(tag)
        .decode_utf8()
        .map_or_else(|_| tag.to_owned(), std::borrow::Cow::into_owned)
}

/// The snapshots of a repository, and how many could not be read.
pub(crate) struct Scan {
    pub(crate) snapshots: Vec<(SnapshotId, SnapshotFile)>,
    pub(crate) unreadable: Vec<ProviderError>,
}

impl Vault {
    /// Lists the points that `filter` admits, oldest first.
    ///
    /// # Errors
    /// `corrupt` when any snapshot cannot be read: a list that lacks a point would let retention count wrongly.
    pub fn points(&self, filter: &Filter) -> Result<Vec<Point>, ProviderError> {
        let silent: Arc<dyn Progress> = Arc::new(Silent);
        let session = self.session(&silent, &Cancel::default())?;
        let mut scan = self.scan(&session)?;
        if let Some(error) = scan.unreadable.pop() {
            return Err(error);
        }
        let mut points: Vec<Point> = scan
            .snapshots
            .iter()
            .map(|(id, snapshot)| Point::read(*id, snapshot))
            .filter(|point| filter.admits(point))
            .collect();
        points.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        Ok(points)
    }

    /// Returns one point.
    ///
    /// # Errors
    /// `not_found` when it is not there, `corrupt` when it cannot be read.
    pub fn point(&self, id: &RecoveryPointId) -> Result<Point, ProviderError> {
        let silent: Arc<dyn Progress> = Arc::new(Silent);
        let session = self.session(&silent, &Cancel::default())?;
        self.snapshot(&session, id).map(|(point, _)| point)
    }

    /// Reads every snapshot. One that is deleted meanwhile is passed over.
    pub(crate) fn scan<S: rustic_core::Open>(
        &self,
        session: &Session<S>,
    ) -> Result<Scan, ProviderError> {
        let failed = |error: &rustic_core::RusticError| {
            session.failed(
                format!("cannot read the snapshots of repository `{}`", self.place()),
                error,
            )
        };
        let files = session
            .repository
            .stream_files::<SnapshotFile>()
            .map_err(|error| failed(&error))?;
        let mut scan = Scan {
            snapshots: Vec::new(),
            unreadable: Vec::new(),
        };
        for file in files {
            match file {
                Ok(found) => scan.snapshots.push(found),
                Err(error) if class_of(&error) == ErrorClass::NotFound => {}
                Err(error) => scan.unreadable.push(failed(&error)),
            }
        }
        Ok(scan)
    }

    /// Reads one snapshot.
    pub(crate) fn snapshot<S: rustic_core::Open>(
        &self,
        session: &Session<S>,
        id: &RecoveryPointId,
    ) -> Result<(Point, SnapshotFile), ProviderError> {
        let unknown = || {
            ProviderError::new(
                ErrorClass::NotFound,
                format!(
                    "recovery point `{}` is not in repository `{}`",
                    id.short(),
                    self.place()
                ),
            )
            .help("List the points with `lifeboat status`.")
        };
        let parsed: rustic_core::Id = id.0.parse().map_err(|_| unknown())?;
        let snapshot_id = SnapshotId::from(parsed);
        let snapshot: SnapshotFile =
            session
                .repository
                .get_file(&snapshot_id)
                .map_err(|error| match class_of(&error) {
                    ErrorClass::NotFound => unknown(),
                    _ => from_rustic(
                        format!("cannot read recovery point `{}`", id.short()),
                        &error,
                    ),
                })?;
        Ok((Point::read(snapshot_id, &snapshot), snapshot))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_text_survives_in_a_tag(text in ".*") {
            let tag = encode(&text);
            prop_assert!(!tag.contains(','));
            prop_assert_eq!(tag.trim_matches(' '), tag.as_str());
            prop_assert_eq!(decode(&tag), text);
        }
    }
}
