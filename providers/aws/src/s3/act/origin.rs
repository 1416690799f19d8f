//! Where the versions of a protection are, and which instants of them there are.

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_contract::{CallContext, ErrorClass, Protected, ProviderError};
use lifeboat_model::{RecoveryPointId, role};

use crate::client::{Aws, Session};
use crate::s3::bucket::{self, Bucket};
use crate::s3::points::Reach;
use crate::s3::settings::{lifecycle, replication, versioning};
use crate::s3::tags::{self, Claim, Tags, claimed};
use crate::s3::{catalog, read, wanted};

/// The buckets of a protection.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// The session of the target.
    pub(super) session: Arc<Session>,
    /// The bucket that is protected; none where it is not there any more.
    pub(super) source: Option<Bucket>,
    /// Its name.
    pub(super) source_name: String,
    /// The bucket with the versions: the same, or that of the replicas.
    pub(super) holder: Bucket,
    /// Whose rule a copy is, where it is one, with its tag.
    pub(super) tag: String,
    ours: Claim,
    is_copy: bool,
    whole: bool,
}

/// Finds the buckets of a log or a copy.
///
/// # Errors
/// `not_found` where the one with the versions is not there; `invalid` for what holds no versions.
pub(super) async fn find(aws: &Aws, protected: &Protected<'_>) -> Result<Origin, ProviderError> {
    let (address, attributes) = (protected.address, protected.attributes);
    let is_copy = match protected.kind {
        catalog::LOG => false,
        catalog::COPY => true,
        _ => {
            let message = format!("`{address}` holds no recovery points");
            return Err(ProviderError::new(ErrorClass::Invalid, message));
        }
    };
    let session = aws.home().await?;
    let target = wanted::text(attributes, "target").and_then(|text| text.parse().ok());
    let target = target.and_then(|target| protected.bindings.get(&target));
    let name = wanted::bucket_of(address, attributes, target)?.to_owned();
    let source = Bucket::find(&session, &name).await;
    let (source, holder) = if is_copy {
        // The source may be lost, and with it the leave to look at it.
        let source = source.unwrap_or(None);
        (source, replicas(aws, protected).await?)
    } else {
        let found = match source? {
            Some(found) => found,
            None => Bucket::existing(&session, &name).await?,
        };
        (Some(found.clone()), found)
    };
    let configuration = &session.settings.configuration;
    let tag = if is_copy {
        replication::tag(&replication::id(configuration, address))
    } else {
        tags::LOG.to_owned()
    };
    Ok(Origin {
        ours: Claim::of(configuration, address, None),
        whole: wanted::existing(attributes),
        source_name: name,
        is_copy,
        session,
        source,
        holder,
        tag,
    })
}

async fn replicas(aws: &Aws, protected: &Protected<'_>) -> Result<Bucket, ProviderError> {
    let named = wanted::text(protected.attributes, role::REPOSITORY);
    let repository = named
        .and_then(|text| text.parse().ok())
        .and_then(|address| protected.bindings.get(&address))
        .ok_or_else(|| {
            let message = format!("the repository of `{}` is not known", protected.address);
            ProviderError::new(ErrorClass::Invalid, message)
        })?;
    let provider = wanted::text(repository, "provider");
    let session = read::session_of(aws, provider, protected.bindings).await?;
    let name = bucket::named(repository, &protected.address.to_string())?;
    Bucket::existing(&session, name).await
}

impl Origin {
    /// Returns the tags of the bucket that is protected, and our claim on the log or the rule.
    pub(super) async fn claim(&self) -> Result<(Tags, Option<Claim>), ProviderError> {
        let Some(source) = &self.source else {
            return Ok((Tags::new(), None));
        };
        let tags = tags::get(source).await?;
        let claim = claimed(&tags, &self.tag, &source.name, &self.ours)?;
        Ok((tags, claim))
    }

    /// Returns a claim that says since when.
    pub(super) fn since(&self, since: Timestamp) -> Claim {
        Claim {
            since: Some(since),
            ..self.ours.clone()
        }
    }

    /// Returns the instants that there are.
    ///
    /// # Errors
    /// What the requests failed with; `not_found` where there is none.
    pub(super) async fn reach(
        &self,
        protected: &Protected<'_>,
        context: &CallContext,
    ) -> Result<Reach, ProviderError> {
        let (_, claim) = self.claim().await?;
        let as_of = context.as_of;
        let reach = if self.is_copy {
            // Without its source nobody knows since when, and everything that is there may be all that is left.
            let whole = self.whole && self.source.is_some();
            Reach::of_copy(claim.as_ref(), whole, as_of)
        } else {
            let kept = lifecycle::get(&self.holder).await?.kept();
            let now = versioning::get(&self.holder).await?;
            Reach::of_log(now, claim.as_ref(), kept.days, as_of)
        };
        reach.ok_or_else(|| {
            let message = format!("`{}` holds no recovery point yet", protected.address);
            ProviderError::new(ErrorClass::NotFound, message)
                .help("Run `lifeboat backup run` for it, or wait until it runs.")
        })
    }

    /// Returns the instant that a point names.
    ///
    /// # Errors
    /// As [`Origin::reach`]; `not_found` where it names none.
    pub(super) async fn instant(
        &self,
        protected: &Protected<'_>,
        point: &RecoveryPointId,
        context: &CallContext,
    ) -> Result<Timestamp, ProviderError> {
        let reach = self.reach(protected, context).await?;
        reach.instant(&self.holder.name, protected.address, point)
    }

    /// Returns whether it is a copy.
    pub(super) const fn is_copy(&self) -> bool {
        self.is_copy
    }

    /// Returns whether a copy is to hold what was there before its rule.
    pub(super) const fn is_whole(&self) -> bool {
        self.whole
    }
}
