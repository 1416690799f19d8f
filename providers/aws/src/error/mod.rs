//! What AWS answers, as errors of the contract.
//!
//! `class` maps codes to classes; `answer` says what the API said and `unsent` why there is no answer; `redact` keeps
//! credentials out of all of it.

mod answer;
mod class;
mod redact;
mod unsent;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::Address;

use self::answer::Answer;
use self::unsent::Ended;
pub(crate) use self::unsent::{BudgetSpent, Unreachable, no_credentials, no_region};

/// Turns a failure of the SDK into one of the contract.
pub(crate) trait Failed {
    /// Returns the failure of an action, named as IAM names it (`rds:CreateDBSnapshot`), on an object.
    fn failed(self, action: &str, object: &str) -> ProviderError;
}

impl<E> Failed for SdkError<E, HttpResponse>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn failed(self, action: &str, object: &str) -> ProviderError {
        match &self {
            Self::ServiceError(error) => {
                Answer::of(error.err().meta(), error.raw()).error(action, object)
            }
            Self::TimeoutError(_) => unsent::error(&self, Ended::TooLate, action, object),
            Self::ResponseError(_) => unsent::error(&self, Ended::Unreadable, action, object),
            _ => unsent::error(&self, Ended::Unsent, action, object),
        }
    }
}

/// Returns the error of a kind that this provider does not have.
pub(crate) fn unknown_kind(address: &Address, kind: &str) -> ProviderError {
    ProviderError::new(
        ErrorClass::Invalid,
        format!("`{address}` is of kind `{kind}`, which this provider does not have"),
    )
}

#[cfg(test)]
mod tests;
