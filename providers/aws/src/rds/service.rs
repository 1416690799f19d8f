//! What the provider asks of this service.

use lifeboat_contract::{
    BackUpReport, BackUpRequest, CallContext, Protected, ProviderError, RestoreReport,
    RestoreRequest, RestoredRequest, VerifyReport, VerifyRequest,
};
use lifeboat_model::RecoveryPointId;

use crate::client::Aws;
use crate::error::unknown_kind;

pub(crate) use super::change::change;
pub(crate) use super::read::read;

/// Makes a recovery point now.
pub(crate) async fn back_up(
    _aws: &Aws,
    request: BackUpRequest<'_>,
    _context: &CallContext,
) -> Result<BackUpReport, ProviderError> {
    Err(unknown_kind(
        request.protected.address,
        request.protected.kind,
    ))
}

/// Deletes exactly these recovery points.
pub(crate) async fn delete_points(
    _aws: &Aws,
    protected: Protected<'_>,
    _points: &[RecoveryPointId],
    _context: &CallContext,
) -> Result<(), ProviderError> {
    Err(unknown_kind(protected.address, protected.kind))
}

/// Brings a recovery point back.
pub(crate) async fn restore(
    _aws: &Aws,
    request: RestoreRequest<'_>,
    _context: &CallContext,
) -> Result<RestoreReport, ProviderError> {
    Err(unknown_kind(
        request.protected.address,
        request.protected.kind,
    ))
}

/// Checks the recovery points where they are.
pub(crate) async fn verify(
    _aws: &Aws,
    request: VerifyRequest<'_>,
    _context: &CallContext,
) -> Result<VerifyReport, ProviderError> {
    Err(unknown_kind(
        request.protected.address,
        request.protected.kind,
    ))
}

/// Checks what a restore wrote.
pub(crate) async fn verify_restored(
    _aws: &Aws,
    request: RestoredRequest<'_>,
    _context: &CallContext,
) -> Result<VerifyReport, ProviderError> {
    Err(unknown_kind(
        request.protected.address,
        request.protected.kind,
    ))
}

/// Removes what a drill restored.
pub(crate) async fn discard_scratch(
    _aws: &Aws,
    _into: &str,
    _context: &CallContext,
) -> Result<(), ProviderError> {
    Ok(())
}
