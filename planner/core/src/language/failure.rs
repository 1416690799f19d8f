//! The failure of an evaluation.

use std::ops::Range;

use hcl_edit::Span;

use crate::diagnostic::Diagnostic;

/// Why something has no value. Empty where the reason was reported elsewhere: a local that failed, a file not loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Failure(pub(crate) Vec<Diagnostic>);

impl Failure {
    /// The reason was, or will be, reported elsewhere.
    pub(crate) const fn elsewhere() -> Self {
        Self(Vec::new())
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

/// A value, or why there is none.
pub(crate) type Evaluation<T> = Result<T, Failure>;

/// Collects failures while going on.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    diagnostics: Vec<Diagnostic>,
    failed: bool,
}

impl Collector {
    /// Keeps the failure of `result` and returns its value.
    pub(crate) fn take<T>(&mut self, result: Evaluation<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(Failure(diagnostics)) => {
                self.failed = true;
                self.diagnostics.extend(diagnostics);
                None
            }
        }
    }

    /// Keeps an error.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.failed = true;
        self.diagnostics.push(diagnostic);
    }

    /// Returns `value`, or all failures that were kept.
    pub(crate) fn finish<T>(self, value: T) -> Evaluation<T> {
        if self.failed {
            Err(Failure(self.diagnostics))
        } else {
            Ok(value)
        }
    }
}

/// Returns the bytes of a node; every node that was parsed has some.
pub(crate) fn span_of(node: &impl Span) -> Range<usize> {
    node.span().unwrap_or_default()
}
