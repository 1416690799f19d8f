//! Reads the text of the configuration: parse, evaluate, check; all errors of all files at once.

pub mod format;
pub mod functions;
mod value;

pub use value::{ArithmeticError, NotJson, Number, Value};
