//! Checking recovery points where they are.

use lifeboat_contract::{ErrorClass, ProviderError, VerifyReport, VerifyRequest};
use lifeboat_model::{Address, VerifyRecord};
use serde::Serialize;

use super::{Acting, stoppable};
use crate::error::EngineError;
use crate::providers::Providers;
use crate::run::Run;
use crate::state::Session;

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifyOutcome {
    /// The protection.
    pub address: Address,
    /// Each thing that was checked; none if nothing could be.
    pub report: VerifyReport,
    /// What is recorded of it.
    pub record: VerifyRecord,
}

/// Checks the recovery points of a protection, and records what was found: also that nothing could be checked.
///
/// # Errors
/// When it is not recorded as a protection, the user stops it, or the state cannot be written. Damage is no error.
pub async fn verify(
    address: &Address,
    read_data: bool,
    providers: &Providers,
    session: &mut Session,
    run: &Run,
) -> Result<VerifyOutcome, EngineError> {
    let acting = Acting::on(address, session.state(), providers)?;
    let (report, summary) = match ask(&acting, read_data, run).await {
        Ok(report) => {
            let summary = summary(&report);
            (report, summary)
        }
        Err(error) if error.class == ErrorClass::Interrupted => {
            return Err(EngineError::Interrupted(format!("verifying `{address}`")));
        }
        Err(error) => (VerifyReport::default(), error.chain()),
    };
    let record = VerifyRecord {
        at: run.clock.now(),
        passed: report.passed(),
        read_data: read_data && report.unread.is_none(),
        summary,
    };
    session.note(
        address,
        "verify",
        record.passed,
        &record.summary,
        |resource| {
            if !still_damaged(resource.last_verify.as_ref(), &record) {
                resource.last_verify = Some(record.clone());
            }
        },
    )?;
    Ok(VerifyOutcome {
        address: address.clone(),
        report,
        record,
    })
}

/// Returns whether the last one read every byte and found damage that this one, which did not read them, cannot see.
fn still_damaged(last: Option<&VerifyRecord>, now: &VerifyRecord) -> bool {
    now.passed && !now.read_data && last.is_some_and(|last| last.read_data && !last.passed)
}

async fn ask(acting: &Acting, read_data: bool, run: &Run) -> Result<VerifyReport, ProviderError> {
    let context = run.call(&acting.address, run.token(&acting.address, "verify"));
    stoppable(run, context, |context| async move {
        let request = VerifyRequest {
            protected: acting.protected(),
            read_data,
        };
        acting.provider.verify(request, &context).await
    })
    .await
}

/// Returns what was found in one line: what is wrong, or what was checked.
pub(crate) fn summary(report: &VerifyReport) -> String {
    let wrong: Vec<String> = report
        .checks
        .iter()
        .filter(|check| !check.passed)
        .map(|check| format!("{}: {}", check.name, check.detail))
        .collect();
    if !wrong.is_empty() {
        return wrong.join("; ");
    }
    if report.checks.is_empty() {
        return "nothing could be checked".to_owned();
    }
    let names: Vec<&str> = report
        .checks
        .iter()
        .map(|check| check.name.as_str())
        .collect();
    let names = names.join(", ");
    match &report.unread {
        None => names,
        Some(why) => format!("{names}; no byte was read: {why}"),
    }
}
