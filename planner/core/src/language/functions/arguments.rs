//! The arguments of one call, with the conversions that the language makes on its own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::function::Fault;
use crate::language::{Number, Value};

/// The arguments of one call. Each accessor converts, or says what was expected.
pub(super) struct Arguments<'a>(&'a [Value]);

/// What stands for an argument that was not given.
const ABSENT: &Value = &Value::Null;

impl<'a> Arguments<'a> {
    pub(super) const fn new(values: &'a [Value]) -> Self {
        Self(values)
    }

    pub(super) const fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns an argument as it is; null if it was not given.
    pub(super) fn any(&self, index: usize) -> &'a Value {
        self.0.get(index).unwrap_or(ABSENT)
    }

    /// Returns an optional argument.
    pub(super) fn optional(&self, index: usize) -> Option<&'a Value> {
        self.0.get(index)
    }

    /// Returns the arguments from this index on.
    pub(super) fn rest(&self, index: usize) -> &'a [Value] {
        self.0.get(index..).unwrap_or_default()
    }

    /// Makes the fault of an argument of a wrong type.
    pub(super) fn wrong(&self, index: usize, expected: &'static str) -> Fault {
        Fault::Argument(index, expected, self.any(index).type_name())
    }

    pub(super) fn text(&self, index: usize) -> Result<Cow<'a, str>, Fault> {
        match self.any(index) {
            Value::String(text) => Ok(Cow::Borrowed(text)),
            other => other
                .to_text()
                .map(Cow::Owned)
                .ok_or_else(|| self.wrong(index, "a string")),
        }
    }

    pub(super) fn number(&self, index: usize) -> Result<Number, Fault> {
        self.any(index)
            .to_number()
            .ok_or_else(|| self.wrong(index, "a number"))
    }

    pub(super) fn int(&self, index: usize) -> Result<i64, Fault> {
        self.number(index)?
            .as_i64()
            .ok_or_else(|| self.wrong(index, "a whole number"))
    }

    /// Returns a whole number that is not negative.
    pub(super) fn size(&self, index: usize) -> Result<usize, Fault> {
        usize::try_from(self.int(index)?)
            .map_err(|_| self.wrong(index, "a whole number of at least 0"))
    }

    pub(super) fn list(&self, index: usize) -> Result<&'a [Value], Fault> {
        self.any(index)
            .as_list()
            .ok_or_else(|| self.wrong(index, "a list"))
    }

    pub(super) fn object(&self, index: usize) -> Result<&'a BTreeMap<String, Value>, Fault> {
        self.any(index)
            .as_object()
            .ok_or_else(|| self.wrong(index, "an object"))
    }

    /// Returns a list whose elements are all text, or convert to it.
    pub(super) fn texts(&self, index: usize) -> Result<Vec<String>, Fault> {
        self.list(index)?
            .iter()
            .map(Value::to_text)
            .collect::<Option<_>>()
            .ok_or(Fault::Argument(
                index,
                "a list of strings",
                "a list of something else",
            ))
    }
}
