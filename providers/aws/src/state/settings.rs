//! The arguments of a `state "s3"` block.

use aws_sdk_s3::types::ServerSideEncryption;
use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::Attributes;
use serde::Deserialize;

/// The arguments of a `state "s3"` block. No credential is among them: these come from the SDK's chain.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StateSettings {
    /// The bucket.
    pub(super) bucket: String,
    /// The key of the state; the keys of its siblings append to it.
    pub(super) key: String,
    /// The region of the bucket.
    pub(super) region: Option<String>,
    /// Where requests go instead of AWS.
    pub(super) endpoint_url: Option<String>,
    /// The profile of the shared configuration files.
    pub(super) profile: Option<String>,
    /// How the objects are encrypted; without it as the bucket says.
    pub(super) encryption: Option<String>,
    /// The KMS key that they are encrypted with.
    pub(super) kms_key: Option<String>,
    /// How long a lock outlives the last sign of life: the engine's, carried along in the locator.
    pub(super) lease: Option<String>,
}

impl StateSettings {
    /// Reads the arguments of a block.
    ///
    /// # Errors
    /// `invalid` when one makes no sense.
    pub(super) fn of(attributes: &Attributes) -> Result<Self, ProviderError> {
        let invalid = |message: &str| ProviderError::new(ErrorClass::Invalid, message);
        let object = attributes
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let settings: Self = serde_json::from_value(serde_json::Value::Object(object))
            .map_err(|error| invalid("the place of the state makes no sense").because(error))?;
        if settings.bucket.is_empty() || settings.bucket.contains('/') {
            return Err(invalid("a state in S3 needs the name of a bucket"));
        }
        if settings.key.is_empty() || settings.key.starts_with('/') || settings.key.ends_with('/') {
            let message = format!("`{}` is not a key for a state in S3", settings.key);
            return Err(invalid(&message).help(
                "Give the key of an object, such as `prod.state.json` or `team/prod.state.json`.",
            ));
        }
        if settings.kms_key.is_some() && settings.encryption.as_deref() == Some("AES256") {
            return Err(
                invalid("`kms_key` and `encryption = \"AES256\"` exclude each other")
                    .help("Leave one of the two out."),
            );
        }
        Ok(settings)
    }

    /// Returns how each object is to be encrypted; none leaves it to the bucket.
    pub(super) fn encryption(&self) -> Option<ServerSideEncryption> {
        match (&self.encryption, &self.kms_key) {
            (Some(named), _) => Some(ServerSideEncryption::from(named.as_str())),
            (None, Some(_)) => Some(ServerSideEncryption::AwsKms),
            (None, None) => None,
        }
    }

    /// Returns what the keys of the state and of all its siblings begin with.
    pub(super) fn stem(&self) -> &str {
        let key = &self.key;
        key.strip_suffix(".state.json")
            .or_else(|| key.strip_suffix(".json"))
            .unwrap_or(key)
    }

    /// Returns what the addresses of all its objects begin with.
    pub(super) fn root(&self) -> String {
        format!("s3://{}/", self.bucket)
    }
}
