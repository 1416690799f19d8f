//! Type constraints of variables, and conversion to them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hcl_edit::expr::{Expression, FuncCall, ObjectKey};

use super::Value;
use super::evaluate::{Place, Scope, World};
use super::failure::{Evaluation, Failure, span_of};
use super::nearest::suggestion;

/// What a variable may be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    /// Anything; elements of a collection have one type.
    Any,
    /// Text.
    String,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// Elements of one type in order.
    List(Box<Type>),
    /// Elements of one type, sorted, each one once.
    Set(Box<Type>),
    /// Named elements of one type.
    Map(Box<Type>),
    /// Certain names with a type each.
    Object(BTreeMap<String, Field>),
    /// Certain elements with a type each.
    Tuple(Vec<Type>),
}

/// An attribute of an object type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    ty: Type,
    /// The value where it is not given; none where it must be given.
    default: Option<Value>,
}

/// Why a value does not have a type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mismatch {
    /// Where inside of the value: `.shards[2].path`; empty for the value itself.
    pub(crate) path: String,
    /// What is wrong there.
    pub(crate) reason: String,
}

impl Mismatch {
    fn at(mut self, step: &str) -> Self {
        self.path.insert_str(0, step);
        self
    }
}

const NAMES: [&str; 9] = [
    "string", "number", "bool", "any", "list", "set", "map", "object", "tuple",
];

impl Type {
    /// Returns whether raw text is taken as it is, and not read as an expression.
    pub(crate) const fn is_primitive(&self) -> bool {
        matches!(self, Self::String | Self::Number | Self::Bool)
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::String => "a string",
            Self::Number => "a number",
            Self::Bool => "a bool",
            Self::List(_) | Self::Set(_) => "a list",
            Self::Map(_) => "a map",
            Self::Object(_) => "an object",
            Self::Tuple(_) => "a tuple",
        }
    }

    /// Returns the value as this type, converted where the language does that on its own.
    pub(crate) fn convert(&self, value: Value) -> Result<Value, Mismatch> {
        let value = match value {
            Value::Null => return Ok(Value::Null),
            Value::Sensitive(inner) => return Ok(self.convert(*inner)?.into_sensitive()),
            value => value,
        };
        let expected = |value: &Value| Mismatch {
            path: String::new(),
            reason: format!("expected {}, this is {}", self.name(), value.type_name()),
        };
        match (self, value) {
            (Self::Any, value) => Ok(value),
            (Self::String, value) => value
                .to_text()
                .map(Value::String)
                .ok_or_else(|| expected(&value)),
            (Self::Number, value) => value
                .to_number()
                .map(Value::Number)
                .ok_or_else(|| expected(&value)),
            (Self::Bool, value) => value
                .to_bool()
                .map(Value::Bool)
                .ok_or_else(|| expected(&value)),
            (Self::List(element), Value::List(list)) => {
                elements(element, list).map(|list| Value::List(unified(element, list)))
            }
            (Self::Set(element), Value::List(list)) => {
                let mut list = unified(element, elements(element, list)?);
                list.sort_by(Value::total_order);
                list.dedup();
                Ok(Value::List(list))
            }
            (Self::Map(element), Value::Object(map)) => {
                let mut converted = BTreeMap::new();
                for (key, value) in map {
                    let value = element
                        .convert(value)
                        .map_err(|m| m.at(&format!("[\"{key}\"]")))?;
                    converted.insert(key, value);
                }
                Ok(Value::Object(converted))
            }
            (Self::Object(fields), Value::Object(map)) => object(fields, map).map(Value::Object),
            (Self::Tuple(types), Value::List(list)) if types.len() == list.len() => {
                let items =
                    types.iter().zip(list).enumerate().map(|(i, (ty, value))| {
                        ty.convert(value).map_err(|m| m.at(&format!("[{i}]")))
                    });
                items.collect::<Result<_, _>>().map(Value::List)
            }
            (Self::Tuple(types), Value::List(list)) => Err(Mismatch {
                path: String::new(),
                reason: format!(
                    "expected {} elements, these are {}",
                    types.len(),
                    list.len()
                ),
            }),
            (_, value) => Err(expected(&value)),
        }
    }
}

fn elements(element: &Type, list: Vec<Value>) -> Result<Vec<Value>, Mismatch> {
    list.into_iter()
        .enumerate()
        .map(|(i, value)| element.convert(value).map_err(|m| m.at(&format!("[{i}]"))))
        .collect()
}

/// Makes text of all elements of a collection of any type if one of them is text and the others convert.
fn unified(element: &Type, list: Vec<Value>) -> Vec<Value> {
    let mixed = list.iter().any(|v| matches!(v, Value::String(_)))
        && list
            .iter()
            .any(|v| matches!(v, Value::Number(_) | Value::Bool(_)));
    if *element != Type::Any || !mixed {
        return list;
    }
    let texts: Option<Vec<Value>> = list
        .iter()
        .map(|value| value.to_text().map(Value::String))
        .collect();
    texts.unwrap_or(list)
}

fn object(
    fields: &BTreeMap<String, Field>,
    mut map: BTreeMap<String, Value>,
) -> Result<BTreeMap<String, Value>, Mismatch> {
    let mut converted = BTreeMap::new();
    for (name, field) in fields {
        let given = map
            .remove(name)
            .filter(|v| !v.is_null() || field.default.is_none());
        let value = match (given, &field.default) {
            (Some(value), _) => value,
            (None, Some(default)) => default.clone(),
            (None, None) => {
                return Err(Mismatch {
                    path: String::new(),
                    reason: format!("`{name}` is missing"),
                });
            }
        };
        let value = field
            .ty
            .convert(value)
            .map_err(|m| m.at(&format!(".{name}")))?;
        converted.insert(name.clone(), value);
    }
    Ok(converted)
}

impl World<'_> {
    /// Reads a type constraint.
    pub(crate) fn read_type(&self, expr: &Expression, scope: Scope<'_>) -> Evaluation<Type> {
        let place = scope.place(span_of(expr));
        match expr {
            Expression::Parenthesis(inner) => self.read_type(inner.inner(), scope),
            Expression::Variable(name) => match name.as_str() {
                "string" => Ok(Type::String),
                "number" => Ok(Type::Number),
                "bool" => Ok(Type::Bool),
                "any" => Ok(Type::Any),
                "list" => Ok(Type::List(Box::new(Type::Any))),
                "set" => Ok(Type::Set(Box::new(Type::Any))),
                "map" => Ok(Type::Map(Box::new(Type::Any))),
                word => Err(unknown(word, &place)),
            },
            Expression::FuncCall(call) => self.read_constructor(call, &place, scope),
            _ => Err(place
                .error("language::type", "this is not a type", "")
                .help("Write `string`, `number`, `bool`, `list(…)`, `set(…)`, `map(…)`, `object({…})` or `tuple([…])`.")
                .into()),
        }
    }

    fn read_constructor(
        &self,
        call: &FuncCall,
        place: &Place<'_>,
        scope: Scope<'_>,
    ) -> Evaluation<Type> {
        let word = call.name.name.as_str();
        let mut args = call.args.iter();
        let (Some(arg), None) = (args.next(), args.next()) else {
            let message = format!("`{word}` takes one type");
            return Err(place.error("language::type", message, "").into());
        };
        match (word, arg) {
            ("list", arg) => Ok(Type::List(Box::new(self.read_type(arg, scope)?))),
            ("set", arg) => Ok(Type::Set(Box::new(self.read_type(arg, scope)?))),
            ("map", arg) => Ok(Type::Map(Box::new(self.read_type(arg, scope)?))),
            ("tuple", Expression::Array(array)) => {
                let types = array.iter().map(|ty| self.read_type(ty, scope));
                types.collect::<Evaluation<_>>().map(Type::Tuple)
            }
            ("object", Expression::Object(object)) => {
                let mut fields = BTreeMap::new();
                for (key, value) in object {
                    let name = match key {
                        ObjectKey::Ident(name) => name.as_str(),
                        ObjectKey::Expression(expr) => expr.as_str().ok_or_else(|| {
                            let place = scope.place(span_of(expr));
                            place.error("language::type", "an attribute is named by a word", "")
                        })?,
                    };
                    fields.insert(name.to_owned(), self.read_field(value.expr(), scope)?);
                }
                Ok(Type::Object(fields))
            }
            ("object" | "tuple", arg) => {
                let form = if word == "object" {
                    "object({ name = TYPE })"
                } else {
                    "tuple([TYPE])"
                };
                Err(scope
                    .place(span_of(arg))
                    .error(
                        "language::type",
                        "this is not a type",
                        format!("expected `{form}`"),
                    )
                    .into())
            }
            (word, _) => Err(unknown(word, place)),
        }
    }

    /// Reads the type of an attribute, which may be `optional(TYPE, DEFAULT)`.
    fn read_field(&self, expr: &Expression, scope: Scope<'_>) -> Evaluation<Field> {
        let call = match expr {
            Expression::FuncCall(call) if call.name.name.as_str() == "optional" => call,
            expr => {
                let ty = self.read_type(expr, scope)?;
                return Ok(Field { ty, default: None });
            }
        };
        let args: Vec<&Expression> = call.args.iter().collect();
        let (ty, default) = match args.as_slice() {
            [ty] => (self.read_type(ty, scope)?, Value::Null),
            [ty, default] => {
                let ty = self.read_type(ty, scope)?;
                let value = self.eval(default, scope).map(Cow::into_owned)?;
                let value = ty.convert(value).map_err(|m| {
                    let place = scope.place(span_of(*default));
                    place.error(
                        "language::type",
                        format!("the default does not fit: {}", m.reason),
                        "",
                    )
                })?;
                (ty, value)
            }
            _ => {
                let place = scope.place(span_of(expr));
                let message = "`optional` takes a type and perhaps a default";
                return Err(place.error("language::type", message, "").into());
            }
        };
        Ok(Field {
            ty,
            default: Some(default),
        })
    }
}

fn unknown(word: &str, place: &Place<'_>) -> Failure {
    place
        .error("language::type", format!("there is no type `{word}`"), "")
        .maybe_help(suggestion(word, NAMES))
        .into()
}
