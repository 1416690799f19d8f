//! What stands in one region of one account, each listing read once and only where something needs it.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join5;
use lifeboat_contract::ProviderError;
use lifeboat_model::ReadFailure;

use super::database::Database;
use super::listing::{self, Automated};
use crate::client::Session;
use crate::rds::points::snapshot::Snapshot;

/// Which listings are needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lists {
    pub(super) instances: bool,
    pub(super) clusters: bool,
    pub(super) snapshots: bool,
    pub(super) cluster_snapshots: bool,
    pub(super) automated: bool,
}

impl Lists {
    /// Returns what either needs.
    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            instances: self.instances || other.instances,
            clusters: self.clusters || other.clusters,
            snapshots: self.snapshots || other.snapshots,
            cluster_snapshots: self.cluster_snapshots || other.cluster_snapshots,
            automated: self.automated || other.automated,
        }
    }
}

/// A listing, or why there is none.
type Listing<T> = Result<BTreeMap<String, T>, ReadFailure>;

/// What was listed.
#[derive(Debug)]
pub(super) struct Region {
    pub(super) session: Arc<Session>,
    instances: Listing<Database>,
    clusters: Listing<Database>,
    snapshots: Listing<Snapshot>,
    cluster_snapshots: Listing<Snapshot>,
    automated: Listing<Automated>,
}

/// Returns a failure as an item of an answer.
pub(super) fn failure(error: &ProviderError) -> ReadFailure {
    ReadFailure {
        class: error.class.as_str().to_owned(),
        message: error.chain(),
        help: error.help.clone(),
    }
}

/// Awaits a listing where it is needed; one that is not is empty.
async fn listed<T>(
    needed: bool,
    listing: impl Future<Output = Result<BTreeMap<String, T>, ProviderError>>,
) -> Listing<T> {
    if !needed {
        return Ok(BTreeMap::new());
    }
    listing.await.map_err(|error| failure(&error))
}

impl Region {
    /// Lists what is needed, all at once.
    pub(super) async fn listed(session: Arc<Session>, lists: Lists) -> Self {
        let (instances, clusters, snapshots, cluster_snapshots, automated) = join5(
            listed(lists.instances, listing::instances(&session)),
            listed(lists.clusters, listing::clusters(&session)),
            listed(lists.snapshots, listing::snapshots(&session)),
            listed(
                lists.cluster_snapshots,
                listing::cluster_snapshots(&session),
            ),
            listed(lists.automated, listing::automated(&session)),
        )
        .await;
        Self {
            session,
            instances,
            clusters,
            snapshots,
            cluster_snapshots,
            automated,
        }
    }

    /// Returns the instances by name.
    pub(super) fn instances(&self) -> Result<&BTreeMap<String, Database>, ReadFailure> {
        self.instances.as_ref().map_err(Clone::clone)
    }

    /// Returns the clusters by name.
    pub(super) fn clusters(&self) -> Result<&BTreeMap<String, Database>, ReadFailure> {
        self.clusters.as_ref().map_err(Clone::clone)
    }

    /// Returns the databases of a kind by name.
    pub(super) fn databases(
        &self,
        clusters: bool,
    ) -> Result<&BTreeMap<String, Database>, ReadFailure> {
        if clusters {
            self.clusters()
        } else {
            self.instances()
        }
    }

    /// Returns the manual snapshots of instances, or of clusters.
    pub(super) fn snapshots(
        &self,
        of_clusters: bool,
    ) -> Result<&BTreeMap<String, Snapshot>, ReadFailure> {
        let listing = if of_clusters {
            &self.cluster_snapshots
        } else {
            &self.snapshots
        };
        listing.as_ref().map_err(Clone::clone)
    }

    /// Returns automated backups by the ARN of their instance.
    pub(super) fn automated(&self) -> Result<&BTreeMap<String, Automated>, ReadFailure> {
        self.automated.as_ref().map_err(Clone::clone)
    }
}
