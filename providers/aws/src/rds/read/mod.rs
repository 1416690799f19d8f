//! Reading in bulk: a few listings for each region, matched in memory.
//!
//! What is needed is known from the items alone, so that no snapshot is listed where nothing makes any. `listing` asks,
//! `region` keeps, `protection` and `target` show what was found as the contract wants it, `place` says what it fails
//! with.

mod database;
mod listing;
mod nearest;
mod orphan;
mod place;
mod protection;
mod region;
mod replica;
mod target;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use lifeboat_contract::{CallContext, ErrorClass, ProviderError, ReadItem, ReadRequest};
use lifeboat_model::{Address, Domain, LiveResource, LiveState, Need, ReadFailure};

use super::catalog;
use super::subject::{Bindings, Subject, at_location, at_repository, copies_a_log, subject};
use crate::client::{Aws, Session};
use crate::error::unknown_kind;
use region::{Lists, Region, failure};

pub(crate) use database::Database;
pub(crate) use listing::{Automated, clusters, instances};
pub(crate) use protection::{Shown, retention_days};
pub(crate) use replica::is_synchronous;
pub(crate) use target::backups_of;

/// An account and a region.
type Key = (String, String);

/// An item with where it is looked for.
struct Wanted {
    item: ReadItem,
    subject: Option<Subject>,
    /// Where the target is; none while that region cannot be reached, which is when a copy is needed most.
    home: Option<Key>,
    /// Where a copy or a replica is, and the key there.
    away: Option<(Key, Option<String>)>,
}

/// What was found of an item.
#[derive(Debug, Default)]
struct Found {
    live: Option<LiveResource>,
    /// What would stand here fails with this; by address, because a target says it for what the planner may add.
    places: BTreeMap<Address, Vec<Domain>>,
    needs: BTreeMap<Address, Vec<Need>>,
}

impl Found {
    fn of(live: LiveResource) -> Self {
        Self {
            live: Some(live),
            ..Self::default()
        }
    }
}

/// What all items are matched with.
struct World<'a> {
    configuration: &'a str,
    as_of: jiff::Timestamp,
    regions: BTreeMap<Key, Region>,
    /// Why the region of the targets cannot be reached.
    unreached: Option<ReadFailure>,
}

impl World<'_> {
    /// Returns the region of the target.
    fn home(&self, wanted: &Wanted) -> Result<&Region, ReadFailure> {
        let home = wanted.home.as_ref().and_then(|key| self.regions.get(key));
        home.ok_or_else(|| {
            self.unreached.clone().unwrap_or_else(|| ReadFailure {
                class: ErrorClass::Unknown.as_str().to_owned(),
                message: format!("`{}` was not looked for", wanted.item.address),
                help: None,
            })
        })
    }

    /// Returns the region that a copy or a replica is in, and the key there.
    fn away<'s>(&'s self, wanted: &'s Wanted) -> Option<(&'s Region, Option<&'s str>)> {
        let (key, kms) = wanted.away.as_ref()?;
        Some((self.regions.get(key)?, kms.as_deref()))
    }
}

/// Reads items in bulk.
///
/// # Errors
/// None: what cannot be read is a failure in the answer.
pub(crate) async fn read(
    aws: &Aws,
    request: ReadRequest<'_>,
    context: &CallContext,
) -> Result<LiveState, ProviderError> {
    let ReadRequest { items, bindings } = request;
    let mut answer = LiveState::default();
    if items.is_empty() {
        return Ok(answer);
    }
    let home = aws.home().await;
    let mut wanted = Vec::new();
    let mut lists: BTreeMap<Key, (Arc<Session>, Lists)> = BTreeMap::new();
    for item in items {
        let address = item.address.clone();
        match want(aws, home.as_ref(), item, bindings, &mut lists).await {
            Ok(found) => wanted.push(found),
            Err(error) => {
                answer.failures.insert(address, failure(&error));
            }
        }
    }
    let listed = lists
        .into_iter()
        .map(|(key, (session, lists))| async move { (key, Region::listed(session, lists).await) });
    let world = World {
        configuration: &aws.settings.configuration,
        as_of: context.as_of,
        regions: join_all(listed).await.into_iter().collect(),
        unreached: home.as_ref().err().map(failure),
    };
    for wanted in wanted {
        let address = wanted.item.address.clone();
        match find(&world, &wanted) {
            Ok(found) => {
                answer.places.extend(found.places);
                answer.needs.extend(found.needs);
                if let Some(live) = found.live {
                    answer.resources.insert(address, live);
                }
            }
            Err(failure) => {
                answer.failures.insert(address, failure);
            }
        }
    }
    Ok(answer)
}

fn key_of(session: &Session) -> Key {
    (session.account.clone(), session.region.clone())
}

/// Says where an item is looked for, and which listings that takes.
async fn want(
    aws: &Aws,
    home: Result<&Arc<Session>, &ProviderError>,
    item: ReadItem,
    bindings: &Bindings,
    lists: &mut BTreeMap<Key, (Arc<Session>, Lists)>,
) -> Result<Wanted, ProviderError> {
    let (address, attributes) = (&item.address, &item.attributes);
    let mut need = |session: &Arc<Session>, needed: Lists| {
        let key = key_of(session);
        let known = lists.entry(key.clone());
        let known = known.or_insert_with(|| (Arc::clone(session), Lists::default()));
        known.1 = known.1.and(needed);
        key
    };
    if item.kind == catalog::BACKUPS {
        return Ok(Wanted {
            subject: None,
            home: home.ok().map(|home| need(home, Lists::default())),
            away: None,
            item,
        });
    }
    let subject = subject(address, attributes, bindings)?;
    let is_cluster = subject.is_cluster;
    // Where a cluster stands is told by its members.
    let mut here = Lists {
        instances: true,
        clusters: is_cluster,
        ..Lists::default()
    };
    let copies = |automated: bool| Lists {
        automated,
        snapshots: !automated && !is_cluster,
        cluster_snapshots: !automated && is_cluster,
        ..Lists::default()
    };
    let away = match item.kind.as_str() {
        catalog::INSTANCE | catalog::CLUSTER | catalog::GUARD => None,
        catalog::LOG => {
            here.automated = !is_cluster;
            None
        }
        catalog::SNAPSHOT => {
            here = here.and(copies(false));
            None
        }
        catalog::COPY => {
            let (session, kms) = at_repository(aws, address, attributes, bindings).await?;
            let needed = copies(copies_a_log(address, attributes)?);
            Some((need(&session, needed), kms))
        }
        catalog::REPLICA => {
            let session = at_location(aws, address, attributes, bindings).await?;
            let needed = Lists {
                instances: true,
                clusters: is_cluster,
                ..Lists::default()
            };
            Some((need(&session, needed), None))
        }
        other => return Err(unknown_kind(address, other)),
    };
    Ok(Wanted {
        subject: Some(subject),
        home: home.ok().map(|home| need(home, here)),
        away,
        item,
    })
}

fn find(world: &World<'_>, wanted: &Wanted) -> Result<Found, ReadFailure> {
    match (&wanted.subject, wanted.item.kind.as_str()) {
        (None, _) => Ok(target::backups(world.home(wanted)?, &wanted.item)),
        (Some(subject), catalog::INSTANCE | catalog::CLUSTER) => {
            target::database(world.home(wanted)?, &wanted.item, subject)
        }
        (Some(subject), catalog::REPLICA) => replica::find(world, wanted, subject),
        (Some(subject), _) => protection::find(world, wanted, subject),
    }
}

/// Returns the automated backups of one instance in a region.
///
/// # Errors
/// What AWS refuses.
pub(crate) async fn automated_of(
    session: &Session,
    instance: &str,
) -> Result<Option<Automated>, ProviderError> {
    let mut all = listing::automated(session).await?;
    Ok(all.remove(instance))
}
