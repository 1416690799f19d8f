//! The families of functions, a file and a table each.

mod conversion;
mod csv;
mod date;
mod encoding;
mod file;
mod format;
mod go_duration;
mod hash;
mod ip;
mod list;
mod map;
mod numeric;
mod pattern;
mod pattern_of_date;
mod set;
mod text;
mod units;
mod verb;

use unicode_segmentation::UnicodeSegmentation as _;

use super::arguments::Arguments;
use super::call::Context;
use super::function::{Arity, Fault, Function, Marks, function, moving};
use crate::language::Value;

/// All tables.
pub(super) const ALL: &[&[Function]] = &[
    conversion::FUNCTIONS,
    date::FUNCTIONS,
    encoding::FUNCTIONS,
    file::FUNCTIONS,
    format::FUNCTIONS,
    hash::FUNCTIONS,
    ip::FUNCTIONS,
    list::FUNCTIONS,
    map::FUNCTIONS,
    numeric::FUNCTIONS,
    pattern::FUNCTIONS,
    set::FUNCTIONS,
    text::FUNCTIONS,
    units::FUNCTIONS,
];

/// What the code of a function has.
type Outcome = Result<Value, Fault>;

/// Returns what a reader sees as the characters of a text, as Terraform counts them.
fn graphemes(text: &str) -> Vec<&str> {
    text.graphemes(true).collect()
}

/// Refuses more than so many of something: a mistyped number must not eat the memory.
fn most(count: usize, limit: usize, what: &str) -> Result<usize, Fault> {
    if count > limit {
        return Err(Fault::Failed(format!(
            "{count} {what} are too many, at most {limit}"
        )));
    }
    Ok(count)
}
