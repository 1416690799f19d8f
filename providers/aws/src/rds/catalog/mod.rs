//! The kinds of RDS and Aurora, and what may protect what.
//!
//! `kinds` is what stands, `inputs` what the exposure model takes from the vendor's documentation, `prices.json` what
//! AWS asks.

mod inputs;
mod kinds;

use std::sync::LazyLock;

use lifeboat_model::{
    Catalog, KindSpec, Mechanism, Offer, Price, ProtectionSpec, Retention, Span, role,
};
use serde_json::{Value, json};

use crate::catalog::{NOBODY, Scheduling};

/// A database of RDS that is one instance.
pub(crate) const INSTANCE: &str = "aws_db_instance";
/// A cluster of Aurora.
pub(crate) const CLUSTER: &str = "aws_rds_cluster";
/// The backups that RDS keeps in one region of one account.
pub(crate) const BACKUPS: &str = "aws_rds_backups";
/// Automated backups: a restore to any instant of a window.
pub(crate) const LOG: &str = "aws_rds_log";
/// Manual snapshots.
pub(crate) const SNAPSHOT: &str = "aws_rds_snapshot";
/// Copies of snapshots, and replicated automated backups.
pub(crate) const COPY: &str = "aws_rds_copy";
/// A standby, a read replica, a secondary cluster.
pub(crate) const REPLICA: &str = "aws_rds_replica";
/// Deletion protection.
pub(crate) const GUARD: &str = "aws_rds_guard";

/// How often RDS uploads the log of an instance.
pub(crate) const UPLOADED_EVERY: &str = "5m";
/// How many days automated backups may be kept.
pub(crate) const DAYS: std::ops::RangeInclusive<u64> = 1..=35;

/// Every price has its date and its source in the file.
static PRICES: LazyLock<Vec<Price>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../prices.json")).unwrap_or_default());

/// Returns what the planner must know.
pub(crate) fn catalog(scheduling: Scheduling) -> Catalog {
    let kinds = kinds::all();
    let named = |kind: KindSpec| (kind.name.clone(), kind);
    let mechanisms = Mechanism::ALL
        .into_iter()
        .filter(|it| *it != Mechanism::Lock);
    let protections = mechanisms
        .flat_map(|it| [INSTANCE, CLUSTER].map(|target| protection(target, it, scheduling)));
    Catalog {
        kinds: kinds.into_iter().map(named).collect(),
        protections: protections.collect(),
        prices: PRICES.clone(),
        ..Catalog::default()
    }
}

/// Returns the kind that a mechanism compiles to.
pub(crate) const fn kind_of(mechanism: Mechanism) -> &'static str {
    match mechanism {
        Mechanism::Log => LOG,
        Mechanism::Snapshot => SNAPSHOT,
        Mechanism::Copy => COPY,
        Mechanism::Replica => REPLICA,
        Mechanism::Guard | Mechanism::Lock => GUARD,
    }
}

fn protection(target: &str, mechanism: Mechanism, scheduling: Scheduling) -> ProtectionSpec {
    let runs = matches!(mechanism, Mechanism::Snapshot | Mechanism::Copy);
    let nobody = runs && scheduling == Scheduling::Nobody;
    let repository_kinds = match mechanism {
        Mechanism::Copy => vec![BACKUPS.to_owned()],
        _ => Vec::new(),
    };
    ProtectionSpec {
        target_kind: target.to_owned(),
        mechanism,
        resource_kind: kind_of(mechanism).to_owned(),
        repository_kinds,
        schedule_kind: None,
        unscheduled: nobody.then(|| NOBODY.to_owned()),
        externally_scheduled: runs && scheduling == Scheduling::External,
        backs_up: runs,
        inputs: inputs::of_mechanism(target, mechanism),
        offer: offer(mechanism),
    }
}

/// Returns what the planner may choose: among the replicas only the one that is no question of where.
fn offer(mechanism: Mechanism) -> Option<Offer> {
    let values = |name: &str, values: &[Value]| (name.to_owned(), values.to_vec());
    let (intervals, attributes) = match mechanism {
        Mechanism::Log => {
            let windows = ["7d", "14d", "35d"].map(|it| json!(it));
            (Vec::new(), vec![values(role::WINDOW, &windows)])
        }
        Mechanism::Snapshot | Mechanism::Copy => (
            vec![
                Span::from_hours(1),
                Span::from_hours(6),
                Span::from_days(1),
                Span::from_days(7),
            ],
            Vec::new(),
        ),
        Mechanism::Replica => (
            Vec::new(),
            vec![
                values(role::SYNCHRONOUS, &[json!(true)]),
                values(role::FENCED, &[json!(true)]),
            ],
        ),
        Mechanism::Guard => (Vec::new(), Vec::new()),
        Mechanism::Lock => return None,
    };
    Some(Offer {
        intervals,
        attributes,
    })
}

/// Returns for how many days replicated automated backups are kept, where a retention says so and nothing else.
pub(crate) fn days_of(retention: &Retention) -> Option<u64> {
    let limit = retention.delete_after?;
    let plain = retention.keep.is_empty() && retention.immutable_for.is_none();
    whole_days(limit).filter(|_| plain)
}

/// Returns a span as days, where it is so many of them and RDS keeps automated backups for as long.
pub(crate) fn whole_days(span: Span) -> Option<u64> {
    let day = Span::from_days(1).as_millis();
    let days = span.as_millis() / day;
    (span.as_millis().is_multiple_of(day) && DAYS.contains(&days)).then_some(days)
}
