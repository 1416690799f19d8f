//! Values of the language.
//!
//! [`Value`] is what an expression has, [`Number`] its numbers. The conversions are Terraform's: a number or a bool
//! is text where text is wanted, and text that reads as one is a number or a bool where that is wanted.

mod convert;
mod json;
mod number;
mod show;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use lifeboat_model::Address;

pub use json::NotJson;
pub use number::{ArithmeticError, Number};

/// A value that an expression has.
///
/// Its `Debug` and `Display` never show what is inside a [`Value::Sensitive`].
#[derive(Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    String(String),
    /// A list, tuple or set; a set is sorted and has nothing twice.
    List(Vec<Value>),
    /// An object or map.
    Object(BTreeMap<String, Value>),
    /// A block of the configuration, by name; never looked into.
    Reference(Address),
    /// A value that must not be shown; every value computed from it is one too.
    Sensitive(Box<Value>),
}

impl Value {
    /// Returns what kind of value this is, for a message: "a string", "a list". A sensitive value has the kind of
    /// what it hides.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
            Self::Reference(_) => "a reference",
            Self::Sensitive(inner) => inner.type_name(),
        }
    }

    /// Tells whether this is null.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Tells whether this value or anything in it is sensitive.
    pub fn is_sensitive(&self) -> bool {
        match self {
            Self::Sensitive(_) => true,
            Self::List(items) => items.iter().any(Self::is_sensitive),
            Self::Object(entries) => entries.values().any(Self::is_sensitive),
            _ => false,
        }
    }

    /// Returns this value as a sensitive one.
    #[must_use]
    pub fn into_sensitive(self) -> Self {
        match self {
            Self::Sensitive(_) => self,
            open => Self::Sensitive(Box::new(open)),
        }
    }

    /// Returns this value with nothing sensitive in it, at any depth. The caller answers for what it does with it.
    #[must_use]
    pub fn reveal(&self) -> Self {
        match self {
            Self::Sensitive(inner) => inner.reveal(),
            Self::List(items) => Self::List(items.iter().map(Self::reveal).collect()),
            Self::Object(entries) => Self::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), value.reveal()))
                    .collect(),
            ),
            open => open.clone(),
        }
    }

    /// Returns the order of two values of one kind, null first; of values of different kinds the order of the kinds.
    /// Sensitive values compare as what they hide.
    pub fn total_order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Sensitive(a), b) => a.total_order(b),
            (a, Self::Sensitive(b)) => a.total_order(b),
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.total_order(*b),
            (Self::String(a), Self::String(b)) => a.cmp(b),
            (Self::Reference(a), Self::Reference(b)) => a.to_string().cmp(&b.to_string()),
            (Self::List(a), Self::List(b)) => order_of(a.iter(), b.iter(), |x, y| x.total_order(y)),
            (Self::Object(a), Self::Object(b)) => order_of(a.iter(), b.iter(), |x, y| {
                x.0.cmp(y.0).then_with(|| x.1.total_order(y.1))
            }),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Null | Self::Sensitive(_) => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::String(_) => 3,
            Self::List(_) => 4,
            Self::Object(_) => 5,
            Self::Reference(_) => 6,
        }
    }
}

fn order_of<T>(
    mut a: impl Iterator<Item = T>,
    mut b: impl Iterator<Item = T>,
    order: impl Fn(&T, &T) -> Ordering,
) -> Ordering {
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => match order(&x, &y) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

#[cfg(test)]
mod tests;
