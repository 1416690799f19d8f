//! Long calls that the user can stop.

use std::future::Future;
use std::time::Duration;

use lifeboat_contract::{CallContext, Cancel, ErrorClass, ProviderError};

use crate::run::Run;
use crate::stop::StopLevel;

/// How long a call may take to stop after the second interrupt.
const GRACE: Duration = Duration::from_secs(2);

/// Runs one long call. The first interrupt asks it to stop at its next safe point; the second gives it two seconds.
pub(crate) async fn stoppable<T, F>(
    run: &Run,
    mut context: CallContext,
    call: impl FnOnce(CallContext) -> F,
) -> Result<T, ProviderError>
where
    F: Future<Output = Result<T, ProviderError>>,
{
    let cancel = Cancel::default();
    context.cancel = cancel.clone();
    let call = call(context);
    tokio::pin!(call);
    tokio::select! {
        answer = &mut call => return answer,
        () = run.stop.reached(StopLevel::Finish) => cancel.cancel(),
    }
    tokio::select! {
        answer = &mut call => return answer,
        () = run.stop.reached(StopLevel::Now) => {}
    }
    tokio::time::timeout(GRACE, call).await.unwrap_or_else(|_| {
        Err(ProviderError::new(
            ErrorClass::Interrupted,
            "stopped before its end",
        ))
    })
}
