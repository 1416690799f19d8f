//! `lifeboat verify`

use lifeboat_core::render::{VerifyView, report_json, verify_text};
use lifeboat_engine::operate::verify;
use lifeboat_model::Address;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::operating::{self, Failed, GoOn};
use crate::select;
use crate::session::Session;
use crate::terminal;

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArguments {
    /// Targets or protections; all without any.
    address: Vec<Address>,
    /// Read every byte, not the structure only.
    #[arg(long)]
    read_data: bool,
}

/// Checks recovery points where they are, and records what was found.
pub(crate) async fn run(session: &Session, arguments: &VerifyArguments) -> Result<Exit, Failure> {
    let store = session.store_alone()?;
    let mut locked = session.lock(&store, "verify").await?;
    let providers = operating::providers(session, locked.state(), &store)?;
    let chosen = select::protections(locked.state(), providers.catalog(), &arguments.address)?;
    let engine = session.engine();
    let mut views = Vec::new();
    let mut failed = Failed::default();
    for address in chosen {
        let began = session.now();
        let outcome = verify(
            &address,
            arguments.read_data,
            &providers,
            &mut locked,
            &engine,
        );
        let outcome = match outcome.await {
            Ok(outcome) => outcome,
            Err(error) => match failed.tell(session, error) {
                GoOn::Yes => continue,
                GoOn::No => break,
            },
        };
        if let Some(why) = &outcome.report.unread {
            terminal::notice(&format!("Warning: no byte of `{address}` was read: {why}"));
        }
        views.push(VerifyView {
            address,
            read_data: outcome.record.read_data,
            passed: outcome.record.passed,
            checks: operating::checks(&outcome.report.checks),
            took: operating::since(session, began),
        });
    }
    let json = report_json("verify", &views, session.now())
        .map_err(|error| Failure::bug("a verification has no JSON form").because(error))?;
    if views.is_empty() {
        session.write_beside(&json)?;
    } else {
        session.report(|| verify_text(&views, session.style()), &json)?;
    }
    failed.exit(views.iter().all(|view| view.passed))
}
