//! Sets: sorted lists without anything twice.

use super::conversion::set_of;
use super::{Arguments, Arity, Context, Fault, Function, Outcome, function, most};
use crate::language::Value;

#[rustfmt::skip] // A table: one row a line.
pub(super) const FUNCTIONS: &[Function] = &[
    function("setintersection", Arity::at_least(1), setintersection, "What is in all sets."),
    function("setproduct", Arity::at_least(1), setproduct, "All combinations of an element of each list."),
    function("setsubtract", Arity::exactly(2), setsubtract, "What is in the first set and not in the second."),
    function("setunion", Arity::at_least(1), setunion, "What is in any of the sets."),
];

/// The most combinations that `setproduct` makes.
const MOST_COMBINATIONS: usize = 100_000;

/// Returns the arguments as sets, with their elements converted to one type over all of them.
fn sets(args: &Arguments<'_>) -> Result<Vec<Vec<Value>>, Fault> {
    let mut all = Vec::new();
    let mut lengths = Vec::new();
    for index in 0..args.count() {
        let list = args.list(index)?;
        lengths.push(list.len());
        all.extend_from_slice(list);
    }
    let mut rest = super::conversion::unified(&all).unwrap_or(all).into_iter();
    let sets = lengths
        .into_iter()
        .map(|length| set_of(rest.by_ref().take(length).collect()));
    Ok(sets.collect())
}

fn setintersection(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let sets = sets(args)?;
    let (first, others) = sets.split_first().ok_or_else(|| args.wrong(0, "a list"))?;
    let common = first
        .iter()
        .filter(|item| others.iter().all(|other| has(other, item)));
    Ok(Value::List(common.cloned().collect()))
}

fn has(set: &[Value], item: &Value) -> bool {
    set.binary_search_by(|other| other.total_order(item))
        .is_ok()
}

fn setproduct(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for index in 0..args.count() {
        let list = args.list(index)?;
        let count = rows.len().saturating_mul(list.len());
        most(count, MOST_COMBINATIONS, "combinations")?;
        rows = rows
            .iter()
            .flat_map(|row| {
                list.iter()
                    .map(move |item| [row.as_slice(), std::slice::from_ref(item)].concat())
            })
            .collect();
    }
    Ok(rows.into())
}

fn setsubtract(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let sets = sets(args)?;
    let (first, others) = sets.split_first().ok_or_else(|| args.wrong(0, "a list"))?;
    let left = first
        .iter()
        .filter(|item| !others.iter().any(|other| has(other, item)));
    Ok(Value::List(left.cloned().collect()))
}

fn setunion(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(Value::List(set_of(sets(args)?.concat())))
}
