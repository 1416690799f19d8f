//! Names, and the steps after them: attributes, indices, splats.

use std::borrow::Cow;
use std::ops::Range;

use hcl_edit::expr::TraversalOperator;
use hcl_edit::{Decorated, Ident};
use lifeboat_model::Block;

use super::{Lent, Place, Scope, World, marked, marked_lent, open_lent, opened, owned};
use crate::language::failure::{Evaluation, Failure, span_of};
use crate::language::nearest::{nearest, suggestion};
use crate::language::{Number, Value};

/// The steps after a name.
pub(super) type Steps<'v> = &'v [Decorated<TraversalOperator>];

/// Names that stand for something everywhere, beside the blocks.
const ROOTS: [&str; 4] = ["var", "local", "each", "path"];

/// Names that the language will have, or that other languages have.
const NOT_YET: [&str; 3] = ["scenario", "module", "data"];

impl World<'_> {
    /// Evaluates a name and the steps after it.
    pub(super) fn traverse<'v>(
        &'v self,
        name: &'v Decorated<Ident>,
        steps: Steps<'v>,
        scope: Scope<'v>,
    ) -> Evaluation<Lent<'v>> {
        let start = span_of(name);
        let (value, used) = self.root(name, steps, scope)?;
        let (before, rest) = steps.split_at(used.min(steps.len()));
        let end = before.last().map_or(start.end, |step| span_of(step).end);
        self.steps(value, start.start..end, rest, scope)
    }

    /// Returns what a name means, and how many steps belong to the name.
    fn root<'v>(
        &'v self,
        name: &'v Decorated<Ident>,
        steps: Steps<'v>,
        scope: Scope<'v>,
    ) -> Evaluation<(Lent<'v>, usize)> {
        let word = name.as_str();
        let mut bound = scope.bound;
        while let Some(inner) = bound {
            if inner.name == word {
                return Ok((Cow::Borrowed(inner.value), 0));
            }
            bound = inner.outer;
        }
        let place = scope.place(span_of(name));
        if scope.isolated {
            return Err(self.unknown_name(word, &place, scope));
        }
        match word {
            "var" => self.stored(&self.variables, "var", &place, steps, scope),
            "local" => self.stored(&self.locals, "local", &place, steps, scope),
            "each" => each(&place, steps, scope),
            "path" => self.path(&place, steps, scope),
            _ => match Block::from_keyword(word) {
                Some(block) if !NOT_YET.contains(&word) => {
                    self.reference(block, &place, steps, scope)
                }
                _ => Err(self.unknown_name(word, &place, scope)),
            },
        }
    }

    fn unknown_name(&self, word: &str, place: &Place<'_>, scope: Scope<'_>) -> Failure {
        if NOT_YET.contains(&word) {
            let message = format!("`{word}` is not supported by this version yet");
            return place.error("language::not_yet", message, "").into();
        }
        if scope.isolated && scope.bound.is_none() {
            return place
                .error(
                    "language::not_constant",
                    "only a constant can stand here",
                    format!("`{word}` is not one"),
                )
                .into();
        }
        let mut names: Vec<&str> = Vec::new();
        let mut bound = scope.bound;
        while let Some(inner) = bound {
            names.push(inner.name);
            bound = inner.outer;
        }
        if !scope.isolated {
            names.extend(ROOTS);
            names.extend([
                "objective",
                "retention",
                "repository",
                "target",
                "protection",
                "provider",
                "service",
            ]);
        }
        let help = match nearest(word, names.iter().copied()) {
            Some(near) => format!("Did you mean `{near}`?"),
            None if self.declarations.variables.contains_key(word) => {
                format!("Write `var.{word}` for the value of the variable.")
            }
            None if self.declarations.locals.contains_key(word) => {
                format!("Write `local.{word}` for the value of the local.")
            }
            None => format!("Put it in quotes if it is text: \"{word}\"."),
        };
        place
            .error(
                "language::unknown_name",
                format!("there is nothing called `{word}`"),
                "",
            )
            .help(help)
            .into()
    }

    /// Looks up `var.name` or `local.name`.
    fn stored<'v>(
        &'v self,
        values: &'v std::collections::BTreeMap<&str, Option<Value>>,
        root: &str,
        place: &Place<'v>,
        steps: Steps<'v>,
        scope: Scope<'v>,
    ) -> Evaluation<(Lent<'v>, usize)> {
        let Some((name, span)) = attribute(steps.first()) else {
            return Err(incomplete(place, &format!("{root}.NAME")));
        };
        match values.get(name) {
            Some(Some(value)) => Ok((Cow::Borrowed(value), 1)),
            Some(None) => Err(Failure::elsewhere()),
            None => {
                let (what, declared): (_, Vec<&str>) = if root == "var" {
                    let names = self.declarations.variables.keys();
                    ("variable", names.map(AsRef::as_ref).collect())
                } else {
                    let names = self.declarations.locals.keys();
                    ("local", names.map(AsRef::as_ref).collect())
                };
                Err(scope
                    .place(span)
                    .error(
                        "language::unknown_reference",
                        format!("there is no {what} `{name}`"),
                        "",
                    )
                    .maybe_help(suggestion(name, declared.iter().copied()))
                    .into())
            }
        }
    }

    fn path<'v>(
        &'v self,
        place: &Place<'v>,
        steps: Steps<'v>,
        scope: Scope<'v>,
    ) -> Evaluation<(Lent<'v>, usize)> {
        match attribute(steps.first()) {
            Some(("root" | "module", _)) => Ok((Cow::Borrowed(&self.root), 1)),
            Some((name, span)) => Err(scope
                .place(span)
                .error(
                    "language::unknown_reference",
                    format!("`path` has no `{name}`"),
                    "",
                )
                .help("Use `path.root`, the directory of the configuration.")
                .into()),
            None => Err(incomplete(place, "path.root")),
        }
    }

    /// Applies the steps after a value; `so_far` is the text that the value stands for.
    pub(super) fn steps<'v>(
        &'v self,
        value: Lent<'v>,
        so_far: Range<usize>,
        steps: Steps<'v>,
        scope: Scope<'v>,
    ) -> Evaluation<Lent<'v>> {
        let mut value = value;
        let mut so_far = so_far;
        for (i, step) in steps.iter().enumerate() {
            let place = scope.place(span_of(step));
            let rest = steps.get(i + 1..).unwrap_or_default();
            let (inside, after) = match step.value() {
                TraversalOperator::GetAttr(name) => {
                    value = self.attribute_of(value, name.as_str(), &place)?;
                    so_far.end = place.span.end;
                    continue;
                }
                TraversalOperator::Index(key) => {
                    let key = self.eval(key, scope)?;
                    value = self.index(value, &key, &place)?;
                    so_far.end = place.span.end;
                    continue;
                }
                TraversalOperator::LegacyIndex(index) => {
                    let index = i64::try_from(*index.value()).unwrap_or(i64::MAX);
                    let key = Value::Number(Number::Int(index));
                    value = self.index(value, &key, &place)?;
                    so_far.end = place.span.end;
                    continue;
                }
                TraversalOperator::AttrSplat(_) => {
                    let attributes = rest
                        .iter()
                        .take_while(|s| matches!(s.value(), TraversalOperator::GetAttr(_)))
                        .count();
                    rest.split_at(attributes)
                }
                TraversalOperator::FullSplat(_) => (rest, Steps::default()),
            };
            let value = self.all_instances(value, &place)?;
            let list = Self::splat(value, &mut |item| {
                self.steps(item, so_far.clone(), inside, scope)
            })?;
            return self.steps(list, so_far, after, scope);
        }
        Ok(value)
    }

    fn attribute_of<'v>(
        &'v self,
        value: Lent<'v>,
        name: &str,
        place: &Place<'v>,
    ) -> Evaluation<Lent<'v>> {
        let (value, sensitive) = open_lent(value);
        let found = match value {
            Cow::Borrowed(Value::Object(map)) => map
                .get(name)
                .map(Cow::Borrowed)
                .ok_or_else(|| no_key(map, name, place, sensitive))?,
            Cow::Owned(Value::Object(mut map)) => match map.remove(name) {
                Some(found) => Cow::Owned(found),
                None => return Err(no_key(&map, name, place, sensitive)),
            },
            value => match value.as_ref() {
                Value::Reference(address) => {
                    let argument = self.argument_of(address, name, place)?;
                    return Ok(marked_lent(Cow::Owned(argument), sensitive));
                }
                other => {
                    return Err(place
                        .error(
                            "language::no_attributes",
                            format!("{} has no attributes", other.type_name()),
                            format!("`{name}` is asked of it"),
                        )
                        .into());
                }
            },
        };
        Ok(marked_lent(found, sensitive))
    }

    /// Returns an element; a key that is sensitive is in no error.
    fn index<'v>(
        &'v self,
        value: Lent<'v>,
        key: &Value,
        place: &Place<'v>,
    ) -> Evaluation<Lent<'v>> {
        let (open, secret) = opened(key);
        if !secret {
            return self.index_open(value, open, place);
        }
        let refused = |message: &str| Failure::from(place.error("language::index", message, ""));
        if matches!(opened(&value).0, Value::Reference(_)) {
            return Err(refused("the key of an instance must not be sensitive"));
        }
        match self.index_open(value, open, place) {
            Ok(found) => Ok(marked_lent(found, true)),
            Err(Failure(reasons)) if reasons.is_empty() => Err(Failure::elsewhere()),
            Err(_) => Err(refused(
                "there is nothing at this index, which is sensitive",
            )),
        }
    }

    fn index_open<'v>(
        &'v self,
        value: Lent<'v>,
        key: &Value,
        place: &Place<'v>,
    ) -> Evaluation<Lent<'v>> {
        let (value, sensitive) = open_lent(value);
        let wrong_key = |expected: &str| {
            let text = format!("this is {}", key.type_name());
            let message = format!("the index must be {expected}");
            Failure::from(place.error("language::index", message, text))
        };
        let found = match value {
            Cow::Borrowed(Value::List(list)) => {
                let at = position(key).ok_or_else(|| wrong_key("a whole number"))?;
                let found = usize::try_from(at).ok().and_then(|at| list.get(at));
                found
                    .map(Cow::Borrowed)
                    .ok_or_else(|| out_of_range(at, list.len(), place))?
            }
            Cow::Owned(Value::List(mut list)) => {
                let at = position(key).ok_or_else(|| wrong_key("a whole number"))?;
                let slot = usize::try_from(at).ok().and_then(|at| list.get_mut(at));
                let found = slot.map(|slot| std::mem::replace(slot, Value::Null));
                found
                    .map(Cow::Owned)
                    .ok_or_else(|| out_of_range(at, list.len(), place))?
            }
            value => match value.as_ref() {
                Value::Object(_) => {
                    let name = key.to_text().ok_or_else(|| wrong_key("a string"))?;
                    return self
                        .attribute_of(value, &name, place)
                        .map(|found| marked_lent(found, sensitive));
                }
                Value::Reference(address) => {
                    let Value::String(name) = key else {
                        return Err(wrong_key("a string, the key of an instance"));
                    };
                    let instance = self.instance(address, name, place)?;
                    return owned(marked(Value::Reference(instance), sensitive));
                }
                other => {
                    return Err(place
                        .error(
                            "language::index",
                            format!("{} has no elements", other.type_name()),
                            "",
                        )
                        .into());
                }
            },
        };
        Ok(marked_lent(found, sensitive))
    }
}

/// Looks up `each.key` or `each.value`.
fn each<'v>(
    place: &Place<'v>,
    steps: Steps<'v>,
    scope: Scope<'v>,
) -> Evaluation<(Lent<'v>, usize)> {
    let Some((name, span)) = attribute(steps.first()) else {
        return Err(incomplete(place, "each.key` or `each.value"));
    };
    let Some(each) = scope.each else {
        return Err(place
            .error(
                "language::each_outside",
                format!("`each.{name}` means something only in a block with `for_each`"),
                "",
            )
            .into());
    };
    match name {
        "key" => Ok((Cow::Owned(Value::String(each.key.to_owned())), 1)),
        "value" => Ok((Cow::Borrowed(each.value), 1)),
        _ => Err(scope
            .place(span)
            .error(
                "language::unknown_reference",
                format!("`each` has no `{name}`"),
                "",
            )
            .help("Use `each.key` or `each.value`.")
            .into()),
    }
}

/// Returns the name and the place of a step that is an attribute.
pub(super) fn attribute(
    step: Option<&Decorated<TraversalOperator>>,
) -> Option<(&str, Range<usize>)> {
    match step?.value() {
        TraversalOperator::GetAttr(name) => Some((name.as_str(), span_of(name))),
        _ => None,
    }
}

/// Returns the failure of a name that lacks its last part.
pub(super) fn incomplete(place: &Place<'_>, expected: &str) -> Failure {
    place
        .error(
            "language::incomplete_reference",
            "the reference is incomplete",
            format!("expected `{expected}`"),
        )
        .into()
}

fn no_key(
    map: &std::collections::BTreeMap<String, Value>,
    name: &str,
    place: &Place<'_>,
    sensitive: bool,
) -> Failure {
    let help = if sensitive {
        None
    } else {
        suggestion(name, map.keys().map(String::as_str))
    };
    place
        .error(
            "language::no_such_key",
            format!("the object has no `{name}`"),
            "",
        )
        .maybe_help(help)
        .into()
}

fn out_of_range(at: i64, length: usize, place: &Place<'_>) -> Failure {
    place
        .error(
            "language::index",
            format!("a list of length {length} has no element {at}"),
            "elements count from 0",
        )
        .into()
}

fn position(key: &Value) -> Option<i64> {
    match key.to_number()? {
        Number::Int(at) => Some(at),
        Number::Float(_) => None,
    }
}
