//! The recovery points of a vault and of replicas, as they are at the instant that the state is of.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lifeboat_model::{Address, Digest, RecoveryPoint, RecoveryPointId, Span, role};

use super::state::{Point, State, Vault};
use super::stream::{Replica, Stream, span};
use crate::catalog;
use crate::resolve::text;

/// Which instant of a stream a point is.
#[derive(Clone, Copy, Debug)]
enum End {
    Earliest,
    Latest,
}

/// Returns the id of a point that moves: it stays the same while its instant does not.
fn moving(place: &str, of: &Address, end: End) -> RecoveryPointId {
    let identity = format!("{place}\0{of}\0{end:?}");
    RecoveryPointId(Digest::of_bytes(identity.as_bytes()).as_str().to_owned())
}

impl Vault {
    /// Returns until when locks keep what was captured of a target at this instant.
    pub(crate) fn locked_until(&self, target: &str, time: Timestamp) -> Option<Timestamp> {
        let locks = self.policies.values().filter(|record| {
            record.kind == catalog::LOCK && text(&record.attributes, "target") == Some(target)
        });
        let longest: Option<Span> = locks
            .filter_map(|lock| span(&lock.attributes, role::LOCK_FOR))
            .max();
        longest.map(|longest| longest.after(time))
    }

    fn id(&self) -> &str {
        text(&self.attributes, "repository_id").unwrap_or("")
    }

    /// Returns a point with the lock that stands over it.
    fn with_lock(&self, point: &Point) -> Point {
        let mut point = point.clone();
        let lock = self.locked_until(&point.target, point.shown.time);
        point.shown.locked_until = point.shown.locked_until.max(lock);
        point
    }
}

impl State {
    /// Returns the points of one protection in a vault, oldest first.
    pub(crate) fn shown(&self, vault: &Vault, protection: &Address) -> Vec<RecoveryPoint> {
        let points = self.held(vault, protection);
        points.into_iter().map(|point| point.shown).collect()
    }

    /// Returns the points of protections that do not stand in a vault any more, oldest first.
    pub(crate) fn unclaimed(&self, vault: &Vault) -> Vec<RecoveryPoint> {
        let gone = vault
            .points
            .keys()
            .filter(|address| !vault.policies.contains_key(*address));
        let mut points: Vec<RecoveryPoint> = gone
            .flat_map(|address| self.shown(vault, address))
            .collect();
        points.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        points
    }

    /// Returns the points of one protection in a vault with what they hold, oldest first.
    pub(crate) fn held(&self, vault: &Vault, protection: &Address) -> Vec<Point> {
        let own = vault.points.get(protection).into_iter();
        let mut points: Vec<Point> = own
            .flat_map(|held| held.values())
            .map(|point| vault.with_lock(point))
            .collect();
        if let (Some(stream), Some((earliest, latest))) =
            (vault.streams.get(protection), self.reach(vault, protection))
        {
            for (end, at) in [(End::Earliest, earliest), (End::Latest, latest)] {
                let id = moving(vault.id(), protection, end);
                points.extend(
                    self.instant(stream, id, at)
                        .map(|point| vault.with_lock(&point)),
                );
            }
        }
        points.sort_by(|a, b| (a.shown.time, &a.shown.id).cmp(&(b.shown.time, &b.shown.id)));
        points
    }

    /// Returns every point in a vault.
    pub(crate) fn all_held(&self, vault: &Vault) -> Vec<Point> {
        let protections: BTreeSet<&Address> =
            vault.points.keys().chain(vault.streams.keys()).collect();
        let held = protections.into_iter();
        held.flat_map(|address| self.held(vault, address)).collect()
    }

    /// Returns the point that is named: one that is held, or with `@` and an instant after the id of the last one of a
    /// log, any that its archive reaches.
    pub(crate) fn named(
        &self,
        vault: &Vault,
        protection: &Address,
        id: &RecoveryPointId,
    ) -> Option<Point> {
        let points = self.held(vault, protection);
        if let Some(point) = points.into_iter().find(|point| point.shown.id == *id) {
            return Some(point);
        }
        let (last, instant) = id.0.split_once('@')?;
        let instant: Timestamp = instant.parse().ok()?;
        let (earliest, latest) = self.reach(vault, protection)?;
        let known = moving(vault.id(), protection, End::Latest).0 == last;
        let reached = known && (earliest..=latest).contains(&instant);
        let stream = vault.streams.get(protection).filter(|_| reached)?;
        self.instant(stream, id.clone(), instant)
    }

    /// Returns the one point of a replica.
    pub(crate) fn of_replica(&self, address: &Address, replica: &Replica) -> Option<Point> {
        let stream = replica.stream.as_ref()?;
        let at = stream.behind(&replica.record.attributes);
        let place = stream.since.to_string();
        self.instant(stream, moving(&place, address, End::Latest), at)
    }

    fn instant(&self, stream: &Stream, id: RecoveryPointId, time: Timestamp) -> Option<Point> {
        let content = stream.at(time)?;
        let files = self.contents.get(content)?;
        Some(Point {
            shown: RecoveryPoint {
                id,
                time,
                size_bytes: Some(files.values().map(|bytes| bytes.0.len() as u64).sum()),
                locked_until: None,
                token: stream.token.clone(),
                copy_of: None,
            },
            target: stream.target.clone(),
            content: content.clone(),
            damaged: BTreeSet::new(),
        })
    }
}
