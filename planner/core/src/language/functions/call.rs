//! Finds a function, checks the count of its arguments, takes care of what is sensitive, and runs it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::Timestamp;

use super::arguments::Arguments;
use super::error::FunctionError;
use super::families;
use super::function::{Fault, Function, Marks};
use crate::language::Value;

/// What functions may know besides their arguments.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The time of the run, which `timestamp()` gives.
    pub as_of: Timestamp,
    /// The directory that relative paths start from; empty or `.` leaves them as they are.
    pub base_dir: &'a str,
    /// Contents of the files read so far, by the path that [`FunctionError::NeedsFile`] asked for; `None` is a file
    /// that does not exist.
    pub loaded: &'a BTreeMap<String, Option<Vec<u8>>>,
}

static BY_NAME: LazyLock<BTreeMap<&'static str, &'static Function>> = LazyLock::new(|| {
    families::ALL
        .iter()
        .flat_map(|family| family.iter())
        .map(|function| (function.name, function))
        .collect()
});

/// What an error says instead of its reason when the reason could quote a sensitive argument.
const HIDDEN: &str = "no result; the reason is not shown, because an argument is sensitive";

/// Returns the names of all functions, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    BY_NAME.keys().copied()
}

/// Returns name and one line of documentation of all functions, sorted by name.
pub fn documentation() -> impl Iterator<Item = (&'static str, &'static str)> {
    BY_NAME
        .values()
        .map(|function| (function.name, function.doc))
}

/// Calls a function by its name.
///
/// If an argument, or anything in it that the function looks into, is sensitive, the result is sensitive too.
pub fn call(name: &str, args: &[Value], context: &Context<'_>) -> Result<Value, FunctionError> {
    let Some(function) = BY_NAME.get(name) else {
        return Err(FunctionError::Unknown(name.to_owned()));
    };
    if !function.arity.allows(args.len()) {
        return Err(FunctionError::Count {
            name: function.name,
            expected: function.arity,
            given: args.len(),
        });
    }
    let sensitive = args.iter().any(Value::is_sensitive);
    let (args, wrap) = match function.marks {
        _ if !sensitive => (Cow::Borrowed(args), false),
        Marks::See => (Cow::Borrowed(args), false),
        Marks::Spread => (args.iter().map(Value::reveal).collect(), true),
        Marks::Keep => (
            args.iter().map(|arg| opened(arg).clone()).collect(),
            args.iter().any(|arg| matches!(arg, Value::Sensitive(_))),
        ),
    };
    match (function.run)(&Arguments::new(&args), context) {
        Ok(result) if wrap => Ok(result.into_sensitive()),
        Ok(result) => Ok(result),
        Err(fault) => Err(named(fault, function.name, sensitive)),
    }
}

fn opened(value: &Value) -> &Value {
    match value {
        Value::Sensitive(inner) => opened(inner),
        open => open,
    }
}

fn named(fault: Fault, name: &'static str, sensitive: bool) -> FunctionError {
    match fault {
        Fault::Argument(index, expected, given) => FunctionError::Argument {
            name,
            position: index + 1,
            expected,
            given,
        },
        Fault::Failed(_) if sensitive => FunctionError::Failed {
            name,
            reason: HIDDEN.to_owned(),
        },
        Fault::Failed(reason) => FunctionError::Failed { name, reason },
        Fault::NeedsFile(path) => FunctionError::NeedsFile(path),
    }
}
