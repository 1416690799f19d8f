//! What a store answers: a setting, none, or that it has no such thing.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use lifeboat_contract::{ErrorClass, ProviderError};

use super::bucket::Bucket;
use crate::error::Failed as _;

/// What stores that speak S3 answer to what they do not do.
const UNKNOWN: [&str; 4] = [
    "NotImplemented",
    "MethodNotAllowed",
    "XNotImplemented",
    "UnsupportedOperation",
];

/// A failure as the SDK has it.
pub(super) type Refused<E> = SdkError<E, HttpResponse>;

/// Turns a failure of an action on a bucket into one of the contract. What the store does not do at all is `invalid`,
/// and says so: a plan shows it before anything is changed.
pub(super) fn failed<E>(error: Refused<E>, action: &str, bucket: &Bucket) -> ProviderError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map_or(0, |raw| raw.status().as_u16());
    let code = error.code().unwrap_or_default();
    if UNKNOWN.contains(&code) || matches!(status, 405 | 501) {
        let store = bucket.store();
        let said = if code.is_empty() {
            format!("HTTP {status}")
        } else {
            code.to_owned()
        };
        let message = format!(
            "the store at `{store}` does not do `{action}`, which `{}` needs: {said}",
            bucket.name
        );
        return ProviderError::new(ErrorClass::Invalid, message)
            .help("Remove the protection that needs it, or keep the data in a store that can.");
    }
    if matches!(code, "InvalidBucketState" | "InvalidRequest") && status == 409 {
        let said = error.message().unwrap_or_default().to_owned();
        let message = format!(
            "`{action}` on `{}` is not possible now: {said}",
            bucket.name
        );
        return ProviderError::new(ErrorClass::Conflict, message);
    }
    error.failed(action, &bucket.arn())
}

/// Returns what a bucket has of a setting; none where the store answers with one of the codes that say so.
pub(super) fn given<T, E>(
    answer: Result<T, Refused<E>>,
    absent: &[&str],
    action: &str,
    bucket: &Bucket,
) -> Result<Option<T>, ProviderError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if absent.contains(&error.code().unwrap_or_default()) => Ok(None),
        Err(error) => Err(failed(error, action, bucket)),
    }
}
