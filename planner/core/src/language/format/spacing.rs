//! Where a space belongs between two tokens of a line.

use super::token::{Kind, Token};

/// Sets the spaces before each token of a line but the first.
pub(super) fn space(line: &mut [Token<'_>]) {
    for index in 1..line.len() {
        let before = index.checked_sub(2).and_then(|index| line.get(index));
        let (Some(left), Some(right)) = (line.get(index - 1), line.get(index)) else {
            return;
        };
        let spaces = usize::from(belongs(before, left, right));
        if let Some(token) = line.get_mut(index) {
            token.spaces = spaces;
        }
    }
}

/// Tells whether a space belongs between `left` and `right`; `before` comes before `left`. The first rule that
/// speaks decides.
fn belongs(before: Option<&Token<'_>>, left: &Token<'_>, right: &Token<'_>) -> bool {
    beside_names(left, right)
        .or_else(|| beside_literals(left, right))
        .or_else(|| beside_operators(before, left, right))
        .unwrap_or_else(|| beside_brackets(left, right))
}

fn beside_names(left: &Token<'_>, right: &Token<'_>) -> Option<bool> {
    let keyword = left.kind == Kind::Name && matches!(&*left.text, "in" | "if");
    match (left.kind, right.kind) {
        // `in (a)`: what follows `in` and `if` are no arguments.
        (Kind::Name, Kind::OpenParen) => Some(keyword),
        (Kind::DoubleColon | Kind::Dot, _) | (_, Kind::DoubleColon | Kind::Dot) => Some(false),
        (_, Kind::Comma | Kind::Ellipsis) => Some(false),
        (Kind::Comma, _) => Some(true),
        _ => None,
    }
}

fn beside_literals(left: &Token<'_>, right: &Token<'_>) -> Option<bool> {
    let inside = matches!(left.kind, Kind::Literal | Kind::OpenQuote)
        || matches!(right.kind, Kind::Literal | Kind::CloseQuote);
    inside.then_some(false)
}

fn beside_operators(
    before: Option<&Token<'_>>,
    left: &Token<'_>,
    right: &Token<'_>,
) -> Option<bool> {
    match (left.kind, right.kind) {
        // `for x in [1]` is no index of `in`.
        (Kind::Name, _) if &*left.text == "in" && before.is_some_and(|b| b.kind == Kind::Name) => {
            Some(true)
        }
        (Kind::Name | Kind::Number, Kind::OpenBracket) => Some(false),
        (_, Kind::OpenBracket) if left.opens() < 0 => Some(false),
        (Kind::Bang, _) => Some(false),
        (Kind::Minus, _) => Some(before.is_some_and(ends_operand)),
        _ => None,
    }
}

/// Tells whether a minus after this token subtracts; otherwise it is the sign of what comes after it.
fn ends_operand(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Operator => !matches!(
            &*token.text,
            "+" | "*" | "/" | "%" | "?" | ":" | "==" | "!=" | "<" | ">" | "<=" | ">=" | "&&" | "||"
        ),
        Kind::OpenParen | Kind::OpenBrace | Kind::OpenBracket | Kind::OpenTemplate => false,
        Kind::Equal | Kind::Comma | Kind::Minus | Kind::Bang => false,
        _ => true,
    }
}

fn beside_brackets(left: &Token<'_>, right: &Token<'_>) -> bool {
    match (left.kind, right.kind) {
        (Kind::OpenBrace, Kind::CloseBrace) => false,
        (Kind::OpenBrace, _) | (_, Kind::CloseBrace) => true,
        // `${ {a = 1} }`: the braces of an object stay apart from those of the template.
        (Kind::OpenTemplate, Kind::OpenBrace) | (Kind::CloseBrace, Kind::CloseTemplate) => true,
        (Kind::CloseTemplate, Kind::OpenTemplate) => false,
        _ => left.opens() <= 0 && right.opens() >= 0,
    }
}
