//! `lifeboat status`

use lifeboat_core::exposure::assess;
use lifeboat_core::render::{
    StatusInputs, StatusReport, report_json, status, status_objectives_text, status_text,
};
use lifeboat_engine::refresh::{RefreshItem, refresh};
use lifeboat_engine::state::StateStore;
use lifeboat_model::{Address, Block, Catalog, ExposureRow, LiveState, RecordedState};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::prepare::Prepared;
use crate::select;
use crate::session::Session;
use crate::terminal;

/// Why goals stay unchecked when nothing live was read.
const NOT_READ: &str = "that needs what is live";
/// Why goals stay unchecked when the configuration is of no use.
const BROKEN: &str = "the configuration has errors (see `lifeboat validate`)";

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArguments {
    /// Targets or protections to look at; everything without any.
    address: Vec<Address>,
    /// Show what the last apply or backup recorded, and ask no provider.
    #[arg(long)]
    recorded: bool,
    /// Show the objectives only: how many are met, and which are not.
    #[arg(long)]
    objectives_only: bool,
}

/// What was read for a status.
struct Seen {
    recorded: RecordedState,
    live: Option<LiveState>,
    catalog: Catalog,
    exposure: Result<Vec<ExposureRow>, &'static str>,
}

/// Shows how everything stands. Exits 3 when an objective is not met or anything else is not as it should be, and 1
/// when that could not be found out.
pub(crate) async fn run(session: &Session, arguments: &StatusArguments) -> Result<Exit, Failure> {
    let prepared = Prepared::new(session);
    let store = match &prepared {
        Ok(prepared) => prepared.store.clone(),
        Err(_) => session.store_alone()?,
    };
    let (seen, configuration) = match prepared {
        Ok(mut prepared) => {
            let seen = seen(session, &mut prepared, arguments.recorded).await?;
            (seen, Some(prepared.loaded.evaluated.configuration))
        }
        Err(_) => (
            seen_without(session, &store, arguments.recorded).await?,
            None,
        ),
    };
    let mut report = status(&StatusInputs {
        recorded: &seen.recorded,
        live: seen.live.as_ref(),
        catalog: &seen.catalog,
        configuration: configuration.as_ref(),
        exposure: seen.exposure.as_deref().map_err(|why| *why),
        as_of: session.now(),
    });
    restrict(&mut report, &arguments.address, &seen.recorded)?;
    let unread = tell_unread(&report, seen.live.as_ref());
    let json = report_json("status", &report, report.as_of)
        .map_err(|error| Failure::bug("a status has no JSON form").because(error))?;
    session.report(
        || match arguments.objectives_only {
            true => status_objectives_text(&report, session.style()),
            false => status_text(&report, session.style()),
        },
        &json,
    )?;
    Ok(if unread || configuration.is_none() {
        Exit::Error
    } else if report.is_well() {
        Exit::Fine
    } else {
        Exit::ObjectiveNotMet
    })
}

/// Reads the state, and what is live of everything that is desired or recorded.
async fn seen(
    session: &Session,
    prepared: &mut Prepared,
    recorded_only: bool,
) -> Result<Seen, Failure> {
    let recorded = session.read(&prepared.store)?;
    let live = if recorded_only {
        None
    } else {
        Some(prepared.live(session, &recorded).await?)
    };
    let catalog = prepared.providers.catalog().clone();
    let exposure = live.as_ref().ok_or(NOT_READ).map(|live| {
        let now = session.now();
        assess(&prepared.design, live, &recorded, &catalog, now)
    });
    Ok(Seen {
        recorded,
        live,
        catalog,
        exposure,
    })
}

/// Reads the state, and what is live of everything that is recorded: all that there is without a configuration.
async fn seen_without(
    session: &Session,
    store: &StateStore,
    recorded_only: bool,
) -> Result<Seen, Failure> {
    let recorded = session.read(store)?;
    let providers = session.recorded_providers(&recorded.bindings, store)?;
    let live = if recorded_only {
        None
    } else {
        let items = recorded
            .resources
            .iter()
            .map(|(address, resource)| RefreshItem::recorded(address, resource))
            .collect();
        let mut bindings = recorded.bindings.clone();
        for (address, resource) in &recorded.resources {
            bindings.insert(address.clone(), resource.attributes.clone());
        }
        Some(refresh(&providers, items, &bindings, &session.engine()).await)
    };
    Ok(Seen {
        live,
        catalog: providers.catalog().clone(),
        exposure: Err(BROKEN),
        recorded,
    })
}

/// Leaves only what the selectors mean; each of them must mean something.
fn restrict(
    report: &mut StatusReport,
    selectors: &[Address],
    recorded: &RecordedState,
) -> Result<(), Failure> {
    if selectors.is_empty() {
        return Ok(());
    }
    for selector in selectors {
        let mut services = report.services.iter();
        let found = services.any(|it| select::means(selector, &it.service));
        let found = found
            || report.targets.iter().any(|target| {
                let protections = target.protections.iter().map(|it| &it.address);
                std::iter::once(&target.target)
                    .chain(protections)
                    .any(|address| select::means(selector, address))
            });
        if !found {
            return Err(select::nothing(recorded, selector));
        }
    }
    report.retain(|address| {
        selectors
            .iter()
            .any(|selector| select::means(selector, address))
    });
    Ok(())
}

/// Warns of what could not be read and matters to the report, and returns whether there is something.
fn tell_unread(report: &StatusReport, live: Option<&LiveState>) -> bool {
    let matters = |address: &Address| {
        let owner = address.owner();
        address.block != Block::Target || report.targets.iter().any(|it| it.target == owner)
    };
    let failures = live.iter().flat_map(|live| &live.failures);
    let failures: Vec<_> = failures.filter(|(address, _)| matters(address)).collect();
    for (address, failure) in &failures {
        let mut text = format!("Warning: {address}: {}", failure.message);
        if let Some(help) = &failure.help {
            text.push_str(&format!("\n  help: {help}"));
        }
        terminal::notice(&text);
    }
    !failures.is_empty()
}
