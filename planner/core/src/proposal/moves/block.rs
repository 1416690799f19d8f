//! New blocks as text.

use std::fmt::Write as _;

use lifeboat_model::{Address, Retention};

use super::super::ask::Ask;
use crate::configuration::ProtectionBlock;
use crate::language::format::format;
use crate::language::written::{Splice, Written};

/// The columns that a comment takes at most.
const WIDTH: usize = 79;

/// One argument as text, with a remark behind it.
#[derive(Clone, Debug)]
pub(super) struct Line {
    name: String,
    value: String,
    remark: Option<String>,
}

/// Returns an argument.
pub(super) fn line(name: &str, value: impl ToString) -> Line {
    Line {
        name: name.to_owned(),
        value: value.to_string(),
        remark: None,
    }
}

/// Returns an argument with a text as its value.
pub(super) fn text(name: &str, value: impl ToString) -> Line {
    line(name, quoted(&value.to_string()))
}

/// Returns a text as it is written between quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted.replace("${", "$${").replace("%{", "%%{")
}

impl Line {
    /// Adds a remark.
    #[must_use]
    pub(super) fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = Some(remark.into());
        self
    }
}

/// Returns a block with these arguments.
pub(super) fn block(header: &str, lines: &[Line]) -> String {
    let mut out = format!("{header} {{\n");
    for line in lines {
        let remark = line.remark.as_ref();
        let remark = remark.map_or_else(String::new, |it| format!(" # {it}"));
        let _ = writeln!(out, "  {} = {}{remark}", line.name, line.value);
    }
    out.push_str("}\n");
    out
}

/// Returns a retention block.
pub(super) fn retention(name: &str, policy: &Retention) -> String {
    let keep = &policy.keep;
    let counts = [
        ("last", keep.last),
        ("hourly", keep.hourly),
        ("daily", keep.daily),
        ("weekly", keep.weekly),
        ("monthly", keep.monthly),
        ("yearly", keep.yearly),
    ];
    let counts = counts
        .iter()
        .filter_map(|(name, n)| Some(line(name, (*n)?)));
    let within = keep.within.map(|it| text("within", it));
    let kept: Vec<Line> = counts.chain(within).collect();
    let mut out = format!("retention {} {{\n", quoted(name));
    if !kept.is_empty() {
        out.push_str(&block("  keep", &kept));
    }
    for (name, span) in [
        ("delete_after", policy.delete_after),
        ("immutable_for", policy.immutable_for),
    ] {
        if let Some(span) = span {
            let _ = writeln!(out, "  {name} = {}", quoted(&span.to_string()));
        }
    }
    out.push_str("}\n");
    out
}

/// Returns blocks as one text, with a comment above that says what they are.
pub(super) fn commented(says: &str, blocks: &[String]) -> String {
    let mut out = String::new();
    let mut row = String::from("#");
    let said = format!("The change: {}.", says.replace('`', ""));
    for word in said.split_whitespace() {
        if row.len() > 1 && row.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(out, "{row}");
            row = String::from("#");
        }
        row.push(' ');
        row.push_str(word);
    }
    let _ = writeln!(out, "{row}");
    out.push_str(&blocks.join("\n"));
    format(&out).unwrap_or(out)
}

/// Returns the protection below whose text new blocks are put: the one that is written last.
fn last<'k>(ask: &'k Ask<'_>) -> Option<&'k ProtectionBlock> {
    let place = |it: &&ProtectionBlock| (it.at.file.clone(), it.at.span.start);
    ask.protections().max_by_key(place)
}

/// Returns the splice that puts new blocks below the last protection of the target.
pub(super) fn below(ask: &Ask<'_>, says: &str, blocks: &[String]) -> Option<Splice> {
    let written: Written<'_> = ask.texts.at(&last(ask)?.at)?;
    Some(written.below(&commented(says, blocks)))
}

/// Returns the header of a protection.
pub(super) fn header(address: &Address) -> String {
    let kind = address.kind.as_deref().unwrap_or_default();
    let keyword = address.block.keyword();
    format!("{keyword} {} {}", quoted(kind), quoted(&address.name))
}
