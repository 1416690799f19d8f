//! Lists.

use super::conversion::unified;
use super::{
    Arguments, Arity, Context, Fault, Function, Outcome, function, graphemes, most, moving,
};
use crate::language::{Number, Value};

#[rustfmt::skip] // A table: one row a line.
pub(super) const FUNCTIONS: &[Function] = &[
    function("alltrue", Arity::exactly(1), alltrue, "Whether all elements are true; so it is for an empty list."),
    function("anytrue", Arity::exactly(1), anytrue, "Whether any element is true."),
    moving("chunklist", Arity::exactly(2), chunklist, "The list in pieces of so many elements."),
    moving("coalesce", Arity::at_least(1), coalesce, "The first argument that is neither null nor an empty text."),
    moving("coalescelist", Arity::at_least(1), coalescelist, "The first list that is not empty."),
    function("compact", Arity::exactly(1), compact, "The texts of a list that are neither null nor empty."),
    moving("concat", Arity::at_least(1), concat, "The elements of all lists, one list after another."),
    function("contains", Arity::exactly(2), contains, "Whether a list has a value in it."),
    function("distinct", Arity::exactly(1), distinct, "The list without what was already in it."),
    moving("element", Arity::exactly(2), element, "The element at an index, which starts again after the last one; -1 is the last."),
    function("flatten", Arity::exactly(1), flatten, "The list with the elements of its lists in their place, at any depth."),
    function("index", Arity::exactly(2), index, "The index of a value in a list."),
    moving("length", Arity::exactly(1), length, "The number of elements, entries or characters."),
    moving("one", Arity::exactly(1), one, "The only element, or null if there is none."),
    function("range", Arity::between(1, 3), range, "Numbers from a start, 0 if not given, up to a limit and without it."),
    moving("reverse", Arity::exactly(1), reverse, "The elements from last to first."),
    moving("slice", Arity::exactly(3), slice, "The elements from an index up to another and without it."),
    function("sort", Arity::exactly(1), sort, "The texts of a list in the order of their characters."),
    function("sum", Arity::exactly(1), sum, "The sum of the numbers of a list."),
];

/// The longest list that `range` makes, as in Terraform.
const LONGEST_RANGE: usize = 1_024;

fn alltrue(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(truths(args)?.iter().all(|truth| *truth).into())
}

fn anytrue(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(truths(args)?.iter().any(|truth| *truth).into())
}

/// A null counts as false.
fn truths(args: &Arguments<'_>) -> Result<Vec<bool>, Fault> {
    args.list(0)?
        .iter()
        .map(|item| {
            if item.is_null() {
                Some(false)
            } else {
                item.to_bool()
            }
        })
        .collect::<Option<_>>()
        .ok_or(Fault::Argument(
            0,
            "a list of bools",
            "a list of something else",
        ))
}

fn chunklist(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (list, size) = (args.list(0)?, args.size(1)?);
    let size = if size == 0 { list.len().max(1) } else { size };
    let chunks = list.chunks(size).map(|chunk| Value::List(chunk.to_vec()));
    Ok(Value::List(chunks.collect()))
}

fn coalesce(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let all = args.rest(0);
    let found = all
        .iter()
        .position(|value| !value.is_null() && value.as_str() != Some(""));
    let Some(found) = found else {
        return Err(Fault::failed("all arguments are null or empty"));
    };
    let alike = unified(all).unwrap_or_else(|| all.to_vec());
    Ok(alike.into_iter().nth(found).unwrap_or(Value::Null))
}

fn coalescelist(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    for index in 0..args.count() {
        let list = args.list(index)?;
        if !list.is_empty() {
            return Ok(Value::List(list.to_vec()));
        }
    }
    Err(Fault::failed("all lists are empty"))
}

fn compact(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let texts = args
        .list(0)?
        .iter()
        .filter(|item| !item.is_null())
        .map(Value::to_text)
        .collect::<Option<Vec<String>>>()
        .ok_or(Fault::Argument(
            0,
            "a list of strings",
            "a list of something else",
        ))?;
    let texts = texts.into_iter().filter(|text| !text.is_empty());
    Ok(Value::List(texts.map(Value::from).collect()))
}

fn concat(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let mut all = Vec::new();
    for index in 0..args.count() {
        all.extend_from_slice(args.list(index)?);
    }
    Ok(Value::List(all))
}

fn contains(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(args.list(0)?.contains(args.any(1)).into())
}

fn distinct(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let list = args.list(0)?;
    let mut sorted: Vec<usize> = (0..list.len()).collect();
    let at = |index: usize| list.get(index).unwrap_or(&Value::Null);
    sorted.sort_by(|a, b| at(*a).total_order(at(*b)).then(a.cmp(b)));
    sorted.dedup_by(|later, earlier| at(*later) == at(*earlier));
    sorted.sort_unstable();
    let kept = sorted.into_iter().map(|index| at(index).clone());
    Ok(Value::List(kept.collect()))
}

fn element(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (list, index) = (args.list(0)?, args.int(1)?);
    let count = i64::try_from(list.len()).map_err(Fault::failed)?;
    index
        .checked_rem_euclid(count)
        .and_then(|index| list.get(usize::try_from(index).ok()?))
        .cloned()
        .ok_or_else(|| Fault::failed("an empty list has no elements"))
}

fn flatten(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let mut flat = Vec::new();
    flatten_into(args.list(0)?, &mut flat);
    Ok(Value::List(flat))
}

fn flatten_into(list: &[Value], flat: &mut Vec<Value>) {
    for item in list {
        match item {
            Value::List(inner) => flatten_into(inner, flat),
            other => flat.push(other.clone()),
        }
    }
}

fn index(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (list, wanted) = (args.list(0)?, args.any(1));
    list.iter()
        .position(|item| item == wanted)
        .map(Value::from)
        .ok_or_else(|| Fault::failed("the value is not in the list"))
}

fn length(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(match args.any(0) {
        Value::List(items) => items.len(),
        Value::Object(entries) => entries.len(),
        Value::String(text) => graphemes(text).len(),
        _ => return Err(args.wrong(0, "a list, an object or a string")),
    }
    .into())
}

fn one(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    match args.list(0)? {
        [] => Ok(Value::Null),
        [only] => Ok(only.clone()),
        more => Err(Fault::Failed(format!(
            "the list must have one element or none, not {}",
            more.len()
        ))),
    }
}

fn range(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let zero = Number::Int(0);
    let (start, limit) = match args.count() {
        1 => (zero, args.number(0)?),
        _ => (args.number(0)?, args.number(1)?),
    };
    let falls = limit < start;
    let step = match args.optional(2) {
        Some(_) => args.number(2)?,
        None if falls => Number::Int(-1),
        None => Number::Int(1),
    };
    if step.is_zero() {
        return Err(Fault::failed("the step must not be 0"));
    }
    if start != limit && (step < zero) != falls {
        return Err(Fault::failed("the step leads away from the limit"));
    }
    let mut numbers = Vec::new();
    let mut at = start;
    while if falls { at > limit } else { at < limit } {
        most(numbers.len() + 1, LONGEST_RANGE, "numbers")?;
        numbers.push(Value::from(at));
        at = at.plus(step).map_err(Fault::failed)?;
    }
    Ok(Value::List(numbers))
}

fn reverse(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(Value::List(args.list(0)?.iter().rev().cloned().collect()))
}

fn slice(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let (list, start, end) = (args.list(0)?, args.size(1)?, args.size(2)?);
    list.get(start..end)
        .map(|part| Value::List(part.to_vec()))
        .ok_or_else(|| {
            Fault::Failed(format!(
                "there is no part from {start} to {end} of a list of {} elements",
                list.len()
            ))
        })
}

fn sort(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let mut texts = args.texts(0)?;
    texts.sort();
    Ok(texts.into())
}

fn sum(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let numbers = args
        .list(0)?
        .iter()
        .map(Value::to_number)
        .collect::<Option<Vec<Number>>>()
        .ok_or(Fault::Argument(
            0,
            "a list of numbers",
            "a list of something else",
        ))?;
    let mut numbers = numbers.into_iter();
    let first = numbers
        .next()
        .ok_or_else(|| Fault::failed("an empty list has no sum"))?;
    numbers
        .try_fold(first, Number::plus)
        .map(Value::from)
        .map_err(Fault::failed)
}
