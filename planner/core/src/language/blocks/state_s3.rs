//! The arguments of a state in S3.

use lifeboat_model::{Attributes, Span};

use crate::language::failure::{Collector, Evaluation};
use crate::language::nearest::suggestion;

use super::reader::Reader;

/// What says where it is; all of them are texts.
const NEEDED: [&str; 3] = ["bucket", "key", "region"];
/// What may be said besides.
const OPTIONAL: [&str; 5] = ["endpoint_url", "profile", "encryption", "kms_key", "lease"];
/// How S3 encrypts, as its API names it.
const ENCRYPTIONS: [&str; 3] = ["AES256", "aws:kms", "aws:kms:dsse"];
/// The shortest lease: a heartbeat and its retries fit into a third of it.
const SHORTEST: Span = Span::from_secs(5);
/// The longest lease: for that long a killed run keeps others waiting.
const LONGEST: Span = Span::from_secs(3600);

/// Reads the arguments.
pub(super) fn read(reader: &Reader<'_>) -> Evaluation<Attributes> {
    let mut collector = Collector::default();
    let all = [&NEEDED[..], &OPTIONAL[..]].concat();
    collector.take(reader.shape(&all, &[]));
    let mut attributes = Attributes::new();
    for name in NEEDED {
        collector.take(reader.required(name));
    }
    for name in all {
        let Some((text, place)) = collector.take(reader.text(name)).flatten() else {
            continue;
        };
        if let Some((message, help)) = wrong(name, &text) {
            collector.push(
                place
                    .error("language::argument_value", message, "")
                    .maybe_help(help),
            );
        }
        attributes.insert(name.to_owned(), serde_json::Value::String(text));
    }
    let encrypted = attributes
        .get("encryption")
        .and_then(|value| value.as_str());
    if attributes.contains_key("kms_key") && encrypted == Some("AES256") {
        collector.push(
            reader
                .place_of("kms_key")
                .error(
                    "language::argument_value",
                    "`kms_key` does not go with `encryption = \"AES256\"`",
                    "",
                )
                .help("Leave one of the two out."),
        );
    }
    collector.finish(attributes)
}

/// Returns what is wrong with a value, and what to do.
fn wrong(name: &str, text: &str) -> Option<(String, Option<String>)> {
    let said = |message: &str| Some((message.to_owned(), None));
    match name {
        _ if text.is_empty() => said(&format!("`{name}` is empty")),
        "bucket" if text.contains('/') => said("this is not the name of a bucket"),
        "key" if text.starts_with('/') || text.ends_with('/') => Some((
            "this is not the key of an object".to_owned(),
            Some("Write it as `prod.state.json` or `team/prod.state.json`.".to_owned()),
        )),
        "encryption" if !ENCRYPTIONS.contains(&text) => Some((
            format!("`encryption` cannot be `{text}`"),
            suggestion(text, ENCRYPTIONS),
        )),
        "lease" => match text.parse::<Span>() {
            Err(error) => said(&error.to_string()),
            Ok(lease) if lease < SHORTEST || lease > LONGEST => {
                said(&format!("a lease is between {SHORTEST} and {LONGEST}"))
            }
            Ok(_) => None,
        },
        _ => None,
    }
}
