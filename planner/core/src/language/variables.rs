//! Gives the variables their values: declarations, sources in their order, conversion, validation.

use std::collections::BTreeMap;

use hcl_edit::expr::Expression;

use super::Value;
use super::blocks::reader::Reader;
use super::declare::Declared;
use super::evaluate::{Place, Scope, World, opened};
use super::failure::{Collector, Evaluation, Failure, span_of};
use super::inputs::VariableSource;
use super::nearest::suggestion;
use super::parse::Parsed;
use super::types::Type;
use crate::diagnostic::Diagnostic;

/// What a `variable` block says.
struct Variable {
    ty: Type,
    /// Whether raw text is the value itself, and not an expression.
    literal: bool,
    default: Option<Value>,
    sensitive: bool,
    nullable: bool,
}

/// Where a value comes from.
enum Given<'w> {
    /// Raw text and how its origin is called.
    Text(String, &'w str),
    /// An attribute of a file.
    Expression(&'w str, &'w Expression),
}

/// Gives values to all variables of the world. `files` are the variable files that could be read, by name.
pub(crate) fn evaluate<'w>(
    world: &mut World<'w>,
    files: &'w BTreeMap<&'w str, Parsed<'w>>,
    problems: &mut Vec<Diagnostic>,
) {
    let declarations = world.declarations;
    let mut given = given(world, files, problems);
    let mut validated = Vec::new();
    for (name, declared) in &declarations.variables {
        let value = read(world, declared)
            .and_then(|variable| value(world, declared, &variable, given.remove(name)));
        let value = match value {
            Ok(value) => {
                validated.push((*name, declared));
                Some(value)
            }
            Err(Failure(reasons)) => {
                problems.extend(reasons);
                None
            }
        };
        world.variables.insert(name, value);
    }
    for (name, declared) in validated {
        if let Err(Failure(reasons)) = validate(world, name, declared) {
            problems.extend(reasons);
        }
    }
}

/// Collects what the sources give; a later source wins.
fn given<'w>(
    world: &World<'w>,
    files: &'w BTreeMap<&'w str, Parsed<'w>>,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<&'w str, Given<'w>> {
    let inputs = world.inputs;
    let declared = &world.declarations.variables;
    let names = || declared.keys().copied();
    let mut given = BTreeMap::new();
    for source in &inputs.variables {
        match source {
            VariableSource::Environment { name, text } => {
                if let Some((name, _)) = declared.get_key_value(name.as_str()) {
                    let origin = format!("LIFEBOAT_VAR_{name}");
                    given.insert(*name, Given::Text(origin, text.as_str()));
                }
            }
            VariableSource::Argument { name, text } => {
                if let Some((name, _)) = declared.get_key_value(name.as_str()) {
                    given.insert(*name, Given::Text(format!("--var {name}"), text.as_str()));
                } else {
                    let message =
                        format!("`--var {name}=…` is for a variable that is not declared");
                    problems.push(
                        Diagnostic::error("language::undeclared_variable", message)
                            .maybe_help(suggestion(name, names())),
                    );
                }
            }
            VariableSource::File(file) => {
                let Some(parsed) = files.get(file.name.as_str()) else {
                    continue;
                };
                for block in parsed.body.blocks() {
                    let message = "a file of variables holds names and values, no blocks";
                    problems.push(Diagnostic::error("language::unknown_block", message).label(
                        parsed.name,
                        span_of(&block.ident),
                        "",
                    ));
                }
                for attribute in parsed.body.attributes() {
                    let name = attribute.key.as_str();
                    if let Some((name, _)) = declared.get_key_value(name) {
                        given.insert(*name, Given::Expression(parsed.name, &attribute.value));
                    } else {
                        problems.push(
                            Diagnostic::error(
                                "language::undeclared_variable",
                                format!("there is no variable `{name}`"),
                            )
                            .label(parsed.name, span_of(&attribute.key), "")
                            .maybe_help(suggestion(name, names())),
                        );
                    }
                }
            }
        }
    }
    given
}

/// Reads a `variable` block, all but its validations.
fn read(world: &World<'_>, declared: &Declared<'_>) -> Evaluation<Variable> {
    let reader = Reader::new(world, declared, Scope::constant(declared.file));
    let mut collector = Collector::default();
    collector.take(reader.shape(
        &["type", "default", "description", "sensitive", "nullable"],
        &["validation"],
    ));
    let body = &declared.block.body;
    let ty = body
        .get_attribute("type")
        .and_then(|a| collector.take(world.read_type(&a.value, reader.scope)));
    let literal = ty.as_ref().is_none_or(Type::is_primitive);
    let ty = ty.unwrap_or(Type::Any);
    let sensitive = collector.take(reader.flag("sensitive")).flatten();
    let nullable = collector.take(reader.flag("nullable")).flatten();
    collector.take(reader.text("description"));
    let default = body.get_attribute("default").and_then(|attribute| {
        let place = reader.scope.place(span_of(&attribute.value));
        let value = collector.take(world.value(&attribute.value, reader.scope))?;
        let hidden = sensitive.unwrap_or(false).then_some(());
        collector.take(fit(&ty, value, declared.label(0), &place, hidden.is_some()))
    });
    collector.finish(Variable {
        ty,
        literal,
        default,
        sensitive: sensitive.unwrap_or(false),
        nullable: nullable.unwrap_or(true),
    })
}

/// Converts a value to the type of its variable.
fn fit(
    ty: &Type,
    value: Value,
    name: &str,
    place: &Place<'_>,
    sensitive: bool,
) -> Evaluation<Value> {
    ty.convert(value).map_err(|mismatch| {
        let message = format!(
            "the value of `var.{name}` does not have its type: {}",
            mismatch.reason
        );
        let text = if mismatch.path.is_empty() {
            String::new()
        } else {
            format!("at `{}`", mismatch.path)
        };
        if sensitive {
            // A label would show the line, and with it the value.
            Diagnostic::error("language::variable_type", message).into()
        } else {
            place.error("language::variable_type", message, text).into()
        }
    })
}

fn value(
    world: &World<'_>,
    declared: &Declared<'_>,
    variable: &Variable,
    given: Option<Given<'_>>,
) -> Evaluation<Value> {
    let name = declared.label(0);
    let value = match given {
        None => None,
        Some(Given::Text(origin, text)) => {
            let place = Scope::constant(&origin).place(0..0);
            let value = if variable.literal {
                Value::String(text.to_owned())
            } else {
                raw(world, &origin, text).map_err(|failure| {
                    if variable.sensitive {
                        hidden(name, &origin)
                    } else {
                        failure
                    }
                })?
            };
            Some(fit(&variable.ty, value, name, &place, variable.sensitive)?)
        }
        Some(Given::Expression(file, expr)) => {
            let scope = Scope::constant(file);
            let value = world.value(expr, scope).map_err(|failure| {
                if variable.sensitive {
                    hidden(name, file)
                } else {
                    failure
                }
            })?;
            let place = scope.place(span_of(expr));
            Some(fit(&variable.ty, value, name, &place, variable.sensitive)?)
        }
    };
    let missing = |message: String| {
        declared
            .error("language::missing_variable", message)
            .help(format!(
                "Give it with `--var {name}=…`, `LIFEBOAT_VAR_{name}` or in `lifeboat.vars.hcl`."
            ))
    };
    let value = match (value, &variable.default) {
        (Some(value), _) if variable.nullable || !opened(&value).0.is_null() => value,
        (_, Some(default)) => default.clone(),
        (Some(_), None) => return Err(missing(format!("`var.{name}` must not be null")).into()),
        (None, None) => return Err(missing(format!("`var.{name}` has no value")).into()),
    };
    Ok(if variable.sensitive {
        value.into_sensitive()
    } else {
        value
    })
}

/// Returns the failure of a sensitive value: neither its text nor a reason that may quote it is shown.
fn hidden(name: &str, origin: &str) -> Failure {
    let message = format!("the value of `var.{name}` in `{origin}` is not a constant");
    Diagnostic::error("language::not_constant", message).into()
}

/// Reads raw text as an expression of constants. No text of it is shown: it may be a secret.
fn raw(world: &World<'_>, origin: &str, text: &str) -> Evaluation<Value> {
    let expr: Expression = text.trim().parse().map_err(|_| {
        Diagnostic::error(
            "language::variable_syntax",
            format!("the text of `{origin}` is not an expression"),
        )
        .help("Write strings in quotes, lists in `[…]` and objects in `{…}`.")
    })?;
    world
        .value(&expr, Scope::constant(origin))
        .map_err(|failure| {
            let reasons = failure.0.into_iter().map(|reason| {
                let message = format!("the text of `{origin}` has no value: {}", reason.message);
                Diagnostic {
                    message,
                    labels: Vec::new(),
                    ..reason
                }
            });
            Failure(reasons.collect())
        })
}

fn validate(world: &World<'_>, name: &str, declared: &Declared<'_>) -> Evaluation<()> {
    let mut collector = Collector::default();
    for block in declared.block.body.get_blocks("validation") {
        let nested = Declared {
            file: declared.file,
            block,
        };
        let scope = Scope::of(declared.file);
        let reader = Reader::new(world, &nested, scope);
        collector.take(reader.shape(&["condition", "error_message"], &[]));
        let Some(condition) = collector.take(reader.required("condition")) else {
            continue;
        };
        let Some((truth, _)) =
            collector.take(world.truth(&condition.value, scope, "the condition of a validation"))
        else {
            continue;
        };
        if truth {
            collector.take(reader.required("error_message"));
            continue;
        }
        let message = collector.take(reader.text("error_message")).flatten();
        let Some((message, _)) = message else {
            collector.take(reader.required("error_message"));
            continue;
        };
        let text = match world.variables.get(name) {
            Some(Some(value)) if !value.is_sensitive() => {
                short(&format!("`var.{name}` is {value}"))
            }
            _ => String::new(),
        };

        let place = scope.place(span_of(&condition.value));
        collector.push(place.error("language::validation", message, text));
    }
    collector.finish(())
}

/// Cuts a text that is too long for a label.
fn short(text: &str) -> String {
    const LONGEST: usize = 80;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{start}…")
}
