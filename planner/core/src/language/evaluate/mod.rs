//! Gives every expression its value.
//!
//! Works on the syntax tree itself, so that every failure has its exact place. Conditionals, `&&`, `||`, `try` and
//! `can` evaluate only what they need; collections report the failures of all their elements. A block is named by
//! its address and never read, but for its literal arguments. Depth is bounded by the parser, and for arguments of
//! other blocks by [`reference`].

mod call;
mod iterate;
mod operators;
mod reference;
mod template;
mod traverse;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use hcl_edit::expr::{Expression, Object, ObjectKey};
use lifeboat_model::{Address, Catalog, Retention};

use super::declare::Declarations;
use super::failure::{Collector, Evaluation, span_of};
use super::inputs::Inputs;
use super::{Number, Value};
use crate::diagnostic::Diagnostic;

/// The instances of a block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Instances {
    /// There is no `for_each`.
    Single,
    /// One for each key, with `each.value`.
    Keyed(BTreeMap<String, Value>),
    /// The `for_each` has no value; why was reported.
    Failed,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place<'v> {
    /// The file.
    pub(crate) file: &'v str,
    /// Bytes of the file.
    pub(crate) span: Range<usize>,
}

impl Place<'_> {
    /// Returns an error about this place.
    pub(crate) fn error(
        &self,
        code: &'static str,
        message: impl Into<String>,
        text: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(code, message).label(self.file, self.span.clone(), text)
    }
}

/// A name that a `for` introduces; the list of them is innermost first.
#[derive(Clone, Copy)]
pub(crate) struct Bound<'v> {
    name: &'v str,
    value: &'v Value,
    outer: Option<&'v Bound<'v>>,
}

/// The key and value of the instance of a block.
#[derive(Clone, Copy)]
pub(crate) struct Each<'v> {
    pub(crate) key: &'v str,
    pub(crate) value: &'v Value,
}

/// What names mean at one place of the text.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'v> {
    /// The file of the expression.
    pub(crate) file: &'v str,
    /// Inside of a block with `for_each`.
    pub(crate) each: Option<Each<'v>>,
    /// Inside of a `for`, or in a template file: its variables.
    bound: Option<&'v Bound<'v>>,
    /// Whether only `bound` names mean anything: in a template file.
    isolated: bool,
}

impl<'v> Scope<'v> {
    /// Returns the scope of a file outside of any block with `for_each`.
    pub(crate) const fn of(file: &'v str) -> Self {
        Self {
            file,
            each: None,
            bound: None,
            isolated: false,
        }
    }

    /// Returns the scope of an instance.
    pub(crate) const fn within(file: &'v str, each: Option<Each<'v>>) -> Self {
        Self {
            each,
            ..Self::of(file)
        }
    }

    /// Returns the scope of a text in which nothing has a name.
    pub(crate) const fn constant(file: &'v str) -> Self {
        Self {
            isolated: true,
            ..Self::of(file)
        }
    }

    /// Returns a place in the file of this scope.
    pub(crate) const fn place(&self, span: Range<usize>) -> Place<'v> {
        Place {
            file: self.file,
            span,
        }
    }
}

/// Everything that expressions can name, and what the evaluation learns on its way.
pub(crate) struct World<'w> {
    pub(crate) inputs: &'w Inputs,
    pub(crate) catalog: &'w Catalog,
    pub(crate) declarations: &'w Declarations<'w>,
    /// Values of variables; none where there is no value and the reason was reported.
    pub(crate) variables: BTreeMap<&'w str, Option<Value>>,
    /// Values of locals, in the same way.
    pub(crate) locals: BTreeMap<&'w str, Option<Value>>,
    /// Instances by the address of the block; none until every `for_each` was evaluated.
    pub(crate) instances: Option<BTreeMap<Address, Instances>>,
    /// Retention policies by name, in the same way.
    pub(crate) retentions: BTreeMap<&'w str, Option<Retention>>,
    /// What `path.root` is.
    pub(crate) root: Value,
    needed: RefCell<BTreeSet<String>>,
    unchecked: RefCell<Vec<(Address, String, Range<usize>)>>,
    resolving: RefCell<Vec<(Address, String)>>,
    resolved: RefCell<BTreeMap<(Address, String), Option<Value>>>,
    /// Retention policies that a block follows.
    pub(crate) followed: RefCell<BTreeSet<String>>,
    warnings: RefCell<Vec<Diagnostic>>,
    looked_at: Cell<usize>,
}

/// A value, borrowed where it is stored somewhere.
pub(crate) type Lent<'v> = Cow<'v, Value>;

fn owned<'v>(value: Value) -> Evaluation<Lent<'v>> {
    Ok(Cow::Owned(value))
}

impl<'w> World<'w> {
    /// Returns a world in which nothing has a value yet.
    pub(crate) fn new(
        inputs: &'w Inputs,
        catalog: &'w Catalog,
        declarations: &'w Declarations<'w>,
    ) -> Self {
        Self {
            inputs,
            catalog,
            declarations,
            variables: BTreeMap::new(),
            locals: BTreeMap::new(),
            instances: None,
            retentions: BTreeMap::new(),
            root: Value::String(inputs.base_dir.clone()),
            needed: RefCell::default(),
            unchecked: RefCell::default(),
            resolving: RefCell::default(),
            resolved: RefCell::default(),
            followed: RefCell::default(),
            warnings: RefCell::default(),
            looked_at: Cell::default(),
        }
    }

    /// Returns the files that functions asked for and that were not loaded.
    pub(crate) fn needed(&self) -> BTreeSet<String> {
        self.needed.borrow().clone()
    }

    /// Keeps a warning.
    pub(crate) fn warn(&self, warning: Diagnostic) {
        self.warnings.borrow_mut().push(warning);
    }

    /// Returns the warnings so far.
    pub(crate) fn warnings(&self) -> Vec<Diagnostic> {
        self.warnings.borrow().clone()
    }

    /// Returns the value of an expression, owned.
    pub(crate) fn value<'v>(&'v self, expr: &'v Expression, scope: Scope<'v>) -> Evaluation<Value> {
        self.eval(expr, scope).map(Cow::into_owned)
    }

    /// Returns the value of an expression.
    pub(crate) fn eval<'v>(
        &'v self,
        expr: &'v Expression,
        scope: Scope<'v>,
    ) -> Evaluation<Lent<'v>> {
        match expr {
            Expression::Null(_) => owned(Value::Null),
            Expression::Bool(value) => owned(Value::Bool(*value.value())),
            Expression::Number(number) => owned(literal(number.value())),
            Expression::String(text) => owned(Value::String(text.value().clone())),
            Expression::Array(array) => self.array(array.iter(), scope),
            Expression::Object(object) => self.object(object, scope),
            Expression::StringTemplate(template) => self.quoted(template, scope),
            Expression::HeredocTemplate(heredoc) => self.heredoc(&heredoc.template, scope),
            Expression::Parenthesis(inner) => self.eval(inner.inner(), scope),
            Expression::Variable(name) => self.traverse(name, &[], scope),
            Expression::Traversal(traversal) => match &traversal.expr {
                Expression::Variable(name) => self.traverse(name, &traversal.operators, scope),
                root => {
                    let value = self.eval(root, scope)?;
                    self.steps(value, span_of(root), &traversal.operators, scope)
                }
            },
            Expression::Conditional(conditional) => self.conditional(conditional, scope),
            Expression::FuncCall(call) => self.call(call, scope),
            Expression::UnaryOp(op) => self.unary(op, scope),
            Expression::BinaryOp(op) => self.binary(op, scope),
            Expression::ForExpr(expr) => self.for_expr(expr, scope),
        }
    }

    fn array<'v>(
        &'v self,
        elements: impl Iterator<Item = &'v Expression>,
        scope: Scope<'v>,
    ) -> Evaluation<Lent<'v>> {
        let mut collector = Collector::default();
        let values = elements.filter_map(|e| collector.take(self.eval(e, scope)));
        let values: Vec<Value> = values.map(Cow::into_owned).collect();
        collector.finish(Cow::Owned(Value::List(values)))
    }

    fn object<'v>(&'v self, object: &'v Object, scope: Scope<'v>) -> Evaluation<Lent<'v>> {
        let mut collector = Collector::default();
        let mut map = BTreeMap::new();
        let mut sensitive = false;
        for (key, value) in object {
            let name = collector.take(self.object_key(key, scope));
            let value = collector.take(self.eval(value.expr(), scope));
            let (Some((name, hidden)), Some(value)) = (name, value) else {
                continue;
            };
            sensitive |= hidden;
            if map.contains_key(&name) {
                collector.push(scope.place(span_of(key)).error(
                    "language::duplicate_key",
                    format!("the key `{name}` stands twice in this object"),
                    "again here",
                ));
            }
            map.insert(name, value.into_owned());
        }
        collector.finish(Cow::Owned(marked(Value::Object(map), sensitive)))
    }

    fn object_key<'v>(
        &'v self,
        key: &'v ObjectKey,
        scope: Scope<'v>,
    ) -> Evaluation<(String, bool)> {
        match key {
            ObjectKey::Ident(name) => Ok((name.as_str().to_owned(), false)),
            ObjectKey::Expression(expr) => {
                let value = self.eval(expr, scope)?;
                let (value, sensitive) = opened(&value);
                let text = value.to_text().ok_or_else(|| {
                    scope.place(span_of(expr)).error(
                        "language::key_type",
                        "a key of an object must be a string",
                        format!("this is {}", value.type_name()),
                    )
                })?;
                Ok((text, sensitive))
            }
        }
    }
}

/// Returns the value of a number as it was parsed.
fn literal(number: &hcl_edit::Number) -> Value {
    let exact = number
        .as_i64()
        .filter(|_| !number.is_f64())
        .map(Number::Int);
    let number = exact.or_else(|| Number::from_f64(number.as_f64()?));
    number.map_or(Value::Null, Value::Number)
}

/// Returns what is below the marks of a value, and whether there were any.
pub(crate) fn opened(value: &Value) -> (&Value, bool) {
    match value {
        Value::Sensitive(inner) => (opened(inner).0, true),
        open => (open, false),
    }
}

/// Returns what is below the marks of a lent value, and whether there were any.
pub(crate) fn open_lent(value: Lent<'_>) -> (Lent<'_>, bool) {
    match value {
        Cow::Borrowed(value) => {
            let (open, sensitive) = opened(value);
            (Cow::Borrowed(open), sensitive)
        }
        Cow::Owned(Value::Sensitive(inner)) => (open_lent(Cow::Owned(*inner)).0, true),
        owned => (owned, false),
    }
}

/// Returns the value, marked if it is sensitive.
pub(crate) fn marked(value: Value, sensitive: bool) -> Value {
    match value {
        value if !sensitive => value,
        Value::Sensitive(inner) => Value::Sensitive(inner),
        value => Value::Sensitive(Box::new(value)),
    }
}

/// Returns the lent value, marked if it is sensitive.
pub(crate) fn marked_lent(value: Lent<'_>, sensitive: bool) -> Lent<'_> {
    if sensitive {
        Cow::Owned(marked(value.into_owned(), true))
    } else {
        value
    }
}
