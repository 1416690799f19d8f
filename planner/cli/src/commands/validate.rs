//! `lifeboat validate`

use lifeboat_core::render::{Objectives, offline_json, offline_text};
use lifeboat_model::Plan;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::failure::{self, Failure};
use crate::prepare;
use crate::session::{self, Session};

/// Arguments of `validate`.
#[derive(Debug, clap::Args)]
pub(crate) struct ValidateArguments {
    /// Work out from the configuration alone, without credentials, which objectives it can meet; exit 3 when not all.
    #[arg(long)]
    offline: bool,
    /// With `--offline`, show the objectives only: how many are met, and which are not.
    #[arg(long, requires = "offline")]
    objectives_only: bool,
}

/// Checks the configuration, and touches nothing.
pub(crate) fn run(session: &Session, arguments: &ValidateArguments) -> Result<Exit, Failure> {
    let loaded = session.configuration()?;
    let warnings = &loaded.evaluated.warnings;
    if !session.global.json {
        failure::show_diagnostics(warnings, &loaded.sources, session.terminal);
    }
    let providers = session.providers(&loaded.evaluated.configuration)?;
    let known = if arguments.offline {
        Session::catalog_elsewhere(&loaded.evaluated.configuration)
    } else {
        providers.catalog().clone()
    };
    let design = session::compile(&loaded, &known)?;
    let plan = if arguments.offline {
        let (_, _, plan) = prepare::offline(session, &loaded, &design, &known)?;
        Some(plan)
    } else {
        None
    };
    let mut document = json!({
        "format_version": "1.1",
        "valid": true,
        "diagnostics": warnings.located(&loaded.sources),
    });
    if let (Some(plan), Value::Object(fields)) = (&plan, &mut document) {
        fields.insert("offline".to_owned(), offline_json(plan));
    }
    let text = |plan: &Plan| offline_text(plan, arguments.objectives_only, session.style());
    session.report(
        || {
            let offline = plan.as_ref().map(|plan| format!("\n{}", text(plan)));
            format!(
                "Success! The configuration is valid.\n{}",
                offline.unwrap_or_default()
            )
        },
        &document,
    )?;
    let unmet = plan.is_some_and(|plan| !Objectives::of(&plan.exposure).all_met());
    Ok(if unmet {
        Exit::ObjectiveNotMet
    } else {
        Exit::Fine
    })
}
