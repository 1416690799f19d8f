//! `lifeboat import`

use lifeboat_core::planning;
use lifeboat_core::render::{Next, PlanView, plan_text};
use lifeboat_engine::execute::{ApplyOptions, ApplyReport, Status, execute};
use lifeboat_model::Address;
use serde_json::json;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::prepare::{PlanShape, Prepared, tell_errors};
use crate::session::Session;
use crate::terminal;

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportArguments {
    /// Take in everything that the configuration names and that is live.
    #[arg(long, required_unless_present = "address")]
    all: bool,
    /// Take in this address; may be given several times.
    #[arg(conflicts_with = "all")]
    address: Vec<Address>,
}

/// Takes what is live into the state, and changes nothing live. This is how a lost state is rebuilt.
pub(crate) async fn run(session: &Session, arguments: &ImportArguments) -> Result<Exit, Failure> {
    let mut prepared = Prepared::new(session)?;
    let mut locked = session.lock(&prepared.store, "import").await?;
    let recorded = locked.state().clone();
    let live = prepared.live(session, &recorded).await?;
    let shape = PlanShape {
        target: arguments.address.clone(),
        allow_exposure: lifeboat_model::Span::ZERO,
    };
    let mut plan = prepared.plan(session, &shape, false, &live, &recorded)?;
    if tell_errors(&plan, session) {
        return Err(Failure::Shown(Exit::Error));
    }
    planning::adopt_only(&mut plan);
    let options = ApplyOptions {
        parallelism: usize::from(session.global.parallelism),
        allow_loss: false,
    };
    let report = execute(
        &plan,
        &prepared.providers,
        &mut locked,
        &session.engine(),
        &options,
    )
    .await?;
    let summary = json!({ "type": "import_summary", "report": report });
    if session.global.json {
        terminal::result(&summary.to_string());
        return Ok(ended(&report));
    }
    session.write_beside(&summary)?;
    if plan.is_empty() {
        terminal::result(
            "Nothing to import: everything that is live and configured is in the state already.",
        );
    } else {
        let view = PlanView {
            catalog: Some(prepared.providers.catalog()),
            next: Next::Silent,
            proposals: None,
        };
        if session.global.verbose {
            terminal::result(&plan_text(&plan, view, session.style()));
        }
        let done = |status: &Status| matches!(status, Status::Done { .. });
        for action in report.actions.iter().filter(|it| done(&it.status)) {
            terminal::result(&format!("{}: imported", action.address));
        }
        let complete = if report.is_success() {
            "Import complete!"
        } else {
            "Not complete."
        };
        terminal::result(&format!(
            "\n{complete} Resources: {} imported.",
            report.done()
        ));
    }
    Ok(ended(&report))
}

fn ended(report: &ApplyReport) -> Exit {
    if report.is_success() {
        Exit::Fine
    } else {
        Exit::Error
    }
}
