//! `lifeboat version`

use serde_json::json;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::terminal;

/// Arguments of `version`.
#[derive(Debug, clap::Args)]
pub(crate) struct VersionArguments {}

/// Shows the version.
pub(crate) fn run(session: &Session, _arguments: &VersionArguments) -> Result<Exit, Failure> {
    let version = env!("CARGO_PKG_VERSION");
    if session.global.json {
        terminal::result(&json!({ "lifeboat_version": version }).to_string());
    } else {
        terminal::result(&format!("lifeboat {version}"));
    }
    Ok(Exit::Fine)
}
