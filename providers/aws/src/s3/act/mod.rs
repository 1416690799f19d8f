//! What is done with points: make a copy whole, bring versions back, check them.

mod backfill;
mod origin;
mod restore;
mod scratch;
mod transfer;
mod verify;
mod versions;

pub(super) use backfill::back_up;
pub(super) use restore::restore;
pub(super) use scratch::discard_scratch;
pub(super) use verify::{verify, verify_restored};

use lifeboat_contract::{CallContext, ErrorClass, ProviderError};

/// Fails where the user asked to stop.
fn go_on(context: &CallContext) -> Result<(), ProviderError> {
    if context.cancel.is_cancelled() {
        let message = "stopped as asked";
        return Err(ProviderError::new(ErrorClass::Interrupted, message)
            .help("Run the same command again to go on."));
    }
    Ok(())
}
