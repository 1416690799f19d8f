//! `lifeboat backup`

use lifeboat_core::render::{BackUpView, backup_text, points_json, points_text, report_json};
use lifeboat_engine::operate::{BackedUp, back_up, recovery_points};
use lifeboat_model::{Address, RecoveryPoint};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::operating;
use crate::select;
use crate::session::Session;
use crate::terminal;

/// Arguments of `backup`.
#[derive(Debug, clap::Args)]
pub(crate) struct BackupArguments {
    /// What to do.
    #[command(subcommand)]
    command: BackupCommand,
}

#[derive(Debug, clap::Subcommand)]
enum BackupCommand {
    /// Make a recovery point now; copies without a schedule of their own follow, then retention.
    Run {
        /// Targets or protections, as they were last applied.
        #[arg(required_unless_present = "all")]
        address: Vec<Address>,
        /// Every protection.
        #[arg(long, conflicts_with = "address")]
        all: bool,
    },
    /// List the recovery points that there are now.
    List {
        /// Targets or protections; all without any.
        address: Vec<Address>,
    },
}

/// Makes recovery points, or lists them.
pub(crate) async fn run(session: &Session, arguments: &BackupArguments) -> Result<Exit, Failure> {
    match &arguments.command {
        BackupCommand::Run { address, .. } => make(session, address).await,
        BackupCommand::List { address } => list(session, address).await,
    }
}

async fn make(session: &Session, selectors: &[Address]) -> Result<Exit, Failure> {
    let store = session.store_alone()?;
    let mut locked = session.lock(&store, "backup run").await?;
    let providers = operating::providers(session, locked.state(), &store)?;
    let chosen = select::protections(locked.state(), providers.catalog(), selectors)?;
    let began = session.now();
    let outcome = back_up(&chosen, &providers, &mut locked, &session.engine()).await?;
    let took = operating::since(session, began);
    let views: Vec<BackUpView> = outcome
        .protections
        .iter()
        .filter_map(|one| view(one, took))
        .collect();
    let json = report_json("backup", &outcome, session.now())
        .map_err(|error| Failure::bug("a backup has no JSON form").because(error))?;
    session.report(
        || backup_text(&views, session.now(), session.style()),
        &json,
    )?;
    for one in &outcome.protections {
        tell(session, one);
    }
    for address in &outcome.not_started {
        terminal::notice(&format!("Not started: {address}"));
    }
    Ok(if outcome.is_success() {
        Exit::Fine
    } else {
        Exit::Error
    })
}

fn view(one: &BackedUp, took: lifeboat_model::Span) -> Option<BackUpView> {
    let made = one.made.as_ref()?;
    Some(BackUpView {
        address: one.address.clone(),
        points: made.points.clone(),
        unreadable: operating::paths(&made.unreadable),
        entries: made.entries,
        source_bytes: made.source_bytes,
        added_bytes: made.added_bytes,
        took,
    })
}

/// Says on stderr what went wrong, or what was kept against its retention.
fn tell(session: &Session, one: &BackedUp) {
    if session.global.json {
        return;
    }
    if let Some(error) = &one.error {
        Failure::new(
            "backup::failed",
            format!("`{}` was not backed up: {}", one.address, error.message),
        )
        .maybe_help(error.help.clone())
        .show(session.terminal, false);
    }
    for path in one.made.iter().flat_map(|made| &made.unreadable) {
        Failure::new(
            "backup::unreadable",
            format!(
                "`{}` could not be read and is not in the recovery point",
                path.path
            ),
        )
        .help(format!("{}; everything else is saved.", path.message))
        .show(session.terminal, false);
    }
    if !one.expired.is_empty() {
        terminal::notice(&format!(
            "{}: {} recovery points expired",
            one.address,
            one.expired.len()
        ));
    }
    if let Some(kept) = &one.kept {
        terminal::notice(&format!(
            "{}: expired recovery points were kept: {}",
            one.address, kept.message
        ));
    }
}

async fn list(session: &Session, selectors: &[Address]) -> Result<Exit, Failure> {
    let store = session.store_alone()?;
    let state = session.read(&store)?;
    let providers = operating::providers(session, &state, &store)?;
    let chosen = select::protections(&state, providers.catalog(), selectors)?;
    let engine = session.engine();
    let mut held: Vec<(Address, Vec<RecoveryPoint>)> = Vec::new();
    for address in chosen {
        let points = recovery_points(&address, &state, &providers, &engine).await?;
        held.push((address, points));
    }
    let now = session.now();
    let rows = || {
        held.iter()
            .map(|(address, points)| (address, points.as_slice()))
    };
    session.report(
        || points_text(rows(), now, session.style()),
        &points_json(rows(), now),
    )?;
    Ok(Exit::Fine)
}
