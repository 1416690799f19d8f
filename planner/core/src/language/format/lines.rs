//! Lines, and how far they are indented.

use super::spacing;
use super::token::{Kind, Token, opened};

/// A line, cut into the cells that are aligned with those of its neighbours.
#[derive(Debug, Default)]
pub(super) struct Line<'a> {
    /// All before `assign`.
    pub(super) lead: Vec<Token<'a>>,
    /// From `=` on, if what follows it ends on this line; else empty.
    pub(super) assign: Vec<Token<'a>>,
    /// A comment after something else.
    pub(super) comment: Option<Token<'a>>,
    /// What ends the line; nothing at the end of the text.
    pub(super) newline: Option<Token<'a>>,
}

/// Cuts tokens into lines.
pub(super) fn lines(tokens: Vec<Token<'_>>) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut line = Line::default();
    for token in tokens {
        if token.kind == Kind::Newline {
            line.newline = Some(token);
            lines.push(cut(std::mem::take(&mut line)));
        } else {
            line.lead.push(token);
        }
    }
    if !line.lead.is_empty() {
        lines.push(cut(line));
    }
    lines
}

fn cut(mut line: Line<'_>) -> Line<'_> {
    let ends_with_comment = |last: &Token<'_>| last.kind == Kind::LineComment;
    if line.lead.len() > 1 && line.lead.last().is_some_and(ends_with_comment) {
        line.comment = line.lead.pop();
    }
    let equal = line.lead.iter().position(|token| token.kind == Kind::Equal);
    if let Some(equal) = equal.filter(|equal| *equal > 0)
        && line.lead.get(equal..).map(opened) == Some(0)
    {
        line.assign = line.lead.split_off(equal);
    }
    spacing::space(&mut line.lead);
    spacing::space(&mut line.assign);
    line
}

/// Sets the spaces before the first token of each line: two for each line before it that opened more brackets than
/// have been closed since.
pub(super) fn indent(lines: &mut [Line<'_>]) {
    let mut levels: Vec<isize> = Vec::new();
    for line in lines {
        let net = opened(&line.lead) + opened(&line.assign);
        close(&mut levels, -net);
        if let Some(first) = line.lead.first_mut() {
            first.spaces = 2 * levels.len();
        }
        if net > 0 {
            levels.push(net);
        }
    }
}

fn close(levels: &mut Vec<isize>, mut closed: isize) {
    while closed > 0
        && let Some(level) = levels.pop()
    {
        if level > closed {
            levels.push(level - closed);
        }
        closed -= level;
    }
}
