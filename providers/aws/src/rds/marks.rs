//! The tags that say which settings of a database are managed, and by what.
//!
//! A database belongs to its user, so that a protection that is a setting of it has a tag of its own there, `lifeboat:log`,
//! whose value is the configuration and the address. What RDS has no setting for, a schedule and a retention, stands in
//! tags too, as JSON in base64, whose letters a tag may have.

use std::collections::BTreeMap;

use aws_smithy_types::base64;
use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Address, Attributes, Digest};
use serde_json::{Map, Value};

use crate::ownership::{address_of, address_text};

/// Marks the automated backups of a database.
pub(crate) const LOG: &str = "lifeboat:log";
/// Marks the standby of an instance.
pub(crate) const REPLICA: &str = "lifeboat:replica";
/// Marks the deletion protection of a database.
pub(crate) const GUARD: &str = "lifeboat:guard";
/// Marks the replication of automated backups, of which an instance has one.
pub(crate) const REPLICATED: &str = "lifeboat:replicated-backups";
/// Marks a schedule of snapshots, or of copies of them; a digest follows, because there may be several.
const SCHEDULED: &str = "lifeboat:scheduled:";

/// The longest value of a tag ("Tagging Amazon RDS resources", RDS user guide).
const LONGEST: usize = 256;
/// The most tags that one policy takes.
const PIECES: usize = 8;

/// Tags by key.
pub(crate) type Tags = BTreeMap<String, String>;

/// Returns the value of a mark.
pub(crate) fn value(address: &Address, configuration: &str) -> String {
    format!("{configuration} {}", address_text(address))
}

/// Returns the key of the mark of a schedule.
pub(crate) fn scheduled(address: &Address, configuration: &str) -> String {
    let digest = Digest::of_bytes(value(address, configuration).as_bytes());
    let short = digest.as_str().rsplit(':').next().unwrap_or_default();
    format!("{SCHEDULED}{}", short.get(..12).unwrap_or(short))
}

/// Returns whether a mark is ours, is missing, or is another's, which is an error that names both.
///
/// # Errors
/// `conflict` when another address or another configuration has set it.
pub(crate) fn claimed(
    database: &str,
    key: &str,
    tags: &Tags,
    address: &Address,
    configuration: &str,
) -> Result<bool, ProviderError> {
    let Some(held) = tags.get(key) else {
        return Ok(false);
    };
    if *held == value(address, configuration) {
        return Ok(true);
    }
    let (whose, owner) = held.rsplit_once(' ').unwrap_or(("", held));
    let owner = address_of(owner).map_or_else(|| owner.to_owned(), |owner| owner.to_string());
    let message = format!(
        "`{database}` has the tag `{key}` of `{owner}` of the configuration `{whose}`, and not of `{address}` of `{configuration}`"
    );
    Err(ProviderError::new(ErrorClass::Conflict, message)
        .help("Remove it from one of the two configurations."))
}

/// Returns the key under which stands what there was before lifeboat set something.
pub(crate) fn before(key: &str) -> String {
    format!("{key}-before")
}

/// Returns the tags that hold these attributes, beside the mark with this key.
///
/// # Errors
/// `invalid` when they are too long.
pub(crate) fn document(
    address: &Address,
    key: &str,
    attributes: &Attributes,
) -> Result<Tags, ProviderError> {
    let object: Map<String, Value> = attributes.clone().into_iter().collect();
    let text = base64::encode(Value::Object(object).to_string());
    let pieces: Vec<&str> = (0..text.len())
        .step_by(LONGEST)
        .filter_map(|from| text.get(from..text.len().min(from + LONGEST)))
        .collect();
    if pieces.len() > PIECES {
        let message = format!("the policy of `{address}` does not fit into {PIECES} tags");
        return Err(ProviderError::new(ErrorClass::Invalid, message)
            .help("Give it fewer `tags`, or a shorter retention."));
    }
    let numbered = pieces.into_iter().enumerate();
    Ok(numbered
        .map(|(number, piece)| (piece_key(key, number), piece.to_owned()))
        .collect())
}

/// Returns the attributes that tags hold; none where they are missing or somebody has changed them.
pub(crate) fn held(key: &str, tags: &Tags) -> Attributes {
    let text: String = (0..PIECES)
        .map_while(|number| tags.get(&piece_key(key, number)))
        .map(String::as_str)
        .collect();
    let bytes = base64::decode(&text).unwrap_or_default();
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(object)) => object.into_iter().collect(),
        _ => Attributes::new(),
    }
}

/// Returns the keys among these tags that hold what belongs to a mark, the mark itself included.
pub(crate) fn keys(key: &str, tags: &Tags) -> Vec<String> {
    let pieces = (0..PIECES).map(|number| piece_key(key, number));
    let own = [key.to_owned(), before(key)];
    let all = own.into_iter().chain(pieces);
    all.filter(|key| tags.contains_key(key)).collect()
}

fn piece_key(key: &str, number: usize) -> String {
    format!("{key}.{number}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn a_policy_of_any_length_is_read_back_from_tags_that_rds_accepts() {
        let nightly = address("target.aws_db_instance.orders.snapshot[\"nightly\"]");
        let key = scheduled(&nightly, "shop");
        for words in [0, 3, 60] {
            let tags: Vec<String> = (0..words).map(|word| format!("wörd {word}")).collect();
            let policy: Attributes = [
                ("schedule".to_owned(), json!("every 6h")),
                ("tags".to_owned(), json!(tags)),
            ]
            .into();
            let held_in = document(&nightly, &key, &policy).unwrap();
            let fits = |c: char| c.is_ascii_alphanumeric() || "_.:/=+-@ ".contains(c);
            for (key, value) in &held_in {
                assert!(key.len() <= 128 && value.len() <= 256);
                assert!(key.chars().chain(value.chars()).all(fits), "{key} {value}");
            }
            assert_eq!(held(&key, &held_in), policy);
        }
        let endless: Attributes = [("tags".to_owned(), json!("x".repeat(2_000)))].into();
        assert!(document(&nightly, &key, &endless).is_err());
        assert_eq!(held(&key, &Tags::new()), Attributes::new());
    }

    #[test]
    fn two_that_set_one_thing_are_both_named() {
        let log = address("target.aws_db_instance.orders.log[\"pitr\"]");
        let tags: Tags = [(LOG.to_owned(), value(&log, "shop"))].into();
        assert!(claimed("orders", LOG, &tags, &log, "shop").unwrap());
        assert!(!claimed("orders", GUARD, &tags, &log, "shop").unwrap());
        let error = claimed("orders", LOG, &tags, &log, "other").unwrap_err();
        insta::assert_snapshot!(error, @r#"`orders` has the tag `lifeboat:log` of `target.aws_db_instance.orders.log["pitr"]` of the configuration `shop`, and not of `target.aws_db_instance.orders.log["pitr"]` of `other`"#);
    }
}
