//! `lifeboat state`

use std::path::{Path, PathBuf};

use lifeboat_core::render::{state_list, state_show, state_text};
use lifeboat_engine::EngineError;
use lifeboat_engine::audit::{AuditEntry, Fact};
use lifeboat_engine::lock::Holder;
use lifeboat_engine::state::{StatePaths, StateStore};
use lifeboat_model::{Address, RecordedResource, RecordedState};
use serde_json::{Map, Value, json};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::load::absolute;
use crate::select;
use crate::session::Session;

/// Arguments of `state`.
#[derive(Debug, clap::Args)]
pub(crate) struct StateArguments {
    /// What to do with it.
    #[command(subcommand)]
    command: StateCommand,
}

#[derive(Debug, clap::Subcommand)]
enum StateCommand {
    /// List the addresses in the state.
    List {
        /// Only these, and what derives from them.
        address: Vec<Address>,
    },
    /// Show what the state holds of one address.
    Show {
        /// The address.
        address: Address,
    },
    /// Drop an address from the state; what is live stays, and the next plan adopts it again if it is configured.
    Rm {
        /// The address, and what derives from it.
        #[arg(required = true)]
        address: Vec<Address>,
    },
    /// End the lock of a run that can no longer do so itself, where the state is shared between machines.
    Unlock {
        /// End it although its holder still gives signs of life, or gave one a moment ago.
        #[arg(long)]
        force: bool,
    },
    /// Move a state file into the shared state that the configuration names, which must be empty.
    Push {
        /// The file; without it the one beside the configuration.
        file: Option<PathBuf>,
    },
    /// Check the audit trail, and show its newest entries.
    Audit {
        /// How many entries.
        #[arg(long, default_value_t = 20)]
        last: usize,
    },
}

/// Looks into the state, or drops something from it.
pub(crate) async fn run(session: &Session, arguments: &StateArguments) -> Result<Exit, Failure> {
    match &arguments.command {
        StateCommand::List { address } => list(session, address),
        StateCommand::Show { address } => show(session, address),
        StateCommand::Rm { address } => remove(session, address).await,
        StateCommand::Unlock { force } => unlock(session, *force),
        StateCommand::Push { file } => push(session, file.as_deref()).await,
        StateCommand::Audit { last } => audit(session, *last),
    }
}

/// Returns the recorded resources that the selectors mean; all, without selectors.
fn chosen<'a>(
    state: &'a RecordedState,
    selectors: &[Address],
) -> Result<Vec<(&'a Address, &'a RecordedResource)>, Failure> {
    for selector in selectors {
        if !state
            .resources
            .keys()
            .any(|address| address.selected_by(selector))
        {
            return Err(select::nothing(state, selector));
        }
    }
    let means = |address: &Address| {
        selectors.is_empty() || selectors.iter().any(|s| address.selected_by(s))
    };
    Ok(state
        .resources
        .iter()
        .filter(|(address, _)| means(address))
        .collect())
}

fn as_json(resources: &[(&Address, &RecordedResource)]) -> Value {
    let map: Map<String, Value> = resources
        .iter()
        .map(|(address, resource)| {
            (
                address.to_string(),
                serde_json::to_value(resource).unwrap_or(Value::Null),
            )
        })
        .collect();
    Value::Object(map)
}

fn list(session: &Session, selectors: &[Address]) -> Result<Exit, Failure> {
    let state = session.read(&session.store_alone()?)?;
    let resources = chosen(&state, selectors)?;
    session.report(|| state_list(&state, selectors), &as_json(&resources))?;
    Ok(Exit::Fine)
}

fn show(session: &Session, address: &Address) -> Result<Exit, Failure> {
    let state = session.read(&session.store_alone()?)?;
    let resources = chosen(&state, std::slice::from_ref(address))?;
    let now = session.now();
    let text = || {
        let shown: Vec<String> = resources
            .iter()
            .map(|(address, resource)| state_show(address, resource, now, session.style()))
            .collect();
        shown.join("\n")
    };
    session.report(text, &as_json(&resources))?;
    Ok(Exit::Fine)
}

/// Shows the whole state.
pub(crate) fn show_all(session: &Session) -> Result<Exit, Failure> {
    let state = session.read(&session.store_alone()?)?;
    let now = session.now();
    let resources: Vec<_> = state.resources.iter().collect();
    let text = || state_text(&state, now, session.style());
    let json = json!({
        "format_version": "1.1",
        "lineage": state.lineage,
        "serial": state.serial,
        "resources": as_json(&resources),
    });
    session.report(text, &json)?;
    Ok(Exit::Fine)
}

async fn remove(session: &Session, selectors: &[Address]) -> Result<Exit, Failure> {
    let store = session.store_alone()?;
    let mut locked = session.lock(&store, "state rm").await?;
    let names: Vec<Address> = chosen(locked.state(), selectors)?
        .into_iter()
        .map(|(address, _)| address.clone())
        .collect();
    locked.change(|state| {
        for name in &names {
            state.resources.remove(name);
        }
        Ok::<(), EngineError>(())
    })?;
    let text = || {
        let mut lines: Vec<String> = names.iter().map(|name| format!("Removed {name}")).collect();
        lines.push(format!(
            "{} removed from the state. What is live is untouched.",
            names.len()
        ));
        lines.join("\n")
    };
    session.report(text, &json!({ "removed": names }))?;
    Ok(Exit::Fine)
}

fn unlock(session: &Session, force: bool) -> Result<Exit, Failure> {
    let store = session.store_alone()?;
    let ended = store.unlock(force, &*session.clock)?;
    if let Some(holder) = &ended
        && !store.read()?.state.lineage.is_empty()
    {
        let me = Holder::this_process("state unlock", session.now());
        let fact = Fact {
            at: session.now(),
            run: format!("{}-{}", me.pid, session.seed),
            who: me.who(),
            command: me.operation,
            event: "unlocked".to_owned(),
            address: None,
            outcome: "done".to_owned(),
            detail: Some(described(holder)),
        };
        store.audit().append(&[fact])?;
    }
    let text = || match &ended {
        Some(holder) => format!("Ended the lock of {}.", described(holder)),
        None => "Nobody holds the lock.".to_owned(),
    };
    session.report(text, &json!({ "ended": ended }))?;
    Ok(Exit::Fine)
}

fn described(holder: &Holder) -> String {
    format!(
        "{} (lifeboat {}, process {})",
        holder.who(),
        holder.operation,
        holder.pid
    )
}

async fn push(session: &Session, file: Option<&Path>) -> Result<Exit, Failure> {
    let store = session.store_alone()?;
    if store.locator().is_none() {
        return Err(Failure::usage("the state is a file already")
            .help("Name a shared place in the configuration: `lifeboat { state \"s3\" { … } }`."));
    }
    let paths = match file {
        Some(file) => StatePaths::at(&absolute(file)),
        None => StatePaths::in_directory(&session.place.directory),
    };
    let from = paths.state.clone();
    let source = StateStore::new(paths, env!("CARGO_PKG_VERSION"));
    // Its lock too, so that nobody writes the file meanwhile; and what a killed run left in its journal is folded.
    let old = session.lock(&source, "state push").await?;
    if old.state().lineage.is_empty() {
        return Err(Failure::new(
            "state::nothing_to_push",
            format!("there is no state in `{}`", from.display()),
        ));
    }
    let mut locked = session.lock(&store, "state push").await?;
    if !locked.state().lineage.is_empty() && locked.state().lineage != old.state().lineage {
        return Err(Failure::new(
            "state::occupied",
            format!("`{}` holds a state already", store.paths().state.display()),
        )
        .help("Name another `key`, or remove the objects of the state that is there."));
    }
    let count = old.state().resources.len();
    locked.change(|state| {
        if state.lineage.is_empty() {
            state.clone_from(old.state());
        }
        Ok::<(), EngineError>(())
    })?;
    let mut moved = from.clone().into_os_string();
    moved.push(".pushed");
    std::fs::rename(&from, &moved).map_err(|error| {
        Failure::new(
            "cli::unwritable_file",
            format!("`{}` cannot be renamed", from.display()),
        )
        .because(error)
        .help("Move it away: it is no longer the state.")
    })?;
    let to = store.paths().state.display().to_string();
    let text =
        || format!("Moved the state of {count} addresses to {to}; what is live is untouched.");
    session.report(text, &json!({ "pushed": count, "to": to }))?;
    Ok(Exit::Fine)
}

fn audit(session: &Session, last: usize) -> Result<Exit, Failure> {
    let trail = session.store_alone()?.audit();
    let chain = trail.verify_chain()?;
    let entries = trail.entries()?;
    let shown = entries
        .get(entries.len().saturating_sub(last)..)
        .unwrap_or_default();
    let text = || {
        let mut lines: Vec<String> = shown.iter().map(entry).collect();
        lines.push(format!(
            "The chain of {} entries is unbroken.",
            chain.entries
        ));
        lines.join("\n")
    };
    session.report(text, &json!({ "unbroken": true, "entries": shown }))?;
    Ok(Exit::Fine)
}

/// Returns an entry of the audit trail as a line.
fn entry(entry: &AuditEntry) -> String {
    let fact = &entry.fact;
    let about = fact
        .address
        .as_ref()
        .map_or_else(String::new, |address| format!(" {address}"));
    let detail = fact
        .detail
        .as_ref()
        .map_or_else(String::new, |detail| format!(": {detail}"));
    let at = fact.at.strftime("%Y-%m-%d %H:%M:%SZ");
    format!(
        "{:>5}  {at}  {}  {}: {}{about} {}{detail}",
        entry.seq, fact.who, fact.command, fact.event, fact.outcome
    )
}
