//! `lifeboat plan`

use std::path::PathBuf;

use lifeboat_core::proposal::Proposals;
use lifeboat_core::render::{Next, Objectives, PlanDocument, PlanView, objectives_text, plan_text};
use lifeboat_model::{Plan, Severity};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::prepare::{PlanShape, Prepared, tell_errors};
use crate::saved;
use crate::session::Session;

/// Arguments of `plan`.
#[derive(Debug, clap::Args)]
pub(crate) struct PlanArguments {
    /// What shapes the plan.
    #[command(flatten)]
    shape: PlanShape,
    /// Save the plan, for `lifeboat apply FILE`.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Plan the removal of everything that is managed.
    #[arg(long)]
    destroy: bool,
    /// Exit 2 when there are changes, and every objective is met after them.
    #[arg(long)]
    detailed_exitcode: bool,
    /// Show the objectives only: how many are met, and which are not.
    #[arg(long, conflicts_with = "destroy")]
    objectives_only: bool,
}

impl PlanArguments {
    /// Returns how the command ends. What is to be destroyed has no goals left.
    fn exit(&self, plan: &Plan) -> Exit {
        if !self.destroy && !Objectives::of(&plan.exposure).all_met() {
            Exit::ObjectiveNotMet
        } else if self.detailed_exitcode && !plan.is_empty() {
            Exit::Changes
        } else {
            Exit::Fine
        }
    }
}

/// Shows what would change. Reads only. Exits 3 when an objective is not met after the plan.
pub(crate) async fn run(session: &Session, arguments: &PlanArguments) -> Result<Exit, Failure> {
    let mut prepared = Prepared::new(session)?;
    let recorded = session.read(&prepared.store)?;
    let live = prepared.live(session, &recorded).await?;
    let plan = prepared.plan(
        session,
        &arguments.shape,
        arguments.destroy,
        &live,
        &recorded,
    )?;
    let saved = arguments
        .out
        .as_ref()
        .map(|path| path.display().to_string());
    let next = saved.as_deref().map_or(Next::NotSaved, Next::Saved);
    let next = if std::env::var_os("LIFEBOAT_IN_AUTOMATION").is_some() {
        Next::Silent
    } else {
        next
    };
    let proposals = (!arguments.destroy).then(|| prepared.proposals(&plan, &live, &recorded));
    let has_errors = plan
        .notices
        .iter()
        .any(|notice| notice.severity == Severity::Error);
    if let (Some(path), false) = (&arguments.out, has_errors) {
        saved::write(path, &plan, session.made_for(&prepared.store))?;
    }
    let next = if has_errors { Next::Silent } else { next };
    session.report(
        || match arguments.objectives_only {
            true => objectives_text(&plan, session.style()),
            false => text(session, &prepared, &plan, next, proposals.as_ref()),
        },
        &PlanDocument {
            plan: &plan,
            catalog: Some(prepared.providers.catalog()),
            proposals: proposals.as_ref(),
        },
    )?;
    if tell_errors(&plan, session) {
        return Err(Failure::Shown(Exit::Error));
    }
    Ok(arguments.exit(&plan))
}

fn text(
    session: &Session,
    prepared: &Prepared,
    plan: &Plan,
    next: Next<'_>,
    proposals: Option<&Proposals>,
) -> String {
    let view = PlanView {
        catalog: Some(prepared.providers.catalog()),
        next,
        proposals,
    };
    plan_text(plan, view, session.style())
}
