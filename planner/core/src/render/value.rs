//! Two values side by side, as Terraform shows them: symbols in a column, four more spaces a level.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::canvas::{Canvas, Line, Tone, columns};
use super::moment::count;

/// Longest scalar that is shown whole, in characters, unless the style is verbose.
const LONGEST: usize = 120;

/// Columns of a line that a value which is cut leaves to its indent, its name and the count of what is missing.
const CUT: usize = 48;

/// What happens to one value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Turn<'a> {
    /// It stays.
    Same(&'a Value),
    /// It comes.
    Added(&'a Value),
    /// It goes.
    Removed(&'a Value),
    /// It becomes another.
    Changed(&'a Value, &'a Value),
    /// The provider says it after the apply; the old value, if there is one.
    Unknown(Option<&'a Value>),
    /// It is not shown.
    Sensitive,
}

impl<'a> Turn<'a> {
    /// Returns what happens between two values; `null` is no value.
    pub(crate) fn between(before: Option<&'a Value>, after: Option<&'a Value>) -> Option<Self> {
        match (
            before.filter(|value| !value.is_null()),
            after.filter(|value| !value.is_null()),
        ) {
            (None, None) => None,
            (None, Some(after)) => Some(Self::Added(after)),
            (Some(before), None) => Some(Self::Removed(before)),
            (Some(before), Some(after)) if before == after => Some(Self::Same(after)),
            (Some(before), Some(after)) => Some(Self::Changed(before, after)),
        }
    }

    /// Returns whether nothing happens.
    pub(crate) const fn is_same(&self) -> bool {
        matches!(self, Self::Same(_))
    }

    const fn symbol(&self) -> (Tone, &'static str) {
        match self {
            Self::Same(_) | Self::Sensitive => (Tone::Plain, " "),
            Self::Added(_) | Self::Unknown(None) => (Tone::Good, "+"),
            Self::Removed(_) => (Tone::Bad, "-"),
            Self::Changed(..) | Self::Unknown(Some(_)) => (Tone::Warn, "~"),
        }
    }
}

/// One named value of an object, or one nameless element of a list.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    /// The name; none in a list.
    pub(crate) name: Option<&'a str>,
    /// What happens.
    pub(crate) turn: Turn<'a>,
    /// Whether the change needs a new object.
    pub(crate) forces: bool,
}

/// Writes the entries with their names aligned, symbols at `column`.
pub(crate) fn entries(canvas: &mut Canvas, column: usize, entries: &[Entry<'_>]) {
    let width = entries
        .iter()
        .filter_map(|entry| entry.name.map(|name| columns(&key(name))))
        .max()
        .unwrap_or(0);
    for entry in entries {
        write_entry(canvas, column, width, entry);
    }
}

/// Writes that so many things were left out, if any.
pub(crate) fn hidden(canvas: &mut Canvas, column: usize, n: usize, noun: &str) {
    if n > 0 {
        let text = count(n, &format!("unchanged {noun}"));
        canvas.line(Line::indent(column + 2).tone(Tone::Faint, format!("# ({text} hidden)")));
    }
}

fn write_entry(canvas: &mut Canvas, column: usize, width: usize, entry: &Entry<'_>) {
    let (tone, symbol) = entry.turn.symbol();
    let mut line = Line::indent(column).tone(tone, symbol).plain(" ");
    if let Some(name) = entry.name {
        let name = key(name);
        let pad = " ".repeat(width.saturating_sub(columns(&name)));
        line = line.plain(format!("{name}{pad} = "));
    }
    let end = Ending {
        comma: entry.name.is_none(),
        forces: entry.forces,
    };
    match entry.turn {
        Turn::Same(value) => whole(canvas, column, line, value, Turn::Same, "", end),
        Turn::Added(value) => whole(canvas, column, line, value, Turn::Added, "", end),
        Turn::Removed(value) => {
            let suffix = if entry.name.is_some() { " -> null" } else { "" };
            whole(canvas, column, line, value, Turn::Removed, suffix, end);
        }
        Turn::Sensitive => canvas.line(end.close(line.plain("(sensitive value)"))),
        Turn::Unknown(None) => canvas.line(end.close(line.plain("(known after apply)"))),
        Turn::Unknown(Some(value)) => {
            let old = flat(canvas, value);
            arrow(canvas, column, line, &old, "(known after apply)", end);
        }
        Turn::Changed(before, after) => changed(canvas, column, line, before, after, end),
    }
}

/// What ends an entry's last line.
#[derive(Clone, Copy)]
struct Ending {
    comma: bool,
    forces: bool,
}

impl Ending {
    fn close(self, line: Line) -> Line {
        self.noted(line.plain(if self.comma { "," } else { "" }))
    }

    /// Says on the line that opens a block that it needs a new object.
    fn noted(self, line: Line) -> Line {
        if self.forces {
            line.tone(Tone::Bad, " # forces replacement")
        } else {
            line
        }
    }

    const fn unforced(self) -> Self {
        Self {
            forces: false,
            ..self
        }
    }
}

/// Writes a value all of which turns the same way.
fn whole<'a>(
    canvas: &mut Canvas,
    column: usize,
    line: Line,
    value: &'a Value,
    turn: fn(&'a Value) -> Turn<'a>,
    suffix: &str,
    end: Ending,
) {
    let close = |bracket: &str| {
        Line::indent(column + 2)
            .plain(bracket)
            .tone(Tone::Faint, suffix)
    };
    match value {
        Value::Object(map) if !is_inline(map) => {
            canvas.line(end.noted(line.plain("{")));
            let children: Vec<Entry<'_>> = map
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| named(name, turn(value)))
                .collect();
            entries(canvas, column + 4, &children);
            canvas.line(end.unforced().close(close("}")));
        }
        Value::Array(items) if !items.is_empty() => {
            canvas.line(end.noted(line.plain("[")));
            let children: Vec<Entry<'_>> = items.iter().map(|item| nameless(turn(item))).collect();
            entries(canvas, column + 4, &children);
            canvas.line(end.unforced().close(close("]")));
        }
        Value::String(text) if text.trim_end_matches('\n').contains('\n') => {
            canvas.line(end.noted(line.plain("<<-EOT")));
            for part in text.lines() {
                canvas.line(Line::indent(column + 6).plain(part));
            }
            canvas.line(end.unforced().close(close("EOT")));
        }
        scalar => {
            let text = flat(canvas, scalar);
            canvas.line(end.close(line.plain(text).tone(Tone::Faint, suffix)));
        }
    }
}

fn changed(
    canvas: &mut Canvas,
    column: usize,
    line: Line,
    before: &Value,
    after: &Value,
    end: Ending,
) {
    let close = |bracket: &str| {
        end.unforced()
            .close(Line::indent(column + 2).plain(bracket))
    };
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            canvas.line(end.noted(line.plain("{")));
            object(canvas, column + 4, before, after);
            canvas.line(close("}"));
        }
        (Value::Array(before), Value::Array(after)) => {
            canvas.line(end.noted(line.plain("[")));
            list(canvas, column + 4, before, after);
            canvas.line(close("]"));
        }
        (Value::String(before), Value::String(after))
            if before.contains('\n') || after.contains('\n') =>
        {
            canvas.line(end.noted(line.plain("<<-EOT")));
            text_lines(canvas, column + 4, before, after);
            canvas.line(close("EOT"));
        }
        _ => {
            let (old, new) = (flat(canvas, before), flat(canvas, after));
            arrow(canvas, column, line, &old, &new, end);
        }
    }
}

/// Writes `old -> new`, on two lines where one is too short.
fn arrow(canvas: &mut Canvas, column: usize, line: Line, old: &str, new: &str, end: Ending) {
    let line = line.plain(old);
    let note = if end.forces { 22 } else { 0 };
    if line.width() + 4 + columns(new) + note > canvas.style.width {
        canvas.line(line);
        let second = Line::indent(column + 4).tone(Tone::Warn, "-> ").plain(new);
        canvas.line(end.close(second));
    } else {
        canvas.line(end.close(line.tone(Tone::Warn, " -> ").plain(new)));
    }
}

fn object(
    canvas: &mut Canvas,
    column: usize,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut kept = 0;
    let mut children = Vec::new();
    for name in names {
        match Turn::between(before.get(name), after.get(name)) {
            Some(Turn::Same(_)) if !canvas.style.verbose => kept += 1,
            Some(turn) => children.push(named(name, turn)),
            None => {}
        }
    }
    entries(canvas, column, &children);
    hidden(canvas, column, kept, "attribute");
}

fn list(canvas: &mut Canvas, column: usize, before: &[Value], after: &[Value]) {
    let (old, new): (Vec<String>, Vec<String>) = (
        before.iter().map(Value::to_string).collect(),
        after.iter().map(Value::to_string).collect(),
    );
    let mut kept = 0;
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let gone = before.get(op.old_range()).unwrap_or_default();
        let come = after.get(op.new_range()).unwrap_or_default();
        let children: Vec<Entry<'_>> = match op {
            DiffOp::Equal { .. } if !canvas.style.verbose => {
                kept += gone.len();
                continue;
            }
            DiffOp::Equal { .. } => come.iter().map(|v| nameless(Turn::Same(v))).collect(),
            _ => paired(gone, come),
        };
        entries(canvas, column, &children);
    }
    hidden(canvas, column, kept, "element");
}

/// Returns elements that replace others: composites one by one as changes, scalars as goers and comers.
fn paired<'a>(gone: &'a [Value], come: &'a [Value]) -> Vec<Entry<'a>> {
    let composite = |value: &Value| value.is_object() || value.is_array();
    let pairs = gone
        .iter()
        .zip(come)
        .take_while(|(old, new)| composite(old) && composite(new))
        .count();
    let (gone, come) = (gone.iter(), come.iter());
    let both = gone.clone().zip(come.clone()).take(pairs);
    both.map(|(old, new)| nameless(Turn::Changed(old, new)))
        .chain(gone.skip(pairs).map(|old| nameless(Turn::Removed(old))))
        .chain(come.skip(pairs).map(|new| nameless(Turn::Added(new))))
        .collect()
}

fn text_lines(canvas: &mut Canvas, column: usize, before: &str, after: &str) {
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let gone = old.get(op.old_range()).unwrap_or_default();
        let come = new.get(op.new_range()).unwrap_or_default();
        if matches!(op, DiffOp::Equal { .. }) {
            for part in come {
                canvas.line(Line::indent(column + 2).plain(*part));
            }
            continue;
        }
        for (tone, symbol, parts) in [(Tone::Bad, "-", gone), (Tone::Good, "+", come)] {
            for part in parts {
                let line = Line::indent(column).tone(tone, symbol);
                canvas.line(line.plain(" ").plain(*part));
            }
        }
    }
}

const fn named<'a>(name: &'a str, turn: Turn<'a>) -> Entry<'a> {
    Entry {
        name: Some(name),
        turn,
        forces: false,
    }
}

const fn nameless(turn: Turn<'_>) -> Entry<'_> {
    Entry {
        name: None,
        turn,
        forces: false,
    }
}

/// Returns whether an object reads best on one line: a secret reference, or nothing at all.
fn is_inline(map: &Map<String, Value>) -> bool {
    map.len() <= 1
        && map
            .values()
            .all(|value| !value.is_object() && !value.is_array())
}

/// Returns a name as HCL writes it.
fn key(name: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(word) {
        name.to_owned()
    } else {
        Value::from(name).to_string()
    }
}

/// Returns a value on one line, shortened unless the style is verbose.
fn flat(canvas: &Canvas, value: &Value) -> String {
    let style = canvas.style;
    let text = one_line(value);
    if style.verbose || columns(&text) <= LONGEST {
        return text;
    }
    let room = style.width.saturating_sub(CUT).max(24);
    let head: String = text.chars().take(room).collect();
    let left = columns(&text) - columns(&head);
    format!("{head}{} ({left} more characters)", style.ellipsis())
}

/// Returns a value on one line as HCL writes it.
pub(crate) fn one_line(value: &Value) -> String {
    match value {
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let parts: Vec<String> = map
                .iter()
                .map(|(name, value)| format!("{} = {}", key(name), one_line(value)))
                .collect();
            format!("{{ {} }}", parts.join(", "))
        }
        Value::Array(items) => {
            let parts: Vec<String> = items.iter().map(one_line).collect();
            format!("[{}]", parts.join(", "))
        }
        scalar => scalar.to_string(),
    }
}
