//! Values of the language.

use std::collections::BTreeMap;

use lifeboat_model::Address;

/// A number: whole where it can be, so that counts stay exact.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// Any other finite number.
    Float(f64),
}

/// A value that an expression has.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    String(String),
    /// A list, tuple or set.
    List(Vec<Value>),
    /// An object or map.
    Object(BTreeMap<String, Value>),
    /// A block of the configuration, by name; never looked into.
    Reference(Address),
    /// A value that must not be shown; every value computed from it is one too.
    Sensitive(Box<Value>),
}
