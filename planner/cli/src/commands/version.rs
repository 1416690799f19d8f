//! `lifeboat version`

use serde_json::json;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

/// Arguments of `version`.
#[derive(Debug, clap::Args)]
pub(crate) struct VersionArguments {}

/// Shows the version.
pub(crate) fn run(session: &Session, _arguments: &VersionArguments) -> Result<Exit, Failure> {
    let version = env!("CARGO_PKG_VERSION");
    session.report(
        || format!("lifeboat {version}"),
        &json!({ "lifeboat_version": version }),
    )?;
    Ok(Exit::Fine)
}
