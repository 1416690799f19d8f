//! What marks an object as managed: two tags.

use std::collections::BTreeMap;

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::Address;

/// The tag with the address of the resource.
pub(crate) const ADDRESS: &str = "lifeboat:address";
/// The tag with the name of the configuration.
pub(crate) const CONFIGURATION: &str = "lifeboat:config";

/// Returns the tags of something that a configuration owns, the user's own ones before.
pub(crate) fn tags(
    address: &Address,
    configuration: &str,
    default_tags: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut tags = default_tags.clone();
    tags.insert(ADDRESS.to_owned(), address.to_string());
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
    if *owner == address.to_string() && whose == configuration {
        return Ok(true);
    }
    let message = format!(
        "`{object}` belongs to `{owner}` of the configuration `{whose}`, not to `{address}` of `{configuration}`"
    );
    Err(ProviderError::new(ErrorClass::Conflict, message)
        .help("Remove it from one of the two configurations."))
}
