//! What a protection is of, and whose sessions reach it.

use std::collections::BTreeMap;
use std::sync::Arc;

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Address, Attributes, Mechanism, role};
use serde_json::Value;

use super::catalog::CLUSTER;
use crate::client::{Aws, Session};

/// Attributes of what a resource refers to.
pub(crate) type Bindings = BTreeMap<Address, Attributes>;

/// A database as a protection names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Subject {
    /// Whether it is a cluster.
    pub(crate) is_cluster: bool,
    /// Its name.
    pub(crate) id: String,
}

/// Returns the text of an attribute.
pub(crate) fn text<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    attributes.get(name).and_then(Value::as_str)
}

/// Returns whether a switch is on; none where nobody says.
pub(crate) fn switch(attributes: &Attributes, name: &str) -> Option<bool> {
    attributes.get(name).and_then(Value::as_bool)
}

/// Returns the error of an attribute that makes no sense.
pub(crate) fn bad_attribute(address: &Address, name: &str, expected: &str) -> ProviderError {
    let message = format!("`{name}` of `{address}` is not {expected}");
    ProviderError::new(ErrorClass::Invalid, message)
        .help(format!("Give `{name}` a value that is {expected}."))
}

/// Returns the address that an attribute holds; none where it holds none.
///
/// # Errors
/// `invalid` when it holds something else.
pub(crate) fn address_in(
    of: &Address,
    attributes: &Attributes,
    name: &str,
) -> Result<Option<Address>, ProviderError> {
    let Some(text) = text(attributes, name) else {
        return Ok(None);
    };
    let address = text.parse();
    address
        .map(Some)
        .map_err(|_| bad_attribute(of, name, "an address"))
}

/// Returns the database that a target is, or that a protection is of: as it was applied, else as the target is bound.
///
/// # Errors
/// `invalid` when neither names one.
pub(crate) fn subject(
    address: &Address,
    attributes: &Attributes,
    bindings: &Bindings,
) -> Result<Subject, ProviderError> {
    let target = address_in(address, attributes, "target")?;
    let target = target.unwrap_or_else(|| address.owner());
    let source = attributes.get("source").and_then(Value::as_object);
    let id = source
        .and_then(|source| source.get("identifier")?.as_str())
        .or_else(|| text(bindings.get(&target)?, "identifier"))
        .or_else(|| text(attributes, "identifier").filter(|_| target == *address))
        .ok_or_else(|| bad_attribute(address, "target", "bound to an `identifier`"))?;
    Ok(Subject {
        is_cluster: target.kind.as_deref() == Some(CLUSTER),
        id: id.to_owned(),
    })
}

/// Returns whether a copy copies a log: replicated automated backups.
///
/// # Errors
/// `invalid` when it copies nothing.
pub(crate) fn copies_a_log(
    address: &Address,
    attributes: &Attributes,
) -> Result<bool, ProviderError> {
    let from = address_in(address, attributes, role::FROM)?
        .ok_or_else(|| bad_attribute(address, role::FROM, "an address"))?;
    let of = from.part.as_ref().map(|part| part.role.as_str());
    Ok(of == Some(Mechanism::Log.as_str()))
}

/// Returns the session of the region that a copy goes to, and the key there.
///
/// # Errors
/// `invalid` when its repository is not bound; what opening the session fails with.
pub(crate) async fn at_repository(
    aws: &Aws,
    address: &Address,
    attributes: &Attributes,
    bindings: &Bindings,
) -> Result<(Arc<Session>, Option<String>), ProviderError> {
    let repository = address_in(address, attributes, role::REPOSITORY)?;
    let bound = repository.and_then(|it| bindings.get(&it));
    let bound =
        bound.ok_or_else(|| bad_attribute(address, role::REPOSITORY, "bound to any attributes"))?;
    let session = match address_in(address, bound, "provider")? {
        Some(provider) => aws.at(&provider, bindings).await?,
        None => aws.home().await?,
    };
    Ok((session, text(bound, "kms_key").map(str::to_owned)))
}

/// Returns the session of the region that a replica stands in: that of its location, else of the target.
///
/// # Errors
/// As [`at_repository`].
pub(crate) async fn at_location(
    aws: &Aws,
    address: &Address,
    attributes: &Attributes,
    bindings: &Bindings,
) -> Result<Arc<Session>, ProviderError> {
    match address_in(address, attributes, "location")? {
        Some(location) => aws.at(&location, bindings).await,
        None => aws.home().await,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_protection_is_of_what_it_was_applied_to_whatever_its_target_says_since() {
        let target: Address = "target.aws_rds_cluster.shop".parse().unwrap();
        let log = target.clone().part("log", None);
        let mut attributes: Attributes = [("target".to_owned(), json!(target.to_string()))].into();
        let bound = [("identifier".to_owned(), json!("now"))].into();
        let bindings: Bindings = [(target, bound)].into();
        let id = |attributes: &Attributes| subject(&log, attributes, &bindings).unwrap();
        assert_eq!(id(&attributes).id, "now");
        assert!(id(&attributes).is_cluster);
        attributes.insert("source".to_owned(), json!({ "identifier": "then" }));
        assert_eq!(id(&attributes).id, "then");
        let error = subject(&log, &Attributes::new(), &Bindings::new()).unwrap_err();
        insta::assert_snapshot!(error, @"`target` of `target.aws_rds_cluster.shop.log` is not bound to an `identifier`");
    }
}
