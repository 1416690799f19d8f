//! The trait that every provider implements.

use async_trait::async_trait;
use lifeboat_model::{Catalog, LiveResource, LiveState, RecoveryPointId};

use crate::{
    BackUpReport, BackUpRequest, CallContext, ChangeRequest, DiscoverQuery, Discovered, ErrorClass,
    Protected, ProviderError, ReadRequest, RestoreReport, RestoreRequest, RestoredRequest,
    VerifyReport, VerifyRequest,
};

/// One configured provider: it describes, reads, changes and acts.
///
/// Calls on different resources run concurrently; calls on one resource do not.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Returns what the planner must know, as data. Makes no call.
    fn catalog(&self) -> Catalog;

    /// Returns how many requests were sent to a real system so far, every attempt counted; none where nothing is sent.
    fn requests(&self) -> Option<u64> {
        None
    }

    /// Reads what is live, in bulk.
    ///
    /// # Errors
    /// Only when nothing at all can be read; a failure of one item stands in [`LiveState::failures`].
    async fn read(
        &self,
        request: ReadRequest<'_>,
        context: &CallContext,
    ) -> Result<LiveState, ProviderError>;

    /// Looks for data stores, whether a configuration names them or not; by region, kind and name.
    ///
    /// A listing for each kind in each region, never a request for each store where a bulk one exists.
    ///
    /// # Errors
    /// When not everything that was asked for could be listed; [`Invalid`](ErrorClass::Invalid) where the provider
    /// cannot look for anything, as it stands here.
    async fn discover(
        &self,
        query: &DiscoverQuery,
        context: &CallContext,
    ) -> Result<Vec<Discovered>, ProviderError> {
        let _ = (query, context);
        Err(ProviderError::new(
            ErrorClass::Invalid,
            "this provider cannot look for data stores",
        )
        .help("Write a target block for each."))
    }

    /// Carries out one change, and reads the resource back: none after a deletion.
    ///
    /// # Errors
    /// When the change is not, or not wholly, done. Repeating the call with the same token finishes it.
    async fn change(
        &self,
        request: ChangeRequest<'_>,
        context: &CallContext,
    ) -> Result<Option<LiveResource>, ProviderError>;

    /// Makes a recovery point now. For a copy: copies every point of its source that it lacks.
    ///
    /// # Errors
    /// When no point was made. A source that is readable in part makes a point, and a report of the rest.
    async fn back_up(
        &self,
        request: BackUpRequest<'_>,
        context: &CallContext,
    ) -> Result<BackUpReport, ProviderError>;

    /// Deletes exactly these recovery points; ones that are gone already are no error.
    ///
    /// # Errors
    /// [`Denied`](crate::ErrorClass::Denied) when a guard or a lock stands, and then nothing is deleted.
    async fn delete_points(
        &self,
        protected: Protected<'_>,
        points: &[RecoveryPointId],
        context: &CallContext,
    ) -> Result<(), ProviderError>;

    /// Brings a recovery point back.
    ///
    /// # Errors
    /// [`Conflict`](crate::ErrorClass::Conflict) when there is data at the destination and `overwrite` is not set;
    /// nothing is written then.
    async fn restore(
        &self,
        request: RestoreRequest<'_>,
        context: &CallContext,
    ) -> Result<RestoreReport, ProviderError>;

    /// Checks the recovery points where they are.
    ///
    /// # Errors
    /// When nothing could be checked. Damage that was found is a report, not an error.
    async fn verify(
        &self,
        request: VerifyRequest<'_>,
        context: &CallContext,
    ) -> Result<VerifyReport, ProviderError>;

    /// Checks what a restore wrote against the recovery point.
    ///
    /// # Errors
    /// When nothing could be checked.
    async fn verify_restored(
        &self,
        request: RestoredRequest<'_>,
        context: &CallContext,
    ) -> Result<VerifyReport, ProviderError>;

    /// Removes a scratch place that [`Provider::restore`] made or began to make; one that is gone already is no error.
    ///
    /// `into` is what [`RestoreReport::into`] said, or, after a restore that failed, the name that
    /// [`Destination::Scratch`](crate::Destination::Scratch) gave.
    ///
    /// # Errors
    /// When it is not a scratch place of ours, or cannot be removed.
    async fn discard_scratch(&self, into: &str, context: &CallContext)
    -> Result<(), ProviderError>;
}
