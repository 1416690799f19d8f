//! The families of functions, a file and a table each.

mod numeric;

use super::function::Function;

/// All tables.
pub(super) const ALL: &[&[Function]] = &[numeric::FUNCTIONS];
