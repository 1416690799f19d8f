//! Listings of a region: pages of a hundred, each listing once.
//!
//! A page that arrives twice changes nothing. What the marker names may be deleted between two pages, and then there is
//! no next page: the listing begins anew, a few times.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use lifeboat_contract::{ErrorClass, ProviderError};

use super::database::{Database, instant};
use crate::client::Session;
use crate::error::Failed as _;
use crate::rds::points::snapshot::Snapshot;

/// The most that RDS returns at once.
const PAGE: i32 = 100;
/// So often a listing begins anew.
const AGAIN: u32 = 3;

/// Automated backups, of an instance of this region or replicated into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Automated {
    /// The ARN of the instance.
    pub(crate) instance: String,
    /// `active`, `replicating`, `retained`, …
    pub(crate) status: String,
    /// For how many days they are kept.
    pub(crate) retention: Option<i32>,
    /// The first and the last instant that they reach.
    pub(crate) earliest: Option<Timestamp>,
    /// The last one.
    pub(crate) latest: Option<Timestamp>,
}

/// One page of a listing.
struct Page<T> {
    items: Vec<(String, T)>,
    next: Option<String>,
}

/// Lists everything, by key.
async fn all<T, F>(
    mut page: impl FnMut(Option<String>) -> F,
) -> Result<BTreeMap<String, T>, ProviderError>
where
    F: Future<Output = Result<Page<T>, ProviderError>>,
{
    let mut found = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut marker: Option<String> = None;
    let mut begun = 0;
    loop {
        let error = match page(marker.clone()).await {
            Ok(page) => {
                found.extend(page.items);
                marker = page.next.filter(|next| !next.is_empty());
                match &marker {
                    None => return Ok(found),
                    Some(next) if seen.insert(next.clone()) => continue,
                    Some(next) => ProviderError::new(
                        ErrorClass::Unavailable,
                        format!("the listing goes round in circles at `{next}`"),
                    ),
                }
            }
            Err(error) => error,
        };
        // What is denied, or too much, stays so; and the first page has no marker that could be gone.
        let lasting = [
            ErrorClass::Denied,
            ErrorClass::Throttled,
            ErrorClass::Interrupted,
        ];
        if seen.is_empty() || lasting.contains(&error.class) || begun >= AGAIN {
            return Err(error);
        }
        begun += 1;
        tracing::debug!(error = %error.chain(), "the listing begins anew");
        found.clear();
        seen.clear();
        marker = None;
    }
}

/// Lists the instances of a region by name.
pub(crate) async fn instances(
    session: &Session,
) -> Result<BTreeMap<String, Database>, ProviderError> {
    all(|marker| async {
        let _permit = session.permits.acquire().await.ok();
        let request = session.rds.describe_db_instances().max_records(PAGE);
        let answer = request.set_marker(marker).send().await;
        let answer =
            answer.map_err(|error| error.failed("rds:DescribeDBInstances", &session.region))?;
        let items = answer.db_instances().iter().map(Database::of_instance);
        Ok(Page {
            items: items.map(|it| (it.id.clone(), it)).collect(),
            next: answer.marker().map(str::to_owned),
        })
    })
    .await
}

/// Lists the clusters of a region by name.
pub(crate) async fn clusters(
    session: &Session,
) -> Result<BTreeMap<String, Database>, ProviderError> {
    all(|marker| async {
        let _permit = session.permits.acquire().await.ok();
        let request = session.rds.describe_db_clusters().max_records(PAGE);
        let answer = request.set_marker(marker).send().await;
        let answer =
            answer.map_err(|error| error.failed("rds:DescribeDBClusters", &session.region))?;
        let items = answer.db_clusters().iter().map(Database::of_cluster);
        Ok(Page {
            items: items.map(|it| (it.id.clone(), it)).collect(),
            next: answer.marker().map(str::to_owned),
        })
    })
    .await
}

/// Lists the manual snapshots of instances in a region by name.
pub(crate) async fn snapshots(
    session: &Session,
) -> Result<BTreeMap<String, Snapshot>, ProviderError> {
    all(|marker| async {
        let _permit = session.permits.acquire().await.ok();
        let request = session.rds.describe_db_snapshots().max_records(PAGE);
        let answer = request.snapshot_type("manual").set_marker(marker);
        let answer = answer.send().await;
        let answer =
            answer.map_err(|error| error.failed("rds:DescribeDBSnapshots", &session.region))?;
        let items = answer.db_snapshots().iter().map(Snapshot::from);
        Ok(Page {
            items: items.map(|it| (it.name.clone(), it)).collect(),
            next: answer.marker().map(str::to_owned),
        })
    })
    .await
}

/// Lists the manual snapshots of clusters in a region by name.
pub(crate) async fn cluster_snapshots(
    session: &Session,
) -> Result<BTreeMap<String, Snapshot>, ProviderError> {
    all(|marker| async {
        let _permit = session.permits.acquire().await.ok();
        let request = session
            .rds
            .describe_db_cluster_snapshots()
            .max_records(PAGE);
        let answer = request.snapshot_type("manual").set_marker(marker);
        let answer = answer.send().await;
        let answer = answer
            .map_err(|error| error.failed("rds:DescribeDBClusterSnapshots", &session.region))?;
        let items = answer.db_cluster_snapshots().iter().map(Snapshot::from);
        Ok(Page {
            items: items.map(|it| (it.name.clone(), it)).collect(),
            next: answer.marker().map(str::to_owned),
        })
    })
    .await
}

/// Lists the automated backups in a region by the ARN of their instance; what is kept of a deleted one comes after.
pub(crate) async fn automated(
    session: &Session,
) -> Result<BTreeMap<String, Automated>, ProviderError> {
    let found = all(|marker| async {
        let _permit = session.permits.acquire().await.ok();
        let request = session
            .rds
            .describe_db_instance_automated_backups()
            .max_records(PAGE);
        let answer = request.set_marker(marker).send().await;
        let answer = answer.map_err(|error| {
            error.failed("rds:DescribeDBInstanceAutomatedBackups", &session.region)
        })?;
        let items = answer.db_instance_automated_backups().iter().map(|it| {
            let window = it.restore_window();
            Automated {
                instance: it.db_instance_arn().unwrap_or_default().to_owned(),
                status: it.status().unwrap_or_default().to_owned(),
                retention: it.backup_retention_period(),
                earliest: instant(window.and_then(|it| it.earliest_time())),
                latest: instant(window.and_then(|it| it.latest_time())),
            }
        });
        // An instance that is gone and one that has its name now have one ARN.
        let key = |it: &Automated| format!("{}\0{}", it.instance, it.status);
        Ok(Page {
            items: items.map(|it| (key(&it), it)).collect(),
            next: answer.marker().map(str::to_owned),
        })
    })
    .await?;
    let mut by_instance: BTreeMap<String, Automated> = BTreeMap::new();
    for backups in found.into_values() {
        let known = by_instance.get(&backups.instance);
        if known.is_none_or(|known| known.status == "retained") {
            by_instance.insert(backups.instance.clone(), backups);
        }
    }
    Ok(by_instance)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page with the marker of the next one, or a failure.
    type Answer<'a> = Result<(&'a [u32], Option<&'a str>), ErrorClass>;

    /// Answers like a service.
    async fn listed(script: Vec<Answer<'_>>) -> (Result<Vec<u32>, ErrorClass>, usize) {
        let mut asked = 0;
        let mut script = script.into_iter();
        let found = all(|_| {
            asked += 1;
            let answer = script.next().unwrap();
            let answer = answer.map_err(|class| ProviderError::new(class, "as planned"));
            async {
                let (items, next) = answer?;
                Ok(Page {
                    items: items.iter().map(|it| (it.to_string(), *it)).collect(),
                    next: next.map(str::to_owned),
                })
            }
        })
        .await;
        let found = found.map(|found| found.into_values().collect());
        (found.map_err(|error| error.class), asked)
    }

    #[tokio::test]
    async fn a_page_that_arrives_twice_changes_nothing() {
        let pages = vec![
            Ok((&[1, 2][..], Some("2"))),
            Ok((&[1, 2][..], Some("3"))),
            Ok((&[3][..], None)),
        ];
        assert_eq!(listed(pages).await, (Ok(vec![1, 2, 3]), 3));
    }

    #[tokio::test]
    async fn a_marker_whose_instance_is_gone_begins_the_listing_anew() {
        let pages = vec![
            Ok((&[1, 2][..], Some("2"))),
            Err(ErrorClass::Invalid),
            Ok((&[1, 3][..], Some("3"))),
            Ok((&[4][..], None)),
        ];
        assert_eq!(listed(pages).await, (Ok(vec![1, 3, 4]), 4));
    }

    #[tokio::test]
    async fn what_does_not_pass_is_not_asked_for_again() {
        let denied = vec![Err(ErrorClass::Denied)];
        assert_eq!(listed(denied).await, (Err(ErrorClass::Denied), 1));
        let throttled = vec![Ok((&[1][..], Some("1"))), Err(ErrorClass::Throttled)];
        assert_eq!(listed(throttled).await, (Err(ErrorClass::Throttled), 2));
        let first = vec![Err(ErrorClass::Invalid)];
        assert_eq!(listed(first).await, (Err(ErrorClass::Invalid), 1));
    }

    #[tokio::test]
    async fn a_listing_that_never_ends_is_given_up() {
        let round = |_| [Ok((&[1][..], Some("1"))), Ok((&[1][..], Some("1")))];
        let pages = (0..4).flat_map(round).collect();
        assert_eq!(listed(pages).await, (Err(ErrorClass::Unavailable), 8));
        let gone = |_| [Ok((&[1][..], Some("1"))), Err(ErrorClass::Invalid)];
        let pages = (0..4).flat_map(gone).collect();
        assert_eq!(listed(pages).await, (Err(ErrorClass::Invalid), 8));
    }
}
