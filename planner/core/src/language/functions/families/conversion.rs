//! Types: conversion to them, and what is sensitive.

use std::collections::BTreeMap;

use super::{Arguments, Arity, Context, Fault, Function, Marks, Outcome, function};
use crate::language::Value;

#[rustfmt::skip] // A table: one row a line.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { marks: Marks::See, ..function("issensitive", Arity::exactly(1), issensitive, "Whether the value must not be shown.") },
    Function { marks: Marks::See, ..function("nonsensitive", Arity::exactly(1), nonsensitive, "The value, which may now be shown.") },
    Function { marks: Marks::See, ..function("sensitive", Arity::exactly(1), sensitive, "The value, which must not be shown.") },
    function("tobool", Arity::exactly(1), tobool, "The value as a bool."),
    function("tolist", Arity::exactly(1), tolist, "The elements as a list, all of one type."),
    function("tomap", Arity::exactly(1), tomap, "The entries as a map, all values of one type."),
    function("tonumber", Arity::exactly(1), tonumber, "The value as a number."),
    function("toset", Arity::exactly(1), toset, "The elements sorted, all of one type and none twice."),
    function("tostring", Arity::exactly(1), tostring, "The value as a string."),
    Function {
        marks: Marks::Keep,
        ..function("type", Arity::exactly(1), type_of, "The type of the value, as a type constraint writes it.")
    },
];

fn issensitive(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(matches!(args.any(0), Value::Sensitive(_)).into())
}

fn nonsensitive(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let mut value = args.any(0);
    while let Value::Sensitive(inner) = value {
        value = inner;
    }
    Ok(value.clone())
}

fn sensitive(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(args.any(0).clone().into_sensitive())
}

/// Converts one value; null stays null.
fn converted<T: Into<Value>>(
    args: &Arguments<'_>,
    expected: &'static str,
    convert: fn(&Value) -> Option<T>,
) -> Outcome {
    let value = args.any(0);
    if value.is_null() {
        return Ok(Value::Null);
    }
    convert(value)
        .map(Into::into)
        .ok_or_else(|| match value.as_str() {
            Some(text) => Fault::Failed(format!("`{text}` is not {expected}")),
            None => args.wrong(0, expected),
        })
}

fn tobool(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    converted(args, "a bool", Value::to_bool)
}

fn tonumber(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    converted(args, "a number", Value::to_number)
}

fn tostring(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    converted(args, "a string", Value::to_text)
}

fn tolist(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    if args.any(0).is_null() {
        return Ok(Value::Null);
    }
    alike(args.list(0)?).map(Value::List)
}

fn toset(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    if args.any(0).is_null() {
        return Ok(Value::Null);
    }
    alike(args.list(0)?).map(|items| Value::List(set_of(items)))
}

fn tomap(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    if args.any(0).is_null() {
        return Ok(Value::Null);
    }
    let object = args.object(0)?;
    let values: Vec<Value> = object.values().cloned().collect();
    let entries: BTreeMap<String, Value> = object.keys().cloned().zip(alike(&values)?).collect();
    Ok(entries.into())
}

fn alike(items: &[Value]) -> Result<Vec<Value>, Fault> {
    unified(items).ok_or_else(|| Fault::failed("the elements must all have one type"))
}

/// Converts values to the one type that fits all: text if one is text, else the type that they have.
///
/// `None` if there is no such type, as for a number and a bool. Null fits any type.
pub(super) fn unified(items: &[Value]) -> Option<Vec<Value>> {
    let text = items.iter().any(|item| matches!(item, Value::String(_)));
    if text {
        let convert = |item: &Value| match item {
            Value::Null => Some(Value::Null),
            other => other.to_text().map(Value::String),
        };
        return items.iter().map(convert).collect();
    }
    let mut kinds = items
        .iter()
        .filter(|item| !item.is_null())
        .map(Value::type_name);
    let first = kinds.next();
    kinds
        .all(|kind| Some(kind) == first)
        .then(|| items.to_vec())
}

/// Sorts values and keeps one of each.
pub(super) fn set_of(mut items: Vec<Value>) -> Vec<Value> {
    items.sort_by(Value::total_order);
    items.dedup();
    items
}

fn type_of(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(constraint(args.any(0)).into())
}

fn constraint(value: &Value) -> String {
    match value {
        Value::Null => "any".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Reference(_) => "reference".to_owned(),
        Value::Sensitive(inner) => constraint(inner),
        Value::List(items) => {
            let types: Vec<String> = items.iter().map(constraint).collect();
            match types.split_first() {
                Some((first, rest)) if rest.iter().all(|other| other == first) => {
                    format!("list({first})")
                }
                Some(_) => format!("tuple([{}])", types.join(", ")),
                None => "list(any)".to_owned(),
            }
        }
        Value::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{key} = {}", constraint(value)))
                .collect();
            format!("object({{ {} }})", entries.join(", ")).replace("{  }", "{}")
        }
    }
}
