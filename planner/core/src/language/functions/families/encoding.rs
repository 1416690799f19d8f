//! Encodings: base64, CSV, JSON, URL.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::csv;
use super::{Arguments, Arity, Context, Fault, Function, Outcome, function};
use crate::language::Value;

#[rustfmt::skip] // A table: one row a line.
pub(super) const FUNCTIONS: &[Function] = &[
    function("base64decode", Arity::exactly(1), base64decode, "The text that a base64 text stands for."),
    function("base64encode", Arity::exactly(1), base64encode, "The text in base64."),
    function("csvdecode", Arity::exactly(1), csvdecode, "A list with an object for each line of CSV, with the keys of the first line."),
    function("jsondecode", Arity::exactly(1), jsondecode, "The value that a JSON text stands for."),
    function("jsonencode", Arity::exactly(1), jsonencode, "The value as JSON on one line."),
    function("urldecode", Arity::exactly(1), urldecode, "The text that a text from a URL's query stands for."),
    function("urlencode", Arity::exactly(1), urlencode, "The text as it may stand in a URL's query."),
];

/// What a URL's query cannot have as it is; a space becomes `+` afterwards.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

fn base64decode(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let bytes = STANDARD
        .decode(args.text(0)?.as_bytes())
        .map_err(|_| Fault::failed("the text is not base64"))?;
    String::from_utf8(bytes)
        .map(Value::from)
        .map_err(|_| Fault::failed("the decoded bytes are not UTF-8 text"))
}

fn base64encode(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    Ok(STANDARD.encode(args.text(0)?.as_bytes()).into())
}

fn csvdecode(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    csv::decoded(&args.text(0)?)
}

fn jsondecode(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let text = args.text(0)?;
    serde_json::from_str::<serde_json::Value>(&text)
        .map(|json| Value::from(&json))
        .map_err(|cause| Fault::Failed(format!("the text is not JSON: {cause}")))
}

fn jsonencode(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    json(args.any(0)).map(Value::from)
}

/// Writes JSON on one line; what HTML would understand is escaped, as in Terraform.
pub(super) fn json(value: &Value) -> Result<String, Fault> {
    let text = value.to_json().map_err(Fault::failed)?.to_string();
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            c => escaped.push(c),
        }
    }
    Ok(escaped)
}

fn urldecode(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let text = args.text(0)?.replace('+', " ");
    let mut escapes = text.split('%').skip(1);
    let sound = |escape: &str| {
        escape
            .as_bytes()
            .get(..2)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !escapes.all(sound) {
        return Err(Fault::failed(
            "a `%` must have two hexadecimal digits after it",
        ));
    }
    percent_decode_str(&text)
        .decode_utf8()
        .map(|decoded| decoded.into_owned().into())
        .map_err(|_| Fault::failed("the decoded bytes are not UTF-8 text"))
}

fn urlencode(args: &Arguments<'_>, _: &Context<'_>) -> Outcome {
    let encoded = utf8_percent_encode(&args.text(0)?, QUERY).to_string();
    Ok(encoded.replace("%20", "+").into())
}
