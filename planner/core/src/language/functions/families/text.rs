//! Text.

use super::{Arguments, Arity, Context, Fault, Function, Outcome, function};
use super::{graphemes, most};
use crate::language::Value;

#[rustfmt::skip] // A table: one row a line.
pub(super) const FUNCTIONS: &[Function] = &[
    function("chomp", Arity::exactly(1), chomp, "The text without the newlines at its end."),
    function("endswith", Arity::exactly(2), endswith, "Whether the text ends with another."),
    function("indent", Arity::exactly(2), indent, "The text with so many spaces before each line but the first."),
    function("join", Arity::at_least(2), join, "The elements of lists as one text, with a separator between them."),
    function("lower", Arity::exactly(1), lower, "The text in small letters."),
    function("split", Arity::exactly(2), split, "The parts of a text between separators."),
    function("startswith", Arity::exactly(2), startswith, "Whether the text begins with another."),
    function("strcontains", Arity::exactly(2), strcontains, "Whether the text has another in it."),
    function("strrev", Arity::exactly(1), strrev, "The characters of the text from last to first."),
    function("substr", Arity::exactly(3), substr, "So many characters of a text from an offset on; negative offsets count from the end, length -1 is the rest."),
    function("title", Arity::exactly(1), title, "The text with a capital at the start of each word."),
    function("trim", Arity::exactly(2), trim, "The text without any of these characters at either end."),
    function("trimprefix", Arity::exactly(2), trimprefix, "The text without this beginning."),
    function("trimspace", Arity::exactly(1), trimspace, "The text without white space at either end."),
    function("trimsuffix", Arity::exactly(2), trimsuffix, "The text without this end."),
    function("upper", Arity::exactly(1), upper, "The text in capitals."),
];

fn chomp(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(args.text(0)?.trim_end_matches(['\n', '\r']).into())
}

fn endswith(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(args.text(0)?.ends_with(&*args.text(1)?).into())
}

fn startswith(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(args.text(0)?.starts_with(&*args.text(1)?).into())
}

fn strcontains(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(args.text(0)?.contains(&*args.text(1)?).into())
}

fn indent(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let spaces = most(args.size(0)?, 4_096, "spaces")?;
    let newline = format!("\n{}", " ".repeat(spaces));
    Ok(args.text(1)?.replace('\n', &newline).into())
}

fn join(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let separator = args.text(0)?;
    let mut parts = Vec::new();
    for index in 1..args.count() {
        parts.extend(args.texts(index)?);
    }
    Ok(parts.join(&separator).into())
}

fn lower(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(args.text(0)?.to_lowercase().into())
}

fn upper(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(args.text(0)?.to_uppercase().into())
}

/// An empty separator splits into characters.
fn split(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (separator, text) = (args.text(0)?, args.text(1)?);
    let parts: Vec<Value> = if separator.is_empty() {
        text.chars().map(|c| c.to_string().into()).collect()
    } else {
        text.split(&*separator).map(Value::from).collect()
    };
    Ok(Value::List(parts))
}

fn strrev(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let text = args.text(0)?;
    let mut characters = graphemes(&text);
    characters.reverse();
    Ok(characters.concat().into())
}

fn substr(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (text, offset, length) = (args.text(0)?, args.int(1)?, args.int(2)?);
    let characters = graphemes(&text);
    let count = i64::try_from(characters.len()).map_err(Fault::failed)?;
    let start = if offset < 0 {
        offset.saturating_add(count).max(0)
    } else {
        offset
    };
    let skip = usize::try_from(start).unwrap_or(usize::MAX);
    let take = usize::try_from(length).unwrap_or(usize::MAX);
    let part: String = characters.into_iter().skip(skip).take(take).collect();
    Ok(part.into())
}

fn title(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let mut titled = String::new();
    let mut begins = true;
    for c in args.text(0)?.chars() {
        if begins {
            titled.extend(c.to_uppercase());
        } else {
            titled.push(c);
        }
        begins = if c.is_ascii() {
            !(c.is_ascii_alphanumeric() || c == '_')
        } else {
            c.is_whitespace()
        };
    }
    Ok(titled.into())
}

fn trim(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (text, cut) = (args.text(0)?, args.text(1)?);
    Ok(text.trim_matches(|c| cut.contains(c)).into())
}

fn trimprefix(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (text, prefix) = (args.text(0)?, args.text(1)?);
    Ok(text.strip_prefix(&*prefix).unwrap_or(&text).into())
}

fn trimspace(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(args.text(0)?.trim().into())
}

fn trimsuffix(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (text, suffix) = (args.text(0)?, args.text(1)?);
    Ok(text.strip_suffix(&*suffix).unwrap_or(&text).into())
}
