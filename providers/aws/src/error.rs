//! What AWS answers, as classes.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::Address;

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
        let (class, said) = match &self {
            Self::ServiceError(error) => {
                let status = error.raw().status().as_u16();
                let code = error.err().code().unwrap_or_default();
                let message = error.err().message().unwrap_or("no message");
                let request = error.raw().headers().get("x-amzn-requestid");
                let request = request.or_else(|| error.raw().headers().get("x-amz-request-id"));
                let mut said = if code.is_empty() {
                    format!("HTTP {status}")
                } else {
                    format!("{code}: {message}")
                };
                if let Some(id) = request {
                    said = format!("{said} (request {id})");
                }
                (class_of(code, status), said)
            }
            Self::TimeoutError(_) => (ErrorClass::Unavailable, "no answer in time".to_owned()),
            Self::DispatchFailure(error) if error.is_user() => {
                (ErrorClass::Invalid, "the request cannot be sent".to_owned())
            }
            Self::DispatchFailure(error) if error.is_timeout() || error.is_io() => (
                ErrorClass::Unavailable,
                "the endpoint cannot be reached".to_owned(),
            ),
            Self::DispatchFailure(_) => (
                ErrorClass::Denied,
                "there are no credentials that can be used".to_owned(),
            ),
            Self::ResponseError(_) => (
                ErrorClass::Unavailable,
                "the answer cannot be read".to_owned(),
            ),
            _ => (ErrorClass::Invalid, "the request makes no sense".to_owned()),
        };
        let error = ProviderError::new(class, format!("`{action}` on `{object}` failed: {said}"));
        let error = match class {
            ErrorClass::Denied => error.help(format!(
                "Give the credentials leave for `{action}` on `{object}`, or use others."
            )),
            _ => error,
        };
        match self {
            Self::ServiceError(_) => error,
            other => error.because(other),
        }
    }
}

/// Returns the class of a code of the API.
fn class_of(code: &str, status: u16) -> ErrorClass {
    match code {
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "TooManyRequestsException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "ProvisionedThroughputExceededException" => ErrorClass::Throttled,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "AuthFailure"
        | "InvalidClientTokenId"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "SignatureDoesNotMatch"
        | "InvalidAccessKeyId"
        | "KMSKeyNotAccessibleFault"
        | "UnrecognizedClientException"
        | "OptInRequired"
        | "AllAccessDisabled" => ErrorClass::Denied,
        _ if code.contains("NotFound") || code.starts_with("NoSuch") => ErrorClass::NotFound,
        _ if code.contains("QuotaExceeded") || code.contains("LimitExceeded") => ErrorClass::Quota,
        _ if code.contains("AlreadyExists")
            || code.starts_with("InvalidDBInstanceState")
            || code.starts_with("InvalidDBClusterState")
            || code.starts_with("InvalidDBSnapshotState")
            || code.starts_with("InvalidDBClusterSnapshotState")
            || code == "BucketAlreadyOwnedByYou"
            || code == "OperationAborted"
            || code == "PreconditionFailed"
            || code == "ConditionalRequestConflict" =>
        {
            ErrorClass::Conflict
        }
        _ if status == 429 => ErrorClass::Throttled,
        _ if status >= 500 => ErrorClass::Unavailable,
        _ if status == 403 || status == 401 => ErrorClass::Denied,
        _ if status == 404 => ErrorClass::NotFound,
        _ => ErrorClass::Invalid,
    }
}

/// Returns the error of a kind that this provider does not have.
pub(crate) fn unknown_kind(address: &Address, kind: &str) -> ProviderError {
    ProviderError::new(
        ErrorClass::Invalid,
        format!("`{address}` is of kind `{kind}`, which this provider does not have"),
    )
}
