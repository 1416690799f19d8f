//! `format` and `formatlist`.

use std::iter::Peekable;
use std::str::Chars;

use super::verb::Verb;
use super::{Arguments, Arity, Context, Fault, Function, Outcome, function, most};
use crate::language::Value;

#[rustfmt::skip] // A table: one row a line.
pub(super) const FUNCTIONS: &[Function] = &[
    function("format", Arity::at_least(1), format, "A text with values in the places of its verbs, such as `%s` and `%05.1f`."),
    function("formatlist", Arity::at_least(1), formatlist, "As `format`, once for each element of the lists among the arguments."),
];

/// The widest field and the most digits that a verb may ask for.
const WIDEST: usize = 4_096;

/// A part of a format.
enum Piece {
    Text(String),
    Verb(Verb),
}

fn format(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let pieces = parse(&args.text(0)?)?;
    let values: Vec<&Value> = args.rest(1).iter().collect();
    written(&pieces, &values).map(Value::from)
}

fn formatlist(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let pieces = parse(&args.text(0)?)?;
    let mut length = None;
    for list in args.rest(1).iter().filter_map(Value::as_list) {
        match length {
            Some(length) if length != list.len() => {
                return Err(Fault::Failed(format!(
                    "the lists must be of one length, not of {length} and {}",
                    list.len()
                )));
            }
            _ => length = Some(list.len()),
        }
    }
    let lines = (0..length.unwrap_or(1)).map(|index| {
        let values: Vec<&Value> = args
            .rest(1)
            .iter()
            .map(|arg| arg.as_list().map_or(Some(arg), |list| list.get(index)))
            .map(|value| value.unwrap_or(&Value::Null))
            .collect();
        written(&pieces, &values).map(Value::from)
    });
    lines.collect::<Result<_, _>>().map(Value::List)
}

fn written(pieces: &[Piece], values: &[&Value]) -> Result<String, Fault> {
    let mut text = String::new();
    let (mut next, mut used) = (0, 0);
    for piece in pieces {
        match piece {
            Piece::Text(plain) => text.push_str(plain),
            Piece::Verb(verb) => {
                let index = verb.argument.unwrap_or(next);
                let value = values.get(index).ok_or_else(|| {
                    Fault::Failed(format!(
                        "`%{}` needs value {}, and {} are given",
                        verb.letter,
                        index.saturating_add(1),
                        values.len()
                    ))
                })?;
                text.push_str(&verb.apply(value)?);
                next = index.saturating_add(1);
                used = used.max(next);
            }
        }
    }
    if used < values.len() {
        return Err(Fault::Failed(format!(
            "{} values are given, and the format uses {used}",
            values.len()
        )));
    }
    Ok(text)
}

fn parse(format: &str) -> Result<Vec<Piece>, Fault> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = format.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '%' {
            plain.push(c);
        } else if rest.next_if_eq(&'%').is_some() {
            plain.push('%');
        } else {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
            pieces.push(Piece::Verb(verb(&mut rest)?));
        }
    }
    pieces.push(Piece::Text(plain));
    Ok(pieces)
}

fn verb(rest: &mut Peekable<Chars<'_>>) -> Result<Verb, Fault> {
    let mut verb = Verb::default();
    while let Some(flag) = rest.next_if(|c| matches!(c, '-' | '+' | ' ' | '0' | '#')) {
        match flag {
            '-' => verb.left = true,
            '+' => verb.plus = true,
            ' ' => verb.space = true,
            '0' => verb.zero = true,
            _ => verb.sharp = true,
        }
    }
    verb.width = most(digits(rest), WIDEST, "characters of width")?;
    if rest.next_if_eq(&'.').is_some() {
        verb.precision = Some(most(digits(rest), WIDEST, "digits of precision")?);
    }
    if rest.next_if_eq(&'[').is_some() {
        let number = digits(rest);
        if number == 0 || rest.next_if_eq(&']').is_none() {
            return Err(Fault::failed(
                "an argument's number is written `[1]`, from 1",
            ));
        }
        verb.argument = Some(number - 1);
    }
    verb.letter = rest
        .next()
        .ok_or_else(|| Fault::failed("the format ends inside of a verb"))?;
    Ok(verb)
}

fn digits(rest: &mut Peekable<Chars<'_>>) -> usize {
    let mut number = 0_usize;
    while let Some(digit) = rest.next_if(char::is_ascii_digit) {
        let digit = digit.to_digit(10).map_or(0, |digit| digit as usize);
        number = number.saturating_mul(10).saturating_add(digit);
    }
    number
}
