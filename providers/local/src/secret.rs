//! Secrets: references in the configuration, values only here and only while they are used.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use lifeboat_contract::{ErrorClass, ProviderError};
use serde_json::Value;

use crate::error::{from_io, invalid};
use crate::store::Secret;

const EXPECTED: &str = "Give an object with exactly one of `env`, `file` and `command`.";

/// Returns the secret that `reference` names; relative paths and commands start from `base_dir`.
///
/// The value of a file and the output of a command are trimmed of white space around them, as restic does for
/// `--password-file` and `--password-command`; that of a variable is taken as it is.
///
/// # Errors
/// `invalid` when the reference is malformed, `denied` when it leads to no value. Names the reference, never the
/// value.
pub(crate) fn resolve(
    what: &str,
    reference: &Value,
    base_dir: &Path,
) -> Result<Secret, ProviderError> {
    let entry = reference
        .as_object()
        .filter(|object| object.len() == 1)
        .and_then(|object| object.iter().next());
    let Some((how, place)) = entry else {
        return Err(invalid(
            format!("`{what}` is not a reference to a secret"),
            EXPECTED,
        ));
    };
    let value = match (how.as_str(), place) {
        ("env", Value::String(name)) => from_env(what, name)?,
        ("file", Value::String(path)) => from_file(what, &base_dir.join(path))?,
        ("command", Value::String(line)) => {
            let mut command = Command::new("sh");
            command.args(["-c", line]);
            from_command(what, line, command, base_dir)?
        }
        ("command", Value::Array(words)) => {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            let Some((program, arguments)) = words.split_first() else {
                return Err(invalid(format!("`{what}` names no command"), EXPECTED));
            };
            let mut command = Command::new(program);
            command.args(arguments);
            from_command(what, program, command, base_dir)?
        }
        _ => {
            return Err(invalid(
                format!("`{what}` is not a reference to a secret"),
                EXPECTED,
            ));
        }
    };
    if value.is_empty() {
        return Err(denied(
            format!("the {how} that `{what}` refers to is empty"),
            "Put the secret there.",
        ));
    }
    Ok(Secret::new(value))
}

/// Returns a reference to a secret for a person: "env:NAME", "file:/path", "command:pass". Never the value, and of a
/// command the program alone.
pub(crate) fn reference(reference: &Value) -> String {
    let entry = reference
        .as_object()
        .and_then(|object| object.iter().next());
    let Some((how, place)) = entry else {
        return "nowhere".to_owned();
    };
    let first = match place {
        Value::Array(words) => words.first().and_then(Value::as_str),
        other => other.as_str(),
    };
    let first = first.unwrap_or_default();
    let shown = match how.as_str() {
        "command" => first.split_whitespace().next().unwrap_or_default(),
        _ => first,
    };
    format!("{how}:{shown}")
}

fn denied(message: String, help: impl Into<String>) -> ProviderError {
    ProviderError::new(ErrorClass::Denied, message).help(help)
}

fn from_env(what: &str, name: &str) -> Result<String, ProviderError> {
    match std::env::var(name) {
        Ok(value) => Ok(value),
        Err(std::env::VarError::NotPresent) => Err(denied(
            format!("the environment variable `{name}` for `{what}` is not set"),
            format!("Set `{name}`, or refer to the secret in another way."),
        )),
        Err(std::env::VarError::NotUnicode(_)) => Err(denied(
            format!("the environment variable `{name}` for `{what}` is not UTF-8"),
            format!("Set `{name}` to text in UTF-8."),
        )),
    }
}

fn from_file(what: &str, path: &Path) -> Result<String, ProviderError> {
    let shown = path.display();
    let bytes = fs::read(path).map_err(|error| ProviderError {
        class: ErrorClass::Denied,
        help: Some(format!("Make `{shown}` readable, or correct the path.")),
        ..from_io(
            format!("the file `{shown}` for `{what}` cannot be read"),
            error,
        )
    })?;
    utf8(what, &format!("file `{shown}`"), bytes)
}

fn from_command(
    what: &str,
    shown: &str,
    mut command: Command,
    base_dir: &Path,
) -> Result<String, ProviderError> {
    let output = command
        .current_dir(base_dir)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| ProviderError {
            class: ErrorClass::Denied,
            ..from_io(format!("`{shown}` for `{what}` cannot be run"), error)
        })?;
    if !output.status.success() {
        return Err(denied(
            format!("`{shown}` for `{what}` failed: {}", output.status),
            "Run the command by hand to see why it fails.",
        ));
    }
    utf8(what, &format!("output of `{shown}`"), output.stdout)
}

fn utf8(what: &str, place: &str, bytes: Vec<u8>) -> Result<String, ProviderError> {
    // The bytes are dropped with the error: they are the secret.
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(_) => Err(denied(
            format!("the {place} for `{what}` is not UTF-8"),
            "Store the secret as text in UTF-8.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_secret_comes_from_a_file_or_a_command_without_its_line_end() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("word"), "tr0ub4dor\n").unwrap();
        for reference in [
            json!({ "file": "word" }),
            json!({ "command": "cat word" }),
            json!({ "command": ["cat", "word"] }),
        ] {
            let secret = resolve("password", &reference, dir.path()).unwrap();
            assert_eq!(secret.expose(), "tr0ub4dor");
            assert_eq!(format!("{secret:?}"), "Secret(…)");
        }
    }

    #[test]
    fn a_reference_that_leads_nowhere_names_the_reference() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("empty"), "\n").unwrap();
        let errors: Vec<String> = [
            json!({ "env": "LIFEBOAT_TEST_NO_SUCH_VARIABLE" }),
            json!({ "file": "empty" }),
            json!({ "command": "exit 3" }),
            json!({ "env": "A", "file": "b" }),
            json!("hunter2"),
        ]
        .iter()
        .map(|reference| {
            let error = resolve("password", reference, dir.path()).unwrap_err();
            format!("{}: {error}", error.class)
        })
        .collect();
        insta::assert_snapshot!(errors.join("\n"), @r"
        denied: the environment variable `LIFEBOAT_TEST_NO_SUCH_VARIABLE` for `password` is not set
        denied: the file that `password` refers to is empty
        denied: `exit 3` for `password` failed: exit status: 3
        invalid: `password` is not a reference to a secret
        invalid: `password` is not a reference to a secret
        ");
    }
}
