//! `lifeboat show`

use std::path::PathBuf;

use lifeboat_core::render::{Next, PlanDocument, PlanView, objectives_text, plan_text};

use crate::commands::state;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::saved;
use crate::session::Session;

/// Arguments of `show`.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArguments {
    /// A saved plan; without it, the state is shown.
    plan: Option<PathBuf>,
    /// Show the objectives of the plan only: how many are met, and which are not.
    #[arg(long, requires = "plan")]
    objectives_only: bool,
}

/// Shows a saved plan, or the state. Needs no provider.
pub(crate) fn run(session: &Session, arguments: &ShowArguments) -> Result<Exit, Failure> {
    let Some(path) = &arguments.plan else {
        return state::show_all(session);
    };
    let plan = saved::read(path)?.plan;
    let view = PlanView {
        catalog: None,
        next: Next::Silent,
        proposals: None,
    };
    session.report(
        || match arguments.objectives_only {
            true => objectives_text(&plan, session.style()),
            false => plan_text(&plan, view, session.style()),
        },
        &PlanDocument {
            plan: &plan,
            catalog: None,
            proposals: None,
        },
    )?;
    Ok(Exit::Fine)
}
