//! The few changes to what the text says, which leave what it means: labels quoted, texts that are nothing but one
//! interpolation unwrapped, types of variables as words.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::token::{Kind, Token};

/// Returns the tokens with these changes.
pub(super) fn rewrite(tokens: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let mut statements = Statements {
        rest: tokens.into_iter().peekable(),
        done: Vec::new(),
        blocks: Vec::new(),
    };
    while statements.step() {}
    statements.done
}

/// The tokens of a body, statement by statement.
struct Statements<'a> {
    rest: Peekable<IntoIter<Token<'a>>>,
    done: Vec<Token<'a>>,
    /// Types of the blocks around.
    blocks: Vec<String>,
}

impl<'a> Statements<'a> {
    /// Takes the next statement; false at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.next() else {
            return false;
        };
        let (kind, name) = (first.kind, first.text.to_string());
        self.done.push(first);
        match kind {
            Kind::CloseBrace => {
                self.blocks.pop();
            }
            Kind::Name => {
                self.take_while(|token| token.kind == Kind::BlockComment);
                if self.next_is(Kind::Equal) {
                    self.attribute(&name);
                } else {
                    self.header(name);
                }
            }
            _ => {}
        }
        true
    }

    fn next_is(&mut self, kind: Kind) -> bool {
        self.rest.peek().is_some_and(|token| token.kind == kind)
    }

    fn take_while(&mut self, wanted: impl Fn(&Token<'a>) -> bool) {
        while let Some(token) = self.rest.next_if(|token| wanted(token)) {
            self.done.push(token);
        }
    }

    /// Takes the rest of a block's header, and quotes its labels.
    fn header(&mut self, name: String) {
        while let Some(token) = self.rest.next_if(|token| token.kind != Kind::Newline) {
            match token.kind {
                Kind::Name => self.done.extend([
                    Token::new(Kind::OpenQuote, "\""),
                    Token::new(Kind::Literal, token.text),
                    Token::new(Kind::CloseQuote, "\""),
                ]),
                Kind::OpenBrace => {
                    self.done.push(token);
                    return self.blocks.push(name);
                }
                _ => self.done.push(token),
            }
        }
    }

    /// Takes `=` and a value, and simplifies the value.
    fn attribute(&mut self, name: &str) {
        self.done.extend(self.rest.next());
        self.take_while(|token| token.kind == Kind::BlockComment);
        let mut value = Vec::new();
        let mut depth = 0;
        while let Some(token) = self.rest.next_if(|token| !ends_value(token, depth)) {
            depth += token.opens();
            value.push(token);
        }
        let comments = value
            .iter()
            .rposition(|token| token.kind != Kind::BlockComment)
            .map_or(0, |last| last + 1);
        let comments = value.split_off(comments);
        let is_type = name == "type" && self.blocks == ["variable"];
        self.done.extend(if is_type {
            type_constraint(value)
        } else {
            unwrapped(value)
        });
        self.done.extend(comments);
    }
}

fn ends_value(token: &Token<'_>, depth: isize) -> bool {
    let ends = matches!(
        token.kind,
        Kind::Newline | Kind::LineComment | Kind::CloseBrace
    );
    depth == 0 && ends
}

/// `"string"` → `string`, `"list"` → `list(string)`, `list` → `list(any)`, as Terraform has it.
fn type_constraint(value: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let words: Vec<(Kind, &str)> = value
        .iter()
        .map(|token| (token.kind, &*token.text))
        .collect();
    let (word, of) = match words.as_slice() {
        [(Kind::Name, word @ ("list" | "map" | "set"))] => (*word, Some("any")),
        [
            (Kind::OpenQuote, _),
            (Kind::Literal, word @ ("list" | "map" | "set")),
            _,
        ] => (*word, Some("string")),
        [
            (Kind::OpenQuote, _),
            (Kind::Literal, word @ ("string" | "number" | "bool")),
            _,
        ] => (*word, None),
        _ => return value,
    };
    let mut constraint = vec![Token::new(Kind::Name, word.to_owned())];
    if let Some(of) = of {
        constraint.extend([
            Token::new(Kind::OpenParen, "("),
            Token::new(Kind::Name, of),
            Token::new(Kind::CloseParen, ")"),
        ]);
    }
    constraint
}

/// Unwraps a value that is a text with one interpolation and nothing else: `"${var.x}"` → `var.x`.
///
/// Where the expression goes over several lines, it is put in parentheses, which is where it may.
fn unwrapped(value: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let mut inside = value;
    let mut wrapped = false;
    loop {
        let outside = |token: &Token<'_>| matches!(token.kind, Kind::Newline | Kind::BlockComment);
        let start = inside.iter().position(|token| !outside(token)).unwrap_or(0);
        let end = inside
            .iter()
            .rposition(|token| !outside(token))
            .map_or(0, |last| last + 1);
        let Some(expression) = inside.get(start..end).and_then(only_interpolation) else {
            break;
        };
        let comment = |token: &&Token<'_>| token.kind == Kind::BlockComment;
        let before = inside.iter().take(start).filter(comment);
        let after = inside.iter().skip(end).filter(comment);
        let expression = without_newlines_around(expression);
        inside = before.chain(expression).chain(after).cloned().collect();
        wrapped = true;
    }
    let mut depth = 0;
    let mut open = false;
    for token in &inside {
        depth += token.opens();
        open |= depth == 0 && token.kind == Kind::Newline;
    }
    if wrapped && open {
        inside.insert(0, Token::new(Kind::OpenParen, "("));
        inside.push(Token::new(Kind::CloseParen, ")"));
    }
    inside
}

fn without_newlines_around<'t, 'a>(tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    let mut tokens = tokens;
    while let [first, rest @ ..] = tokens
        && first.kind == Kind::Newline
    {
        tokens = rest;
    }
    while let [rest @ .., last] = tokens
        && last.kind == Kind::Newline
    {
        tokens = rest;
    }
    tokens
}

/// Returns the tokens of the expression that is all there is between the quotes of a text.
fn only_interpolation<'t, 'a>(value: &'t [Token<'a>]) -> Option<&'t [Token<'a>]> {
    let [quote, open, inside @ .., close, last] = value else {
        return None;
    };
    let shape = quote.kind == Kind::OpenQuote
        && open.kind == Kind::OpenTemplate
        && open.text.starts_with('$')
        && close.kind == Kind::CloseTemplate
        && last.kind == Kind::CloseQuote;
    let mut quotes = 0;
    let mut depth = 0_isize;
    for token in inside {
        match token.kind {
            Kind::OpenQuote => quotes += 1,
            Kind::CloseQuote => quotes -= 1,
            Kind::OpenTemplate | Kind::CloseTemplate | Kind::Literal if quotes == 0 => return None,
            // A comment would reach over what comes after the expression.
            Kind::LineComment if depth == 0 => return None,
            _ => {}
        }
        depth += token.opens();
        if depth < 0 {
            return None;
        }
    }
    (shape && !inside.is_empty()).then_some(inside)
}
