//! What the provider asks of this service.

use lifeboat_contract::{
    BackUpReport, BackUpRequest, CallContext, ChangeRequest, ErrorClass, Protected, ProviderError,
    ReadRequest, RestoreReport, RestoreRequest, RestoredRequest, VerifyReport, VerifyRequest,
};
use lifeboat_model::{LiveResource, LiveState, RecoveryPointId};

use super::{act, change as write, read as bulk};
use crate::client::Aws;

/// Reads items of this service in bulk.
pub(crate) async fn read(
    aws: &Aws,
    request: ReadRequest<'_>,
    context: &CallContext,
) -> Result<LiveState, ProviderError> {
    bulk::read(aws, request, context).await
}

/// Carries out one change.
pub(crate) async fn change(
    aws: &Aws,
    request: ChangeRequest<'_>,
    context: &CallContext,
) -> Result<Option<LiveResource>, ProviderError> {
    write::change(aws, &request, context).await
}

/// Makes a recovery point now.
pub(crate) async fn back_up(
    aws: &Aws,
    request: BackUpRequest<'_>,
    context: &CallContext,
) -> Result<BackUpReport, ProviderError> {
    act::back_up(aws, &request, context).await
}

/// Refuses to delete recovery points: versions make up many points each, and go by their lifecycle rule.
pub(crate) async fn delete_points(
    _aws: &Aws,
    protected: Protected<'_>,
    points: &[RecoveryPointId],
    _context: &CallContext,
) -> Result<(), ProviderError> {
    if points.is_empty() {
        return Ok(());
    }
    let message = format!(
        "no single point of `{}` can be deleted: each version is part of many",
        protected.address
    );
    Err(ProviderError::new(ErrorClass::Denied, message)
        .help("Give the log a shorter `window`, and S3 deletes what is older."))
}

/// Brings a recovery point back.
pub(crate) async fn restore(
    aws: &Aws,
    request: RestoreRequest<'_>,
    context: &CallContext,
) -> Result<RestoreReport, ProviderError> {
    act::restore(aws, &request, context).await
}

/// Checks the recovery points where they are.
pub(crate) async fn verify(
    aws: &Aws,
    request: VerifyRequest<'_>,
    context: &CallContext,
) -> Result<VerifyReport, ProviderError> {
    act::verify(aws, &request, context).await
}

/// Checks what a restore wrote.
pub(crate) async fn verify_restored(
    aws: &Aws,
    request: RestoredRequest<'_>,
    context: &CallContext,
) -> Result<VerifyReport, ProviderError> {
    act::verify_restored(aws, &request, context).await
}

/// Removes what a drill restored.
pub(crate) async fn discard_scratch(
    aws: &Aws,
    into: &str,
    context: &CallContext,
) -> Result<(), ProviderError> {
    act::discard_scratch(aws, into, context).await
}
