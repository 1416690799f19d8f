//! The arguments of a `provider "aws"` block.

use std::collections::BTreeMap;

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{AttributeSpec, Attributes, ValueType};
use serde::Deserialize;

/// What marks the objects of a configuration that names itself nothing else.
const CONFIGURATION: &str = "default";
/// The most requests that are under way at once where the block says nothing else.
const CONCURRENCY: usize = 16;

/// The role that a provider takes, in its own account or in another one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssumeRole {
    /// The ARN of the role.
    pub(crate) role_arn: String,
    /// The external id that the role's trust policy asks for.
    pub(crate) external_id: Option<String>,
    /// How the session is called in CloudTrail.
    pub(crate) session_name: Option<String>,
}

/// The arguments of a `provider "aws"` block. No credential is among them: these come from the SDK's chain.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The region; without it that of the environment or the profile.
    pub(crate) region: Option<String>,
    /// The profile of the shared configuration files.
    pub(crate) profile: Option<String>,
    /// The role to take.
    pub(crate) assume_role: Option<AssumeRole>,
    /// The accounts that may be touched; empty means any.
    #[serde(default)]
    pub(crate) allowed_account_ids: Vec<String>,
    /// Where requests go instead of AWS.
    pub(crate) endpoint_url: Option<String>,
    /// Tags on everything that is made.
    #[serde(default)]
    pub(crate) default_tags: BTreeMap<String, String>,
    /// Names the configuration in the tags of what it owns.
    #[serde(default = "configuration")]
    pub(crate) configuration: String,
    /// The most requests under way at once.
    #[serde(default = "concurrency")]
    pub(crate) max_concurrency: usize,
    /// The most requests of one run; the next one is refused.
    pub(crate) request_budget: Option<u64>,
    /// Who runs schedules.
    #[serde(default = "scheduler")]
    pub(crate) scheduler: String,
}

fn configuration() -> String {
    CONFIGURATION.to_owned()
}

const fn concurrency() -> usize {
    CONCURRENCY
}

fn scheduler() -> String {
    "none".to_owned()
}

impl Settings {
    /// Reads the arguments of a block.
    ///
    /// # Errors
    /// `invalid` when one makes no sense.
    pub(crate) fn of(attributes: &Attributes) -> Result<Self, ProviderError> {
        let object = attributes
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        serde_json::from_value(serde_json::Value::Object(object)).map_err(|error| {
            ProviderError::new(
                ErrorClass::Invalid,
                "the arguments of `provider \"aws\"` make no sense",
            )
            .because(error)
        })
    }
}

/// Returns the arguments of the block.
pub(crate) fn arguments() -> Vec<AttributeSpec> {
    let texts = || ValueType::Map(Box::new(ValueType::String));
    let optional = AttributeSpec::optional;
    vec![
        optional(
            "region",
            ValueType::String,
            "The region; without it that of the environment or the profile.",
        ),
        optional(
            "profile",
            ValueType::String,
            "The profile of the shared configuration files.",
        ),
        optional(
            "assume_role",
            texts(),
            "The role to take: `role_arn`, and where the role asks for them `external_id` and `session_name`.",
        ),
        optional(
            "allowed_account_ids",
            ValueType::List(Box::new(ValueType::String)),
            "The accounts that may be touched; with credentials of another one nothing is done.",
        )
        .default_value(serde_json::json!([])),
        optional(
            "endpoint_url",
            ValueType::String,
            "Where requests go instead of AWS: an emulator, or a store that speaks S3.",
        ),
        optional(
            "default_tags",
            texts(),
            "Tags on everything that is made, beside lifeboat's own.",
        )
        .default_value(serde_json::json!({})),
        optional(
            "configuration",
            ValueType::String,
            "Names this configuration in the tags of what it owns.",
        )
        .default_value(CONFIGURATION),
        optional(
            "max_concurrency",
            ValueType::Number,
            "The most requests under way at once.",
        )
        .default_value(CONCURRENCY),
        optional(
            "request_budget",
            ValueType::Number,
            "The most requests of one run; the next one is refused.",
        ),
        optional(
            "scheduler",
            ValueType::String,
            "Who runs scheduled snapshots: somebody else, such as a CI job that runs `lifeboat backup run`, or nobody.",
        )
        .default_value("none")
        .one_of(&["external", "none"]),
    ]
}
