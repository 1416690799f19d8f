//! `lifeboat validate`

use serde_json::json;

use crate::exit::Exit;
use crate::failure::{self, Failure};
use crate::session::Session;

/// Arguments of `validate`.
#[derive(Debug, clap::Args)]
pub(crate) struct ValidateArguments {}

/// Checks the configuration, and touches nothing.
pub(crate) fn run(session: &Session, _arguments: &ValidateArguments) -> Result<Exit, Failure> {
    let loaded = session.configuration()?;
    let warnings = &loaded.evaluated.warnings;
    if !session.global.json {
        failure::show_diagnostics(warnings, &loaded.sources, session.terminal);
    }
    session.design(&loaded)?;
    let diagnostics = warnings.located(&loaded.sources);
    session.report(
        || "Success! The configuration is valid.".to_owned(),
        &json!({ "format_version": "1.0", "valid": true, "diagnostics": diagnostics }),
    )?;
    Ok(Exit::Fine)
}
