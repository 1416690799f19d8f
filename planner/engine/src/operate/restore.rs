//! Bringing data back.

use lifeboat_contract::{Destination, RestoreReport, RestoreRequest};
use lifeboat_model::{Address, RecordedState, RecoveryPoint, Severity};
use serde::Serialize;

use super::{Acting, PointChoice, stoppable};
use crate::audit::{AuditTrail, Fact};
use crate::error::EngineError;
use crate::lock::Holder;
use crate::providers::Providers;
use crate::run::Run;

/// What to bring back, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restore {
    /// The protection whose copy is used.
    pub address: Address,
    /// The point.
    pub point: PointChoice,
    /// Where to.
    pub destination: Destination,
    /// Only these paths of the source; empty means everything.
    pub paths: Vec<String>,
    /// Whether existing data may be replaced.
    pub overwrite: bool,
}

/// What was brought back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RestoreOutcome {
    /// The point that was used.
    pub point: RecoveryPoint,
    /// What the restore did.
    pub report: RestoreReport,
}

/// Brings a recovery point back.
///
/// Needs no lock and no writable state: a restore must be possible while something else is stuck. The audit trail is
/// told where it can be written.
///
/// # Errors
/// When there is no such point, or the provider cannot restore it; nothing existing is replaced without `overwrite`.
pub async fn restore(
    request: &Restore,
    state: &RecordedState,
    audit: &AuditTrail,
    providers: &Providers,
    run: &Run,
) -> Result<RestoreOutcome, EngineError> {
    let acting = Acting::on(&request.address, state, providers)?;
    let point = request.point.choose(&acting, providers, run).await?;
    let context = run.call(&acting.address, run.token(&acting.address, "restore"));
    let answer = stoppable(run, context, |context| {
        let (acting, point) = (&acting, &point);
        async move {
            let request = RestoreRequest {
                protected: acting.protected(),
                point: &point.id,
                destination: request.destination.clone(),
                paths: request.paths.clone(),
                overwrite: request.overwrite,
            };
            acting.provider.restore(request, &context).await
        }
    })
    .await;
    let (outcome, detail) = match &answer {
        Ok(report) => ("done", format!("point {} into `{}`", point.id, report.into)),
        Err(error) => ("failed", format!("point {}: {}", point.id, error.chain())),
    };
    tell(audit, run, &request.address, outcome, detail);
    let report = answer.map_err(|error| acting.failed("restore", error))?;
    Ok(RestoreOutcome { point, report })
}

fn tell(audit: &AuditTrail, run: &Run, address: &Address, outcome: &str, detail: String) {
    let now = run.clock.now();
    let fact = Fact {
        at: now,
        run: run.token(address, "restore"),
        who: Holder::this_process("restore", now).who(),
        command: "restore".to_owned(),
        event: "restore".to_owned(),
        address: Some(address.clone()),
        outcome: outcome.to_owned(),
        detail: Some(detail),
    };
    if let Err(error) = audit.append(&[fact]) {
        let message = format!("the audit trail does not know of this restore: {error}");
        run.notice(Severity::Warning, error.code(), address, message);
    }
}
