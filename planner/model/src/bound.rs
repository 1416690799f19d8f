//! A bound that may be missing.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A worst case: a finite value, or none that can be promised.
///
/// *Unbounded* is a value of its own and greater than every finite one, never a big number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound<T> {
    /// It is never more than this.
    Finite(T),
    /// Nothing limits it.
    Unbounded,
}

impl<T> Bound<T> {
    /// Returns the limit, if there is one.
    pub fn finite(self) -> Option<T> {
        match self {
            Self::Finite(value) => Some(value),
            Self::Unbounded => None,
        }
    }

    /// Returns the bound with its limit passed through `f`.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Bound<U> {
        match self {
            Self::Finite(value) => Bound::Finite(f(value)),
            Self::Unbounded => Bound::Unbounded,
        }
    }
}

impl<T: fmt::Display> fmt::Display for Bound<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finite(value) => value.fmt(f),
            Self::Unbounded => f.pad("unbounded"),
        }
    }
}
