//! What is left of protections whose database is gone, or whose region cannot be reached: the reason to have them.
//!
//! Their tags were on the database, so that what was applied is taken as it was; that there are points shows that they
//! stood.

use lifeboat_model::{LiveResource, ReadFailure, RecoveryPoint};
use serde_json::json;

use super::listing::Automated;
use super::region::{Region, failure};
use super::{Wanted, World, place};
use crate::rds::catalog;
use crate::rds::points::log::ends;
use crate::rds::points::snapshot::points_of;
use crate::rds::subject::{Subject, copies_a_log};

/// Returns the snapshots of a database that is gone, and the automated backups that were kept of it.
pub(super) fn left(
    world: &World<'_>,
    wanted: &Wanted,
    subject: &Subject,
    home: &Region,
) -> Result<Option<LiveResource>, ReadFailure> {
    let address = &wanted.item.address;
    let points = match wanted.item.kind.as_str() {
        catalog::SNAPSHOT => {
            let snapshots = home.snapshots(subject.is_cluster)?.values();
            points_of(snapshots, address, world.configuration)
        }
        catalog::LOG => {
            // Others are of an instance that was deleted after they were listed.
            let kept = home.automated()?.values();
            let kept = kept.filter(|it| it.status == "retained");
            replayed(wanted, kept, home, home, subject)
        }
        _ => Vec::new(),
    };
    Ok(shown(wanted, points, home, None))
}

/// Returns the copies of a database that is gone, or cannot be looked at.
pub(super) fn copied(
    world: &World<'_>,
    wanted: &Wanted,
    subject: &Subject,
) -> Result<Option<LiveResource>, ReadFailure> {
    let (address, kind) = (&wanted.item.address, wanted.item.kind.as_str());
    let Some((away, kms)) = world.away(wanted).filter(|_| kind == catalog::COPY) else {
        return Ok(None);
    };
    let of_log = copies_a_log(address, &wanted.item.attributes);
    let points = if of_log.map_err(|error| failure(&error))? {
        let home = world.home(wanted).unwrap_or(away);
        replayed(wanted, away.automated()?.values(), home, away, subject)
    } else {
        let snapshots = away.snapshots(subject.is_cluster)?.values();
        points_of(snapshots, address, world.configuration)
    };
    Ok(shown(wanted, points, away, kms))
}

/// Returns what automated backups of an instance with this name reach.
///
/// The region that they come from is part of their ARN; where that cannot be reached, any region but the one that they
/// are in is it: an instance is replicated from one place.
fn replayed<'a>(
    wanted: &Wanted,
    mut all: impl Iterator<Item = &'a Automated>,
    home: &Region,
    place: &Region,
    subject: &Subject,
) -> Vec<RecoveryPoint> {
    let name = format!(":db:{}", subject.id);
    let here = format!(":{}:{}{name}", home.session.region, home.session.account);
    let unknown = std::ptr::eq(home, place) && wanted.item.kind == catalog::COPY;
    let found = all.find(|it| {
        if unknown {
            it.instance.ends_with(&name) && !it.instance.ends_with(&here)
        } else {
            it.instance.ends_with(&here)
        }
    });
    let reach = found.map_or((None, None), |it| (it.earliest, it.latest));
    ends(&wanted.item.address, &place.session.region, reach, None)
}

fn shown(
    wanted: &Wanted,
    recovery_points: Vec<RecoveryPoint>,
    place: &Region,
    kms: Option<&str>,
) -> Option<LiveResource> {
    if recovery_points.is_empty() {
        return None;
    }
    Some(LiveResource {
        attributes: wanted.item.attributes.clone(),
        facts: [("target".to_owned(), json!("gone, or not reached"))].into(),
        domains: place::of_backups(&place.session),
        needs: place::needs(&place.session, kms),
        recovery_points,
    })
}
