//! Checking recovery points where they are.

use std::collections::BTreeMap;

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

/// What one run has verified so far: a repository is read once, however many protections keep points in it.
#[derive(Clone, Debug, Default)]
pub struct Verified(BTreeMap<(Address, String), VerifyReport>);

impl Verified {
    /// Returns what tells the repository of a protection apart; none if it is in none.
    fn key(acting: &Acting) -> Option<(Address, String)> {
        let repository = acting.resource.attributes.get("repository")?.as_str()?;
        Some((acting.resource.provider.clone(), repository.to_owned()))
    }

    fn of(&self, acting: &Acting) -> Option<VerifyReport> {
        self.0.get(&Self::key(acting)?).cloned()
    }

    fn keep(&mut self, acting: &Acting, report: &VerifyReport) {
        if let (true, Some(key)) = (report.whole_repository, Self::key(acting)) {
            self.0.insert(key, report.clone());
        }
    }
}

/// Checks the recovery points of a protection, and records what was found: also that nothing could be checked.
///
/// `verified` is of the same run and the same `read_data`: what was found in the whole of a repository is not looked
/// for again.
///
/// # Errors
/// When it is not recorded as a protection, the user stops it, or the state cannot be written. Damage is no error.
pub async fn verify(
    address: &Address,
    read_data: bool,
    verified: &mut Verified,
    providers: &Providers,
    session: &mut Session,
    run: &Run,
) -> Result<VerifyOutcome, EngineError> {
    let acting = Acting::on(address, session.state(), providers)?;
    let answer = match verified.of(&acting) {
        Some(report) => Ok(report),
        None => ask(&acting, read_data, run).await,
    };
    let (report, summary) = match answer {
        Ok(report) => {
            verified.keep(&acting, &report);
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
        read_data,
        summary,
    };
    session.note(
        address,
        "verify",
        record.passed,
        &record.summary,
        |resource| {
            resource.last_verify = Some(record.clone());
        },
    )?;
    Ok(VerifyOutcome {
        address: address.clone(),
        report,
        record,
    })
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
    names.join(", ")
}
