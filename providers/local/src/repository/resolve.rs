//! From a repository's attributes to its place and the secrets that open it.

use std::path::Path;

use lifeboat_contract::ProviderError;
use lifeboat_model::Attributes;
use opendal::blocking::Operator;
use serde_json::Value;

use crate::catalog::{DIRECTORY, S3, text, with_defaults};
use crate::error::{from_store, invalid};
use crate::secret::resolve;
use crate::store::{Place, Secret};

/// Where a repository is, and what opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    /// Where.
    pub(crate) place: Place,
    /// What opens it.
    pub(crate) password: Secret,
}

impl Access {
    /// Returns the access to the repository with these attributes; relative paths start from `base_dir`.
    ///
    /// # Errors
    /// `invalid` when an attribute is missing, `denied` when a secret cannot be had.
    pub(crate) fn of(
        kind: &str,
        attributes: &Attributes,
        base_dir: &Path,
    ) -> Result<Self, ProviderError> {
        let attributes = with_defaults(kind, attributes);
        let secret = |name: &str| {
            let reference = attributes.get(name).unwrap_or(&Value::Null);
            resolve(name, reference, base_dir)
        };
        let place = match kind {
            DIRECTORY => Place::Directory {
                path: base_dir.join(required(&attributes, "path")?),
            },
            S3 => Place::S3 {
                endpoint: Some(required(&attributes, "endpoint")?.to_owned()),
                bucket: required(&attributes, "bucket")?.to_owned(),
                prefix: text(&attributes, "prefix").unwrap_or_default().to_owned(),
                region: text(&attributes, "region").unwrap_or_default().to_owned(),
                access_key: secret("access_key")?,
                secret_key: secret("secret_key")?,
            },
            other => {
                return Err(invalid(
                    format!("`{other}` is not a kind of repository"),
                    "Use a repository of the kind `directory` or `s3`.",
                ));
            }
        };
        Ok(Self {
            place,
            password: secret("password")?,
        })
    }
}

fn required<'a>(attributes: &'a Attributes, name: &str) -> Result<&'a str, ProviderError> {
    text(attributes, name)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| {
            invalid(
                format!("the repository has no `{name}`"),
                format!("Give `{name}` in the repository's block."),
            )
        })
}

/// Opens the bucket at the repository's prefix.
///
/// # Errors
/// `invalid` for a place that no request can reach.
pub(crate) fn operator(place: &Place) -> Result<Operator, ProviderError> {
    place
        .operator()
        .map_err(|error| from_store(format!("`{place}` cannot be opened"), error))
}
