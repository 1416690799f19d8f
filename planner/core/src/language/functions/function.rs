//! What a row of a table of functions is.

use std::fmt;

use super::arguments::Arguments;
use super::call::Context;
use crate::language::Value;

/// One function: a row of a family's table.
pub(super) struct Function {
    /// Name, as in Terraform.
    pub(super) name: &'static str,
    /// How many arguments it takes.
    pub(super) arity: Arity,
    /// Whether it moves elements about without looking into them.
    pub(super) marks: Marks,
    /// The code.
    pub(super) run: Run,
    /// What it returns, in a line.
    pub(super) doc: &'static str,
}

/// The code of a function.
pub(super) type Run = fn(&Arguments<'_>, &Context<'_>) -> Result<Value, Fault>;

/// What a function does with what is sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marks {
    /// It sees everything in the open; if anything in its arguments was sensitive, so is its result.
    Spread,
    /// It moves elements about and leaves sensitive ones as they are; only a sensitive argument makes the result so.
    Keep,
    /// It is about sensitivity and sees the arguments as they are.
    See,
}

/// Why the code of a function has no result; [`super::call`] adds the name.
#[derive(Debug)]
pub(super) enum Fault {
    /// An argument, from 0, must be something else.
    Argument(usize, &'static str, &'static str),
    /// Anything else.
    Failed(String),
    /// A file must be read first.
    NeedsFile(String),
}

impl Fault {
    pub(super) fn failed(reason: impl fmt::Display) -> Self {
        Self::Failed(reason.to_string())
    }
}

/// How many arguments a function takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arity {
    /// At least so many.
    pub least: usize,
    /// At most so many; `None` is any number.
    pub most: Option<usize>,
}

impl Arity {
    pub(super) const fn exactly(count: usize) -> Self {
        Self {
            least: count,
            most: Some(count),
        }
    }

    pub(super) const fn between(least: usize, most: usize) -> Self {
        Self {
            least,
            most: Some(most),
        }
    }

    pub(super) const fn at_least(least: usize) -> Self {
        Self { least, most: None }
    }

    /// Tells whether this many arguments are right.
    pub fn allows(self, count: usize) -> bool {
        count >= self.least && self.most.is_none_or(|most| count <= most)
    }
}

impl fmt::Display for Arity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        match (self.least, self.most) {
            (0, Some(0)) => f.write_str("no arguments"),
            (least, Some(most)) if least == most => {
                write!(f, "{least} argument{}", plural(least))
            }
            (least, Some(most)) => write!(f, "{least} to {most} arguments"),
            (least, None) => write!(f, "{least} or more arguments"),
        }
    }
}

/// Makes a row for a function that sees everything in the open.
pub(super) const fn function(
    name: &'static str,
    arity: Arity,
    run: Run,
    doc: &'static str,
) -> Function {
    Function {
        name,
        arity,
        marks: Marks::Spread,
        run,
        doc,
    }
}

/// Makes a row for a function that moves elements about.
pub(super) const fn moving(
    name: &'static str,
    arity: Arity,
    run: Run,
    doc: &'static str,
) -> Function {
    Function {
        name,
        arity,
        marks: Marks::Keep,
        run,
        doc,
    }
}
