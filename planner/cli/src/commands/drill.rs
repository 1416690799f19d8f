//! `lifeboat drill`

use lifeboat_core::configuration::Configuration;
use lifeboat_core::render::{DrillView, drill_text, report_json};
use lifeboat_engine::drill::{Drill, drill};
use lifeboat_model::{Address, Span};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::operating::{self, Failed, GoOn, PointArguments};
use crate::select;
use crate::session::Session;
use crate::terminal;

/// Arguments of `drill`.
#[derive(Debug, clap::Args)]
pub(crate) struct DrillArguments {
    /// Targets or protections: each protection is rehearsed.
    #[arg(required_unless_present = "all")]
    address: Vec<Address>,
    /// Every protection.
    #[arg(long, conflicts_with = "address")]
    all: bool,
    /// Which recovery point.
    #[command(flatten)]
    point: PointArguments,
}

/// Restores into a scratch place, checks what was restored, and records how long it took and how old the point was.
pub(crate) async fn run(session: &Session, arguments: &DrillArguments) -> Result<Exit, Failure> {
    let store = session.store_alone()?;
    let mut locked = session.lock(&store, "drill").await?;
    let providers = operating::providers(session, locked.state(), &store)?;
    let chosen = select::protections(locked.state(), providers.catalog(), &arguments.address)?;
    let configuration = session
        .configuration()
        .ok()
        .map(|loaded| loaded.evaluated.configuration);
    let engine = session.engine();
    let mut views = Vec::new();
    let mut failed = Failed::default();
    for address in chosen {
        let request = Drill {
            address: address.clone(),
            point: arguments.point.choice(),
        };
        let outcome = match drill(&request, &providers, &mut locked, &engine).await {
            Ok(outcome) => outcome,
            Err(error) => match failed.tell(session, error) {
                GoOn::Yes => continue,
                GoOn::No => break,
            },
        };
        if let Some(place) = &outcome.left_behind {
            terminal::notice(&format!(
                "Warning: {address}: the scratch place `{place}` could not be cleared away."
            ));
        }
        let (rpo_goal, rto_goal) = goals(configuration.as_ref(), &address);
        views.push(DrillView {
            address,
            point: outcome.point,
            point_age: outcome.record.point_age,
            took: outcome.record.took,
            restored_bytes: outcome.record.restored_bytes,
            passed: outcome.record.passed,
            checks: operating::checks(&outcome.checks),
            rpo_goal,
            rto_goal,
        });
    }
    let json = report_json("drill", &views, session.now())
        .map_err(|error| Failure::bug("a drill has no JSON form").because(error))?;
    if views.is_empty() {
        session.write_beside(&json)?;
    } else {
        session.report(|| drill_text(&views, session.style()), &json)?;
    }
    failed.exit(views.iter().all(|view| view.passed))
}

/// Returns the tightest goals of a target's objective.
fn goals(configuration: Option<&Configuration>, address: &Address) -> (Option<Span>, Option<Span>) {
    let objective = configuration.and_then(|configuration| {
        let label = configuration
            .targets
            .get(&address.owner())?
            .objective
            .as_ref()?;
        configuration.objectives.get(label)
    });
    let goals = || {
        objective
            .into_iter()
            .flat_map(|objective| objective.goals.values())
    };
    (
        goals().filter_map(|goal| goal.rpo).min(),
        goals().filter_map(|goal| goal.rto).min(),
    )
}
