//! Why a call has no result.

use super::Arity;

/// Why a call of a function has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FunctionError {
    /// There is no such function.
    #[error("there is no function `{0}`")]
    Unknown(String),
    /// Too few or too many arguments.
    #[error("`{name}` takes {expected}, {given} given")]
    Count {
        /// Name of the function.
        name: &'static str,
        /// How many it takes.
        expected: Arity,
        /// How many it was given.
        given: usize,
    },
    /// An argument of the wrong type.
    #[error("argument {position} of `{name}` must be {expected}, not {given}")]
    Argument {
        /// Name of the function.
        name: &'static str,
        /// Which argument, from 1.
        position: usize,
        /// What it must be: "a string".
        expected: &'static str,
        /// What it is: "a list".
        given: &'static str,
    },
    /// The arguments have the right types and yet no result. The reason never shows a sensitive argument.
    #[error("`{name}`: {reason}")]
    Failed {
        /// Name of the function.
        name: &'static str,
        /// What is wrong with them.
        reason: String,
    },
    /// The contents of this file are needed first: put them (or `None`) into the context under this path and call again.
    #[error("the file `{0}` has not been read")]
    NeedsFile(String),
}

impl FunctionError {
    /// Returns the stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "function::unknown",
            Self::Count { .. } => "function::count",
            Self::Argument { .. } => "function::argument",
            Self::Failed { .. } => "function::failed",
            Self::NeedsFile(_) => "function::needs_file",
        }
    }
}
