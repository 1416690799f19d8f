use std::collections::BTreeMap;

use lifeboat_model::{Address, Block};
use proptest::prelude::*;

use super::{Context, FunctionError, call, files, names};
use crate::language::{Number, Value};

fn run(name: &str, args: &[Value]) -> Result<Value, FunctionError> {
    let loaded = files();
    let context = Context {
        as_of: jiff::Timestamp::UNIX_EPOCH,
        base_dir: "conf",
        loaded: &loaded,
    };
    call(name, args, &context)
}

/// Decimal fractions, which every JSON reader gets back exactly.
fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        (-100_i64..5_000).prop_map(Value::from),
        (-1_000_000_i64..1_000_000).prop_map(|n| Number::from_f64(n as f64 / 64.0).unwrap().into()),
    ]
}

/// Text that some function takes an interest in, and text that none does.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z]{0,3}",
        "%[-+ 0#]{0,2}[0-9]{0,4}(\\.[0-9]{0,4})?[a-zA-Z%]",
        "[(\\[a-z|?*+)\\]]{0,6}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,12})?(Z|[+-][0-9]{2}:[0-9]{2})",
        "-?[0-9]{1,20}(\\.[0-9]{0,20})?(h|ms|m|s|d|y|TiB|GB)",
        "[0-9]{1,3}\\.[0-9]{1,3}\\.0\\.0/[0-9]{1,2}",
        "[0-9a-f]{1,4}::/[0-9]{1,3}",
        "[YMDEhHAamsZ']{1,8}",
        "[a-c\",\n\r]{0,12}",
        "(\\./|\\.\\./|/|[a-z]){0,6}",
        Just("hello.txt".to_owned()),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        text().prop_map(Value::from),
        text().prop_map(Value::from),
        Just(Value::Reference(Address::named(Block::Objective, "gold"))),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
            prop::collection::btree_map("[a-c]{0,2}", inner.clone(), 0..4).prop_map(Value::Object),
            inner.prop_map(Value::into_sensitive),
        ]
    })
}

fn data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::btree_map(any::<String>(), inner, 0..5).prop_map(Value::Object),
        ]
    })
}

fn finite(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_finite(),
        Value::List(items) => items.iter().all(finite),
        Value::Object(entries) => entries.values().all(finite),
        Value::Sensitive(inner) => finite(inner),
        _ => true,
    }
}

proptest! {
    #[test]
    fn no_function_panics_whatever_it_is_given(args in prop::collection::vec(values(), 0..4)) {
        for name in names() {
            match run(name, &args) {
                Ok(result) => prop_assert!(finite(&result), "{name}"),
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }

    #[test]
    fn no_function_lets_a_secret_out(args in prop::collection::vec(values(), 1..4), at in any::<prop::sample::Index>()) {
        let secret = "hunter2-secret";
        let mut args = args;
        let at = at.index(args.len());
        args[at] = Value::from(secret).into_sensitive();
        for name in names().filter(|name| *name != "nonsensitive") {
            let shown = match run(name, &args) {
                Ok(result) => format!("{result} {result:?}"),
                Err(FunctionError::NeedsFile(_)) => continue,
                Err(error) => format!("{error} {error:?}"),
            };
            prop_assert!(!shown.contains(secret), "{name}: {shown}");
        }
    }

    #[test]
    fn json_comes_back_as_it_went(value in data()) {
        let json = run("jsonencode", std::slice::from_ref(&value)).unwrap();
        prop_assert_eq!(run("jsondecode", &[json]).unwrap(), value);
    }

    #[test]
    fn base64_and_urls_come_back_as_they_went(text in any::<String>()) {
        for (there, back) in [("base64encode", "base64decode"), ("urlencode", "urldecode")] {
            let encoded = run(there, &[text.as_str().into()]).unwrap();
            prop_assert_eq!(run(back, &[encoded]).unwrap(), Value::from(text.as_str()));
        }
    }

    #[test]
    fn what_is_split_joins_again(text in "[a-c,]{0,12}", separator in "[a-c,]{1,2}") {
        let separator = Value::from(separator);
        let parts = run("split", &[separator.clone(), text.as_str().into()]).unwrap();
        prop_assert_eq!(run("join", &[separator, parts]).unwrap(), Value::from(text));
    }

    #[test]
    fn keys_and_values_zip_to_what_they_came_from(object in prop::collection::btree_map(any::<String>(), data(), 0..6)) {
        let object = Value::from(object);
        let keys = run("keys", std::slice::from_ref(&object)).unwrap();
        let values = run("values", std::slice::from_ref(&object)).unwrap();
        prop_assert_eq!(run("zipmap", &[keys, values]).unwrap(), object);
    }

    #[test]
    fn a_union_has_what_the_parts_have(a in prop::collection::vec(data(), 0..6), b in prop::collection::vec(data(), 0..6)) {
        let (a, b) = (Value::List(a), Value::List(b));
        let union = run("setunion", &[a.clone(), b.clone()]).unwrap();
        let again = run("setunion", &[union.clone(), b.clone(), a]).unwrap();
        prop_assert_eq!(&again, &union);
        let less = run("setsubtract", &[union, b.clone()]).unwrap();
        prop_assert_eq!(run("setintersection", &[less, b]).unwrap(), Value::List(Vec::new()));
    }

    #[test]
    fn csv_comes_back_as_it_went(rows in prop::collection::vec(("[^\r]{1,8}", "[^\r]{0,8}"), 0..6)) {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let mut csv = "a,b\n".to_owned();
        let mut objects = Vec::new();
        for (a, b) in rows {
            csv += &format!("{},{}\n", quoted(&a), quoted(&b));
            objects.push(Value::from(BTreeMap::from([
                ("a".to_owned(), Value::from(a)),
                ("b".to_owned(), Value::from(b)),
            ])));
        }
        prop_assert_eq!(run("csvdecode", &[csv.into()]).unwrap(), Value::List(objects));
    }
}
