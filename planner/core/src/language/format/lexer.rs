//! Cuts a text into tokens, without losing any of it but spaces.
//!
//! The text must parse; of one that does not, the tokens make no sense, but they still hold all of it.

use super::token::{Kind, Token};

/// Returns the tokens of a text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer {
        rest: text,
        tokens: Vec::new(),
    };
    while !lexer.rest.is_empty() {
        lexer.code(false);
    }
    lexer.tokens
}

struct Lexer<'a> {
    rest: &'a str,
    tokens: Vec<Token<'a>>,
}

/// Operators, the longer before the shorter ones.
const OPERATORS: [(&str, Kind); 29] = [
    ("...", Kind::Ellipsis),
    ("::", Kind::DoubleColon),
    ("==", Kind::Operator),
    ("!=", Kind::Operator),
    ("<=", Kind::Operator),
    (">=", Kind::Operator),
    ("=>", Kind::Operator),
    ("&&", Kind::Operator),
    ("||", Kind::Operator),
    ("{", Kind::OpenBrace),
    ("}", Kind::CloseBrace),
    ("[", Kind::OpenBracket),
    ("]", Kind::CloseBracket),
    ("(", Kind::OpenParen),
    (")", Kind::CloseParen),
    (".", Kind::Dot),
    (",", Kind::Comma),
    ("=", Kind::Equal),
    ("!", Kind::Bang),
    ("-", Kind::Minus),
    ("\r\n", Kind::Newline),
    ("\n", Kind::Newline),
    ("<", Kind::Operator),
    (">", Kind::Operator),
    ("+", Kind::Operator),
    ("*", Kind::Operator),
    ("/", Kind::Operator),
    ("?", Kind::Operator),
    (":", Kind::Operator),
];

impl<'a> Lexer<'a> {
    /// Takes so many bytes as a token.
    fn take(&mut self, kind: Kind, length: usize) {
        let (text, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, ""));
        self.rest = rest;
        self.tokens.push(Token::new(kind, text));
    }

    /// Takes the tokens of expressions and blocks, to the end or, `inside` of a template, to what closes it.
    fn code(&mut self, inside: bool) {
        let mut depth = 0_usize;
        loop {
            self.skip_spaces();
            if self.rest.is_empty() {
                return;
            }
            if inside && depth == 0 {
                let closes = ["~}", "}"]
                    .into_iter()
                    .find(|end| self.rest.starts_with(end));
                if let Some(end) = closes {
                    return self.take(Kind::CloseTemplate, end.len());
                }
            }
            self.one();
            match self.tokens.last().map(|token| token.kind) {
                Some(Kind::OpenBrace) => depth += 1,
                Some(Kind::CloseBrace) => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// Skips what is between tokens and no newline.
    fn skip_spaces(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t']);
            match self.rest.strip_prefix('\r') {
                Some(after) if !after.starts_with('\n') => self.rest = after,
                _ => return,
            }
        }
    }

    /// Takes one token, or one quoted text.
    fn one(&mut self) {
        let rest = self.rest;
        if rest.starts_with('"') {
            self.quoted();
        } else if rest.starts_with('#') || rest.starts_with("//") {
            let line = rest.find('\n').unwrap_or(rest.len());
            let comment = rest.get(..line).unwrap_or(rest);
            self.take(
                Kind::LineComment,
                comment.strip_suffix('\r').unwrap_or(comment).len(),
            );
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").map_or(rest.len(), |end| end + 2);
            self.take(Kind::BlockComment, end);
        } else if let Some(marker) = marker(rest) {
            self.heredoc(marker);
        } else if rest.starts_with(begins_name) {
            let end = rest.find(|c| !continues_name(c)).unwrap_or(rest.len());
            self.take(Kind::Name, end);
        } else if rest.starts_with(|c: char| c.is_ascii_digit()) {
            self.take(Kind::Number, number(rest));
        } else if let Some((text, kind)) = OPERATORS.iter().find(|(text, _)| rest.starts_with(text))
        {
            self.take(*kind, text.len());
        } else {
            let length = rest.chars().next().map_or(0, char::len_utf8);
            self.take(Kind::Operator, length);
        }
    }

    /// Takes a text with its quotes and what is interpolated in it.
    fn quoted(&mut self) {
        self.take(Kind::OpenQuote, 1);
        loop {
            let length = literal(self.rest, |rest| rest.starts_with('"'));
            if length > 0 {
                self.take(Kind::Literal, length);
            }
            if self.rest.is_empty() {
                return;
            }
            if self.rest.starts_with('"') {
                return self.take(Kind::CloseQuote, 1);
            }
            self.template();
        }
    }

    /// Takes `${` or `%{` and all up to what closes it.
    fn template(&mut self) {
        let strip = usize::from(self.rest.get(2..).is_some_and(|rest| rest.starts_with('~')));
        self.take(Kind::OpenTemplate, 2 + strip);
        self.code(true);
    }

    /// Takes a heredoc as one token. Its end marker does not count inside of what is interpolated in it.
    fn heredoc(&mut self, marker: &str) {
        let (whole, mark) = (self.rest, self.tokens.len());
        self.rest = whole
            .get(whole.find('\n').unwrap_or(whole.len())..)
            .unwrap_or_default();
        loop {
            let ends = |rest: &str| end_of_heredoc(rest, marker).is_some();
            let length = literal_of_heredoc(self.rest, ends);
            self.rest = self.rest.get(length..).unwrap_or_default();
            if self.rest.is_empty() {
                break;
            }
            if let Some(end) = end_of_heredoc(self.rest, marker) {
                self.rest = self.rest.get(end..).unwrap_or_default();
                break;
            }
            self.template();
        }
        self.tokens.truncate(mark);
        let length = whole.len() - self.rest.len();
        self.rest = whole;
        self.take(Kind::Heredoc, length);
    }
}

/// Returns how many bytes stand for themselves between quotes, where a backslash escapes.
fn literal(text: &str, ends: impl Fn(&str) -> bool) -> usize {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if ends(rest) || opens_template(rest) {
            break;
        }
        let length = match c {
            '\\' => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            _ if escapes_template(rest) => 3,
            c => c.len_utf8(),
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    text.len() - rest.len()
}

/// Returns how many bytes stand for themselves in a heredoc, where a backslash is one of them.
fn literal_of_heredoc(text: &str, ends: impl Fn(&str) -> bool) -> usize {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if ends(rest) || opens_template(rest) {
            break;
        }
        let length = if escapes_template(rest) {
            3
        } else {
            c.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    text.len() - rest.len()
}

fn opens_template(rest: &str) -> bool {
    rest.starts_with("${") || rest.starts_with("%{")
}

fn escapes_template(rest: &str) -> bool {
    rest.starts_with("$${") || rest.starts_with("%%{")
}

/// Returns the end marker of the heredoc that begins here.
fn marker(rest: &str) -> Option<&str> {
    let line = rest.strip_prefix("<<")?.lines().next()?;
    let marker = line.strip_prefix('-').unwrap_or(line).trim_end();
    let named = marker.starts_with(begins_name) && marker.chars().all(continues_name);
    named.then_some(marker)
}

/// Returns the length of the end of a heredoc if it is here: a newline, spaces, and the marker as a whole word.
fn end_of_heredoc(rest: &str, marker: &str) -> Option<usize> {
    let line = rest
        .strip_prefix("\r\n")
        .or_else(|| rest.strip_prefix('\n'))?;
    let after = line.trim_start_matches([' ', '\t']).strip_prefix(marker)?;
    (!after.starts_with(continues_name)).then(|| rest.len() - after.len())
}

fn begins_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-' || unicode_continues(c)
}

/// Tells whether a character that is neither letter nor digit may continue a name: a combining mark.
fn unicode_continues(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace() && !c.is_control()
}

/// Returns the length of the number that begins here.
fn number(rest: &str) -> usize {
    let digits = |from: usize| {
        let tail = rest.get(from..).unwrap_or_default();
        from + tail.len() - tail.trim_start_matches(|c: char| c.is_ascii_digit()).len()
    };
    let mut end = digits(0);
    if rest.get(end..).is_some_and(|tail| tail.starts_with('.')) && digits(end + 1) > end + 1 {
        end = digits(end + 1);
    }
    if rest
        .get(end..)
        .is_some_and(|tail| tail.starts_with(['e', 'E']))
    {
        let sign = rest
            .get(end + 1..)
            .is_some_and(|tail| tail.starts_with(['+', '-']));
        let from = end + 1 + usize::from(sign);
        if digits(from) > from {
            end = digits(from);
        }
    }
    end
}
