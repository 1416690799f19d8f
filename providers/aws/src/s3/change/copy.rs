//! The replication rule of a copy.

use lifeboat_contract::ProviderError;
use lifeboat_model::{Attributes, role};

use super::{Task, bound, conflict};
use crate::s3::bucket::{self, Bucket};
use crate::s3::settings::replication::{self, Rule};
use crate::s3::settings::versioning;
use crate::s3::tags::Claim;
use crate::s3::{read, wanted};

impl Task<'_> {
    pub(super) async fn copy(&mut self, given: &Attributes) -> Result<(), ProviderError> {
        let id = replication::id(&self.session.settings.configuration, self.request.address);
        let tag = replication::tag(&id);
        let claim = self.claim(&tag)?;
        let rules = replication::get(&self.bucket).await?;
        if self.deletes() {
            replication::put(&self.bucket, &rules, &rules.without(&id)).await?;
            return self.unmark(&tag).await;
        }
        let (rule, to) = self.rule(&id, given).await?;
        let from = versioning::get(&self.bucket).await?;
        self.needs_versions(
            &self.bucket,
            from.enabled,
            "it is the source of a replication",
        )?;
        let at = versioning::get(&to).await?;
        self.needs_versions(&to, at.enabled, "it receives the replicas")?;
        let role = wanted::text(given, "role").unwrap_or_default();
        let after = rules.with(&rule, role, &self.bucket.name)?;
        let same_place = rules
            .rule(&id)
            .is_some_and(|had| had.to == rule.to && had.enabled);
        let since = claim.and_then(|claim| claim.since).filter(|_| same_place);
        // What was there before is whole only once it is copied; without it, the copy begins now.
        let begins = (!wanted::existing(given)).then_some(self.context.as_of);
        let claim = Claim {
            since: since.or(begins),
            ..self.ours.clone()
        };
        self.mark(&tag, &claim).await?;
        replication::put(&self.bucket, &rules, &after).await
    }

    /// Returns the rule that is asked for, and the bucket that receives.
    async fn rule(&self, id: &str, given: &Attributes) -> Result<(Rule, Bucket), ProviderError> {
        let request = self.request;
        let repository = bound(request, given, role::REPOSITORY)?;
        let provider = wanted::text(repository, "provider");
        let session = read::session_of(self.aws, provider, request.bindings).await?;
        let name = bucket::named(repository, &request.address.to_string())?;
        let to = Bucket::existing(&session, name).await?;
        if to.name == self.bucket.name {
            let message = format!(
                "`{}` would replicate bucket `{name}` to itself",
                request.address
            );
            return Err(conflict(message, "Give it another repository."));
        }
        let other = session.account != self.session.account;
        let rule = Rule {
            id: id.to_owned(),
            to: to.arn(),
            account: other.then(|| session.account.clone()),
            enabled: true,
            priority: wanted::priority(request.address, given)?,
            time_control: wanted::time_control(given),
            delete_markers: wanted::delete_markers(given),
            storage_class: wanted::text(given, "storage_class").map(str::to_owned),
            key: wanted::text(given, "kms_key").map(str::to_owned),
        };
        Ok((rule, to))
    }
}
