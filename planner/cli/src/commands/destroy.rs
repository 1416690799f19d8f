//! `lifeboat destroy`

use crate::commands::apply::{Leave, Wording, planned};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::prepare::PlanShape;
use crate::session::Session;

/// Arguments of `destroy`.
#[derive(Debug, clap::Args)]
pub(crate) struct DestroyArguments {
    /// What shapes the plan.
    #[command(flatten)]
    shape: PlanShape,
    /// How it is approved.
    #[command(flatten)]
    leave: Leave,
}

const DESTROY: Wording = Wording {
    operation: "destroy",
    question: "\nDo you really want to destroy all of this?\n  The recovery points named above go with it. There is no undo.\n  Only 'yes' will be accepted to confirm.\n",
    complete: "Destroy complete!",
    cancelled: "Destroy cancelled.",
};

/// Removes everything that is managed here, the sources excepted.
pub(crate) async fn run(session: &Session, arguments: &DestroyArguments) -> Result<Exit, Failure> {
    planned(session, &arguments.shape, true, &arguments.leave, &DESTROY).await
}
