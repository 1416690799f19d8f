//! The examples of Terraform's documentation, and its edge cases, a file per family.
//!
//! A line `call => value` holds if both sides are equal; `call !! text` if the call fails with this text.

mod collections;
mod encodings;
mod properties;
mod texts;
mod times;

use std::collections::BTreeMap;

use hcl_edit::expr::{Expression, ObjectKey};

use super::{Context, FunctionError, call, documentation, names};
use crate::language::{Number, Value};

fn evaluated(expression: &Expression, context: &Context<'_>) -> Result<Value, FunctionError> {
    Ok(match expression {
        Expression::Null(_) => Value::Null,
        Expression::Bool(truth) => (*truth.value()).into(),
        Expression::String(text) => text.as_str().into(),
        Expression::Number(number) => Value::Number(
            number
                .value()
                .as_i64()
                .map(Number::Int)
                .or_else(|| Number::from_f64(number.value().as_f64()?))
                .unwrap(),
        ),
        Expression::UnaryOp(operation) => {
            let Value::Number(number) = evaluated(&operation.expr, context)? else {
                panic!("only numbers have a sign");
            };
            number.negated().into()
        }
        Expression::Array(items) => Value::List(
            items
                .iter()
                .map(|item| evaluated(item, context))
                .collect::<Result<_, _>>()?,
        ),
        Expression::Object(entries) => {
            let mut object = BTreeMap::new();
            for (key, value) in entries {
                let key = match key {
                    ObjectKey::Ident(name) => name.as_str().to_owned(),
                    ObjectKey::Expression(key) => evaluated(key, context)?.to_text().unwrap(),
                };
                object.insert(key, evaluated(value.expr(), context)?);
            }
            object.into()
        }
        Expression::FuncCall(function) => {
            let args = function
                .args
                .iter()
                .map(|arg| evaluated(arg, context))
                .collect::<Result<Vec<_>, _>>()?;
            call(function.name.name.as_str(), &args, context)?
        }
        other => panic!("the tests have no use for {other:?}"),
    })
}

fn value(text: &str, context: &Context<'_>) -> Result<Value, FunctionError> {
    let expression: Expression = text
        .parse()
        .unwrap_or_else(|cause| panic!("{text}: {cause}"));
    evaluated(&expression, context)
}

fn files() -> BTreeMap<String, Option<Vec<u8>>> {
    BTreeMap::from([
        ("conf/hello.txt".to_owned(), Some(b"Hello World".to_vec())),
        ("conf/binary".to_owned(), Some(vec![0xff, 0xfe])),
        ("conf/missing.txt".to_owned(), None),
        ("/etc/absolute".to_owned(), Some(b"abs".to_vec())),
    ])
}

/// Checks a table of examples and shows all that do not hold.
fn holds(examples: &str) {
    let loaded = files();
    let context = Context {
        as_of: "2026-03-01T12:30:00.5Z".parse().unwrap(),
        base_dir: "conf",
        loaded: &loaded,
    };
    let mut wrong = String::new();
    for line in examples.lines().filter(|line| !line.trim().is_empty()) {
        if let Some((left, right)) = line.split_once(" => ") {
            let (left, right) = (value(left, &context), value(right, &context));
            if left != right {
                wrong += &format!("{line}\n    is {left:?}\n");
            }
        } else {
            let (left, text) = line.split_once(" !! ").unwrap();
            match value(left, &context) {
                Err(error) if error.to_string() == text => {}
                other => wrong += &format!("{line}\n    is {other:?}\n"),
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn there_are_functions_enough_and_each_has_its_line() {
    assert!(names().count() >= 85, "{}", names().count());
    assert!(names().is_sorted());
    for (name, line) in documentation() {
        assert!(line.ends_with('.'), "{name}: {line}");
    }
}

#[test]
fn a_wrong_call_says_what_is_wrong() {
    holds(
        r#"
nope(1) !! there is no function `nope`
upper() !! `upper` takes 1 argument, 0 given
upper("a", "b") !! `upper` takes 1 argument, 2 given
timestamp(1) !! `timestamp` takes no arguments, 1 given
join(",") !! `join` takes 2 or more arguments, 1 given
lookup({}) !! `lookup` takes 2 to 3 arguments, 1 given
upper([]) !! argument 1 of `upper` must be a string, not a list
upper(null) !! argument 1 of `upper` must be a string, not null
join(",", {}) !! argument 2 of `join` must be a list, not an object
substr("a", 1.5, 1) !! argument 2 of `substr` must be a whole number, not a number
"#,
    );
}

#[test]
fn what_is_computed_from_a_sensitive_value_is_sensitive() {
    holds(
        r#"
upper(sensitive("a")) => sensitive("A")
join("-", ["a", sensitive("b")]) => sensitive("a-b")
length(["a", sensitive("b")]) => 2
length(sensitive(["a", "b"])) => sensitive(2)
concat(["a"], [sensitive("b")]) => ["a", sensitive("b")]
merge({ a = 1 }, { b = sensitive(2) }) => { a = 1, b = sensitive(2) }
merge({ a = 1 }, sensitive({ b = 2 })) => sensitive({ a = 1, b = 2 })
contains([sensitive("a")], "a") => sensitive(true)
issensitive(sensitive("a")) => true
issensitive("a") => false
nonsensitive(sensitive("a")) => "a"
nonsensitive("a") => "a"
sensitive(sensitive("a")) => sensitive("a")
"#,
    );
}

#[test]
fn an_error_never_quotes_a_sensitive_argument() {
    let hidden = "no result; the reason is not shown, because an argument is sensitive";
    holds(&format!(
        "
tonumber(sensitive(\"hunter2\")) !! `tonumber`: {hidden}
regex(\"x\", sensitive(\"hunter2\")) !! `regex`: {hidden}
timeadd(sensitive(\"hunter2\"), \"1h\") !! `timeadd`: {hidden}
tonumber(\"hunter2\") !! `tonumber`: `hunter2` is not a number
"
    ));
}

#[test]
fn a_file_that_nobody_has_read_is_asked_for() {
    let empty = BTreeMap::new();
    let context = |base_dir| Context {
        as_of: jiff::Timestamp::UNIX_EPOCH,
        base_dir,
        loaded: &empty,
    };
    for (base, path, asked) in [
        ("conf", "a.txt", "conf/a.txt"),
        ("conf/", "./a.txt", "conf/a.txt"),
        (".", "./x/a.txt", "x/a.txt"),
        ("", "a.txt", "a.txt"),
        ("/", "a.txt", "/a.txt"),
        ("conf", "/etc/a.txt", "/etc/a.txt"),
    ] {
        assert_eq!(
            call("file", &[path.into()], &context(base)),
            Err(FunctionError::NeedsFile(asked.to_owned()))
        );
    }
}
