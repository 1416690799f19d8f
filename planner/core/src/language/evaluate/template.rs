//! Templates: quoted, heredoc, and in files.

use std::borrow::Cow;

use hcl_edit::template::{Directive, Element, ForDirective, IfDirective, StringTemplate, Template};

use super::{Bound, Lent, Scope, World, marked, opened, owned};
use crate::language::Value;
use crate::language::failure::{Collector, Evaluation, span_of};

/// How a template stands in the text.
#[derive(Clone, Copy, Default)]
struct Layout {
    /// Whether `~` before it takes its leading white space.
    trim_start: bool,
    /// Whether `~` after it takes its trailing white space.
    trim_end: bool,
    /// Whether its literals still have the escapes of a quoted string.
    escaped: bool,
}

/// Text as far as it was put together.
#[derive(Default)]
struct Text {
    text: String,
    sensitive: bool,
}

impl World<'_> {
    /// Evaluates a quoted template. One that is nothing but an interpolation has the value inside, of any type.
    pub(super) fn quoted<'v>(
        &'v self,
        template: &'v StringTemplate,
        scope: Scope<'v>,
    ) -> Evaluation<Lent<'v>> {
        if let Some(Element::Interpolation(only)) = template.as_single_element() {
            return self.eval(&only.expr, scope);
        }
        self.text_of(template, Layout::default(), scope, true)
    }

    /// Evaluates a heredoc, or a template of a file: always text.
    pub(super) fn heredoc<'v>(
        &'v self,
        template: &'v Template,
        scope: Scope<'v>,
    ) -> Evaluation<Lent<'v>> {
        self.text_of(template, Layout::default(), scope, false)
    }

    fn text_of<'v>(
        &'v self,
        template: &'v Template,
        layout: Layout,
        scope: Scope<'v>,
        quoted: bool,
    ) -> Evaluation<Lent<'v>> {
        let mut text = Text::default();
        self.write(template, layout, scope, quoted, &mut text)?;
        owned(marked(Value::String(text.text), text.sensitive))
    }

    fn write<'v>(
        &'v self,
        template: &'v Template,
        layout: Layout,
        scope: Scope<'v>,
        quoted: bool,
        out: &mut Text,
    ) -> Evaluation<()> {
        let mut collector = Collector::default();
        let elements: Vec<&Element> = template.iter().collect();
        for (i, element) in elements.iter().enumerate() {
            match element {
                Element::Literal(literal) => {
                    let mut text = Cow::Borrowed(literal.value().as_str());
                    if layout.escaped {
                        text = Cow::Owned(unescaped(&text));
                    }
                    let before = i.checked_sub(1).and_then(|j| elements.get(j));
                    let after = elements.get(i + 1);
                    let mut slice: &str = &text;
                    if before.map_or(layout.trim_start, |e| strips_after(e)) {
                        slice = slice.trim_start();
                    }
                    if after.map_or(layout.trim_end, |e| strips_before(e)) {
                        slice = slice.trim_end();
                    }
                    out.text.push_str(slice);
                }
                Element::Interpolation(interpolation) => {
                    let value = self.eval(&interpolation.expr, scope);
                    let value = value.and_then(|value| {
                        let (open, sensitive) = opened(&value);
                        out.sensitive |= sensitive;
                        let text = open.to_text().ok_or_else(|| {
                            scope.place(span_of(&interpolation.expr)).error(
                                "language::template",
                                format!("{} cannot be part of a text", open.type_name()),
                                "expected a string, a number or a bool",
                            )
                        })?;
                        out.text.push_str(&text);
                        Ok(())
                    });
                    collector.take(value);
                }
                Element::Directive(directive) => {
                    let written = match directive.as_ref() {
                        Directive::If(directive) => self.write_if(directive, scope, quoted, out),
                        Directive::For(directive) => self.write_for(directive, scope, quoted, out),
                    };
                    collector.take(written);
                }
            }
        }
        collector.finish(())
    }

    fn write_if<'v>(
        &'v self,
        directive: &'v IfDirective,
        scope: Scope<'v>,
        quoted: bool,
        out: &mut Text,
    ) -> Evaluation<()> {
        let (condition, sensitive) =
            self.truth(&directive.if_expr.cond_expr, scope, "the condition")?;
        out.sensitive |= sensitive;
        let end = directive.endif_expr.strip;
        let layout = |start: bool, end: bool| Layout {
            trim_start: start,
            trim_end: end,
            escaped: quoted,
        };
        let start = directive.if_expr.strip.strip_end();
        match &directive.else_expr {
            _ if condition => {
                let stop = directive.else_expr.as_ref().map_or(end, |e| e.strip);
                let layout = layout(start, stop.strip_start());
                self.write(&directive.if_expr.template, layout, scope, quoted, out)
            }
            Some(other) => {
                let layout = layout(other.strip.strip_end(), end.strip_start());
                self.write(&other.template, layout, scope, quoted, out)
            }
            None => Ok(()),
        }
    }

    fn write_for<'v>(
        &'v self,
        directive: &'v ForDirective,
        scope: Scope<'v>,
        quoted: bool,
        out: &mut Text,
    ) -> Evaluation<()> {
        let intro = &directive.for_expr;
        let items = self.items(&intro.collection_expr, scope)?;
        out.sensitive |= items.sensitive;
        let layout = Layout {
            trim_start: intro.strip.strip_end(),
            trim_end: directive.endfor_expr.strip.strip_start(),
            escaped: quoted,
        };
        let mut collector = Collector::default();
        self.each_item(
            &items,
            (intro.key_var.as_ref(), &intro.value_var),
            scope,
            &mut |inner| {
                collector.take(self.write(&intro.template, layout, inner, quoted, out));
                Ok(())
            },
        )?;
        collector.finish(())
    }

    /// Evaluates the text of a template file, in which only `variables` have names.
    pub(super) fn template_file(
        &self,
        name: &str,
        template: &Template,
        variables: &std::collections::BTreeMap<String, Value>,
    ) -> Evaluation<Value> {
        let isolated = Scope {
            isolated: true,
            ..Scope::of(name)
        };
        let mut pairs = variables.iter();
        self.with_names(&mut pairs, isolated, &mut |scope| {
            self.heredoc(template, scope).map(Cow::into_owned)
        })
    }

    /// Binds each of the pairs, then calls `then` with the scope that has them all.
    fn with_names(
        &self,
        pairs: &mut std::collections::btree_map::Iter<'_, String, Value>,
        scope: Scope<'_>,
        then: &mut dyn FnMut(Scope<'_>) -> Evaluation<Value>,
    ) -> Evaluation<Value> {
        let Some((name, value)) = pairs.next() else {
            return then(scope);
        };
        let bound = Bound {
            name,
            value,
            outer: scope.bound,
        };
        let inner = Scope {
            bound: Some(&bound),
            ..scope
        };
        self.with_names(pairs, inner, then)
    }
}

fn strips_before(element: &Element) -> bool {
    match element {
        Element::Literal(_) => false,
        Element::Interpolation(interpolation) => interpolation.strip.strip_start(),
        Element::Directive(directive) => match directive.as_ref() {
            Directive::If(directive) => directive.if_expr.strip.strip_start(),
            Directive::For(directive) => directive.for_expr.strip.strip_start(),
        },
    }
}

fn strips_after(element: &Element) -> bool {
    match element {
        Element::Literal(_) => false,
        Element::Interpolation(interpolation) => interpolation.strip.strip_end(),
        Element::Directive(directive) => match directive.as_ref() {
            Directive::If(directive) => directive.endif_expr.strip.strip_end(),
            Directive::For(directive) => directive.endfor_expr.strip.strip_end(),
        },
    }
}

/// Replaces the escapes of a quoted string; the parser leaves them in the text inside of directives.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(c @ ('"' | '\\')) => out.push(c),
            Some(c) => out.extend(['\\', c]),
            None => out.push('\\'),
        }
    }
    out
}
