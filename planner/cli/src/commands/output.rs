//! `lifeboat output`

use serde_json::{Map, Value, json};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

/// Arguments of `output`.
#[derive(Debug, clap::Args)]
pub(crate) struct OutputArguments {
    /// Only this one; a sensitive one is shown when it is asked for by name.
    name: Option<String>,
    /// Write a text without quotes.
    #[arg(long, requires = "name")]
    raw: bool,
}

/// Shows the values of the outputs.
pub(crate) fn run(session: &Session, arguments: &OutputArguments) -> Result<Exit, Failure> {
    let loaded = session.configuration()?;
    let outputs = &loaded.evaluated.configuration.outputs;
    let Some(name) = &arguments.name else {
        let all: Map<String, Value> = outputs
            .iter()
            .map(|(name, output)| {
                let value = if output.sensitive {
                    Value::Null
                } else {
                    output.value.clone()
                };
                (
                    name.clone(),
                    json!({ "value": value, "sensitive": output.sensitive }),
                )
            })
            .collect();
        let text = || {
            let lines: Vec<String> = outputs
                .iter()
                .map(|(name, output)| {
                    if output.sensitive {
                        format!("{name} = (sensitive value)")
                    } else {
                        format!("{name} = {}", output.value)
                    }
                })
                .collect();
            lines.join("\n")
        };
        session.report(text, &Value::Object(all))?;
        return Ok(Exit::Fine);
    };
    let output = outputs.get(name).ok_or_else(|| {
        let known: Vec<&str> = outputs.keys().map(String::as_str).collect();
        Failure::new("cli::no_output", format!("there is no output `{name}`"))
            .help(format!("The outputs are: {}.", known.join(", ")))
    })?;
    let text = || match (&output.value, arguments.raw) {
        (Value::String(text), true) => text.clone(),
        (value, _) => value.to_string(),
    };
    session.report(text, &output.value)?;
    Ok(Exit::Fine)
}
