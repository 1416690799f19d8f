//! Regular expressions.

use std::collections::BTreeMap;

use regex::{Captures, Regex};

use super::{Arguments, Arity, Context, Fault, Function, Outcome, function};
use crate::language::Value;

#[rustfmt::skip] // A table: one row a line.
pub(super) const FUNCTIONS: &[Function] = &[
    function("regex", Arity::exactly(2), regex, "What a pattern first matches in a text: the whole match, or its groups as a list, or its named groups as an object."),
    function("regexall", Arity::exactly(2), regexall, "All that a pattern matches in a text, each as `regex` gives it."),
    function("replace", Arity::exactly(3), replace, "The text with a part replaced throughout; a part between slashes is a pattern, and `$1` or `${name}` its groups."),
];

/// A pattern with what its matches look like.
struct Pattern {
    regex: Regex,
    /// Names of the groups; empty if they have none.
    names: Vec<String>,
}

impl Pattern {
    fn new(text: &str) -> Result<Self, Fault> {
        let regex = compiled(text)?;
        let names: Vec<String> = regex.capture_names().flatten().map(str::to_owned).collect();
        if !names.is_empty() && names.len() + 1 < regex.captures_len() {
            return Err(Fault::failed(
                "the pattern has both named and unnamed groups; give all of them names or none",
            ));
        }
        Ok(Self { regex, names })
    }

    fn shape(&self, found: &Captures<'_>) -> Value {
        if !self.names.is_empty() {
            let entries: BTreeMap<String, Value> = self
                .names
                .iter()
                .map(|name| (name.clone(), found.name(name).map(|m| m.as_str()).into()))
                .collect();
            return entries.into();
        }
        if found.len() == 1 {
            return found.get(0).map(|m| m.as_str()).into();
        }
        let groups = found.iter().skip(1).map(|group| group.map(|m| m.as_str()));
        Value::List(groups.map(Value::from).collect())
    }
}

fn compiled(text: &str) -> Result<Regex, Fault> {
    Regex::new(text).map_err(|cause| {
        let cause = cause.to_string();
        let last = cause.lines().last().unwrap_or_default();
        let reason = last.strip_prefix("error: ").unwrap_or(last);
        Fault::Failed(format!("`{text}` is not a pattern: {reason}"))
    })
}

fn regex(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let pattern = Pattern::new(&args.text(0)?)?;
    match pattern.regex.captures(&args.text(1)?) {
        Some(found) => Ok(pattern.shape(&found)),
        None => Err(Fault::failed("the pattern does not match the text")),
    }
}

fn regexall(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let pattern = Pattern::new(&args.text(0)?)?;
    let text = args.text(1)?;
    let found = pattern.regex.captures_iter(&text);
    Ok(Value::List(found.map(|one| pattern.shape(&one)).collect()))
}

fn replace(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (text, part, new) = (args.text(0)?, args.text(1)?, args.text(2)?);
    let between_slashes = part.strip_prefix('/').and_then(|p| p.strip_suffix('/'));
    Ok(match between_slashes {
        Some(pattern) => compiled(pattern)?.replace_all(&text, &*new).into_owned(),
        None => text.replace(&*part, &new),
    }
    .into())
}
