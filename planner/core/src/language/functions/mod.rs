//! The functions of the language, under their Terraform names and with their Terraform meaning.
//!
//! [`call`] runs one by its name; [`names`] lists them, for suggestions and documentation. Each family is a file
//! with a table: a row is a function's name, the number of its arguments, its code and what it returns in a line.
//!
//! Pure: the time and the contents of files come in through [`Context`]. A function that needs a file which is not
//! there yet says so ([`FunctionError::NeedsFile`]); the caller reads it and calls again.

mod arguments;
mod call;
mod error;
mod families;
mod function;

pub use call::{Context, call, documentation, names};
pub use error::FunctionError;
pub use function::Arity;

#[cfg(test)]
mod tests;
