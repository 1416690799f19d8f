//! What is wrong with the place of a state, in words that help.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use lifeboat_contract::{ErrorClass, ProviderError};

use super::settings::StateSettings;
use crate::error::Failed as _;

/// Returns the failure of an action on an object of the state.
pub(super) fn refused<E>(
    settings: &StateSettings,
    action: &str,
    address: &str,
    error: SdkError<E, HttpResponse>,
) -> ProviderError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let bucket = &settings.bucket;
    let code = error.code().unwrap_or_default().to_owned();
    let response = error.raw_response();
    let status = response.map_or(0, |response| response.status().as_u16());
    let elsewhere = response
        .and_then(|response| response.headers().get("x-amz-bucket-region"))
        .filter(|region| Some(*region) != settings.region.as_deref())
        .map(ToOwned::to_owned);
    if let Some(region) = elsewhere.filter(|_| status == 301 || status == 400) {
        let said = settings.region.as_deref().unwrap_or("the environment");
        let message = format!("the bucket `{bucket}` is in `{region}`, and not in `{said}`");
        return ProviderError::new(ErrorClass::Invalid, message).help(format!(
            "Set `region = \"{region}\"` where the state is configured."
        ));
    }
    if status == 301 || code == "PermanentRedirect" {
        let message = format!("the bucket `{bucket}` is in another region");
        return ProviderError::new(ErrorClass::Invalid, message)
            .help("Set `region` to the one that the bucket is in.");
    }
    if code == "NoSuchBucket" {
        let message = format!("there is no bucket `{bucket}`");
        return ProviderError::new(ErrorClass::NotFound, message).help(format!(
            "Create the bucket `{bucket}`, with versioning, or correct `bucket`."
        ));
    }
    if code.starts_with("KMS.") || code.starts_with("Kms") {
        return error.failed(action, address).help(
            "Check that the KMS key is enabled, is in the region of the bucket, and may be used for `kms:GenerateDataKey` and `kms:Decrypt`.",
        );
    }
    let failure = error.failed(action, address);
    match failure.class {
        ErrorClass::Denied if status == 403 => failure.help(format!(
            "Give the credentials `s3:GetObject`, `s3:PutObject` and `s3:DeleteObject` on `arn:aws:s3:::{bucket}/{}*`, and `s3:ListBucket` on `arn:aws:s3:::{bucket}`, without which S3 does not tell a missing object from a closed one.",
            settings.stem()
        )),
        ErrorClass::Denied => failure.help(
            "Give the SDK credentials: the environment, a `profile`, or the role of the machine.",
        ),
        _ => failure,
    }
}
