//! Lines of coloured text, and the only place that writes ANSI codes.

use std::fmt::Write as _;

use super::Style;

/// What a piece of text means, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As it is.
    Plain,
    /// A heading or an address.
    Strong,
    /// What comes, or is well.
    Good,
    /// What goes, or is not well.
    Bad,
    /// What changes, or is worth a look.
    Warn,
    /// What is read, taken over or acted on.
    Calm,
    /// What may be skipped.
    Faint,
}

impl Tone {
    const fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Good => Some("32"),
            Self::Bad => Some("31"),
            Self::Warn => Some("33"),
            Self::Calm => Some("36"),
            Self::Faint => Some("90"),
        }
    }
}

/// One line, in pieces of one tone each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pieces: Vec<(Tone, String)>,
}

impl Line {
    /// Returns a line that begins with so many spaces.
    pub(crate) fn indent(columns: usize) -> Self {
        Self::default().plain(" ".repeat(columns))
    }

    /// Adds text as it is.
    pub(crate) fn plain(self, text: impl Into<String>) -> Self {
        self.tone(Tone::Plain, text)
    }

    /// Adds text of a tone.
    pub(crate) fn tone(mut self, tone: Tone, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.pieces.push((tone, text));
        }
        self
    }

    /// Adds another line's pieces.
    pub(crate) fn append(mut self, other: Self) -> Self {
        self.pieces.extend(other.pieces);
        self
    }

    /// Adds spaces up to a column.
    pub(crate) fn to(self, column: usize) -> Self {
        let missing = column.saturating_sub(self.width());
        self.plain(" ".repeat(missing))
    }

    /// Returns the line without the spaces at its end.
    fn trimmed(mut self) -> Self {
        while let Some((tone, text)) = self.pieces.pop() {
            let kept = text.trim_end_matches(' ').len();
            if kept > 0 {
                let text = text.get(..kept).unwrap_or(&text).to_owned();
                self.pieces.push((tone, text));
                break;
            }
        }
        self
    }

    /// Returns the columns that the line takes.
    pub(crate) fn width(&self) -> usize {
        self.pieces.iter().map(|(_, text)| columns(text)).sum()
    }
}

/// Returns the columns that a text takes: one a character.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// Returns whether a terminal would act on the character instead of showing it.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns the text with everything spelled out that a terminal would act on.
pub(crate) fn shown(text: &str) -> String {
    if !text.chars().any(acts) {
        return text.to_owned();
    }
    text.chars().fold(String::new(), |mut out, c| {
        if acts(c) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
        out
    })
}

/// Returns the text with the signs of our own sentences in ASCII; names stay as their owners wrote them.
fn ascii(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        match c {
            '−' | '–' => out.push('-'),
            '×' => out.push('x'),
            '·' => out.push('*'),
            '≤' => out.push_str("<="),
            '≥' => out.push_str(">="),
            '…' => out.push_str("..."),
            '→' => out.push_str("->"),
            c => out.push(c),
        }
        out
    })
}

/// Breaks a text at its spaces into lines of at most `width` columns. A longer word stands alone.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && columns(&line) + 1 + columns(word) > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Text under construction.
#[derive(Debug)]
pub(crate) struct Canvas {
    /// How it is shown.
    pub(crate) style: Style,
    out: String,
}

impl Canvas {
    /// Returns an empty text.
    pub(crate) const fn new(style: Style) -> Self {
        Self {
            style,
            out: String::new(),
        }
    }

    /// Adds a line. Text from outside cannot steer the terminal: control characters are spelled out.
    pub(crate) fn line(&mut self, line: Line) {
        for (tone, text) in line.trimmed().pieces {
            let mut text = shown(&text);
            if !self.style.unicode && !text.is_ascii() {
                text = ascii(&text);
            }
            match tone.code() {
                Some(code) if self.style.color => {
                    let _ = write!(self.out, "\u{1b}[{code}m{text}\u{1b}[0m");
                }
                _ => self.out.push_str(&text),
            }
        }
        self.out.push('\n');
    }

    /// Adds a line of one tone.
    pub(crate) fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.line(Line::default().tone(tone, text));
    }

    /// Adds an empty line, unless there is one or the text is empty.
    pub(crate) fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Adds a paragraph, broken at the width of the style; every line begins with `lead`.
    pub(crate) fn paragraph(&mut self, lead: &str, tone: Tone, text: &str) {
        let room = self.style.width.saturating_sub(columns(lead)).max(20);
        for part in wrap(text, room) {
            self.line(Line::default().plain(lead).tone(tone, part));
        }
    }

    /// Returns the text.
    pub(crate) fn finish(self) -> String {
        self.out
    }
}

/// One line of a table.
#[derive(Debug)]
enum Row {
    Cells(Vec<(Tone, String)>),
    Whole(Line),
}

/// A table: columns as wide as their widest cell, two spaces between them, the last one broken at the width.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
    indent: usize,
}

impl Table {
    /// Returns an empty table that begins at a column.
    pub(crate) fn indent(indent: usize) -> Self {
        Self {
            rows: Vec::new(),
            indent,
        }
    }

    /// Adds the headings.
    pub(crate) fn head(&mut self, cells: &[&str]) {
        self.row(cells.iter().map(|cell| (Tone::Strong, (*cell).to_owned())));
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = (Tone, String)>) {
        let cells = cells.into_iter();
        self.rows.push(Row::Cells(
            cells.map(|(tone, cell)| (tone, shown(&cell))).collect(),
        ));
    }

    /// Adds a line that keeps to no column.
    pub(crate) fn whole(&mut self, line: Line) {
        self.rows.push(Row::Whole(line));
    }

    /// Writes it.
    pub(crate) fn write(self, canvas: &mut Canvas) {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            let Row::Cells(cells) = row else { continue };
            for (i, (_, cell)) in cells.iter().enumerate() {
                match widths.get_mut(i) {
                    Some(width) => *width = (*width).max(columns(cell)),
                    None => widths.push(columns(cell)),
                }
            }
        }
        for row in self.rows {
            let cells = match row {
                Row::Cells(cells) => cells,
                Row::Whole(line) => {
                    canvas.line(line);
                    continue;
                }
            };
            let mut line = Line::indent(self.indent);
            let mut start = self.indent;
            let last = widths.len().saturating_sub(1);
            for (i, ((tone, cell), width)) in cells.into_iter().zip(&widths).enumerate() {
                line = line.to(start);
                if i == last && start + columns(&cell) > canvas.style.width {
                    line = broken(canvas, line, start, tone, &cell);
                } else {
                    line = line.tone(tone, cell);
                }
                start += width + 2;
            }
            canvas.line(line);
        }
    }
}

/// Writes all but the last line of a cell that is too long for its column, and returns the last.
fn broken(canvas: &mut Canvas, first: Line, start: usize, tone: Tone, cell: &str) -> Line {
    let room = canvas.style.width.saturating_sub(start);
    let (start, room, mut line) = if room < 16 {
        canvas.line(first);
        let start = 8;
        let room = canvas.style.width.saturating_sub(start).max(16);
        (start, room, Line::indent(start))
    } else {
        (start, room, first)
    };
    let mut parts = wrap(cell, room).into_iter().peekable();
    while let Some(part) = parts.next() {
        line = line.tone(tone, part);
        if parts.peek().is_some() {
            canvas.line(std::mem::replace(&mut line, Line::indent(start)));
        }
    }
    line
}
