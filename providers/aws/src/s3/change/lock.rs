//! The default retention of object lock.

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::Attributes;

use super::Task;
use crate::s3::settings::lock::{self, Retention};
use crate::s3::settings::versioning;
use crate::s3::{tags, wanted};

impl Task<'_> {
    pub(super) async fn lock(&mut self, given: &Attributes) -> Result<(), ProviderError> {
        let claim = self.claim(tags::LOCK)?;
        let standing = lock::get(&self.bucket).await?;
        if self.deletes() {
            if claim.is_none() {
                return Ok(());
            }
            if standing.is_some() {
                self.may_become(standing, None)?;
                lock::put(&self.bucket, None).await?;
            }
            return self.unmark(tags::LOCK).await;
        }
        let wanted = wanted::retention(self.request.address, given)?;
        self.may_become(standing, Some(wanted))?;
        let now = versioning::get(&self.bucket).await?;
        self.needs_versions(&self.bucket, now.enabled, "object lock locks versions")?;
        let ours = self.ours.clone();
        self.mark(tags::LOCK, &ours).await?;
        if standing == Some(wanted) {
            return Ok(());
        }
        lock::put(&self.bucket, Some(wanted)).await
    }

    /// Fails where a lock in compliance mode would become less: the versions that it holds already stay held whatever is
    /// written here, and later ones would not be.
    fn may_become(
        &self,
        standing: Option<Retention>,
        wanted: Option<Retention>,
    ) -> Result<(), ProviderError> {
        let Some(standing) = standing.filter(|it| it.compliance) else {
            return Ok(());
        };
        if wanted.is_some_and(|it| it.compliance && it.days >= standing.days) {
            return Ok(());
        }
        let message = format!(
            "`{}` cannot be shortened, made lighter or removed: bucket `{}` has a lock in compliance mode of {} days",
            self.request.address, self.bucket.name, standing.days
        );
        let help = format!(
            "Keep `lock_mode = \"compliance\"` and `lock_for = \"{}d\"`, or more.",
            standing.days
        );
        Err(ProviderError::new(ErrorClass::Denied, message).help(help))
    }
}
