//! `lifeboat drift`

use lifeboat_core::planning;
use lifeboat_core::render::{drift_json, drift_text};
use lifeboat_model::Address;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::prepare::{PlanShape, Prepared, tell_errors};
use crate::session::Session;

/// Arguments of `drift`.
#[derive(Debug, clap::Args)]
pub(crate) struct DriftArguments {
    /// Look at this address only; may be given several times.
    #[arg(long, value_name = "ADDRESS")]
    target: Vec<Address>,
}

/// Compares what the last apply left with what is live. Exits 4 on drift, 2 when only the configuration is ahead.
pub(crate) async fn run(session: &Session, arguments: &DriftArguments) -> Result<Exit, Failure> {
    let mut prepared = Prepared::new(session)?;
    let recorded = session.read(&prepared.store)?;
    let live = prepared.live(session, &recorded).await?;
    let shape = PlanShape {
        target: arguments.target.clone(),
        allow_exposure: lifeboat_model::Span::ZERO,
    };
    let plan = prepared.plan(session, &shape, false, &live, &recorded)?;
    let drift = &plan.drift;
    let pending = planning::pending(&plan).count();
    session.report(
        || drift_text(drift, pending, plan.as_of, session.style()),
        &drift_json(drift, plan.as_of),
    )?;
    if !drift.is_empty() {
        tell_errors(&plan, session);
        return Ok(Exit::Drift);
    }
    if tell_errors(&plan, session) {
        return Err(Failure::Shown(Exit::Error));
    }
    Ok(if plan.is_empty() {
        Exit::Fine
    } else {
        Exit::Changes
    })
}
