//! The kinds of S3, and what may protect what.
//!
//! `kinds` is what stands, `inputs` what the exposure model takes from the vendor's documentation, `prices.json` what
//! AWS asks.

mod inputs;
mod kinds;

use std::sync::LazyLock;

use lifeboat_model::{Catalog, KindSpec, Mechanism, Offer, Price, ProtectionSpec, role};
use serde_json::{Value, json};

use crate::catalog::Scheduling;

/// A bucket with data.
pub(crate) const BUCKET: &str = "aws_s3_bucket";
/// A bucket that receives replicas.
pub(crate) const REPLICA_BUCKET: &str = "aws_s3_replica_bucket";
/// Versioning, and for how long versions that were replaced are kept.
pub(crate) const LOG: &str = "aws_s3_log";
/// Replication to another bucket.
pub(crate) const COPY: &str = "aws_s3_copy";
/// The default retention of object lock.
pub(crate) const LOCK: &str = "aws_s3_lock";
/// No public access, and encryption.
pub(crate) const GUARD: &str = "aws_s3_guard";

/// The attribute of a copy: whether S3 promises when a write is copied.
pub(crate) const TIME_CONTROL: &str = "replication_time_control";
/// The attribute of a copy: whether what was there before its rule is copied too.
pub(crate) const EXISTING: &str = "existing_objects";
/// How often versioning keeps a version: with each write. The model takes a length of time.
pub(crate) const WITH_EACH_WRITE: &str = "1ms";

/// Every price has its date and its source in the file.
static PRICES: LazyLock<Vec<Price>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../prices.json")).unwrap_or_default());

/// Returns what the planner must know. Nothing here runs on a schedule.
pub(crate) fn catalog(_scheduling: Scheduling) -> Catalog {
    let named = |kind: KindSpec| (kind.name.clone(), kind);
    let mechanisms = [
        Mechanism::Log,
        Mechanism::Copy,
        Mechanism::Lock,
        Mechanism::Guard,
    ];
    Catalog {
        kinds: kinds::all().into_iter().map(named).collect(),
        protections: mechanisms.map(protection).into(),
        prices: PRICES.clone(),
        ..Catalog::default()
    }
}

const fn kind_of(mechanism: Mechanism) -> &'static str {
    match mechanism {
        Mechanism::Log => LOG,
        Mechanism::Copy | Mechanism::Snapshot | Mechanism::Replica => COPY,
        Mechanism::Lock => LOCK,
        Mechanism::Guard => GUARD,
    }
}

fn protection(mechanism: Mechanism) -> ProtectionSpec {
    let repository_kinds = match mechanism {
        Mechanism::Copy => vec![REPLICA_BUCKET.to_owned()],
        _ => Vec::new(),
    };
    ProtectionSpec {
        target_kind: BUCKET.to_owned(),
        mechanism,
        resource_kind: kind_of(mechanism).to_owned(),
        repository_kinds,
        schedule_kind: None,
        unscheduled: None,
        externally_scheduled: false,
        // A run of a copy copies what was there before its rule, which S3 itself never does.
        backs_up: mechanism == Mechanism::Copy,
        inputs: inputs::of_mechanism(mechanism),
        offer: offer(mechanism),
    }
}

/// Returns what the planner may choose. A copy needs a role that only a person can give, and a lock keeps no point
/// whole: it holds what was written lately.
fn offer(mechanism: Mechanism) -> Option<Offer> {
    let values = |name: &str, values: &[Value]| (name.to_owned(), values.to_vec());
    let attributes = match mechanism {
        Mechanism::Log => {
            let windows = ["7d", "14d", "35d", "90d"].map(|it| json!(it));
            vec![values(role::WINDOW, &windows)]
        }
        Mechanism::Guard => Vec::new(),
        _ => return None,
    };
    Some(Offer {
        intervals: Vec::new(),
        attributes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protection_is_of_a_kind_and_every_kind_has_a_use() {
        let catalog = catalog(Scheduling::Nobody);
        for spec in &catalog.protections {
            assert!(
                catalog.kinds.contains_key(&spec.resource_kind),
                "{}",
                spec.resource_kind
            );
            let target = catalog.kind(&spec.target_kind);
            assert!(target.is_some());
            let repositories = spec.repository_kinds.iter();
            for repository in repositories {
                assert!(catalog.kinds.contains_key(repository));
            }
        }
        let names: Vec<&str> = catalog.kinds.keys().map(String::as_str).collect();
        assert_eq!(names, [BUCKET, COPY, GUARD, LOCK, LOG, REPLICA_BUCKET]);
    }

    #[test]
    fn every_price_has_a_date_and_a_source() {
        let prices = catalog(Scheduling::Nobody).prices;
        assert!(!prices.is_empty());
        for price in prices {
            assert_eq!(price.as_of.len(), "2026-11-22".len());
            assert!(price.source.len() > 20, "{}", price.kind);
        }
    }
}
