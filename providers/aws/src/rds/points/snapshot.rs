//! Snapshots as RDS describes them, and the recovery points that they are.

use std::collections::BTreeMap;

use aws_sdk_rds::types::{DbClusterSnapshot, DbSnapshot, Tag};
use jiff::Timestamp;
use lifeboat_model::{Address, RecoveryPoint, RecoveryPointId};

use super::name::id_of;
use super::stamp::instant;
use crate::ownership;

/// The tag with the token of the call that made the snapshot.
pub(crate) const TOKEN: &str = "lifeboat:token";
/// The tag with the instant at which the capture began.
pub(crate) const BEGAN: &str = "lifeboat:began";
/// The tag with the id of the point that the snapshot copies.
pub(crate) const COPY_OF: &str = "lifeboat:copy-of";
/// The tag with the account that the snapshot is shared with while it is copied.
pub(crate) const SHARED: &str = "lifeboat:shared";
/// What every tag of ours begins with.
pub(crate) const OURS: &str = "lifeboat:";
/// The status of what can be used.
pub(crate) const AVAILABLE: &str = "available";

/// Bytes of the unit in which RDS allocates storage.
const GIB: u64 = 1 << 30;

/// A manual snapshot of an instance or of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Snapshot {
    /// Its identifier.
    pub(crate) name: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// The identifier of the instance or the cluster that it was made of.
    pub(crate) source: String,
    /// `available`, `creating`, `failed`, …
    pub(crate) status: String,
    /// How much of it is there, in percent, where RDS says.
    pub(crate) percent: Option<u64>,
    /// When this copy of the data was made, and when the first one was; the earlier one that RDS says.
    pub(crate) made: Option<Timestamp>,
    /// Storage that a restore allocates.
    pub(crate) bytes: Option<u64>,
    /// The engine.
    pub(crate) engine: String,
    /// The version of the engine.
    pub(crate) version: String,
    /// Whether it is encrypted.
    pub(crate) encrypted: bool,
    /// The ARN of the key.
    pub(crate) key: Option<String>,
    /// Its tags.
    pub(crate) tags: BTreeMap<String, String>,
}

/// Returns tags by their keys.
pub(crate) fn by_key(tags: &[Tag]) -> BTreeMap<String, String> {
    let tags = tags.iter().map(|tag| {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        (text(tag.key()), text(tag.value()))
    });
    tags.collect()
}

/// Returns tags as the SDK sends them.
pub(crate) fn as_tags(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// Returns bytes of so many GiB.
pub(crate) fn gibibytes(count: Option<i32>) -> Option<u64> {
    u64::try_from(count?).ok().map(|count| count * GIB)
}

fn text(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

impl From<&DbSnapshot> for Snapshot {
    fn from(from: &DbSnapshot) -> Self {
        let first = instant(from.original_snapshot_create_time());
        Self {
            name: text(from.db_snapshot_identifier()),
            arn: text(from.db_snapshot_arn()),
            source: text(from.db_instance_identifier()),
            status: text(from.status()),
            percent: from
                .percent_progress()
                .and_then(|it| u64::try_from(it).ok()),
            made: first.or_else(|| instant(from.snapshot_create_time())),
            bytes: gibibytes(from.allocated_storage()),
            engine: text(from.engine()),
            version: text(from.engine_version()),
            encrypted: from.encrypted().unwrap_or_default(),
            key: from.kms_key_id().map(str::to_owned),
            tags: by_key(from.tag_list()),
        }
    }
}

impl From<&DbClusterSnapshot> for Snapshot {
    fn from(from: &DbClusterSnapshot) -> Self {
        let aurora = from
            .engine()
            .is_some_and(|engine| engine.starts_with("aurora"));
        Self {
            name: text(from.db_cluster_snapshot_identifier()),
            arn: text(from.db_cluster_snapshot_arn()),
            source: text(from.db_cluster_identifier()),
            status: text(from.status()),
            percent: from
                .percent_progress()
                .and_then(|it| u64::try_from(it).ok()),
            made: instant(from.snapshot_create_time()),
            // Aurora allocates nothing, and says 1 GiB of every cluster.
            bytes: gibibytes(from.allocated_storage().filter(|_| !aurora)),
            engine: text(from.engine()),
            version: text(from.engine_version()),
            encrypted: from.storage_encrypted().unwrap_or_default(),
            key: from.kms_key_id().map(str::to_owned),
            tags: by_key(from.tag_list()),
        }
    }
}

impl Snapshot {
    /// Returns whether this protection of this configuration made it.
    pub(crate) fn is_of(&self, protection: &Address, configuration: &str) -> bool {
        let said = |key| self.tags.get(key).map(String::as_str);
        said(ownership::ADDRESS) == Some(ownership::address_text(protection).as_str())
            && said(ownership::CONFIGURATION) == Some(configuration)
    }

    /// Returns whether it can be restored.
    pub(crate) fn is_available(&self) -> bool {
        self.status == AVAILABLE
    }

    /// Returns the token of the call that made it.
    pub(crate) fn token(&self) -> Option<&str> {
        self.tags.get(TOKEN).map(String::as_str)
    }

    /// Returns the id of the point that it copies.
    pub(crate) fn copy_of(&self) -> Option<RecoveryPointId> {
        self.tags.get(COPY_OF).map(|id| RecoveryPointId(id.clone()))
    }

    /// Returns the tags that are not ours, and that a copy or a restore may take over.
    pub(crate) fn tags_of_users(&self) -> BTreeMap<String, String> {
        users(&self.tags)
    }

    /// Returns the point that it is; none while it cannot be restored.
    ///
    /// Its time is when the capture was asked for, as the snapshot says in a tag. RDS's own time of a snapshot is when
    /// it was complete, which may be hours after the data that it holds; it counts only where it is the earlier one.
    pub(crate) fn point(&self) -> Option<RecoveryPoint> {
        let began = self.tags.get(BEGAN).and_then(|time| time.parse().ok());
        let time = match (began, self.made) {
            (Some(began), Some(made)) => Timestamp::min(began, made),
            (began, made) => began.or(made)?,
        };
        self.is_available().then(|| RecoveryPoint {
            id: id_of(&self.name),
            time,
            size_bytes: self.bytes,
            locked_until: None,
            token: self.token().map(str::to_owned),
            copy_of: self.copy_of(),
        })
    }
}

/// Returns the tags that are neither ours nor AWS's.
pub(crate) fn users(tags: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let theirs = tags
        .iter()
        .filter(|(key, _)| !key.starts_with(OURS) && !key.starts_with("aws:"));
    theirs
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Returns the recovery points of a protection among the snapshots of a region, oldest first.
pub(crate) fn points_of<'a>(
    snapshots: impl IntoIterator<Item = &'a Snapshot>,
    protection: &Address,
    configuration: &str,
) -> Vec<RecoveryPoint> {
    let mut points: Vec<RecoveryPoint> = snapshots
        .into_iter()
        .filter(|snapshot| snapshot.is_of(protection, configuration))
        .filter_map(Snapshot::point)
        .collect();
    points.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(name: &str, status: &str, tags: &[(&str, &str)]) -> Snapshot {
        let tags = tags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Snapshot {
            name: name.to_owned(),
            status: status.to_owned(),
            made: "2026-11-22T03:10:00Z".parse().ok(),
            bytes: gibibytes(Some(20)),
            tags: tags.collect(),
            ..Snapshot::default()
        }
    }

    #[test]
    fn points_are_what_is_available_and_ours_and_begin_when_they_were_asked_for() {
        let daily: Address = "target.aws_db_instance.orders.snapshot[\"daily\"]"
            .parse()
            .unwrap();
        let ours = [
            (
                ownership::ADDRESS,
                "target.aws_db_instance.orders.snapshot/daily",
            ),
            (ownership::CONFIGURATION, "shop"),
        ];
        let with = |more: &[(&'static str, &'static str)]| [&ours[..], more].concat();
        let began = |time| with(&[(BEGAN, time)]);
        let snapshots = [
            snapshot("lifeboat-2", AVAILABLE, &began("2026-11-22T03:00:00Z")),
            snapshot("lifeboat-1", AVAILABLE, &began("2026-11-21T03:00:00Z")),
            snapshot(
                "lifeboat-a-clock-ahead",
                AVAILABLE,
                &began("2027-01-01T00:00:00Z"),
            ),
            snapshot("lifeboat-3", "creating", &began("2026-11-22T03:00:00Z")),
            snapshot("lifeboat-4", "failed", &began("2026-11-22T03:00:00Z")),
            snapshot(
                "lifeboat-5",
                AVAILABLE,
                &[ours[0], (ownership::CONFIGURATION, "bank")],
            ),
            snapshot("rds:orders-2026-11-22", AVAILABLE, &[]),
        ];
        let points = points_of(&snapshots, &daily, "shop");
        let shown: Vec<_> = points
            .iter()
            .map(|it| format!("{} {}", it.id, it.time))
            .collect();
        insta::assert_debug_snapshot!(shown, @r#"
        [
            "1 2026-11-21T03:00:00Z",
            "2 2026-11-22T03:00:00Z",
            "a-clock-ahead 2026-11-22T03:10:00Z",
        ]
        "#);
    }
}
