//! Public access, and encryption by default.

use lifeboat_contract::ProviderError;
use lifeboat_model::Attributes;

use super::Task;
use crate::s3::settings::access;
use crate::s3::{tags, wanted};

impl Task<'_> {
    /// Writes what differs. A deletion takes away the claim only: nothing is opened, and nothing is left unencrypted,
    /// because a block went out of a configuration.
    pub(super) async fn guard(&mut self, given: &Attributes) -> Result<(), ProviderError> {
        let claim = self.claim(tags::GUARD)?;
        if self.deletes() {
            return match claim {
                Some(_) => self.unmark(tags::GUARD).await,
                None => Ok(()),
            };
        }
        let how = wanted::encryption(self.request.address, given)?;
        let ours = self.ours.clone();
        self.mark(tags::GUARD, &ours).await?;
        let on = wanted::blocks(given);
        if access::blocked(&self.bucket).await? != Some(on) {
            access::block(&self.bucket, on).await?;
        }
        if access::encryption(&self.bucket).await?.as_ref() != Some(&how) {
            access::encrypt(&self.bucket, &how).await?;
        }
        Ok(())
    }
}
