//! What formatting would change.

use similar::TextDiff;

/// Returns the unified difference of a file before and after, with `--- old/NAME` and `+++ new/NAME` above it; empty
/// if there is none.
pub fn diff(name: &str, before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(3)
        .header(&format!("old/{name}"), &format!("new/{name}"))
        .to_string()
}
