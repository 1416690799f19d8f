//! `output` blocks.

use lifeboat_model::Address;
use serde_json::Value as Json;

use crate::configuration::{Configuration, Output};
use crate::diagnostic::Diagnostic;
use crate::language::declare::Declared;
use crate::language::evaluate::{Scope, World};
use crate::language::failure::{Collector, Evaluation, Failure, span_of};
use crate::language::{Number, Value};

use super::reader::Reader;

/// Reads all outputs.
pub(super) fn read_all(
    world: &World<'_>,
    configuration: &mut Configuration,
    problems: &mut Vec<Diagnostic>,
) {
    for (name, declared) in &world.declarations.outputs {
        match read(world, declared) {
            Ok(output) => {
                configuration.outputs.insert((*name).to_owned(), output);
            }
            Err(Failure(reasons)) => problems.extend(reasons),
        }
    }
}

fn read(world: &World<'_>, declared: &Declared<'_>) -> Evaluation<Output> {
    let reader = Reader::new(world, declared, Scope::of(declared.file));
    let mut collector = Collector::default();
    collector.take(reader.shape(&["value", "sensitive", "description"], &[]));
    let sensitive = collector.take(reader.flag("sensitive")).flatten();
    let sensitive = sensitive.unwrap_or(false);
    let description = collector.take(reader.text("description")).flatten();
    let attribute = collector.take(reader.required("value"));
    let value = attribute.and_then(|attribute| {
        let value = collector.take(world.value(&attribute.value, reader.scope))?;
        if value.is_sensitive() && !sensitive {
            let place = reader.scope.place(span_of(&attribute.value));
            let message = format!(
                "output `{}` would show a sensitive value",
                declared.label(0)
            );
            collector.push(
                place
                    .error("language::sensitive", message, "")
                    .help("Add `sensitive = true`, or leave the value out."),
            );
        }
        Some(value)
    });
    collector.finish(Output {
        value: value.map_or(Json::Null, |value| shown(&value)),
        sensitive,
        description: description.map(|(text, _)| text),
    })
}

/// Returns a value as JSON; a reference is its address.
fn shown(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Number(Number::Int(int)) => (*int).into(),
        Value::Number(Number::Float(float)) => (*float).into(),
        Value::String(text) => Json::String(text.clone()),
        Value::List(list) => list.iter().map(shown).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), shown(value)))
            .collect(),
        Value::Reference(address) => Json::String(Address::to_string(address)),
        Value::Sensitive(inner) => shown(inner),
    }
}
