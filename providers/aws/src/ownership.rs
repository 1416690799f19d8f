//! What marks an object as managed: two tags.
//!
//! The value of a tag may hold letters, digits, spaces and `_.:/=+-@`, and 256 of them ("Tagging Amazon RDS resources"
//! in the RDS user guide). An address has brackets and quotes around its keys; [`address_text`] writes them otherwise.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::Address;

/// The tag with the address of the resource.
pub(crate) const ADDRESS: &str = "lifeboat:address";
/// The tag with the name of the configuration.
pub(crate) const CONFIGURATION: &str = "lifeboat:config";

/// Returns an address as the value of a tag: `snapshot["daily"]` is `snapshot/daily` there. No two are alike.
pub(crate) fn address_text(address: &Address) -> String {
    let mut text = address.block.keyword().to_owned();
    if let Some(kind) = &address.kind {
        text.push('.');
        text.push_str(kind);
    }
    text.push('.');
    text.push_str(&address.name);
    push_key(&mut text, address.key.as_deref());
    if let Some(part) = &address.part {
        text.push('.');
        text.push_str(&part.role);
        push_key(&mut text, part.key.as_deref());
    }
    text
}

/// Appends a key, each byte of it that is no letter, digit, `_` or `-` as `@` and two hexadecimal digits.
fn push_key(text: &mut String, key: Option<&str>) {
    let Some(key) = key else { return };
    text.push('/');
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"_-".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(text, "@{byte:02X}");
        }
    }
}

/// Returns the address that such a value says; none if it says none.
pub(crate) fn address_of(text: &str) -> Option<Address> {
    let mut steps = Vec::new();
    for step in text.split('.') {
        match step.split_once('/') {
            None => steps.push(step.to_owned()),
            Some((word, key)) => steps.push(format!("{word}{}", bracketed(key)?)),
        }
    }
    steps.join(".").parse().ok()
}

/// Returns a key as an address has it, in brackets and quotes.
fn bracketed(key: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = key.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'@' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let key = String::from_utf8(bytes).ok()?;
    let escaped = key
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
        .replace('\t', "\\t")
        .replace('\r', "\\r");
    Some(format!("[\"{escaped}\"]"))
}

/// Returns the tags of something that a configuration owns, the user's own ones before.
pub(crate) fn tags(
    address: &Address,
    configuration: &str,
    default_tags: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut tags = default_tags.clone();
    tags.insert(ADDRESS.to_owned(), address_text(address));
    tags.insert(CONFIGURATION.to_owned(), configuration.to_owned());
    tags
}

/// Returns whether something with these tags is ours, is nobody's, or is another's, which is an error that names both.
///
/// # Errors
/// `conflict` when another address or another configuration owns it.
pub(crate) fn owned(
    object: &str,
    tags: &BTreeMap<String, String>,
    address: &Address,
    configuration: &str,
) -> Result<bool, ProviderError> {
    let Some(owner) = tags.get(ADDRESS) else {
        return Ok(false);
    };
    let whose = tags.get(CONFIGURATION).map_or("", String::as_str);
    if *owner == address_text(address) && whose == configuration {
        return Ok(true);
    }
    let owner = address_of(owner).map_or_else(|| owner.clone(), |owner| owner.to_string());
    let message = format!(
        "`{object}` belongs to `{owner}` of the configuration `{whose}`, not to `{address}` of `{configuration}`"
    );
    Err(ProviderError::new(ErrorClass::Conflict, message)
        .help("Remove it from one of the two configurations."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_by_a_tag_in_the_letters_that_a_tag_may_have() {
        for address in [
            "target.aws_db_instance.orders",
            "target.aws_db_instance.orders[\"eu.1\"].snapshot[\"daily\"]",
            "target.aws_db_instance.orders.copy[\"a/b \\\\ \\\"c\\\" @ é\"]",
            "provider.aws.dr",
        ] {
            let address: Address = address.parse().unwrap();
            let text = address_text(&address);
            let fits = |c: char| c.is_ascii_alphanumeric() || "_.:/=+-@".contains(c);
            assert!(text.chars().all(fits), "{text}");
            assert_eq!(address_of(&text), Some(address));
        }
        assert_eq!(address_of("somebody's own text"), None);
    }

    #[test]
    fn an_owner_is_named_as_the_configuration_names_it() {
        let ours: Address = "target.aws_db_instance.orders.snapshot[\"daily\"]"
            .parse()
            .unwrap();
        let held = tags(&ours, "shop", &BTreeMap::new());
        assert!(owned("x", &held, &ours, "shop").unwrap());
        let error = owned("x", &held, &ours, "other").unwrap_err();
        insta::assert_snapshot!(error, @r#"`x` belongs to `target.aws_db_instance.orders.snapshot["daily"]` of the configuration `shop`, not to `target.aws_db_instance.orders.snapshot["daily"]` of `other`"#);
    }
}
