//! Recovery points: snapshots that carry our tags, and the two ends of what automated backups reach.

use jiff::Timestamp;
use lifeboat_model::{Address, Digest, RecoveryPoint, RecoveryPointId};

use super::listing::Snapshot;
use crate::ownership::{ADDRESS, CONFIGURATION, address_text};

/// The tag with the idempotency token of the backup that made a snapshot.
pub(crate) const TOKEN: &str = "lifeboat:token";
/// The tag with the name of the snapshot that a copy copies.
pub(crate) const COPY_OF: &str = "lifeboat:copy-of";
/// What the id of a point at the end of automated backups begins with.
pub(crate) const LATEST: &str = "latest";
/// What the id of the point at their beginning begins with.
pub(crate) const EARLIEST: &str = "earliest";

/// Returns the id of a point that moves: it names its protection and the region that it is restored in.
pub(crate) fn moving(end: &str, address: &Address, region: &str) -> RecoveryPointId {
    let digest = Digest::of_bytes(address.to_string().as_bytes());
    let short = digest.as_str().rsplit(':').next().unwrap_or_default();
    let short = short.get(..8).unwrap_or(short);
    RecoveryPointId(format!("{short}-{end}-{region}"))
}

/// Returns the first and the last instant that automated backups reach, as points.
pub(super) fn ends(
    address: &Address,
    region: &str,
    (earliest, latest): (Option<Timestamp>, Option<Timestamp>),
    gib: Option<u64>,
) -> Vec<RecoveryPoint> {
    let Some(latest) = latest else {
        return Vec::new();
    };
    let point = |end, time| RecoveryPoint {
        id: moving(end, address, region),
        time,
        size_bytes: gib.map(|gib| gib << 30),
        locked_until: None,
        token: None,
        copy_of: None,
    };
    let earliest = earliest.filter(|earliest| *earliest < latest);
    let first = earliest.map(|time| point(EARLIEST, time));
    first.into_iter().chain([point(LATEST, latest)]).collect()
}

/// Returns whether a snapshot was made, or copied, by this protection.
pub(crate) fn is_of(snapshot: &Snapshot, address: &Address, configuration: &str) -> bool {
    let tag = |key: &str| snapshot.tags.get(key).map(String::as_str);
    tag(ADDRESS) == Some(&address_text(address)) && tag(CONFIGURATION) == Some(configuration)
}

/// Returns a snapshot as a point; none while it is being made, and where it failed.
pub(crate) fn shown(snapshot: &Snapshot) -> Option<RecoveryPoint> {
    let time = snapshot.time.filter(|_| snapshot.status == "available")?;
    Some(RecoveryPoint {
        id: RecoveryPointId(snapshot.id.clone()),
        time,
        size_bytes: snapshot.gib.map(|gib| gib << 30),
        locked_until: None,
        token: snapshot.tags.get(TOKEN).cloned(),
        copy_of: snapshot.tags.get(COPY_OF).cloned().map(RecoveryPointId),
    })
}

/// Returns the points of a protection among snapshots, oldest first.
pub(super) fn among<'a>(
    snapshots: impl Iterator<Item = &'a Snapshot>,
    address: &Address,
    configuration: &str,
) -> Vec<RecoveryPoint> {
    let own = snapshots.filter(|snapshot| is_of(snapshot, address, configuration));
    let mut points: Vec<RecoveryPoint> = own.filter_map(shown).collect();
    points.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    points
}
