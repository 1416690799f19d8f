//! Checks a value against the type of an attribute in the catalog, and writes it as JSON.

use std::collections::BTreeMap;
use std::str::FromStr;

use lifeboat_model::{
    Address, AttributeSpec, Block, ByteSize, Rate, Retention, Schedule, Span, ValueType, role,
};
use serde_json::{Map, Value as Json};

use super::blocks::reader::as_reference;
use super::evaluate::{Place, World};
use super::failure::{Collector, Evaluation, Failure};
use super::nearest::{listed, suggestion};
use super::path::absolute;
use super::{Number, Value};

/// Where a secret is found: the names that its reference may have.
const SECRET: [&str; 3] = ["env", "file", "command"];

impl World<'_> {
    /// Returns the value of an attribute as JSON, checked against its type and made absolute where it is a path.
    pub(crate) fn checked(
        &self,
        spec: &AttributeSpec,
        value: Value,
        place: &Place<'_>,
    ) -> Evaluation<Json> {
        let secret = spec.value_type == ValueType::Secret;
        if value.is_sensitive() {
            let name = &spec.name;
            let message = if secret {
                format!("`{name}` is given by reference only, and this is a sensitive value")
            } else {
                format!("`{name}` is kept in the state, and this value is sensitive")
            };
            let help = if secret {
                format!("Write `{name} = {{ env = \"NAME\" }}`, or `file` or `command`.")
            } else {
                "Keep secrets out of arguments.".to_owned()
            };
            let error = place.error("language::sensitive", message, "");
            return Err(error.help(help).into());
        }
        let json = self.typed(&spec.value_type, &spec.name, value, place)?;
        match &json {
            Json::String(text) if !spec.one_of.is_empty() && !spec.one_of.contains(text) => {
                let known = spec.one_of.iter().map(String::as_str);
                Err(place
                    .error(
                        "language::argument_value",
                        format!("`{}` cannot be `{text}`", spec.name),
                        format!("expected {}", listed(&spec.one_of)),
                    )
                    .maybe_help(suggestion(text, known))
                    .into())
            }
            _ => Ok(json),
        }
    }

    fn typed(
        &self,
        ty: &ValueType,
        name: &str,
        value: Value,
        place: &Place<'_>,
    ) -> Evaluation<Json> {
        let mistyped = |expected: &str, value: &Value| {
            let text = format!("this is {}", value.type_name());
            let message = format!("`{name}` must be {expected}");
            Failure::from(place.error("language::argument_type", message, text))
        };
        let text = |expected: &str| value.to_text().ok_or_else(|| mistyped(expected, &value));
        match ty {
            ValueType::String => text("a string").map(Json::String),
            ValueType::Duration => parsed::<Span>(text("a duration, such as \"15m\"")?, place),
            ValueType::Size => parsed::<ByteSize>(text("a size, such as \"10GiB\"")?, place),
            ValueType::Rate => parsed::<Rate>(text("a rate, such as \"200MiB/s\"")?, place),
            ValueType::Schedule => {
                parsed::<Schedule>(text("a schedule, such as \"6h\" or \"15 2 * * *\"")?, place)
            }
            ValueType::Path => {
                let path = text("a path")?;
                if path.is_empty() {
                    let message = format!("`{name}` is empty, and must be a path");
                    return Err(place.error("language::argument_value", message, "").into());
                }
                Ok(Json::String(absolute(&self.inputs.base_dir, &path)))
            }
            ValueType::Bool => value
                .to_bool()
                .map(Json::Bool)
                .ok_or_else(|| mistyped("true or false", &value)),
            ValueType::Number => match value.to_number() {
                Some(Number::Int(int)) => Ok(int.into()),
                Some(Number::Float(float)) => Ok(float.into()),
                None => Err(mistyped("a number", &value)),
            },
            ValueType::Address => {
                let allowed = if name == role::LOCATION {
                    &PLACES[..]
                } else {
                    &BLOCKS
                };
                let address = as_reference(&value, name, allowed, place)?;
                Ok(Json::String(address.to_string()))
            }
            ValueType::Retention => self.policy(name, &value, place),
            ValueType::Secret => self.secret(name, &value, place),
            ValueType::List(element) => match value {
                Value::List(list) => {
                    let mut collector = Collector::default();
                    let mut items = Vec::new();
                    for (i, item) in list.into_iter().enumerate() {
                        let name = format!("{name}[{i}]");
                        items.extend(collector.take(self.typed(element, &name, item, place)));
                    }
                    collector.finish(Json::Array(items))
                }
                other => Err(mistyped("a list", &other)),
            },
            ValueType::Map(element) => match value {
                Value::Object(map) => self.map(element, name, map, place),
                other => Err(mistyped("a map", &other)),
            },
        }
    }

    fn map(
        &self,
        element: &ValueType,
        name: &str,
        map: BTreeMap<String, Value>,
        place: &Place<'_>,
    ) -> Evaluation<Json> {
        let mut collector = Collector::default();
        let mut entries = Map::new();
        for (key, value) in map {
            let path = format!("{name}.{key}");
            // One value stands for a list of it, so that a map of lists reads like a map where that is enough.
            let value = match (element, value) {
                (ValueType::List(_), Value::List(list)) => Value::List(list),
                (ValueType::List(_), Value::Null) => Value::List(Vec::new()),
                (ValueType::List(_), one) => Value::List(vec![one]),
                (_, value) => value,
            };
            if let Some(value) = collector.take(self.typed(element, &path, value, place)) {
                entries.insert(key, value);
            }
        }
        collector.finish(Json::Object(entries))
    }

    /// Returns the policy that a reference names, and remembers that it is followed.
    pub(crate) fn policy_of(&self, address: &Address) -> Evaluation<&Retention> {
        let Some(Some(policy)) = self.retentions.get(address.name.as_str()) else {
            return Err(Failure::elsewhere());
        };
        let mut followed = self.followed.borrow_mut();
        if !followed.contains(&address.name) {
            followed.insert(address.name.clone());
        }
        Ok(policy)
    }

    fn policy(&self, name: &str, value: &Value, place: &Place<'_>) -> Evaluation<Json> {
        let address = as_reference(value, name, &[Block::Retention], place)?;
        let policy = self.policy_of(&address)?;
        serde_json::to_value(policy).map_err(|error| {
            let message = format!("bug: a retention policy has no JSON form: {error}");
            place.error("language::retention", message, "").into()
        })
    }

    /// Checks a reference to a secret: exactly one of `env`, `file` and `command`.
    fn secret(&self, name: &str, value: &Value, place: &Place<'_>) -> Evaluation<Json> {
        let help = format!("Write `{name} = {{ env = \"NAME\" }}`, or `file` or `command`.");
        let Value::Object(map) = value else {
            let (message, text) = match value {
                Value::String(_) | Value::Number(_) => (
                    format!("`{name}` is a secret, and secrets are given by reference only"),
                    "a secret must not stand in the configuration".to_owned(),
                ),
                other => (
                    format!("`{name}` must be a reference to a secret"),
                    format!("this is {}", other.type_name()),
                ),
            };
            let error = place.error("language::secret", message, text);
            return Err(error.help(help).into());
        };
        let given: Vec<(&String, &Value)> = map.iter().filter(|(_, v)| !v.is_null()).collect();
        let [(key, value)] = given.as_slice() else {
            let message = format!("`{name}` needs exactly one of `env`, `file` and `command`");
            let text = match given.len() {
                0 => "none is given".to_owned(),
                count => format!("{count} are given"),
            };
            let error = place.error("language::secret", message, text);
            return Err(error.help(help).into());
        };
        if !SECRET.contains(&key.as_str()) {
            let message = format!(
                "`{name}` is given by reference only, by `env`, `file` or `command`, not by `{key}`"
            );
            return Err(place
                .error("language::secret", message, "")
                .help(help)
                .into());
        }
        let found = match (key.as_str(), value) {
            (_, Value::String(text)) if text.is_empty() => None,
            ("file", Value::String(text)) => {
                Some(Json::String(absolute(&self.inputs.base_dir, text)))
            }
            (_, Value::String(text)) => Some(Json::String(text.clone())),
            ("command", Value::List(words)) if !words.is_empty() => words
                .iter()
                .map(|word| word.to_text().map(Json::String))
                .collect::<Option<Vec<Json>>>()
                .map(Json::Array),
            _ => None,
        };
        let found = found.ok_or_else(|| {
            let expected = match key.as_str() {
                "env" => "the name of an environment variable",
                "file" => "the path of a file",
                _ => "a command: a text, or a list of texts",
            };
            let message = format!("`{name}.{key}` must be {expected}");
            Failure::from(place.error("language::secret", message, ""))
        })?;
        Ok(Json::Object(
            [((*key).clone(), found)].into_iter().collect(),
        ))
    }
}

/// The blocks that an attribute of the type address may refer to.
const BLOCKS: [Block; 3] = [Block::Target, Block::Repository, Block::Protection];

/// The blocks that stand for a place.
const PLACES: [Block; 1] = [Block::Provider];

/// Checks that a text reads as `T`, and keeps the text.
fn parsed<T>(text: String, place: &Place<'_>) -> Evaluation<Json>
where
    T: FromStr,
    T::Err: ToString,
{
    match text.parse::<T>() {
        Ok(_) => Ok(Json::String(text)),
        Err(error) => Err(place
            .error("language::argument_value", error.to_string(), "")
            .into()),
    }
}
