//! Reads `domains`: the failure domains that a block stands in, as its author declares them.

use hcl_edit::expr::{Expression, ObjectKey};
use lifeboat_model::{AttributeSpec, Attributes, Domain, Scope as FailureScope, ValueType};

use super::reader::Reader;
use crate::language::Value;
use crate::language::evaluate::Place;
use crate::language::failure::{Collector, Evaluation, Failure, span_of};
use crate::language::nearest::suggestion;

/// The name of the argument.
pub(super) const DOMAINS: &str = "domains";

/// Returns the attributes of a kind but for its own `domains`, which are read here.
pub(super) fn without_domains(specs: &[AttributeSpec]) -> Vec<&AttributeSpec> {
    specs.iter().filter(|spec| spec.name != DOMAINS).collect()
}

impl<'v> Reader<'v> {
    /// Returns the declared domains. Where the kind has an attribute for them it gets the same ones.
    pub(super) fn domains(
        &self,
        specs: &[AttributeSpec],
        attributes: Option<&mut Attributes>,
    ) -> Evaluation<Vec<Domain>> {
        let Some((value, place)) = self.open(DOMAINS)? else {
            return Ok(Vec::new());
        };
        let Value::Object(map) = &value else {
            let expected = "a map from failure scopes to names";
            return Err(Self::mistyped(DOMAINS, expected, &value, &place));
        };
        let mut collector = Collector::default();
        let mut domains = Vec::new();
        for (key, value) in map {
            let (key_place, value_place) = self.entry(key, &place);
            let scope = collector.take(scope(key, &key_place));
            let names = collector.take(names(key, value, &value_place));
            if let (Some(scope), Some(names)) = (scope, names) {
                domains.extend(names.into_iter().map(|name| Domain {
                    scope,
                    id: format!("{key}:{name}"),
                    evidence: format!("declared: {key} {name}"),
                }));
            }
        }
        let spec = specs.iter().find(|spec| spec.name == DOMAINS);
        if let (Some(spec), Some(attributes)) = (spec, attributes) {
            let value = fitting(spec, map);
            if let Some(json) = collector.take(self.world.checked(spec, value, &place)) {
                attributes.insert(DOMAINS.to_owned(), json);
            }
        }
        domains.sort();
        domains.dedup();
        collector.finish(domains)
    }

    /// Returns the places of a key and of its value, where the map is written out; else that of the map.
    fn entry(&self, key: &str, whole: &Place<'v>) -> (Place<'v>, Place<'v>) {
        let attribute = self.declared.block.body.get_attribute(DOMAINS);
        let Some(Expression::Object(object)) = attribute.map(|attribute| &attribute.value) else {
            return (whole.clone(), whole.clone());
        };
        let found = object.iter().find(|(written, _)| match written {
            ObjectKey::Ident(name) => name.as_str() == key,
            ObjectKey::Expression(expr) => expr.as_str() == Some(key),
        });
        found.map_or_else(
            || (whole.clone(), whole.clone()),
            |(written, value)| {
                let key = self.scope.place(span_of(written));
                (key, self.scope.place(span_of(value.expr())))
            },
        )
    }
}

/// What a key may be: a vendor is an account that is not one's own, and corruption has no domain.
const KEYS: [&str; 5] = ["instance", "zone", "region", "account", VENDOR];
const VENDOR: &str = "vendor";

/// Returns the scope that a key names.
fn scope(key: &str, place: &Place<'_>) -> Evaluation<FailureScope> {
    if key == VENDOR {
        return Ok(FailureScope::Account);
    }
    match key.parse() {
        Ok(FailureScope::Corruption) => {
            let message = "corruption goes wherever the data go: nothing stands apart from it";
            Err(place.error("language::unknown_scope", message, "").into())
        }
        Ok(scope) => Ok(scope),
        Err(()) => {
            let message = format!("there is no failure scope `{key}`");
            Err(place
                .error("language::unknown_scope", message, "")
                .maybe_help(suggestion(key, KEYS))
                .into())
        }
    }
}

/// Returns the names of the domains at one scope: a text, or several.
fn names(key: &str, value: &Value, place: &Place<'_>) -> Evaluation<Vec<String>> {
    let list = value.as_list().unwrap_or(std::slice::from_ref(value));
    let mistyped = |value: &Value| -> Failure {
        let text = format!("this is {}", value.type_name());
        let message = format!("`{DOMAINS}.{key}` must be a name, or a list of names");
        place.error("language::argument_type", message, text).into()
    };
    if list.is_empty() {
        let message = format!("`{DOMAINS}.{key}` names nothing");
        return Err(place.error("language::argument_value", message, "").into());
    }
    let named = list.iter().map(|item| match item.to_text() {
        Some(text) if text.trim().is_empty() => {
            let message = format!("`{DOMAINS}.{key}` has an empty name");
            Err(place.error("language::argument_value", message, "").into())
        }
        Some(text) => Ok(text.trim().to_owned()),
        None => Err(mistyped(item)),
    });
    named.collect()
}

/// Returns the map as an attribute of this type takes it: with a text or a list for each scope.
fn fitting(spec: &AttributeSpec, map: &std::collections::BTreeMap<String, Value>) -> Value {
    let ValueType::Map(element) = &spec.value_type else {
        return Value::Object(map.clone());
    };
    let lists = matches!(**element, ValueType::List(_));
    let fitted = map.iter().map(|(key, value)| {
        let value = match value {
            Value::List(list) if !lists && list.len() == 1 => list.first().unwrap_or(value),
            value => value,
        };
        let value = match value {
            value if !lists || value.as_list().is_some() => value.clone(),
            single => Value::List(vec![single.clone()]),
        };
        (key.clone(), value)
    });
    Value::Object(fitted.collect())
}
