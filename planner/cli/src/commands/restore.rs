//! `lifeboat restore`

use std::path::PathBuf;

use lifeboat_contract::Destination;
use lifeboat_core::render::{RestoreView, report_json, restore_text};
use lifeboat_engine::Providers;
use lifeboat_engine::operate::{Restore, recovery_points, restore};
use lifeboat_model::{Address, RecordedState};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::load::absolute;
use crate::operating::{self, PointArguments};
use crate::select;
use crate::session::Session;
use crate::terminal;

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
pub(crate) struct RestoreArguments {
    /// A target or a protection. Of a target's protections, the one with the newest fitting recovery point is used.
    address: Address,
    /// Write to this directory instead of the place that the data came from.
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Only this path of the source; may be given several times.
    #[arg(long, value_name = "PATH")]
    path: Vec<String>,
    /// Which recovery point.
    #[command(flatten)]
    point: PointArguments,
    /// Replace data that are there.
    #[arg(long)]
    overwrite: bool,
}

/// Brings a recovery point back.
pub(crate) async fn run(session: &Session, arguments: &RestoreArguments) -> Result<Exit, Failure> {
    let store = session.store_alone()?;
    let state = session.read(&store)?;
    let providers = operating::providers(session, &state, &store)?;
    let address = protection(session, &state, &providers, arguments).await?;
    let destination = match &arguments.to {
        Some(path) => Destination::At(absolute(path).display().to_string()),
        None => Destination::InPlace,
    };
    let request = Restore {
        address: address.clone(),
        point: arguments.point.choice(),
        destination,
        paths: arguments.path.clone(),
        overwrite: arguments.overwrite,
    };
    let began = session.now();
    let outcome = restore(
        &request,
        &state,
        &store.audit(),
        &providers,
        &session.engine(),
    )
    .await?;
    let view = RestoreView {
        address,
        point: outcome.point.clone(),
        into: outcome.report.into.clone(),
        entries: outcome.report.entries,
        restored_bytes: outcome.report.restored_bytes,
        failed: operating::paths(&outcome.report.failed),
        took: operating::since(session, began),
    };
    let json = report_json("restore", &view, session.now())
        .map_err(|error| Failure::bug("a restore has no JSON form").because(error))?;
    session.report(
        || restore_text(&view, session.now(), session.style()),
        &json,
    )?;
    for failure in &outcome.report.failed {
        terminal::notice(&format!(
            "Error: `{}` was not restored: {}",
            failure.path, failure.message
        ));
    }
    Ok(if outcome.report.failed.is_empty() {
        Exit::Fine
    } else {
        Exit::Error
    })
}

/// Returns the protection to restore from: of several, the one that holds the newest point.
///
/// One that cannot be read is passed over, with a warning: after a disaster, the others are what is left.
async fn protection(
    session: &Session,
    state: &RecordedState,
    providers: &Providers,
    arguments: &RestoreArguments,
) -> Result<Address, Failure> {
    let chosen = select::protections(
        state,
        providers.catalog(),
        std::slice::from_ref(&arguments.address),
    )?;
    let [_, _, ..] = chosen.as_slice() else {
        return chosen
            .into_iter()
            .next()
            .ok_or_else(|| select::nothing(state, &arguments.address));
    };
    let engine = session.engine();
    let mut best = None;
    let mut unread = None;
    for address in chosen {
        match recovery_points(&address, state, providers, &engine).await {
            Ok(points) => {
                let fitting = points
                    .iter()
                    .filter(|point| arguments.point.fits(point))
                    .map(|point| point.time)
                    .max();
                if let Some(time) = fitting
                    && best.as_ref().is_none_or(|(newest, _)| time > *newest)
                {
                    best = Some((time, address));
                }
            }
            Err(error) => {
                let failure = Failure::from(error);
                terminal::notice(&format!(
                    "Warning: {address} cannot be read and is passed over."
                ));
                failure.show(session.terminal, false);
                unread = Some(failure);
            }
        }
    }
    match (best, unread) {
        (Some((_, address)), _) => Ok(address),
        (None, Some(_)) => Err(Failure::Shown(Exit::Error)),
        (None, None) => Err(Failure::new(
            "engine::no_point",
            format!("`{}` holds no such recovery point", arguments.address),
        )
        .help(format!(
            "List what there is with `lifeboat backup list '{}'`.",
            arguments.address
        ))),
    }
}
