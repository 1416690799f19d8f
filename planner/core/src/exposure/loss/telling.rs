//! How a derivation words its numbers.

use std::fmt;
use std::sync::{Arc, LazyLock};

use lifeboat_model::{Bound, Provenance, Span};

use crate::exposure::found::Found;
use crate::exposure::graph::Input;
use crate::exposure::trace::{Told, Trace};

/// Taken for granted where nothing says how failed runs are found.
pub(super) static MADE_UP_FOR: LazyLock<Arc<str>> =
    LazyLock::new(|| Arc::from("a failed run is noticed and made up for at once"));

/// Taken for granted where runs may fail, but nothing says what happens after the last that may.
pub(super) static NO_MORE_FAIL: LazyLock<Arc<str>> =
    LazyLock::new(|| Arc::from("no more runs in a row fail than are tolerated"));

/// Taken for granted where the rates of a log are not all known.
pub(super) static ARCHIVED: LazyLock<Arc<str>> =
    LazyLock::new(|| Arc::from("log is archived as fast as it is written"));

/// Taken for granted where points are older than their schedule allows.
pub(super) static AS_SEEN: LazyLock<Arc<str>> =
    LazyLock::new(|| Arc::from("the newest point is no older than when it was last looked at"));

/// Tells an input: "run 1h, by the drill of 2026-03-01".
pub(super) fn tell<T: Trace>(trace: &mut T, what: &str, input: &Input<Span>) {
    if input.value == Span::ZERO {
        return;
    }
    trace.tell(|| Told {
        says: format!("{what} {}", Sourced(input)),
        bound: Some(Bound::Finite(input.value)),
        provenance: Some(input.provenance.clone()),
    });
}

/// Tells a remark without a number of its own.
pub(super) fn remark<T: Trace>(trace: &mut T, says: impl FnOnce() -> String) {
    trace.tell(|| Told {
        says: says(),
        bound: None,
        provenance: None,
    });
}

/// Returns a step that ends in a bound.
pub(super) fn concluded(says: String, found: &Found) -> Told {
    Told {
        says,
        bound: Some(found.bound),
        provenance: Some(match found.bound {
            Bound::Finite(_) => found.provenance.clone(),
            Bound::Unbounded => Provenance::Hard,
        }),
    }
}

/// A value with who says so.
pub(super) struct Sourced<'a, V>(pub(super) &'a Input<V>);

impl<V: fmt::Display> fmt::Display for Sourced<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Input {
            value,
            provenance,
            source,
        } = self.0;
        match provenance {
            Provenance::Assumed => write!(f, "{value}, assuming that {source}"),
            _ => write!(f, "{value}, by {source}"),
        }
    }
}

/// The terms of a sum, without those that are zero: "every 6h + run 1h".
pub(super) struct Sum<'a>(pub(super) &'a [(&'a str, Span)]);

impl fmt::Display for Sum<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut terms = self.0.iter().filter(|(_, span)| *span != Span::ZERO);
        match terms.next() {
            None => f.write_str("no time at all")?,
            Some((what, span)) => write!(f, "{what} {span}")?,
        }
        terms.try_for_each(|(what, span)| write!(f, " + {what} {span}"))
    }
}
