//! The instants that versions bring back.
//!
//! Versions bring back any second since they are kept. As recovery points, two of them are shown: the first and the last
//! one. Their names stay the same while their instants move; with `@` and an instant after the name of the last one, any
//! instant in between is named.

use jiff::{SignedDuration, Timestamp};
use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Address, Digest, RecoveryPoint, RecoveryPointId};

use super::settings::versioning::Versioning;
use super::tags::Claim;

/// How long a version, when versioning was turned on a moment ago, may not be kept yet, and how long replication may take
/// ("Enabling versioning on buckets", "S3 Replication Time Control", Amazon S3 User Guide, 2025-06): 15 minutes both.
const LAG: SignedDuration = SignedDuration::from_mins(15);

/// From when until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    /// The first instant; none where it is not known.
    pub(super) earliest: Option<Timestamp>,
    /// The last one.
    pub(super) latest: Timestamp,
}

impl Reach {
    /// Returns what the versions of a bucket bring back: since versioning was turned on, where that is known, and not
    /// longer than they are kept.
    pub(super) fn of_log(
        versioning: Versioning,
        claim: Option<&Claim>,
        days: Option<u32>,
        as_of: Timestamp,
    ) -> Option<Self> {
        if !versioning.enabled {
            return None;
        }
        let kept = days.map(|days| before(as_of, SignedDuration::from_hours(24 * i64::from(days))));
        let since = claim.and_then(|claim| claim.since);
        Some(Self {
            earliest: since.map(|since| kept.map_or(since, |kept| kept.max(since)).min(as_of)),
            latest: as_of,
        })
    }

    /// Returns what a replica brings back: since it is whole, and until S3 may still be about to replicate.
    pub(super) fn of_copy(claim: Option<&Claim>, whole: bool, as_of: Timestamp) -> Option<Self> {
        let since = claim.and_then(|claim| claim.since);
        if whole && since.is_none() {
            return None;
        }
        let latest = before(as_of, LAG);
        Some(Self {
            earliest: since.filter(|since| *since <= latest),
            latest,
        })
    }

    /// Returns the points, oldest first.
    pub(super) fn points(self, bucket: &str, of: &Address) -> Vec<RecoveryPoint> {
        let point = |end, time| RecoveryPoint {
            id: name(bucket, of, end),
            time,
            size_bytes: None,
            locked_until: None,
            token: None,
            copy_of: None,
        };
        let earliest = self.earliest.map(|time| point(EARLIEST, time));
        earliest
            .into_iter()
            .chain([point(LATEST, self.latest)])
            .collect()
    }

    /// Returns the instant that a point names.
    ///
    /// # Errors
    /// `not_found` where it is none of these.
    pub(super) fn instant(
        self,
        bucket: &str,
        of: &Address,
        id: &RecoveryPointId,
    ) -> Result<Timestamp, ProviderError> {
        let (name_of, at) = match id.0.split_once('@') {
            Some((name, at)) => (name, Some(at.parse::<Timestamp>().ok())),
            None => (id.0.as_str(), None),
        };
        let latest = name(bucket, of, LATEST).0 == name_of;
        let earliest = name(bucket, of, EARLIEST).0 == name_of;
        let found = match at {
            Some(at) if latest => at.filter(|at| {
                let first = self.earliest.unwrap_or(Timestamp::MIN);
                (first..=self.latest).contains(at)
            }),
            None if latest => Some(self.latest),
            None if earliest => self.earliest,
            _ => None,
        };
        found.ok_or_else(|| {
            let message = format!("bucket `{bucket}` brings back no recovery point `{id}`");
            ProviderError::new(ErrorClass::NotFound, message)
                .help("List the points with `lifeboat backup list`; after the name of the last one, `@` and an instant in between name that instant.")
        })
    }
}

const EARLIEST: &str = "earliest";
const LATEST: &str = "latest";

fn name(bucket: &str, of: &Address, end: &str) -> RecoveryPointId {
    let identity = format!("s3\0{bucket}\0{of}\0{end}");
    RecoveryPointId(Digest::of_bytes(identity.as_bytes()).as_str().to_owned())
}

fn before(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.checked_sub(by).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of() -> Address {
        "target.aws_s3_bucket.b.log[\"all\"]".parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const ON: Versioning = Versioning {
        enabled: true,
        mfa_delete: false,
    };

    #[test]
    fn a_log_reaches_back_to_when_it_was_turned_on_and_not_beyond_its_window() {
        let claim = Claim::of("shop", &of(), Some(at("2026-01-01T00:00:00Z")));
        let now = at("2026-02-01T00:00:00Z");
        let reach = |claim, days| Reach::of_log(ON, claim, days, now).unwrap();
        assert_eq!(reach(Some(&claim), None).earliest, claim.since);
        let week = reach(Some(&claim), Some(7)).earliest;
        assert_eq!(week, Some(at("2026-01-25T00:00:00Z")));
        assert_eq!(
            reach(None, Some(7)).earliest,
            None,
            "nobody knows since when"
        );
        let off = Versioning {
            enabled: false,
            ..ON
        };
        assert_eq!(Reach::of_log(off, Some(&claim), None, now), None);
    }

    #[test]
    fn any_instant_in_between_has_a_name() {
        let claim = Claim::of("shop", &of(), Some(at("2026-01-01T00:00:00Z")));
        let now = at("2026-02-01T00:00:00Z");
        let reach = Reach::of_log(ON, Some(&claim), None, now).unwrap();
        let points = reach.points("b", &of());
        for point in &points {
            assert_eq!(reach.instant("b", &of(), &point.id).unwrap(), point.time);
        }
        let named = |text: &str| {
            let id = RecoveryPointId(format!("{}@{text}", points[1].id));
            reach.instant("b", &of(), &id)
        };
        assert_eq!(
            named("2026-01-15T00:00:00Z").unwrap(),
            at("2026-01-15T00:00:00Z")
        );
        assert!(named("2025-12-31T00:00:00Z").is_err());
        assert!(named("soon").is_err());
        assert!(reach.instant("other", &of(), &points[1].id).is_err());
    }

    #[test]
    fn a_copy_that_must_be_whole_has_no_point_before_it_is() {
        let now = at("2026-02-01T00:00:00Z");
        assert_eq!(Reach::of_copy(None, true, now), None);
        let reach = Reach::of_copy(None, false, now).unwrap();
        assert_eq!(reach.latest, at("2026-01-31T23:45:00Z"));
        let claim = Claim::of("shop", &of(), Some(at("2026-01-31T23:50:00Z")));
        assert_eq!(
            Reach::of_copy(Some(&claim), true, now).unwrap().earliest,
            None
        );
    }
}
