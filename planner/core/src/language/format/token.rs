//! The smallest parts of a configuration text.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, or a keyword.
    Name,
    /// A number.
    Number,
    /// A quote that opens a text.
    OpenQuote,
    /// A quote that closes a text.
    CloseQuote,
    /// What stands for itself between quotes.
    Literal,
    /// A heredoc from `<<` to its end marker.
    Heredoc,
    /// `${` or `%{`, with or without `~`.
    OpenTemplate,
    /// The `}` or `~}` that closes one.
    CloseTemplate,
    /// `{`
    OpenBrace,
    /// `}`
    CloseBrace,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `(`
    OpenParen,
    /// `)`
    CloseParen,
    /// `.`
    Dot,
    /// `,`
    Comma,
    /// `...`
    Ellipsis,
    /// `::`
    DoubleColon,
    /// `=`
    Equal,
    /// `!`
    Bang,
    /// `-`
    Minus,
    /// Any other operator or separator.
    Operator,
    /// A comment to the end of its line, without the newline.
    LineComment,
    /// A comment between `/*` and `*/`.
    BlockComment,
    /// The end of a line.
    Newline,
}

/// A token with the spaces before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// What it is.
    pub(super) kind: Kind,
    /// Its text.
    pub(super) text: Cow<'a, str>,
    /// Spaces before it; what the author wrote is not kept.
    pub(super) spaces: usize,
}

impl<'a> Token<'a> {
    pub(super) fn new(kind: Kind, text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            kind,
            text: text.into(),
            spaces: 0,
        }
    }

    /// Returns by how much the token opens (1) or closes (-1) brackets.
    pub(super) const fn opens(&self) -> isize {
        match self.kind {
            Kind::OpenBrace | Kind::OpenBracket | Kind::OpenParen | Kind::OpenTemplate => 1,
            Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen | Kind::CloseTemplate => -1,
            _ => 0,
        }
    }

    /// Returns how many columns the token and the spaces before it take.
    fn columns(&self) -> usize {
        self.spaces + self.text.graphemes(true).count()
    }
}

/// Returns how many columns tokens take.
pub(super) fn columns(tokens: &[Token<'_>]) -> usize {
    tokens.iter().map(Token::columns).sum()
}

/// Returns by how much tokens open more brackets than they close.
pub(super) fn opened(tokens: &[Token<'_>]) -> isize {
    tokens.iter().map(Token::opens).sum()
}
