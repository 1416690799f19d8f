//! Alignment of `=` and of comments over consecutive lines.

use super::lines::Line;
use super::token::columns;

/// Aligns the cells of lines. A line without the cell ends the run.
pub(super) fn align(lines: &mut [Line<'_>]) {
    for run in lines.chunk_by_mut(|a, b| a.assign.is_empty() == b.assign.is_empty()) {
        let widest = run
            .iter()
            .map(|line| columns(&line.lead))
            .max()
            .unwrap_or(0);
        for line in run {
            let width = columns(&line.lead);
            if let Some(equal) = line.assign.first_mut() {
                equal.spaces = widest - width + 1;
            }
        }
    }
    let width = |line: &Line<'_>| columns(&line.lead) + columns(&line.assign);
    for run in lines.chunk_by_mut(|a, b| a.comment.is_some() == b.comment.is_some()) {
        let widest = run.iter().map(width).max().unwrap_or(0);
        for line in run {
            let width = width(line);
            if let Some(comment) = &mut line.comment {
                comment.spaces = widest - width + 1;
            }
        }
    }
}
