//! Secrets: found through their reference, compared by digest, never kept.

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::Digest;
use serde_json::Value;

/// Returns the digest of the secret that `reference` names, salted with the name of what it opens.
///
/// # Errors
/// `denied` when the reference leads to nothing; `invalid` when it is no reference. Neither names a value.
pub(crate) fn digest(reference: &Value, salt: &str) -> Result<Digest, ProviderError> {
    let secret = value(reference)?;
    Ok(Digest::of_bytes(format!("{salt}\0{secret}").as_bytes()))
}

fn value(reference: &Value) -> Result<String, ProviderError> {
    let denied = |what: String| {
        ProviderError::new(ErrorClass::Denied, what)
            .help("Provide the secret where it is expected.")
    };
    if let Some(name) = reference.get("env").and_then(Value::as_str) {
        return std::env::var(name)
            .map_err(|_| denied(format!("environment variable `{name}` is not set")));
    }
    if let Some(path) = reference.get("file").and_then(Value::as_str) {
        return std::fs::read_to_string(path)
            .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
            .map_err(|error| {
                denied(format!("secret file `{path}` is not readable")).because(error)
            });
    }
    if let Some(command) = reference.get("command") {
        return run(command);
    }
    Err(ProviderError::new(
        ErrorClass::Invalid,
        "`password` is not a reference to a secret",
    )
    .help("Give exactly one of `env`, `file` and `command`."))
}

fn run(command: &Value) -> Result<String, ProviderError> {
    let words: Vec<&str> = match command {
        Value::String(line) => vec!["sh", "-c", line],
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let failed = || {
        ProviderError::new(
            ErrorClass::Denied,
            "the command that prints the secret failed",
        )
    };
    let (program, arguments) = words.split_first().ok_or_else(failed)?;
    let output = std::process::Command::new(program)
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .output()
        .map_err(|error| failed().because(error))?;
    match String::from_utf8(output.stdout) {
        Ok(text) if output.status.success() => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
        _ => Err(failed()),
    }
}
