//! What the provider asks of this service.

use lifeboat_contract::{
    BackUpReport, BackUpRequest, CallContext, Protected, ProviderError, RestoreReport,
    RestoreRequest, RestoredRequest, VerifyReport, VerifyRequest,
};
use lifeboat_model::RecoveryPointId;

use crate::client::Aws;
use crate::rds::{points, restore};

pub(crate) use super::change::change;
pub(crate) use super::read::read;

/// Makes a recovery point now.
pub(crate) async fn back_up(
    aws: &Aws,
    request: BackUpRequest<'_>,
    context: &CallContext,
) -> Result<BackUpReport, ProviderError> {
    points::back_up(aws, request, context).await
}

/// Deletes exactly these recovery points.
pub(crate) async fn delete_points(
    aws: &Aws,
    protected: Protected<'_>,
    points: &[RecoveryPointId],
    context: &CallContext,
) -> Result<(), ProviderError> {
    points::delete_points(aws, protected, points, context).await
}

/// Brings a recovery point back.
pub(crate) async fn restore(
    aws: &Aws,
    request: RestoreRequest<'_>,
    context: &CallContext,
) -> Result<RestoreReport, ProviderError> {
    restore::restore(aws, request, context).await
}

/// Checks the recovery points where they are.
pub(crate) async fn verify(
    aws: &Aws,
    request: VerifyRequest<'_>,
    _context: &CallContext,
) -> Result<VerifyReport, ProviderError> {
    points::verify(aws, request).await
}

/// Checks what a restore wrote.
pub(crate) async fn verify_restored(
    aws: &Aws,
    request: RestoredRequest<'_>,
    _context: &CallContext,
) -> Result<VerifyReport, ProviderError> {
    restore::verify_restored(aws, request).await
}

/// Removes what a drill restored.
pub(crate) async fn discard_scratch(
    aws: &Aws,
    into: &str,
    context: &CallContext,
) -> Result<(), ProviderError> {
    restore::discard_scratch(aws, into, context).await
}
