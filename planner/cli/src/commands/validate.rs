//! `lifeboat validate`

use serde_json::json;

use crate::exit::Exit;
use crate::failure::{self, Failure};
use crate::session::Session;
use crate::terminal;

/// Arguments of `validate`.
#[derive(Debug, clap::Args)]
pub(crate) struct ValidateArguments {}

/// Checks the configuration, and touches nothing.
pub(crate) fn run(session: &Session, _arguments: &ValidateArguments) -> Result<Exit, Failure> {
    let loaded = session.configuration()?;
    let design = session.design(&loaded);
    let warnings = &loaded.evaluated.warnings;
    if session.global.json {
        if let Err(failure) = design {
            failure.show(session.terminal, true);
            return Err(Failure::Shown(failure.code()));
        }
        let diagnostics = warnings.located(&loaded.sources);
        terminal::result(
            &json!({ "format_version": "1.0", "valid": true, "diagnostics": diagnostics })
                .to_string(),
        );
        return Ok(Exit::Fine);
    }
    failure::show_diagnostics(warnings, &loaded.sources, session.terminal, false);
    design?;
    terminal::result("Success! The configuration is valid.");
    Ok(Exit::Fine)
}
