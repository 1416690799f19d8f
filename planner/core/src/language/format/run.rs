//! The way from text to text.

use std::fmt::Write as _;

use super::cells::align;
use super::lexer::tokens;
use super::lines::{indent, lines};
use super::rewrite::rewrite;
use super::token::{Kind, Token};

/// Why a text cannot be formatted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The text does not parse, so it stays as it is.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// Where, in bytes from the start.
        offset: usize,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser says.
        message: String,
    },
    /// A fault of ours: the formatted text would not be what the text was, so it stays as it is.
    #[error("bug: formatting would change what the text means")]
    Changed,
}

impl FormatError {
    /// Returns the stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "format::syntax",
            Self::Changed => "format::changed",
        }
    }
}

/// Returns the text in canonical layout.
///
/// Every comment and every run of blank lines stays; a text that has no newline at its end gets one. Fails, and
/// changes nothing, if the text does not parse.
pub fn format(text: &str) -> Result<String, FormatError> {
    parse(text)?;
    let wanted = rewrite(tokens(text));
    let formatted = laid_out(wanted.clone());
    let sound = parse(&formatted).is_ok() && same(&wanted, &tokens(&formatted));
    sound.then_some(formatted).ok_or(FormatError::Changed)
}

fn parse(text: &str) -> Result<hcl_edit::structure::Body, FormatError> {
    hcl_edit::parser::parse_body(text).map_err(|error| FormatError::Syntax {
        offset: error.location().offset(),
        line: error.location().line(),
        column: error.location().column(),
        message: error.message().to_owned(),
    })
}

fn laid_out(tokens: Vec<Token<'_>>) -> String {
    let mut lines = lines(tokens);
    indent(&mut lines);
    align(&mut lines);
    let mut text = String::new();
    for line in &lines {
        let tokens = line.lead.iter().chain(&line.assign).chain(&line.comment);
        for Token {
            text: word, spaces, ..
        } in tokens
        {
            // Writing to a text cannot fail.
            let _ = write!(text, "{:spaces$}{word}", "");
        }
        text.push_str(line.newline.as_ref().map_or("\n", |newline| &newline.text));
    }
    text
}

/// Tells whether tokens are the same but for spaces and the newline at the end.
fn same(wanted: &[Token<'_>], found: &[Token<'_>]) -> bool {
    let trimmed = |tokens: &[Token<'_>]| {
        let last = tokens.iter().rposition(|token| token.kind != Kind::Newline);
        last.map_or(0, |last| last + 1)
    };
    let (wanted, found) = (
        wanted.iter().take(trimmed(wanted)),
        found.iter().take(trimmed(found)),
    );
    wanted
        .map(|token| (token.kind, &token.text))
        .eq(found.map(|token| (token.kind, &token.text)))
}
