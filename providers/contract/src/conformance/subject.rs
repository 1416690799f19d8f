//! What a provider's test implements to be put through the suite.

use std::collections::BTreeMap;

use async_trait::async_trait;
use lifeboat_model::RecoveryPointId;

use super::Fixture;
use crate::Provider;

/// A provider that is put through the suite.
#[async_trait]
pub trait Subject: Send + Sync {
    /// Returns a new world with data at its target, and nothing else: no repository, no protection.
    async fn site(&self) -> Box<dyn Site>;
}

/// Something that happens outside lifeboat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meddling<'a> {
    /// The data of the target change: a file is added, one is changed, one goes.
    ChangeSource,
    /// One file of the target cannot be read any more.
    MakeFileUnreadable,
    /// The target is gone with its data.
    RemoveSource,
    /// Somebody deletes a point of the snapshot protection.
    DeletePoint(&'a RecoveryPointId),
    /// Bytes of a point of the snapshot protection are damaged where they are stored.
    DamagePoint(&'a RecoveryPointId),
    /// Somebody changes an attribute of the snapshot protection, where the provider keeps it.
    EditSnapshot,
    /// Somebody removes the first repository with all that it holds.
    RemoveRepository,
    /// The first repository is there and cannot be read.
    MakeRepositoryUnreadable,
    /// Somebody puts data at this place, where a restore could go.
    Occupy(&'a str),
    /// Bytes of what was restored into this place are changed.
    AlterRestored(&'a str),
}

/// One world, in which one check runs.
#[async_trait]
pub trait Site: Send + Sync {
    /// Returns a new provider over this world, as a process has it that has just started, perhaps after a crash.
    fn provider(&self) -> Box<dyn Provider>;

    /// Returns the blocks that are protected here, and how.
    fn fixture(&self) -> Fixture;

    /// Makes something happen outside lifeboat; returns `false` where that cannot happen to this provider.
    async fn meddle(&self, meddling: Meddling<'_>) -> bool;

    /// Returns the data of the target by name, as they are compared after a restore: files by path, tables by rows.
    async fn source(&self) -> BTreeMap<String, Vec<u8>>;

    /// Returns the data at the place that a restore named, by the same names; empty if there is no such place.
    async fn restored(&self, into: &str) -> BTreeMap<String, Vec<u8>>;

    /// Returns the requests that the provider has made of its service so far, where that can be counted.
    fn requests(&self) -> Option<u64> {
        None
    }
}
