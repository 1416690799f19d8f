//! Objects and maps.

use std::collections::BTreeMap;

use super::{Arguments, Arity, Context, Fault, Function, Outcome, function, moving};
use crate::language::Value;

#[rustfmt::skip] // A table: one row a line.
pub(super) const FUNCTIONS: &[Function] = &[
    moving("keys", Arity::exactly(1), keys, "The keys of an object, sorted."),
    moving("lookup", Arity::between(2, 3), lookup, "The value of a key, or a default if there is no such key."),
    function("matchkeys", Arity::exactly(3), matchkeys, "The values whose key, at the same index of a second list, is in a third list."),
    moving("merge", Arity::at_least(0), merge, "The entries of all objects; a later one wins."),
    function("transpose", Arity::exactly(1), transpose, "An object of lists of texts with keys and elements exchanged."),
    moving("values", Arity::exactly(1), values, "The values of an object, in the order of its keys."),
    moving("zipmap", Arity::exactly(2), zipmap, "An object of a list of keys and a list of their values."),
];

fn keys(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let keys = args.object(0)?.keys();
    Ok(Value::List(keys.map(|key| key.as_str().into()).collect()))
}

fn values(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(Value::List(args.object(0)?.values().cloned().collect()))
}

fn lookup(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (object, key) = (args.object(0)?, args.text(1)?);
    object
        .get(&*key)
        .or_else(|| args.optional(2))
        .cloned()
        .ok_or_else(|| Fault::Failed(format!("the object has no key `{key}`")))
}

fn matchkeys(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (values, keys, wanted) = (args.list(0)?, args.list(1)?, args.list(2)?);
    if values.len() != keys.len() {
        return Err(Fault::failed(
            "the values and the keys must be equally many",
        ));
    }
    let found = values
        .iter()
        .zip(keys)
        .filter(|(_, key)| wanted.contains(key))
        .map(|(value, _)| value.clone());
    Ok(Value::List(found.collect()))
}

fn merge(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let mut merged = BTreeMap::new();
    for index in 0..args.count() {
        if !args.any(index).is_null() {
            merged.extend(args.object(index)?.clone());
        }
    }
    Ok(merged.into())
}

fn transpose(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let wrong = || {
        Fault::Argument(
            0,
            "an object of lists of strings",
            "an object of something else",
        )
    };
    let mut turned: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, list) in args.object(0)? {
        for item in list.as_list().ok_or_else(wrong)? {
            let item = item.to_text().ok_or_else(wrong)?;
            turned.entry(item).or_default().push(key.clone());
        }
    }
    let entries: BTreeMap<String, Value> = turned
        .into_iter()
        .map(|(key, list)| (key, list.into()))
        .collect();
    Ok(entries.into())
}

fn zipmap(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (keys, values) = (args.texts(0)?, args.list(1)?);
    if values.len() != keys.len() {
        return Err(Fault::Failed(format!(
            "{} keys cannot go with {} values",
            keys.len(),
            values.len()
        )));
    }
    let entries: BTreeMap<String, Value> = keys.into_iter().zip(values.iter().cloned()).collect();
    Ok(entries.into())
}
