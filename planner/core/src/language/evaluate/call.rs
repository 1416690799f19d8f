//! Calls of functions. `try`, `can` and `templatefile` are here, because they evaluate; the others are in `functions`.

use std::borrow::Cow;

use hcl_edit::expr::{Expression, FuncCall};
use hcl_edit::template::Template;

use super::{Lent, Place, Scope, World, marked, open_lent, opened, owned};
use crate::diagnostic::Diagnostic;
use crate::language::Value;
use crate::language::failure::{Collector, Evaluation, Failure, span_of};
use crate::language::functions::{self, FunctionError};
use crate::language::nearest::nearest;
use crate::language::path::absolute;

/// The functions that evaluate by themselves.
const LAZY: [&str; 3] = ["try", "can", "templatefile"];

impl World<'_> {
    pub(super) fn call<'v>(&'v self, call: &'v FuncCall, scope: Scope<'v>) -> Evaluation<Lent<'v>> {
        let name = call.name.name.as_str();
        let place = scope.place(span_of(&call.name.name));
        if call.name.is_namespaced() {
            let message = "functions have no namespaces";
            return Err(place.error("language::function", message, "").into());
        }
        match name {
            "try" => self.try_each(call, &place, scope),
            "can" => self.can(call, &place, scope),
            "lookup" | "length" if !call.args.expand_final() => self.lent_call(call, scope),
            _ => {
                let args = self.arguments(call, scope)?;
                self.run(call, &args, scope).map(Cow::Owned)
            }
        }
    }

    /// Returns the values of all arguments, the last one spread if it ends in `...`.
    fn arguments<'v>(&'v self, call: &'v FuncCall, scope: Scope<'v>) -> Evaluation<Vec<Value>> {
        let mut collector = Collector::default();
        let values = call
            .args
            .iter()
            .filter_map(|arg| collector.take(self.eval(arg, scope)));
        let mut values: Vec<Value> = values.map(Cow::into_owned).collect();
        values = collector.finish(values)?;
        if !call.args.expand_final() {
            return Ok(values);
        }
        let (Some(last), Some(expr)) = (values.pop(), call.args.iter().last()) else {
            return Ok(values);
        };
        let (open, sensitive) = opened(&last);
        let Value::List(list) = open else {
            return Err(scope
                .place(span_of(expr))
                .error(
                    "language::function",
                    "only a list can be spread with `...`",
                    format!("this is {}", open.type_name()),
                )
                .into());
        };
        values.extend(list.iter().map(|item| marked(item.clone(), sensitive)));
        Ok(values)
    }

    fn run<'v>(
        &'v self,
        call: &'v FuncCall,
        args: &[Value],
        scope: Scope<'v>,
    ) -> Evaluation<Value> {
        let name = call.name.name.as_str();
        if name == "templatefile" {
            return self.render_file(call, args, scope);
        }
        functions::call(name, args, &self.context())
            .map_err(|error| self.refused(&error, call, scope))
    }

    fn context(&self) -> functions::Context<'_> {
        functions::Context {
            as_of: self.inputs.as_of,
            base_dir: &self.inputs.base_dir,
            loaded: &self.inputs.loaded,
        }
    }

    /// Returns the failure that an error of a function is; a file that is needed is noted.
    fn refused<'v>(
        &'v self,
        error: &FunctionError,
        call: &'v FuncCall,
        scope: Scope<'v>,
    ) -> Failure {
        let name = scope.place(span_of(&call.name.name));
        let whole = scope.place(span_of(call));
        match error {
            FunctionError::NeedsFile(path) => {
                self.needed.borrow_mut().insert(path.clone());
                Failure::elsewhere()
            }
            FunctionError::Unknown(word) => {
                let names = functions::names().chain(LAZY);
                let help = nearest(word, names).map(|near| format!("Did you mean `{near}`?"));
                let message = format!("there is no function `{word}`");
                name.error("language::function", message, "")
                    .maybe_help(help)
                    .into()
            }
            FunctionError::Argument { position, .. } => {
                let arg = call.args.iter().nth(position - 1);
                let place = arg.map_or(whole, |arg| scope.place(span_of(arg)));
                place
                    .error("language::function", error.to_string(), "")
                    .into()
            }
            error => whole
                .error("language::function", error.to_string(), "")
                .into(),
        }
    }

    /// Evaluates the arguments one after another, and returns the first that has a value.
    fn try_each<'v>(
        &'v self,
        call: &'v FuncCall,
        place: &Place<'v>,
        scope: Scope<'v>,
    ) -> Evaluation<Lent<'v>> {
        let mut failures: Vec<Diagnostic> = Vec::new();
        for arg in call.args.iter() {
            match self.eval(arg, scope) {
                Ok(value) => return Ok(value),
                Err(Failure(reasons)) if reasons.is_empty() => return Err(Failure::elsewhere()),
                Err(Failure(reasons)) => failures.extend(reasons),
            }
        }
        let mut error = place.error(
            "language::try_failed",
            "no argument of `try` has a value",
            "",
        );
        for reason in failures {
            for label in reason.labels {
                error = error.label(label.file, label.span, reason.message.clone());
            }
        }
        Err(error.into())
    }

    fn can<'v>(
        &'v self,
        call: &'v FuncCall,
        place: &Place<'v>,
        scope: Scope<'v>,
    ) -> Evaluation<Lent<'v>> {
        let mut args = call.args.iter();
        let (Some(arg), None) = (args.next(), args.next()) else {
            let message = "`can` takes 1 argument";
            return Err(place.error("language::function", message, "").into());
        };
        match self.eval(arg, scope) {
            Ok(_) => owned(Value::Bool(true)),
            Err(Failure(reasons)) if reasons.is_empty() => Err(Failure::elsewhere()),
            Err(_) => owned(Value::Bool(false)),
        }
    }

    /// Calls `lookup` and `length` without copying the collection: they are called for each instance of a block.
    fn lent_call<'v>(&'v self, call: &'v FuncCall, scope: Scope<'v>) -> Evaluation<Lent<'v>> {
        let args: Vec<&'v Expression> = call.args.iter().collect();
        let Some((first, rest)) = args.split_first() else {
            return self.run(call, &[], scope).map(Cow::Owned);
        };
        let first = self.eval(first, scope)?;
        let (open, sensitive) = opened(&first);
        match (call.name.name.as_str(), open, rest) {
            ("length", Value::List(list), []) if !sensitive => {
                return owned(list.len().into());
            }
            ("length", Value::Object(map), []) if !sensitive => {
                return owned(map.len().into());
            }
            ("lookup", Value::Object(map), [key, _]) if !sensitive => {
                let key = self.eval(key, scope)?;
                if let Value::String(name) = key.as_ref()
                    && let Some(found) = map.get(name)
                {
                    return owned(found.clone());
                }
            }
            _ => {}
        }
        let mut collector = Collector::default();
        let mut values = vec![first.into_owned()];
        for arg in rest {
            values.extend(collector.take(self.eval(arg, scope)).map(Cow::into_owned));
        }
        values = collector.finish(values)?;
        self.run(call, &values, scope).map(Cow::Owned)
    }

    /// Renders `templatefile(path, variables)`; in the file only the variables have names.
    fn render_file<'v>(
        &'v self,
        call: &'v FuncCall,
        args: &[Value],
        scope: Scope<'v>,
    ) -> Evaluation<Value> {
        let place = scope.place(span_of(call));
        let [path, variables] = args else {
            let message = format!("`templatefile` takes 2 arguments, {} given", args.len());
            return Err(place.error("language::function", message, "").into());
        };
        let text = functions::call("file", std::slice::from_ref(path), &self.context())
            .map_err(|error| self.refused(&error, call, scope))?;
        let (text, hidden) = open_lent(Cow::Owned(text));
        let (variables, also) = opened(variables);
        let (Value::String(text), Value::Object(variables)) = (text.as_ref(), variables) else {
            let message = "the second argument of `templatefile` must be an object";
            return Err(place.error("language::function", message, "").into());
        };
        let mut name = opened(path).0.to_text().unwrap_or_default();
        let absolute = absolute(&self.inputs.base_dir, &name);
        if self.inputs.loaded.contains_key(&absolute) {
            name = absolute;
        }
        let template: Template = text.parse().map_err(|error: hcl_edit::parser::Error| {
            let line = error.location().line();
            let message = format!(
                "line {line} of `{name}` is no template: {}",
                error.message()
            );
            Failure::from(place.error("language::function", message, ""))
        })?;
        let rendered = self.template_file(&name, &template, variables)?;
        Ok(marked(rendered, hidden || also))
    }
}
