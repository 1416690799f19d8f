//! One drill.

use jiff::Timestamp;
use lifeboat_contract::{
    Check, Destination, ErrorClass, ProviderError, RestoreReport, RestoreRequest, RestoredRequest,
};
use lifeboat_model::{Address, DrillRecord, RecoveryPoint, Severity, Span};
use serde::Serialize;

use crate::error::EngineError;
use crate::measure;
use crate::operate::{Acting, PointChoice, stoppable, summary};
use crate::providers::Providers;
use crate::run::Run;
use crate::state::Session;

/// What to rehearse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drill {
    /// The protection.
    pub address: Address,
    /// The point to restore.
    pub point: PointChoice,
}

/// What a drill found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DrillOutcome {
    /// The protection.
    pub address: Address,
    /// The point that was restored.
    pub point: RecoveryPoint,
    /// What is recorded of it.
    pub record: DrillRecord,
    /// Each thing that was checked on what was restored.
    pub checks: Vec<Check>,
    /// What the restore did; none if it failed.
    pub restored: Option<RestoreReport>,
    /// The scratch place that could not be cleared away.
    pub left_behind: Option<String>,
}

/// What the restore and the verification came to.
struct Rehearsed {
    restored: Option<RestoreReport>,
    checks: Vec<Check>,
    passed: bool,
    summary: String,
    ended: Timestamp,
}

/// Restores a recovery point into a scratch place, verifies it, measures, records, and clears the place away.
///
/// A drill that fails is recorded as failed. The scratch place is cleared away however the drill ends.
///
/// # Errors
/// When there is nothing to restore, the user stops it, or the state cannot be written.
pub async fn drill(
    request: &Drill,
    providers: &Providers,
    session: &mut Session,
    run: &Run,
) -> Result<DrillOutcome, EngineError> {
    let address = &request.address;
    let acting = Acting::on(address, session.state(), providers)?;
    let point = request.point.choose(&acting, providers, run).await?;
    let began = run.clock.now();
    let rehearsed = rehearse(&acting, &point, run).await;
    // However far a failed restore came, its place goes by the name that it was to have.
    let made = rehearsed.as_ref().ok().and_then(|it| it.restored.as_ref());
    let place = made.map_or_else(|| scratch(run, address), |report| report.into.clone());
    let left_behind = discard(&acting, place, run).await;
    let rehearsed = rehearsed?;
    let record = DrillRecord {
        at: rehearsed.ended,
        point: point.id.clone(),
        point_age: Span::between(point.time, began),
        took: Span::between(began, rehearsed.ended),
        restored_bytes: rehearsed
            .restored
            .as_ref()
            .map_or(0, |report| report.restored_bytes),
        passed: rehearsed.passed,
        summary: rehearsed.summary,
    };
    session.note(
        address,
        "drill",
        record.passed,
        &record.summary,
        |resource| {
            measure::drilled(resource, &record);
            resource.last_drill = Some(record.clone());
        },
    )?;
    Ok(DrillOutcome {
        address: address.clone(),
        point,
        record,
        checks: rehearsed.checks,
        restored: rehearsed.restored,
        left_behind,
    })
}

/// Returns the name that the scratch place of this run has.
fn scratch(run: &Run, address: &Address) -> String {
    let token = run.token(address, "scratch");
    format!("drill-{}", token.get(..12).unwrap_or(&token))
}

/// Restores and verifies. A failure is a result; only an interrupt is an error.
async fn rehearse(
    acting: &Acting,
    point: &RecoveryPoint,
    run: &Run,
) -> Result<Rehearsed, EngineError> {
    let name = scratch(run, &acting.address);
    let context = run.call(&acting.address, run.token(&acting.address, "drill"));
    let restored = stoppable(run, context, |context| {
        let request = RestoreRequest {
            protected: acting.protected(),
            point: &point.id,
            destination: Destination::Scratch(name.clone()),
            paths: Vec::new(),
            overwrite: false,
        };
        async move { acting.provider.restore(request, &context).await }
    })
    .await;
    let report = match restored {
        Ok(report) => report,
        Err(error) => return failed(acting, None, &error, run),
    };
    let context = run.call(&acting.address, run.token(&acting.address, "drill_verify"));
    let verified = stoppable(run, context, |context| {
        let request = RestoredRequest {
            protected: acting.protected(),
            point: &point.id,
            into: &report.into,
        };
        async move { acting.provider.verify_restored(request, &context).await }
    })
    .await;
    let verified = match verified {
        Ok(verified) => verified,
        Err(error) => return failed(acting, Some(report), &error, run),
    };
    let unwritten = report.failed.len();
    Ok(Rehearsed {
        passed: verified.passed() && unwritten == 0,
        summary: match report.failed.first() {
            Some(first) => format!(
                "{unwritten} paths could not be restored, such as `{}`: {}",
                first.path, first.message
            ),
            None => summary(&verified),
        },
        checks: verified.checks,
        restored: Some(report),
        ended: run.clock.now(),
    })
}

fn failed(
    acting: &Acting,
    restored: Option<RestoreReport>,
    error: &ProviderError,
    run: &Run,
) -> Result<Rehearsed, EngineError> {
    if error.class == ErrorClass::Interrupted {
        let what = format!("rehearsing the recovery of `{}`", acting.address);
        return Err(EngineError::Interrupted(what));
    }
    Ok(Rehearsed {
        restored,
        checks: Vec::new(),
        passed: false,
        summary: error.chain(),
        ended: run.clock.now(),
    })
}

/// Clears the scratch place away; returns it if that failed.
async fn discard(acting: &Acting, place: String, run: &Run) -> Option<String> {
    let mut context = run.call(&acting.address, run.token(&acting.address, "discard"));
    // Clearing away goes on after an interrupt: it is what the interrupt is to end in.
    context.cancel = lifeboat_contract::Cancel::default();
    let discarded = acting.provider.discard_scratch(&place, &context).await;
    let error = discarded.err()?;
    let message = format!("scratch place `{place}` is left behind: {}", error.chain());
    run.notice(
        Severity::Warning,
        "drill::left_behind",
        &acting.address,
        message,
    );
    Some(place)
}
