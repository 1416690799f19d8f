//! The language as its reader meets it: texts go in, a configuration or diagnostics come out.

#![expect(
    clippy::too_many_lines,
    reason = "a test shows a whole session, with all that is said"
)]

mod blocks;
mod catalog;
mod configuration;
mod diagnostics;
mod exposure;
mod instances;
mod locations;
mod properties;
mod protections;
mod remarks;
mod services;
mod values;
mod variables;

use lifeboat_model::Catalog;
use serde_json::Value as Json;

use super::{Evaluated, Inputs, Outcome, SourceFile, VariableSource, evaluate};
use crate::configuration::Configuration;
use crate::diagnostic::Diagnostics;

/// Returns the inputs of a directory `/srv/dr` with these files.
fn directory(files: &[(&str, &str)]) -> Inputs {
    let files = files.iter().map(|(name, text)| file(name, text));
    Inputs {
        files: files.collect(),
        variables: Vec::new(),
        loaded: [].into(),
        as_of: "2026-10-01T12:00:00Z".parse().unwrap(),
        lifeboat_version: "0.1.0".to_owned(),
        base_dir: "/srv/dr".to_owned(),
    }
}

fn file(name: &str, text: &str) -> SourceFile {
    SourceFile {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

fn argument(name: &str, text: &str) -> VariableSource {
    VariableSource::Argument {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

fn catalog() -> Catalog {
    catalog::catalog()
}

fn run(inputs: &Inputs) -> Result<Evaluated, Diagnostics> {
    match evaluate(inputs, &catalog())? {
        Outcome::Complete(evaluated) => Ok(*evaluated),
        Outcome::NeedsFiles(files) => panic!("files are needed: {files:?}"),
    }
}

/// Returns the configuration of one file.
fn configuration(text: &str) -> Configuration {
    let inputs = directory(&[("main.dr.hcl", text)]);
    match run(&inputs) {
        Ok(evaluated) => evaluated.configuration,
        Err(diagnostics) => panic!("{}", diagnostics.plain(&inputs.sources())),
    }
}

/// Returns the diagnostics of one file, as plain text.
fn problems(text: &str) -> String {
    problems_of(&directory(&[("main.dr.hcl", text)]))
}

/// Returns the diagnostics of a directory, as plain text.
fn problems_of(inputs: &Inputs) -> String {
    match run(inputs) {
        Ok(evaluated) => {
            let warnings = evaluated.warnings.plain(&inputs.sources());
            format!("no errors\n{warnings}")
        }
        Err(diagnostics) => diagnostics.plain(&inputs.sources()),
    }
}

/// Returns the value of an expression as JSON, or the messages of what is wrong with it.
fn value(expression: &str) -> Result<Json, String> {
    value_with("", expression)
}

/// Returns the value of an expression beside other blocks.
fn value_with(blocks: &str, expression: &str) -> Result<Json, String> {
    let text = format!("output \"it\" {{\n  value = {expression}\n}}\n{blocks}");
    let evaluated = run(&directory(&[("main.dr.hcl", &text)])).map_err(|d| d.to_string())?;
    Ok(evaluated.configuration.outputs["it"].value.clone())
}
