//! Reads the configuration from the current directory: the texts, the variables, the files that functions ask for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use lifeboat_core::diagnostic::Sources;
use lifeboat_core::language::{Evaluated, Inputs, Outcome, SourceFile, VariableSource, evaluate};
use lifeboat_model::Catalog;

use crate::arguments::Global;
use crate::failure::Failure;

/// The ending of a configuration file.
pub(crate) const ENDING: &str = ".dr.hcl";
/// The prefix of an environment variable that gives a value.
const ENVIRONMENT: &str = "LIFEBOAT_VAR_";

/// A configuration, and the texts that it came from.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// What it says.
    pub(crate) evaluated: Evaluated,
    /// Its texts, for diagnostics about it.
    pub(crate) sources: Sources,
    /// What was read.
    pub(crate) inputs: Inputs,
}

/// Reads and evaluates the configuration in the current directory.
pub(crate) fn configuration(
    global: &Global,
    catalog: &Catalog,
    as_of: Timestamp,
) -> Result<Loaded, Failure> {
    let here = std::env::current_dir().map_err(|error| {
        Failure::new("cli::directory", "the current directory cannot be read").because(error)
    })?;
    let mut inputs = Inputs {
        files: texts(&here)?,
        variables: variables(&here, global)?,
        loaded: BTreeMap::new(),
        as_of,
        lifeboat_version: env!("CARGO_PKG_VERSION").to_owned(),
        base_dir: here.display().to_string(),
    };
    loop {
        match evaluate(&inputs, catalog) {
            Ok(Outcome::Complete(evaluated)) => {
                return Ok(Loaded {
                    evaluated: *evaluated,
                    sources: inputs.sources(),
                    inputs,
                });
            }
            Ok(Outcome::NeedsFiles(wanted)) => {
                let before = inputs.loaded.len();
                for name in wanted {
                    let bytes = read_wanted(&here, &name)?;
                    inputs.loaded.insert(name, bytes);
                }
                if inputs.loaded.len() == before {
                    return Err(Failure::bug("the language asks for the same files again"));
                }
            }
            Err(diagnostics) => {
                return Err(Failure::Diagnostics {
                    diagnostics,
                    sources: inputs.sources(),
                });
            }
        }
    }
}

/// Reads a file that `file()` or a sibling asked for; none where it does not exist.
fn read_wanted(here: &Path, name: &str) -> Result<Option<Vec<u8>>, Failure> {
    match fs::read(here.join(name)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(
            Failure::new("cli::unreadable_file", format!("`{name}` cannot be read")).because(error),
        ),
    }
}

/// The names in a directory that end so, sorted.
pub(crate) fn names(here: &Path, ending: &str) -> Result<Vec<String>, Failure> {
    let unreadable = |error| {
        Failure::new(
            "cli::directory",
            format!("`{}` cannot be read", here.display()),
        )
        .because(error)
        .help("Give the directory of the configuration with -C DIR.")
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(here).map_err(unreadable)? {
        let name = entry
            .map_err(unreadable)?
            .file_name()
            .to_string_lossy()
            .into_owned();
        if name.ends_with(ending) && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn texts(here: &Path) -> Result<Vec<SourceFile>, Failure> {
    let names = names(here, ENDING)?;
    if names.is_empty() {
        return Err(Failure::new("cli::no_configuration", format!("there is no *{ENDING} file in `{}`", here.display()))
            .help("Give the directory of the configuration with -C DIR, or start one from examples/quickstart."));
    }
    names.into_iter().map(|name| text(here, &name)).collect()
}

fn text(here: &Path, name: &str) -> Result<SourceFile, Failure> {
    let bytes = fs::read(here.join(name)).map_err(|error| {
        Failure::new("cli::unreadable_file", format!("`{name}` cannot be read")).because(error)
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::new(
            "cli::not_utf8",
            format!("`{name}` is not UTF-8 at byte {at}"),
        )
        .help("Save the file as UTF-8.")
    })?;
    // Some editors begin a file with a byte order mark.
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    Ok(SourceFile {
        name: name.to_owned(),
        text,
    })
}

/// The sources of variables, weakest first.
fn variables(here: &Path, global: &Global) -> Result<Vec<VariableSource>, Failure> {
    let mut environment: Vec<VariableSource> = std::env::vars_os()
        .filter_map(|(name, text)| {
            let name = name.to_str()?.strip_prefix(ENVIRONMENT)?.to_owned();
            Some(VariableSource::Environment {
                name,
                text: text.to_str()?.to_owned(),
            })
        })
        .collect();
    environment.sort_by_key(|source| format!("{source:?}"));
    let mut sources = environment;
    if here.join("lifeboat.vars.hcl").exists() {
        sources.push(VariableSource::File(text(here, "lifeboat.vars.hcl")?));
    }
    for name in names(here, ".auto.vars.hcl")? {
        sources.push(VariableSource::File(text(here, &name)?));
    }
    for path in &global.var_file {
        sources.push(VariableSource::File(text(
            here,
            &path.display().to_string(),
        )?));
    }
    for assignment in &global.var {
        let (name, value) = assignment.split_once('=').ok_or_else(|| {
            // The text may be a secret that lacks its name: it is not repeated.
            Failure::usage("`--var` takes NAME=VALUE")
        })?;
        sources.push(VariableSource::Argument {
            name: name.trim().to_owned(),
            text: value.to_owned(),
        });
    }
    Ok(sources)
}

/// Returns an absolute form of a path of the command line.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
