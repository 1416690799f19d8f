//! Reads the text of the configuration: parse, evaluate, check; all errors of all files at once.
//!
//! Way of the data, which is the order of the stages: `parse` reads texts into syntax trees; `declare` finds what they
//! declare; `variables`, `locals` and `instances` give values to what has a name, through `evaluate`; `blocks` checks
//! every block against the catalog and writes the [`Configuration`](crate::configuration::Configuration).
//!
//! Pure: [`evaluate`](fn@evaluate) reads nothing but its [`Inputs`]; where a function reads a file that is not there
//! yet, it answers [`Outcome::NeedsFiles`].

mod blocks;
mod checked;
mod declare;
mod evaluate;
mod failure;
pub mod format;
pub mod functions;
mod graph;
mod inputs;
mod instances;
mod locals;
mod nearest;
mod parse;
mod path;
mod program;
mod syntax;
mod types;
mod value;
mod variables;
mod version;
pub(crate) mod written;

pub use inputs::{Evaluated, Inputs, Outcome, SourceFile, VariableSource};
pub use program::evaluate;
pub use value::{ArithmeticError, NotJson, Number, Value};

#[cfg(test)]
mod tests;
