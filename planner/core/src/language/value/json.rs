//! To and from JSON.

use super::{Number, Value};

/// Why a value has no JSON form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotJson {
    /// A sensitive value must not be written; reveal it first if it may.
    #[error("a sensitive value cannot be written as JSON")]
    Sensitive,
    /// A reference names a block, it is not data.
    #[error("`{0}` is a reference to a block, which has no JSON form")]
    Reference(String),
}

impl Value {
    /// Returns the JSON form. Fails if a sensitive value or a reference is anywhere in it.
    pub fn to_json(&self) -> Result<serde_json::Value, NotJson> {
        Ok(match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(truth) => (*truth).into(),
            Self::Number(Number::Int(int)) => (*int).into(),
            Self::Number(Number::Float(float)) => (*float).into(),
            Self::String(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(Self::to_json).collect::<Result<_, _>>()?,
            Self::Object(entries) => serde_json::Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), value.to_json()?)))
                    .collect::<Result<_, _>>()?,
            ),
            Self::Reference(address) => return Err(NotJson::Reference(address.to_string())),
            Self::Sensitive(_) => return Err(NotJson::Sensitive),
        })
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(truth) => Self::Bool(*truth),
            serde_json::Value::Number(number) => number
                .as_i64()
                .map(Number::Int)
                .or_else(|| number.as_f64().and_then(Number::from_f64))
                .map_or(Self::Null, Self::Number),
            serde_json::Value::String(text) => Self::String(text.clone()),
            serde_json::Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            serde_json::Value::Object(entries) => Self::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), Self::from(value)))
                    .collect(),
            ),
        }
    }
}
