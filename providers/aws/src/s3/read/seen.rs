//! What was seen of one bucket.

use std::collections::BTreeSet;

use futures_util::future::join;
use jiff::Timestamp;
use lifeboat_contract::ProviderError;
use lifeboat_model::ReadFailure;

use super::failure;
use crate::s3::bucket::Bucket;
use crate::s3::catalog;
use crate::s3::settings::access::{self, Encryption};
use crate::s3::settings::lifecycle::{self, Lifecycle};
use crate::s3::settings::lock::{self, Retention};
use crate::s3::settings::replication::{self, Replication};
use crate::s3::settings::versioning::{self, Versioning};
use crate::s3::tags::Tags;

/// A setting that takes a request of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Setting {
    Versioning,
    Lifecycle,
    Replication,
    Lock,
    PublicAccess,
    Encryption,
}

impl Setting {
    /// Returns what a resource of a kind is made of.
    pub(crate) fn of(kind: &str) -> Vec<Self> {
        match kind {
            catalog::LOG => vec![Self::Versioning, Self::Lifecycle],
            catalog::COPY => vec![Self::Replication],
            catalog::LOCK => vec![Self::Lock],
            catalog::GUARD => vec![Self::PublicAccess, Self::Encryption],
            catalog::REPLICA_BUCKET => vec![Self::Versioning, Self::Lifecycle, Self::Encryption],
            _ => Vec::new(),
        }
    }
}

/// An answer to a request, if it was made.
pub(crate) type Answer<T> = Option<Result<T, ReadFailure>>;

/// What was seen of one bucket, setting by setting: one that cannot be read hides no other.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) bucket: Bucket,
    pub(crate) created: Option<Timestamp>,
    pub(crate) tags: Tags,
    pub(crate) versioning: Answer<Versioning>,
    pub(crate) lifecycle: Answer<Lifecycle>,
    pub(crate) replication: Answer<Replication>,
    pub(crate) lock: Answer<Option<Retention>>,
    pub(crate) blocked: Answer<Option<bool>>,
    pub(crate) encryption: Answer<Option<Encryption>>,
}

impl Seen {
    /// Reads these settings, all at once, as far as the session lets so many requests run.
    pub(crate) async fn read(
        bucket: &Bucket,
        settings: Option<&BTreeSet<Setting>>,
        created: Option<Timestamp>,
        tags: Tags,
    ) -> Self {
        let asks = |setting| settings.is_some_and(|settings| settings.contains(&setting));
        let of = bucket;
        let kept = join(
            ask(of, asks(Setting::Versioning), versioning::get(of)),
            ask(of, asks(Setting::Lifecycle), lifecycle::get(of)),
        );
        let held = join(
            ask(of, asks(Setting::Replication), replication::get(of)),
            ask(of, asks(Setting::Lock), lock::get(of)),
        );
        let guarded = join(
            ask(of, asks(Setting::PublicAccess), access::blocked(of)),
            ask(of, asks(Setting::Encryption), access::encryption(of)),
        );
        let (kept, (held, guarded)) = join(kept, join(held, guarded)).await;
        Self {
            bucket: bucket.clone(),
            created,
            tags,
            versioning: kept.0,
            lifecycle: kept.1,
            replication: held.0,
            lock: held.1,
            blocked: guarded.0,
            encryption: guarded.1,
        }
    }
}

async fn ask<T>(
    bucket: &Bucket,
    asks: bool,
    request: impl Future<Output = Result<T, ProviderError>>,
) -> Answer<T> {
    if !asks {
        return None;
    }
    let _permit = bucket.session.permits.acquire().await;
    Some(request.await.map_err(|error| failure(&error)))
}
