//! The versions of a bucket, and what it held at an instant.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use aws_smithy_types::DateTime;
use jiff::Timestamp;
use lifeboat_contract::{CallContext, ProviderError};

use super::go_on;
use crate::s3::ask::failed;
use crate::s3::bucket::Bucket;

/// One version of an object, or a delete marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) key: String,
    /// Its own name; `null` where the bucket kept no versions when it was written.
    pub(super) id: String,
    pub(super) size: u64,
    pub(super) at: Timestamp,
    pub(super) etag: String,
    /// Whether it says that the object is deleted.
    pub(super) is_marker: bool,
    is_latest: bool,
    /// The storage class, as the API writes it.
    pub(super) class: String,
}

impl Version {
    /// Returns whether it must be brought back from an archive before it can be read.
    pub(super) fn is_archived(&self) -> bool {
        matches!(self.class.as_str(), "GLACIER" | "DEEP_ARCHIVE")
    }

    /// Returns whether this one counts before another of the same object. S3 tells the time in seconds: of two of one
    /// second the latest of all counts, else data before a deletion.
    fn counts_before(&self, other: &Self) -> bool {
        let rank = |it: &Self| (it.at, it.is_latest, !it.is_marker);
        rank(self) > rank(other)
    }
}

/// The versions that a bucket held at an instant, by key.
pub(super) type Held = BTreeMap<String, Version>;

/// Returns every version below a prefix, with the delete markers, in pages.
///
/// # Errors
/// What ListObjectVersions failed with; `interrupted` when the user asked to stop.
pub(super) async fn each(
    bucket: &Bucket,
    prefix: &str,
    context: &CallContext,
    mut take: impl FnMut(Version),
) -> Result<(), ProviderError> {
    let (mut key, mut version) = (None, None);
    loop {
        go_on(context)?;
        let asked = bucket.client.list_object_versions().bucket(&bucket.name);
        let page = asked
            .prefix(prefix)
            .set_key_marker(key)
            .set_version_id_marker(version)
            .send()
            .await
            .map_err(|error| failed(error, "s3:ListBucketVersions", bucket))?;
        for found in page.versions() {
            let class = found.storage_class().map(|it| it.as_str().to_owned());
            take(Version {
                key: found.key().unwrap_or_default().to_owned(),
                id: found.version_id().unwrap_or("null").to_owned(),
                size: found
                    .size()
                    .and_then(|it| u64::try_from(it).ok())
                    .unwrap_or(0),
                at: instant(found.last_modified()),
                etag: found.e_tag().unwrap_or_default().to_owned(),
                is_marker: false,
                is_latest: found.is_latest() == Some(true),
                class: class.unwrap_or_default(),
            });
        }
        for found in page.delete_markers() {
            take(Version {
                key: found.key().unwrap_or_default().to_owned(),
                id: found.version_id().unwrap_or("null").to_owned(),
                size: 0,
                at: instant(found.last_modified()),
                etag: String::new(),
                is_marker: true,
                is_latest: found.is_latest() == Some(true),
                class: String::new(),
            });
        }
        if page.is_truncated() != Some(true) {
            return Ok(());
        }
        key = page.next_key_marker().map(str::to_owned);
        version = page.next_version_id_marker().map(str::to_owned);
        if key.is_none() {
            return Ok(());
        }
    }
}

fn instant(at: Option<&DateTime>) -> Timestamp {
    at.and_then(|at| Timestamp::new(at.secs(), 0).ok())
        .unwrap_or(Timestamp::MIN)
}

/// Returns what a bucket held at an instant, below a prefix.
///
/// # Errors
/// As [`each`].
pub(super) async fn held_at(
    bucket: &Bucket,
    prefix: &str,
    at: Timestamp,
    context: &CallContext,
) -> Result<Held, ProviderError> {
    let mut held = Held::new();
    each(bucket, prefix, context, |version| {
        take(&mut held, version, at)
    })
    .await?;
    held.retain(|_, version| !version.is_marker);
    Ok(held)
}

fn take(held: &mut Held, version: Version, at: Timestamp) {
    if version.at > at {
        return;
    }
    match held.entry(version.key.clone()) {
        Entry::Vacant(free) => {
            free.insert(version);
        }
        Entry::Occupied(mut taken) => {
            if version.counts_before(taken.get()) {
                taken.insert(version);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(key: &str, id: &str, at: &str, is_marker: bool) -> Version {
        Version {
            key: key.to_owned(),
            id: id.to_owned(),
            size: 1,
            at: at.parse().unwrap(),
            etag: String::new(),
            is_marker,
            is_latest: false,
            class: String::new(),
        }
    }

    #[test]
    fn a_bucket_held_the_newest_version_of_each_object_that_was_not_deleted() {
        let all = [
            version("a", "2", "2026-01-02T00:00:00Z", false),
            version("a", "1", "2026-01-01T00:00:00Z", false),
            version("b", "d", "2026-01-03T00:00:00Z", true),
            version("b", "1", "2026-01-01T00:00:00Z", false),
        ];
        let at = |at: &str| {
            let mut held = Held::new();
            for version in &all {
                take(&mut held, version.clone(), at.parse().unwrap());
            }
            held.retain(|_, version| !version.is_marker);
            let shown = held.values().map(|it| format!("{}{}", it.key, it.id));
            shown.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(at("2025-12-31T00:00:00Z"), "");
        assert_eq!(at("2026-01-01T12:00:00Z"), "a1 b1");
        assert_eq!(at("2026-01-02T00:00:00Z"), "a2 b1");
        assert_eq!(at("2026-01-04T00:00:00Z"), "a2");
    }

    #[test]
    fn of_a_deletion_and_a_write_of_one_second_the_data_count() {
        let second = "2026-01-01T00:00:00Z";
        let (data, gone) = (
            version("a", "1", second, false),
            version("a", "d", second, true),
        );
        assert!(data.counts_before(&gone));
        let latest = Version {
            is_latest: true,
            ..gone
        };
        assert!(latest.counts_before(&data));
    }
}
