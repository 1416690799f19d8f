//! `lifeboat apply`

use std::path::PathBuf;

use lifeboat_core::render::{Next, Objectives, PlanDocument, PlanView, plan_text};
use lifeboat_engine::Providers;
use lifeboat_engine::execute::{ApplyOptions, ApplyReport, Status, execute};
use lifeboat_engine::state::Session as Locked;
use lifeboat_model::{Plan, Verb};
use serde_json::json;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::prepare::{PlanShape, Prepared, tell_errors};
use crate::saved::{self, Saved};
use crate::session::Session;
use crate::terminal;

/// Arguments of `apply`.
#[derive(Debug, clap::Args)]
pub(crate) struct ApplyArguments {
    /// A plan saved by `lifeboat plan --out FILE`: exactly this happens, without a question.
    plan: Option<PathBuf>,
    /// What shapes the plan.
    #[command(flatten)]
    shape: PlanShape,
    /// How it is approved.
    #[command(flatten)]
    leave: Leave,
}

/// How an apply is approved.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Leave {
    /// Do not ask.
    #[arg(long)]
    pub(crate) auto_approve: bool,
    /// Give leave to delete the recovery points that the plan names, and to weaken protection.
    #[arg(long)]
    pub(crate) allow_loss: bool,
}

/// The words of an apply or a destroy.
pub(crate) struct Wording {
    /// The operation, as the lock names it.
    pub(crate) operation: &'static str,
    /// The question.
    pub(crate) question: &'static str,
    /// What is said at the end.
    pub(crate) complete: &'static str,
    /// What is said when it was not approved.
    pub(crate) cancelled: &'static str,
}

const APPLY: Wording = Wording {
    operation: "apply",
    question: "\nDo you want to perform these actions?\n  lifeboat will perform the actions described above.\n  Only 'yes' will be accepted to approve.\n",
    complete: "Apply complete!",
    cancelled: "Apply cancelled.",
};

/// Makes live what the configuration, or a saved plan, says.
pub(crate) async fn run(session: &Session, arguments: &ApplyArguments) -> Result<Exit, Failure> {
    if let Some(path) = &arguments.plan {
        return saved_plan(session, path, &arguments.leave).await;
    }
    planned(session, &arguments.shape, false, &arguments.leave, &APPLY).await
}

async fn saved_plan(
    session: &Session,
    path: &std::path::Path,
    leave: &Leave,
) -> Result<Exit, Failure> {
    let Saved { plan, made_for } = saved::read(path)?;
    // The state is where the configuration says; a saved plan carries everything else.
    let store = session.store_alone()?;
    made_for.check(&session.made_for(&store))?;
    let providers = session.recorded_providers(&plan.bindings, &store)?;
    let mut locked = session.lock(&store, APPLY.operation).await?;
    carry_out(session, &plan, &providers, &mut locked, leave, &APPLY).await
}

/// The line of a stream that carries the plan.
#[derive(serde::Serialize)]
struct Planned<'a> {
    plan: PlanDocument<'a>,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// Plans under the lock, asks, and carries the plan out.
pub(crate) async fn planned(
    session: &Session,
    shape: &PlanShape,
    destroy: bool,
    leave: &Leave,
    wording: &Wording,
) -> Result<Exit, Failure> {
    let mut prepared = Prepared::new(session)?;
    let mut locked = session.lock(&prepared.store, wording.operation).await?;
    let recorded = locked.state().clone();
    let live = prepared.live(session, &recorded).await?;
    let plan = prepared.plan(session, shape, destroy, &live, &recorded)?;
    let planned = Planned {
        plan: PlanDocument {
            plan: &plan,
            catalog: Some(prepared.providers.catalog()),
            proposals: None,
        },
        kind: "planned",
    };
    if session.global.json {
        let line = serde_json::to_string(&planned)
            .map_err(|error| Failure::bug("a plan has no JSON form").because(error))?;
        terminal::result(&line);
    } else {
        session.write_beside(&planned)?;
        let view = PlanView {
            catalog: Some(prepared.providers.catalog()),
            next: Next::Silent,
            proposals: None,
        };
        terminal::result(&plan_text(&plan, view, session.style()));
    }
    if tell_errors(&plan, session) {
        return Err(Failure::Shown(Exit::Error));
    }
    refuse_without_leave(&plan, leave)?;
    if !plan.is_empty() && !leave.auto_approve {
        approve(wording)?;
    }
    carry_out(
        session,
        &plan,
        &prepared.providers,
        &mut locked,
        leave,
        wording,
    )
    .await
}

/// Refuses a plan that deletes recovery points or weakens protection, before anything is asked or touched.
fn refuse_without_leave(plan: &Plan, leave: &Leave) -> Result<(), Failure> {
    if leave.allow_loss || !plan.needs_leave() {
        return Ok(());
    }
    let message = match plan.losses.len() {
        0 => "this plan weakens protection, and was not applied".to_owned(),
        1 => "this plan deletes 1 recovery point, and was not applied".to_owned(),
        n => format!("this plan deletes {n} recovery points, and was not applied"),
    };
    Err(Failure::new("plan::needs_leave", message)
        .help("Read what would be lost above, and add `--allow-loss` if that is meant.")
        .exit(Exit::NeedsLeave))
}

fn approve(wording: &Wording) -> Result<(), Failure> {
    match terminal::ask(wording.question).as_deref() {
        Some("yes") => Ok(()),
        Some(_) => {
            terminal::result(&format!("\n{}", wording.cancelled));
            Err(Failure::Shown(Exit::Error))
        }
        None => Err(
            Failure::new("cli::no_answer", "there is no terminal to ask on")
                .help("Add `--auto-approve`, or apply a saved plan."),
        ),
    }
}

async fn carry_out(
    session: &Session,
    plan: &Plan,
    providers: &Providers,
    locked: &mut Locked,
    leave: &Leave,
    wording: &Wording,
) -> Result<Exit, Failure> {
    refuse_without_leave(plan, leave)?;
    let options = ApplyOptions {
        parallelism: usize::from(session.global.parallelism),
        allow_loss: leave.allow_loss,
    };
    let report = execute(plan, providers, locked, &session.engine(), &options).await?;
    show(session, plan, &report, wording)?;
    Ok(if report.is_success() {
        Exit::Fine
    } else {
        Exit::Error
    })
}

/// Counts what was done in Terraform's three words.
fn counts(report: &ApplyReport) -> (usize, usize, usize, usize, usize) {
    let count = |verbs: &[Verb]| {
        let done = report
            .actions
            .iter()
            .filter(|action| matches!(action.status, Status::Done { .. }));
        done.filter(|action| verbs.contains(&action.verb)).count()
    };
    (
        count(&[Verb::Create, Verb::Replace]),
        count(&[Verb::Update]),
        count(&[Verb::Delete]),
        count(&[Verb::Adopt]),
        count(&[Verb::Forget]),
    )
}

/// Shows what was done: JSON to stdout, or text with JSON beside it.
fn show(
    session: &Session,
    plan: &Plan,
    report: &ApplyReport,
    wording: &Wording,
) -> Result<(), Failure> {
    let (added, changed, destroyed, imported, forgotten) = counts(report);
    let objectives = Objectives::of(&plan.exposure);
    let summary = json!({
        "type": "apply_summary",
        "report": report,
        "changes": { "add": added, "change": changed, "remove": destroyed, "import": imported, "forget": forgotten },
        "complete": report.is_success(),
        "objectives": { "total": objectives.total, "met": objectives.met, "assuming": objectives.assuming },
    });
    if session.global.json {
        terminal::result(&summary.to_string());
        return Ok(());
    }
    tell(report);
    say(plan, report, wording);
    session.write_beside(&summary)
}

/// Says on stderr what was not done, and why.
fn tell(report: &ApplyReport) {
    for action in &report.actions {
        match &action.status {
            Status::NotStarted { because } => {
                terminal::notice(&format!("Not started: {}: {because}", action.address));
            }
            Status::Done { unreadable } => {
                for path in unreadable {
                    terminal::notice(&format!(
                        "Error: {}: `{}` could not be read and is not in the recovery point: {}",
                        action.address, path.path, path.message
                    ));
                }
            }
            Status::Interrupted => terminal::notice(&format!(
                "Interrupted: {}: it was under way; the next plan reads what became of it",
                action.address
            )),
            Status::Failed(_) => {}
        }
    }
}

/// Says in one line what was done.
fn say(plan: &Plan, report: &ApplyReport, wording: &Wording) {
    let (added, changed, destroyed, imported, forgotten) = counts(report);
    let mut parts = Vec::new();
    if imported > 0 {
        parts.push(format!("{imported} imported"));
    }
    if wording.operation == "destroy" {
        parts.push(format!("{destroyed} destroyed"));
    } else {
        parts.extend([
            format!("{added} added"),
            format!("{changed} changed"),
            format!("{destroyed} destroyed"),
        ]);
    }
    if forgotten > 0 {
        parts.push(format!("{forgotten} forgotten"));
    }
    if report.is_success() {
        terminal::result(&format!(
            "\n{} Resources: {}.",
            wording.complete,
            parts.join(", ")
        ));
        if wording.operation != "destroy" {
            tell_objectives(plan);
        }
    } else {
        let left = plan.actions.len().saturating_sub(report.done());
        terminal::notice(&format!(
            "\nNot complete. Resources: {}; {left} of {} actions are left. Run the same command again to go on.",
            parts.join(", "),
            plan.actions.len()
        ));
    }
}

/// Says how many of the goals what was applied meets, so that "complete" is not read as "safe".
fn tell_objectives(plan: &Plan) {
    let all = Objectives::of(&plan.exposure);
    if all.total > 0 {
        terminal::result(&format!("Objectives: {} of {} met.", all.met, all.total));
    }
}
