//! When two attribute values are the same.

use std::collections::BTreeSet;
use std::str::FromStr;

use lifeboat_model::{Attributes, ByteSize, KindSpec, Rate, Retention, Schedule, Span, ValueType};
use serde_json::Value;

/// Returns a text attribute.
pub(crate) fn text<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    attributes.get(name).and_then(Value::as_str)
}

/// Returns an attribute that has a value: null is none.
pub(super) fn given<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a Value> {
    attributes.get(name).filter(|value| !value.is_null())
}

/// Returns whether two values of this attribute mean the same.
///
/// Null is the same as absent; `"7d"` as `"168h"`; 1 as 1.0. The order of a list counts, except for tags.
pub(super) fn same(
    kind: Option<&KindSpec>,
    name: &str,
    a: Option<&Value>,
    b: Option<&Value>,
) -> bool {
    match (
        a.filter(|value| !value.is_null()),
        b.filter(|value| !value.is_null()),
    ) {
        (None, None) => true,
        (Some(a), Some(b)) => {
            let spec = kind.and_then(|kind| kind.attribute(name));
            alike(a, b)
                || (name == "tags" && same_set(a, b))
                || spec.is_some_and(|spec| same_meaning(&spec.value_type, a, b))
        }
        _ => false,
    }
}

fn same_meaning(value_type: &ValueType, a: &Value, b: &Value) -> bool {
    match value_type {
        ValueType::Duration => both::<Span>(a, b),
        ValueType::Size => both::<ByteSize>(a, b),
        ValueType::Rate => both::<Rate>(a, b),
        ValueType::Schedule => both::<Schedule>(a, b),
        ValueType::Retention => match (policy(a), policy(b)) {
            (Some(a), Some(b)) => a == b,
            _ => false,
        },
        _ => false,
    }
}

/// Returns whether both texts read as the same value.
fn both<T: FromStr + PartialEq>(a: &Value, b: &Value) -> bool {
    let read = |value: &Value| value.as_str().and_then(|text| text.parse::<T>().ok());
    matches!((read(a), read(b)), (Some(a), Some(b)) if a == b)
}

/// Returns the retention policy that a value is.
pub(super) fn policy(value: &Value) -> Option<Retention> {
    serde_json::from_value(value.clone()).ok()
}

fn same_set(a: &Value, b: &Value) -> bool {
    let set = |value: &Value| -> Option<BTreeSet<String>> {
        Some(value.as_array()?.iter().map(Value::to_string).collect())
    };
    matches!((set(a), set(b)), (Some(a), Some(b)) if a == b)
}

/// Returns whether two values are equal, numbers by value and missing members as null.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        (Value::Array(x), Value::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| alike(x, y))
        }
        (Value::Object(x), Value::Object(y)) => x.keys().chain(y.keys()).all(|name| {
            alike(
                x.get(name).unwrap_or(&Value::Null),
                y.get(name).unwrap_or(&Value::Null),
            )
        }),
        (a, b) => a == b,
    }
}

/// Returns the managed attributes in which live is not as desired, in alphabetical order.
///
/// Managed is what the configuration gives, what the last apply gave, and what somebody else has set although it is
/// ours to set; computed attributes never are.
pub(super) fn changed(
    kind: Option<&KindSpec>,
    desired: &Attributes,
    recorded: Option<&Attributes>,
    live: &Attributes,
) -> Vec<String> {
    let names: BTreeSet<&String> = desired
        .keys()
        .chain(
            recorded
                .into_iter()
                .flat_map(Attributes::keys)
                .filter(|name| is_settable(kind, name)),
        )
        .chain(live.keys().filter(|name| is_settable(kind, name)))
        .collect();
    names
        .into_iter()
        .filter(|name| !is_computed(kind, name))
        .filter(|name| !same(kind, name, desired.get(*name), live.get(*name)))
        .cloned()
        .collect()
}

/// Returns whether the attribute is one that a configuration can give.
pub(super) fn is_settable(kind: Option<&KindSpec>, name: &str) -> bool {
    kind.and_then(|kind| kind.attribute(name))
        .is_some_and(|spec| !spec.computed)
}

/// Returns whether the provider sets the attribute.
pub(super) fn is_computed(kind: Option<&KindSpec>, name: &str) -> bool {
    kind.and_then(|kind| kind.attribute(name))
        .is_some_and(|spec| spec.computed)
}
