//! Why there is no answer: nothing was sent, nobody answered, or nobody can read what came.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use lifeboat_contract::{ErrorClass, ProviderError};

use super::redact::redacted;
use crate::client::region;
use crate::settings::Settings;

/// The budget of requests is spent: nothing was sent.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the budget of {budget} requests is spent")]
pub(crate) struct BudgetSpent {
    /// How many there may be.
    pub(crate) budget: u64,
}

/// A host with which there is no connection, or no more.
#[derive(Debug, thiserror::Error)]
#[error("there is no connection with `{host}`")]
pub(crate) struct Unreachable {
    /// The host, with its port where that is not the usual one.
    pub(crate) host: String,
    /// Which attempt of its call this was.
    pub(crate) attempt: u32,
    /// What the system says.
    #[source]
    pub(crate) because: Box<dyn Error + Send + Sync>,
}

/// What an error of the SDK says, with its causes in one line and without credentials.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Said(String);

/// How a call ended that has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Its time was over.
    TooLate,
    /// Something came that is no answer.
    Unreadable,
    /// It could not be sent, or not wholly.
    Unsent,
}

/// Returns the error of an action on an object that has no answer.
pub(super) fn error(
    sdk: &(dyn Error + 'static),
    ended: Ended,
    action: &str,
    object: &str,
) -> ProviderError {
    if let Some(spent) = cause::<BudgetSpent>(sdk) {
        let message = format!("`{action}` on `{object}` was not sent: {spent}");
        return ProviderError::new(ErrorClass::Quota, message)
            .help("Raise `request_budget` of the provider block, and run the same command again.");
    }
    let failed = |class, why: &str| {
        ProviderError::new(class, format!("`{action}` on `{object}` failed: {why}"))
    };
    if let Some(lost) = cause::<Unreachable>(sdk) {
        let unknown = region::of_host(&lost.host).filter(|name| !region::is_known(name));
        let because = Said(chain(lost.because.as_ref()));
        return match unknown {
            Some(name) => {
                let why = format!(
                    "`{}` cannot be reached, and no region `{name}` is known",
                    lost.host
                );
                failed(ErrorClass::Invalid, &why)
                    .help(meant(name))
                    .because(because)
            }
            None => failed(ErrorClass::Unavailable, &lost.to_string())
                .help("Check the network, and `endpoint_url` where the provider block has one.")
                .because(because),
        };
    }
    if let Some(credentials) = cause::<CredentialsError>(sdk) {
        return of_credentials(credentials, None);
    }
    let (class, why) = match cause::<ConnectorError>(sdk) {
        _ if ended == Ended::TooLate => (ErrorClass::Unavailable, "there was no answer in time"),
        _ if ended == Ended::Unreadable => (ErrorClass::Unavailable, "the answer cannot be read"),
        Some(error) if error.is_timeout() => {
            (ErrorClass::Unavailable, "there was no answer in time")
        }
        Some(error) if error.is_user() => (ErrorClass::Invalid, "the request cannot be sent"),
        Some(_) => (ErrorClass::Unavailable, "the connection broke"),
        None => (ErrorClass::Invalid, "the request makes no sense"),
    };
    failed(class, why).because(Said(chain(sdk)))
}

/// Returns the error of a block whose credentials cannot be had.
pub(crate) fn no_credentials(error: &CredentialsError, settings: &Settings) -> ProviderError {
    if let Some(refused) = cause::<BudgetSpent>(error) {
        let message = format!("credentials were not asked for: {refused}");
        return ProviderError::new(ErrorClass::Quota, message)
            .help("Raise `request_budget` of the provider block, and run the same command again.");
    }
    of_credentials(error, Some(settings))
}

fn of_credentials(error: &CredentialsError, settings: Option<&Settings>) -> ProviderError {
    let profile = settings.and_then(|settings| settings.profile.as_deref());
    let role = settings.and_then(|settings| settings.assume_role.as_ref());
    let said = chain(error);
    let denied = |message: String| ProviderError::new(ErrorClass::Denied, message);
    if let Some(role) = role.filter(|_| !matches!(error, CredentialsError::CredentialsNotLoaded(_)))
    {
        let arn = &role.role_arn;
        return denied(format!("the role `{arn}` cannot be taken"))
            .help(format!(
                "Give the credentials leave for `sts:AssumeRole` on `{arn}`, and let the role's trust policy name them."
            ))
            .because(Said(said));
    }
    if let Some((_, feature)) = said.split_once("cargo feature(s) enabled: ") {
        let source = feature.split(['.', ' ']).next().unwrap_or_default();
        return denied(format!("the profile takes its credentials from `{source}`, which lifeboat does not ask"))
            .help("Run `eval \"$(aws configure export-credentials --format env)\"`, and the same command again.");
    }
    match error {
        CredentialsError::CredentialsNotLoaded(_) => {
            let files = match profile {
                Some(name) => format!("the profile `{name}`"),
                None => "the default profile".to_owned(),
            };
            denied(format!(
                "there are no credentials: none in the environment (AWS_ACCESS_KEY_ID), in {files} of ~/.aws/config and \
                 ~/.aws/credentials, from a web identity token, from the container, or from the metadata of the machine"
            ))
            .help("Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a `profile` in the provider block.")
        }
        CredentialsError::ProviderTimedOut(_) => ProviderError::new(
            ErrorClass::Unavailable,
            "credentials were not given in time",
        ),
        _ => denied("the credentials cannot be read".to_owned())
            .help("Check the profile and its files, and the role that they name.")
            .because(Said(said)),
    }
}

/// Returns the error of a region that cannot be one.
pub(crate) fn no_region(name: &str) -> ProviderError {
    ProviderError::new(ErrorClass::Invalid, format!("there is no region `{name}`"))
        .help(meant(name))
}

fn meant(name: &str) -> String {
    match region::nearest(name) {
        Some(near) => format!("Write `{near}`, if that is the one that you mean."),
        None => "Write the name of a region, such as `eu-west-1`.".to_owned(),
    }
}

/// Returns the cause of this type, or the error itself.
fn cause<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        at = error.source();
    }
    None
}

/// Returns an error and its causes in one line, each said once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut at = Some(error);
    while let Some(error) = at {
        let text = error.to_string();
        if !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
        at = error.source();
    }
    redacted(&said.join(": "))
}
