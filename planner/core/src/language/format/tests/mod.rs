mod cases;
mod documents;

use hcl_edit::Ident;
use hcl_edit::expr::{Array, Expression, FuncArgs, Object};
use hcl_edit::structure::BlockLabel;
use hcl_edit::structure::Body;
use hcl_edit::template::Element;

use hcl_edit::visit_mut::{VisitMut, visit_array_mut, visit_func_args_mut, visit_object_mut};

use super::{FormatError, diff, format};

/// Returns what a text means: its tree, with the three rewrites that formatting may make already made.
fn meaning(text: &str) -> Body {
    let mut body = hcl_edit::parser::parse_body(text).unwrap_or_else(|e| panic!("{text}\n{e}"));
    settle(&mut body, &mut Vec::new());
    Blank.visit_body_mut(&mut body);
    body
}

/// Forgets the white space before closing brackets, which the parser compares; all other white space it does not.
struct Blank;

impl VisitMut for Blank {
    fn visit_array_mut(&mut self, node: &mut Array) {
        node.set_trailing("");
        visit_array_mut(self, node);
    }

    fn visit_object_mut(&mut self, node: &mut Object) {
        node.set_trailing("");
        visit_object_mut(self, node);
    }

    fn visit_func_args_mut(&mut self, node: &mut FuncArgs) {
        node.set_trailing("");
        visit_func_args_mut(self, node);
    }
}

fn settle(body: &mut Body, blocks: &mut Vec<String>) {
    for mut structure in body.iter_mut() {
        if let Some(mut attribute) = structure.as_attribute_mut() {
            let key = attribute.get().key.as_str().to_owned();
            let value = attribute.value_mut();
            if *blocks == ["variable"] && key == "type" {
                if let Expression::String(word) = value {
                    *value = Expression::Variable(Ident::new(word.as_str()).into());
                }
            } else {
                *value = unwrapped(value.clone());
            }
        } else if let Some(block) = structure.as_block_mut() {
            for label in &mut block.labels {
                *label = BlockLabel::from(label.as_str());
            }
            blocks.push(block.ident.to_string());
            settle(&mut block.body, blocks);
            blocks.pop();
        }
    }
}

fn unwrapped(value: Expression) -> Expression {
    match unparenthesised(value) {
        Expression::StringTemplate(template) => match template.as_single_element() {
            Some(Element::Interpolation(only)) => unwrapped(only.expr.clone()),
            _ => Expression::StringTemplate(template),
        },
        other => other,
    }
}

fn unparenthesised(value: Expression) -> Expression {
    match value {
        Expression::Parenthesis(inner) => unparenthesised(inner.inner().clone()),
        other => other,
    }
}

/// Returns all comments of a text in their order, by a plain scan that shares no code with the formatter.
fn comments(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut quoted = false;
    while let Some(c) = rest.chars().next() {
        let length = if quoted && c == '\\' {
            2
        } else if c == '"' {
            quoted = !quoted;
            1
        } else if !quoted && (c == '#' || rest.starts_with("//")) {
            let end = rest.find('\n').unwrap_or(rest.len());
            found.push(rest[..end].to_owned());
            end
        } else if !quoted && rest.starts_with("/*") {
            let end = rest.find("*/").unwrap() + 2;
            found.push(rest[..end].to_owned());
            end
        } else {
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    found
}

#[test]
fn a_text_that_does_not_parse_is_an_error_with_its_place() {
    let error = format("a = 1\nb = = 2\n").unwrap_err();
    let FormatError::Syntax {
        offset,
        line,
        column,
        ..
    } = error
    else {
        panic!("{error}");
    };
    assert_eq!((offset, line, column), (10, 2, 5));
}

#[test]
fn a_difference_is_unified_and_names_the_file() {
    let before = "a=1\nbb = 2\n";
    insta::assert_snapshot!(diff("main.dr.hcl", before, &format(before).unwrap()), @r"
    --- old/main.dr.hcl
    +++ new/main.dr.hcl
    @@ -1,2 +1,2 @@
    -a=1
    +a  = 1
     bb = 2
    ");
    assert_eq!(diff("main.dr.hcl", "a = 1\n", "a = 1\n"), "");
}
