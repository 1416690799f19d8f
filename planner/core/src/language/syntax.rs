//! Says what is wrong with a text that does not parse, in the words of its writer.

use std::ops::Range;

use super::inputs::SourceFile;
use crate::diagnostic::Diagnostic;

/// Returns what is wrong with a file that the parser left at byte `at`, saying `message`.
pub(crate) fn trouble(file: &SourceFile, at: usize, message: &str) -> Diagnostic {
    let text = file.text.as_str();
    let here = |span: Range<usize>, says: &str| {
        Diagnostic::error("language::syntax", "the file cannot be read from here on")
            .label(&file.name, span, says)
    };
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    let one = at..at + next.map_or(1, char::len_utf8);
    if message.contains("found redefined attribute") {
        let name = name_at(text, at);
        return Diagnostic::error("language::duplicate", format!("`{name}` is given twice"))
            .label(&file.name, at..at + name.len().max(1), "")
            .help("Remove one of the two.");
    }
    match open(text) {
        Some(Open::Text(start)) if start < at => {
            let line = text.get(start..).and_then(|rest| rest.lines().next());
            let end = start + line.map_or(1, |line| line.trim_end().len());
            return here(start..end, "this text is not closed").help("Close it with `\"`.");
        }
        Some(Open::Bracket(start, closing)) if next.is_none() || at >= text.trim_end().len() => {
            return here(start..start + 1, "this is not closed")
                .help(format!("Close it with `{closing}`."));
        }
        _ => {}
    }
    let error = here(one, &message.replace('\n', "\\n"));
    match next {
        Some('\'') => error.help("Put text in double quotes."),
        Some(':') if message.starts_with("invalid structure") => {
            error.help("Write `=` between a name and its value.")
        }
        _ => error,
    }
}

fn name_at(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
    rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest)
}

/// What is begun and not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    /// A quoted text that its line does not close; where its quote stands.
    Text(usize),
    /// A bracket; where it stands, and what would close it.
    Bracket(usize, char),
}

/// Returns the first quoted text that its line does not close, else the outermost bracket that the text does not.
fn open(text: &str) -> Option<Open> {
    let mut scan = Scan {
        text,
        at: 0,
        open: Vec::new(),
    };
    loop {
        match scan.step() {
            Step::On => {}
            Step::Unclosed(start) => return Some(Open::Text(start)),
            Step::End => break,
        }
    }
    scan.open.iter().find_map(|open| match open {
        Open::Bracket(..) => Some(*open),
        Open::Text(_) => None,
    })
}

enum Step {
    On,
    Unclosed(usize),
    End,
}

/// Walks a text and keeps what is open: brackets, and quoted texts whose templates are being walked.
struct Scan<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open>,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self) -> Step {
        let Some(next) = self.rest().chars().next() else {
            return Step::End;
        };
        if let Some(Open::Text(start)) = self.open.last().copied() {
            return self.quoted(start, next);
        }
        let start = self.at;
        self.at += next.len_utf8();
        match next {
            '"' => self.open.push(Open::Text(start)),
            '{' => self.open.push(Open::Bracket(start, '}')),
            '[' => self.open.push(Open::Bracket(start, ']')),
            '(' => self.open.push(Open::Bracket(start, ')')),
            '}' | ']' | ')' => {
                self.open.pop();
            }
            '#' => self.skip_to("\n"),
            '/' if self.rest().starts_with('/') => self.skip_to("\n"),
            '/' if self.rest().starts_with('*') => self.skip_to("*/"),
            '<' if self.rest().starts_with('<') => self.heredoc(),
            _ => {}
        }
        Step::On
    }

    /// Walks on in a quoted text.
    fn quoted(&mut self, start: usize, next: char) -> Step {
        if next == '\n' {
            return Step::Unclosed(start);
        }
        let rest = self.rest();
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            self.at += 3;
        } else if rest.starts_with("${") || rest.starts_with("%{") {
            self.open.push(Open::Bracket(self.at + 1, '}'));
            self.at += 2;
        } else if next == '\\' {
            let escaped = rest.chars().nth(1).filter(|c| *c != '\n');
            self.at += 1 + escaped.map_or(0, char::len_utf8);
        } else {
            self.at += next.len_utf8();
            if next == '"' {
                self.open.pop();
            }
        }
        Step::On
    }

    fn skip_to(&mut self, end: &str) {
        let rest = self.rest();
        self.at += rest.find(end).map_or(rest.len(), |at| at + end.len());
    }

    /// Skips a heredoc, of which the first `<` was taken.
    fn heredoc(&mut self) {
        let rest = self.rest();
        let Some((head, body)) = rest.split_once('\n') else {
            return;
        };
        let marker = head.trim_start_matches(['<', '-']).trim();
        if marker.is_empty() || !marker.chars().all(|c| c.is_alphanumeric() || c == '_') {
            return;
        }
        let mut length = head.len() + 1;
        for line in body.split_inclusive('\n') {
            length += line.len();
            if line.trim() == marker {
                break;
            }
        }
        self.at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_its_line_does_not_close_is_found_between_others() {
        let text = "a = \"${b[\"k\"]}\" # \"\nb = \"x\\\"\nc = \"y\"\n";
        assert_eq!(open(text), Some(Open::Text(24)));
        assert_eq!(open("a = \"$${\"\n"), None);
    }

    #[test]
    fn the_outermost_bracket_that_is_not_closed_is_found() {
        let text = "a {\n  b = <<E\n{ \"\nE\n}\nc {\n  d = [1, /* ] */\n";
        assert_eq!(open(text), Some(Open::Bracket(24, '}')));
        assert_eq!(open("a {}\n"), None);
    }
}
