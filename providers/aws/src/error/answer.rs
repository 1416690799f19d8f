//! An answer of the API that is an error.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::ErrorMetadata;
use lifeboat_contract::{ErrorClass, ProviderError};

use super::class::{EXPIRED, UNKNOWN_KEY, UNSIGNED, class_of};
use super::redact::redacted;

/// What can be told of an answer.
pub(super) struct Answer<'a> {
    status: u16,
    /// The API's code; empty where the answer has none.
    code: &'a str,
    message: String,
    request: Option<&'a str>,
    /// The region that a bucket is in, where it is another one.
    region: Option<&'a str>,
    /// Whether there is a text that is none of the API's: what a proxy or another server says.
    foreign: bool,
}

impl<'a> Answer<'a> {
    /// Reads an answer.
    pub(super) fn of(meta: &'a ErrorMetadata, raw: &'a HttpResponse) -> Self {
        let header = |name| raw.headers().get(name);
        let code = meta.code().unwrap_or_default();
        let request = header("x-amzn-requestid")
            .or_else(|| header("x-amz-request-id"))
            .or_else(|| meta.extra("aws_request_id"));
        Self {
            status: raw.status().as_u16(),
            code,
            message: redacted(meta.message().unwrap_or_default()),
            request,
            region: header("x-amz-bucket-region"),
            foreign: code.is_empty() && raw.body().bytes().is_some_and(|body| !body.is_empty()),
        }
    }

    /// Returns the error that an action on an object ended with.
    pub(super) fn error(&self, action: &str, object: &str) -> ProviderError {
        let class = match class_of(self.code, self.status) {
            // Absence is believed only when the API says so.
            ErrorClass::NotFound if self.foreign => ErrorClass::Invalid,
            class => class,
        };
        let message = format!("`{action}` on `{object}` failed: {}", self.said());
        let error = ProviderError::new(class, message);
        match self.help(class, action, object) {
            Some(help) => error.help(help),
            None => error,
        }
    }

    fn said(&self) -> String {
        let said = match (self.code, self.message.as_str()) {
            ("", _) if self.foreign => {
                format!("HTTP {}, and a text that is not of AWS's API", self.status)
            }
            ("", _) => format!("HTTP {}", self.status),
            (code, "") => code.to_owned(),
            (code, message) => format!("{code}: {message}"),
        };
        match self.request {
            Some(id) => format!("{said} (request {id})"),
            None => said,
        }
    }

    fn help(&self, class: ErrorClass, action: &str, object: &str) -> Option<String> {
        if let Some(region) = self.region.filter(|_| class == ErrorClass::Invalid) {
            return Some(format!("Use a provider block of the region `{region}`."));
        }
        match class {
            ErrorClass::Denied => Some(self.leave(action, object)),
            ErrorClass::Throttled => {
                Some("Run it again later, or with a lower `max_concurrency`.".to_owned())
            }
            ErrorClass::Quota => {
                Some("Remove what is no longer needed, or ask AWS for a higher limit.".to_owned())
            }
            _ if self.foreign => Some(
                "Check that the endpoint speaks AWS's API, and that no proxy answers.".to_owned(),
            ),
            _ => None,
        }
    }

    /// Says what a denied call lacks. The API knows it best: one call may need leave for several actions.
    fn leave(&self, action: &str, object: &str) -> String {
        if EXPIRED.contains(&self.code) {
            return "Renew the credentials, and run the same command again.".to_owned();
        }
        if UNKNOWN_KEY.contains(&self.code) {
            return "Use a key that exists, and check that its account has the region enabled."
                .to_owned();
        }
        if UNSIGNED.contains(&self.code) {
            return "Check the secret of the key, and the clock of this machine.".to_owned();
        }
        if self.code == "KMSKeyNotAccessibleFault" {
            return "Check that the key exists in this region and is enabled, and give the credentials leave for \
                `kms:DescribeKey` and `kms:CreateGrant` on it."
                .to_owned();
        }
        let action = word_after(&self.message, "not authorized to perform: ").unwrap_or(action);
        let object = word_after(&self.message, "on resource: ").unwrap_or(object);
        if self.message.contains("explicit deny") {
            return format!(
                "Take the explicit deny of `{action}` on `{object}` out of the policy, or use other credentials."
            );
        }
        format!("Give the credentials leave for `{action}` on `{object}`, or use others.")
    }
}

/// Returns the word that follows a phrase.
fn word_after<'t>(text: &'t str, phrase: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(phrase)?;
    let word = rest.split_whitespace().next()?;
    Some(word.trim_matches(|c: char| matches!(c, '"' | '\'' | ',' | '.')))
}
