//! From a repository's attributes to its place and the secrets that open it.

use std::path::Path;
use std::time::Duration;

use lifeboat_contract::ProviderError;
use lifeboat_model::Attributes;
use opendal::blocking::Operator;
use opendal::layers::{RetryLayer, TimeoutLayer};
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

/// Opens the bucket at the repository's prefix; called where a runtime is.
///
/// # Errors
/// `invalid` for a place that no request can reach.
pub(crate) fn operator(place: &Place) -> Result<Operator, ProviderError> {
    let Place::S3 {
        endpoint,
        bucket,
        prefix,
        region,
        access_key,
        secret_key,
    } = place
    else {
        return Err(invalid("bug: a directory is no bucket", "Report this."));
    };
    let mut service = opendal::services::S3::default()
        .bucket(bucket)
        .root(&format!("/{}", prefix.trim_matches('/')))
        .region(region)
        .access_key_id(access_key.expose())
        .secret_access_key(secret_key.expose())
        .disable_config_load()
        .disable_ec2_metadata();
    if let Some(endpoint) = endpoint {
        service = service.endpoint(endpoint);
    }
    let open = || -> opendal::Result<Operator> {
        let operator = opendal::Operator::new(service)?
            .layer(
                TimeoutLayer::new()
                    .with_timeout(Duration::from_secs(10))
                    .with_io_timeout(Duration::from_secs(30)),
            )
            .layer(RetryLayer::new().with_max_times(3).with_jitter());
        Operator::new(operator)
    };
    open().map_err(|error| from_store(format!("`{place}` cannot be opened"), error))
}
