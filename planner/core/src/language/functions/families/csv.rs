//! Reads CSV as RFC 4180 has it.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

use super::{Fault, Outcome};
use crate::language::Value;

/// Returns a list of objects; the first line gives their keys.
pub(super) fn decoded(text: &str) -> Outcome {
    let mut rows = rows(text)?.into_iter();
    let header = rows
        .next()
        .ok_or_else(|| Fault::failed("the first line must name the columns"))?;
    for (index, name) in header.iter().enumerate() {
        if header.iter().take(index).any(|earlier| earlier == name) {
            return Err(Fault::Failed(format!("there are two columns `{name}`")));
        }
    }
    let mut objects = Vec::new();
    for row in rows {
        if row.len() != header.len() {
            return Err(Fault::Failed(format!(
                "row {} has {} fields, and the first line has {}",
                objects.len() + 2,
                row.len(),
                header.len()
            )));
        }
        let entries = header.iter().cloned().zip(row.into_iter().map(Value::from));
        objects.push(Value::Object(entries.collect::<BTreeMap<_, _>>()));
    }
    Ok(Value::List(objects))
}

fn rows(text: &str) -> Result<Vec<Vec<String>>, Fault> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut rest = text.chars().peekable();
    while rest.peek().is_some() {
        if row.is_empty() && newline(&mut rest) {
            continue;
        }
        row.push(field(&mut rest)?);
        if rest.next_if_eq(&',').is_some() {
            if rest.peek().is_none() {
                row.push(String::new());
            }
        } else if newline(&mut rest) || rest.peek().is_none() {
            rows.push(std::mem::take(&mut row));
        } else {
            return Err(Fault::failed(
                "a quoted field must end before the next comma or line",
            ));
        }
    }
    if !row.is_empty() {
        rows.push(row);
    }
    Ok(rows)
}

fn newline(rest: &mut Peekable<Chars<'_>>) -> bool {
    if rest.peek() == Some(&'\r') && rest.clone().nth(1) == Some('\n') {
        rest.next();
    }
    rest.next_if_eq(&'\n').is_some()
}

fn field(rest: &mut Peekable<Chars<'_>>) -> Result<String, Fault> {
    let mut field = String::new();
    if rest.next_if_eq(&'"').is_some() {
        loop {
            match rest.next() {
                Some('"') if rest.next_if_eq(&'"').is_none() => return Ok(field),
                Some(c) => field.push(c),
                None => return Err(Fault::failed("a quoted field has no end")),
            }
        }
    }
    while let Some(c) = rest.next_if(|c| !matches!(c, ',' | '\n')) {
        if c == '"' {
            return Err(Fault::failed(
                "a quote inside of a field needs quotes around the field",
            ));
        }
        if !(c == '\r' && matches!(rest.peek(), None | Some('\n'))) {
            field.push(c);
        }
    }
    Ok(field)
}
