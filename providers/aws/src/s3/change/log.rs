//! Versioning, and the lifecycle rule of what it keeps.

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::Attributes;

use super::{Task, conflict};
use crate::s3::settings::{lifecycle, replication, versioning};
use crate::s3::tags::{self, Claim};
use crate::s3::wanted;

/// How long Amazon S3 may take until every write makes a version, after versioning was turned on for the first time
/// ("Enabling versioning on buckets", Amazon S3 User Guide, 2025-06).
const SETTLES: jiff::SignedDuration = jiff::SignedDuration::from_mins(15);

impl Task<'_> {
    pub(super) async fn log(&mut self, given: &Attributes) -> Result<(), ProviderError> {
        let claim = self.claim(tags::LOG)?;
        if self.deletes() {
            return self.end_log(claim).await;
        }
        let kept = wanted::kept(self.request.address, given)?;
        let rules = lifecycle::get(&self.bucket).await?;
        if let Some((rule, days)) = rules.sooner(kept.days) {
            let message = format!(
                "the lifecycle rule `{rule}` of bucket `{}` deletes versions {days} days after they are replaced, sooner than `{}` keeps them",
                self.bucket.name, self.request.address
            );
            let help = format!("Remove that rule, or set `window = \"{days}d\"`.");
            return Err(conflict(message, &help));
        }
        let now = versioning::get(&self.bucket).await?;
        if now.enabled {
            let kept = claim.unwrap_or_else(|| self.ours.clone());
            self.mark(tags::LOG, &kept).await?;
        } else {
            self.begin().await?;
        }
        let after = rules.keeping(kept)?;
        lifecycle::put(&self.bucket, &rules, &after).await
    }

    /// Turns versioning on, and remembers since when it is.
    async fn begin(&mut self) -> Result<(), ProviderError> {
        let on_aws = self.session.settings.endpoint_url.is_none();
        let now = self.context.as_of;
        let since = if on_aws {
            now.checked_add(SETTLES).unwrap_or(now)
        } else {
            now
        };
        let claim = Claim {
            since: Some(since),
            ..self.ours.clone()
        };
        self.mark(tags::LOG, &claim).await?;
        versioning::put(&self.bucket, true).await
    }

    /// Takes our rule away, and suspends versioning where we turned it on and nobody else needs it. No version goes.
    async fn end_log(&mut self, claim: Option<Claim>) -> Result<(), ProviderError> {
        let Some(claim) = claim else { return Ok(()) };
        let rules = lifecycle::get(&self.bucket).await?;
        lifecycle::put(&self.bucket, &rules, &rules.without_ours()).await?;
        if claim.since.is_some() && versioning::get(&self.bucket).await?.enabled {
            let needed = replication::get(&self.bucket).await;
            // A store that replicates nothing needs no versions for it.
            let needed = match needed {
                Ok(rules) => !rules.is_empty(),
                Err(error) if error.class == ErrorClass::Invalid => false,
                Err(error) => return Err(error),
            };
            if !needed {
                self.suspend().await?;
            }
        }
        self.unmark(tags::LOG).await
    }

    async fn suspend(&self) -> Result<(), ProviderError> {
        match versioning::put(&self.bucket, false).await {
            // Object lock keeps versioning on for ever.
            Err(error) if error.class == ErrorClass::Conflict => Ok(()),
            other => other,
        }
    }
}
