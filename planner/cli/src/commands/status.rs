//! `lifeboat status`

use lifeboat_core::render::{report_json, status, status_text};
use lifeboat_engine::refresh::{RefreshItem, refresh};
use lifeboat_model::LiveState;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::terminal;

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArguments {
    /// Show what the last apply or backup recorded, and ask no provider.
    #[arg(long)]
    recorded: bool,
}

/// Shows how everything stands. Exits 3 when an objective is not met.
pub(crate) async fn run(session: &Session, arguments: &StatusArguments) -> Result<Exit, Failure> {
    let loaded = session.configuration();
    let store = match &loaded {
        Ok(loaded) => session.store(&loaded.evaluated.configuration.settings),
        Err(_) => session.store_alone()?,
    };
    let recorded = session.read(&store)?;
    let live = if arguments.recorded {
        None
    } else {
        Some(live(session, &recorded).await?)
    };
    for (address, failure) in live.iter().flat_map(|live| &live.failures) {
        let mut text = format!("Warning: {address}: {}", failure.message);
        if let Some(help) = &failure.help {
            text.push_str(&format!("\n  help: {help}"));
        }
        terminal::notice(&text);
    }
    let configuration = loaded
        .as_ref()
        .ok()
        .map(|loaded| &loaded.evaluated.configuration);
    let report = status(&recorded, live.as_ref(), configuration, session.now());
    let json = report_json("status", &report, report.as_of)
        .map_err(|error| Failure::bug("a status has no JSON form").because(error))?;
    session.report(|| status_text(&report, session.style()), &json)?;
    let unread = live.is_some_and(|live| !live.failures.is_empty());
    Ok(match (unread, report.is_well()) {
        (true, _) => Exit::Error,
        (false, true) => Exit::Fine,
        (false, false) => Exit::ObjectiveNotMet,
    })
}

async fn live(
    session: &Session,
    recorded: &lifeboat_model::RecordedState,
) -> Result<LiveState, Failure> {
    let providers = session.recorded_providers(&recorded.bindings)?;
    let items = recorded
        .resources
        .iter()
        .map(|(address, resource)| RefreshItem::recorded(address, resource))
        .collect();
    let mut bindings = recorded.bindings.clone();
    for (address, resource) in &recorded.resources {
        bindings.insert(address.clone(), resource.attributes.clone());
    }
    Ok(refresh(&providers, items, &bindings, &session.engine()).await)
}
