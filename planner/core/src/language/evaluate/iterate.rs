//! `for` expressions, and iteration over collections.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hcl_edit::expr::{Expression, ForExpr};
use hcl_edit::{Decorated, Ident};

use super::{Bound, Lent, Scope, World, marked, marked_lent, open_lent, opened, owned};
use crate::language::failure::{Collector, Evaluation, span_of};
use crate::language::{Number, Value};

/// A collection that is iterated over.
pub(super) struct Items<'v> {
    /// A list or an object.
    pub(super) value: Lent<'v>,
    /// Whether the collection as a whole is sensitive.
    pub(super) sensitive: bool,
}

/// The names of the key and the value of an iteration.
pub(super) type Names<'v> = (Option<&'v Decorated<Ident>>, &'v Decorated<Ident>);

/// What becomes of the elements of a `for` expression.
enum Product {
    List(Vec<Value>),
    Object(BTreeMap<String, Value>),
    Groups(BTreeMap<String, Vec<Value>>),
}

impl World<'_> {
    /// Returns the collection that an expression is.
    pub(super) fn items<'v>(
        &'v self,
        expr: &'v Expression,
        scope: Scope<'v>,
    ) -> Evaluation<Items<'v>> {
        let (value, sensitive) = open_lent(self.eval(expr, scope)?);
        if matches!(value.as_ref(), Value::List(_) | Value::Object(_)) {
            return Ok(Items { value, sensitive });
        }
        Err(scope
            .place(span_of(expr))
            .error(
                "language::iteration",
                "only a list or an object can be iterated over",
                format!("this is {}", value.type_name()),
            )
            .into())
    }

    /// Calls `visit` with the scope of each element, in order.
    pub(super) fn each_item(
        &self,
        items: &Items<'_>,
        names: Names<'_>,
        scope: Scope<'_>,
        visit: &mut dyn FnMut(Scope<'_>) -> Evaluation<()>,
    ) -> Evaluation<()> {
        let mut step = |key: Value, value: &Value| {
            let bound_key = names.0.map(|name| Bound {
                name: name.as_str(),
                value: &key,
                outer: scope.bound,
            });
            let bound = Bound {
                name: names.1.as_str(),
                value,
                outer: bound_key.as_ref().or(scope.bound),
            };
            visit(Scope {
                bound: Some(&bound),
                ..scope
            })
        };
        match items.value.as_ref() {
            // What is in a sensitive collection is sensitive, also in the errors about it.
            Value::List(list) => {
                for (index, value) in (0..).zip(list) {
                    let value = marked_lent(Cow::Borrowed(value), items.sensitive);
                    step(Value::Number(Number::Int(index)), &value)?;
                }
            }
            Value::Object(map) => {
                for (key, value) in map {
                    let key = marked(Value::String(key.clone()), items.sensitive);
                    let value = marked_lent(Cow::Borrowed(value), items.sensitive);
                    step(key, &value)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn for_expr<'v>(
        &'v self,
        expr: &'v ForExpr,
        scope: Scope<'v>,
    ) -> Evaluation<Lent<'v>> {
        let items = self.items(&expr.intro.collection_expr, scope)?;
        let names = (expr.intro.key_var.as_ref(), &expr.intro.value_var);
        let mut sensitive = items.sensitive;
        let mut product = match (&expr.key_expr, expr.grouping) {
            (None, _) => Product::List(Vec::new()),
            (Some(_), false) => Product::Object(BTreeMap::new()),
            (Some(_), true) => Product::Groups(BTreeMap::new()),
        };
        let mut collector = Collector::default();
        self.each_item(&items, names, scope, &mut |inner| {
            // One failing element is enough: the others fail in the same place.
            let hidden = self.element(expr, inner, &mut product)?;
            sensitive |= hidden;
            Ok(())
        })
        .unwrap_or_else(|failure| {
            collector.take::<()>(Err(failure));
        });
        let value = match product {
            Product::List(list) => Value::List(list),
            Product::Object(map) => Value::Object(map),
            Product::Groups(groups) => Value::Object(
                groups
                    .into_iter()
                    .map(|(key, list)| (key, Value::List(list)))
                    .collect(),
            ),
        };
        collector.finish(Cow::Owned(marked(value, sensitive)))
    }

    /// Adds one element to the product; returns whether its key or its condition is sensitive.
    fn element<'v>(
        &'v self,
        expr: &'v ForExpr,
        scope: Scope<'v>,
        product: &mut Product,
    ) -> Evaluation<bool> {
        let mut sensitive = false;
        if let Some(condition) = &expr.cond {
            let (truth, hidden) = self.truth(&condition.expr, scope, "the condition of a `for`")?;
            sensitive |= hidden;
            if !truth {
                return Ok(sensitive);
            }
        }
        let value = self.eval(&expr.value_expr, scope)?.into_owned();
        let Some(key_expr) = &expr.key_expr else {
            if let Product::List(list) = product {
                list.push(value);
            }
            return Ok(sensitive);
        };
        let key = self.eval(key_expr, scope)?;
        let (open, hidden) = opened(&key);
        let key = open.to_text().ok_or_else(|| {
            scope.place(span_of(key_expr)).error(
                "language::key_type",
                "a key of an object must be a string",
                format!("this is {}", open.type_name()),
            )
        })?;
        match product {
            Product::Groups(groups) => groups.entry(key).or_default().push(value),
            Product::Object(map) if map.contains_key(&key) => {
                let shown = if hidden { "(sensitive)" } else { &key };
                return Err(scope
                    .place(span_of(key_expr))
                    .error(
                        "language::duplicate_key",
                        format!("two elements have the key `{shown}`"),
                        "this must differ for each element",
                    )
                    .help("Group the values of a key with `...` after the value.")
                    .into());
            }
            Product::Object(map) => {
                map.insert(key, value);
            }
            Product::List(_) => {}
        }
        Ok(sensitive | hidden)
    }

    /// Applies `map` to each element of a splat: the elements of a list, nothing for null, else the value alone.
    pub(super) fn splat<'v>(
        value: Lent<'v>,
        map: &mut dyn FnMut(Lent<'v>) -> Evaluation<Lent<'v>>,
    ) -> Evaluation<Lent<'v>> {
        let (value, sensitive) = open_lent(value);
        let mut collector = Collector::default();
        let mut results = Vec::new();
        let mut add = |item: Lent<'v>| {
            if let Some(result) = collector.take(map(marked_lent(item, sensitive))) {
                results.push(result.into_owned());
            }
        };
        match value {
            Cow::Borrowed(Value::List(list)) => list.iter().map(Cow::Borrowed).for_each(&mut add),
            Cow::Owned(Value::List(list)) => list.into_iter().map(Cow::Owned).for_each(&mut add),
            value if *value == Value::Null => {}
            value => add(value),
        }
        let list = marked(Value::List(results), sensitive);
        collector.finish(()).and_then(|()| owned(list))
    }
}
