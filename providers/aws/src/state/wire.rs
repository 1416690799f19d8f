//! Requests, and what their answers mean.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::{BoxError, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::{ByteStream, DateTime, DateTimeFormat};
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use lifeboat_contract::objects::{Stored, Written};
use lifeboat_contract::{ErrorClass, ProviderError};

use super::refusal::refused;
use super::settings::StateSettings;

/// What tells our own write from every other one: metadata of the object, drawn anew for each write.
const MARK: &str = "lifeboat-write";
/// How many objects are removed at once.
const AT_ONCE: usize = 16;

/// A condition that outlives the call.
#[derive(Clone, Debug)]
pub(super) enum Only {
    /// If there is no such object.
    First,
    /// If it has this entity tag.
    Over(String),
}

/// The bucket, and what it is spoken to with.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub(super) client: Client,
    pub(super) settings: StateSettings,
}

/// Keeps the time that the store says it is.
#[derive(Clone, Debug, Default)]
struct StoreClock(Arc<Mutex<Option<Timestamp>>>);

impl StoreClock {
    fn told(&self) -> Option<Timestamp> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intercept for StoreClock {
    fn name(&self) -> &'static str {
        "the clock of the store"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|text| DateTime::from_str(text, DateTimeFormat::HttpDate).ok());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date.as_ref().and_then(instant);
        Ok(())
    }
}

fn instant(time: &DateTime) -> Option<Timestamp> {
    Timestamp::from_second(time.secs()).ok()
}

impl Wire {
    fn key<'a>(&self, address: &'a str) -> Result<&'a str, ProviderError> {
        address
            .strip_prefix(&self.settings.root())
            .ok_or_else(|| odd(format!("`{address}` is not in the bucket of the state")))
    }

    /// Reads an object.
    pub(super) async fn read(&self, address: &str) -> Result<Option<Stored>, ProviderError> {
        let clock = StoreClock::default();
        let Some(found) = self.fetch(address, &clock).await? else {
            return Ok(None);
        };
        let version = tag(found.e_tag.as_deref(), address)?;
        let written = found.last_modified.as_ref().and_then(instant);
        let body = found.body.collect().await.map_err(|error| {
            ProviderError::new(
                ErrorClass::Unavailable,
                format!("`{address}` was not read to its end"),
            )
            .because(error)
        })?;
        Ok(Some(Stored {
            bytes: body.to_vec(),
            version,
            written,
            now: clock.told(),
        }))
    }

    async fn fetch(
        &self,
        address: &str,
        clock: &StoreClock,
    ) -> Result<Option<GetObjectOutput>, ProviderError> {
        let answer = self
            .client
            .get_object()
            .bucket(&self.settings.bucket)
            .key(self.key(address)?)
            .customize()
            .interceptor(clock.clone())
            .send()
            .await;
        match answer {
            Ok(found) => Ok(Some(found)),
            // By its code alone: some other 404 is a missing bucket, or an endpoint that is no store.
            Err(error) if error.code() == Some("NoSuchKey") => Ok(None),
            Err(error) => Err(refused(&self.settings, "s3:GetObject", address, error)),
        }
    }

    /// Writes an object if the condition holds; a reply that is lost is looked for.
    pub(super) async fn write(
        &self,
        address: &str,
        bytes: Vec<u8>,
        only: &Only,
    ) -> Result<Written, ProviderError> {
        let mark = mark()?;
        let put = self
            .client
            .put_object()
            .bucket(&self.settings.bucket)
            .key(self.key(address)?)
            .body(ByteStream::from(bytes))
            .content_type("application/json")
            .metadata(MARK, &mark)
            .set_server_side_encryption(self.settings.encryption())
            .set_ssekms_key_id(self.settings.kms_key.clone());
        let put = match only {
            Only::First => put.if_none_match("*"),
            Only::Over(version) => put.if_match(version),
        };
        let error = match put.send().await {
            Ok(answer) => return tag(answer.e_tag.as_deref(), address).map(Written::As),
            Err(error) => error,
        };
        let contradicted = is_contradicted(&error, only);
        let failure = refused(&self.settings, "s3:PutObject", address, error);
        if !contradicted && !failure.class.is_transient() {
            return Err(failure);
        }
        // Either the condition did not hold, or an earlier attempt was carried out and its reply lost.
        let found = match self.fetch(address, &StoreClock::default()).await {
            Ok(found) => found,
            Err(_) if !contradicted => return Err(failure),
            Err(error) => return Err(error),
        };
        let ours = found.filter(|found| {
            found
                .metadata()
                .is_some_and(|metadata| metadata.get(MARK) == Some(&mark))
        });
        match ours {
            Some(found) => tag(found.e_tag.as_deref(), address).map(Written::As),
            None if contradicted => Ok(Written::Overtaken),
            None => Err(failure),
        }
    }

    /// Removes objects.
    pub(super) async fn remove(&self, addresses: Vec<String>) -> Result<(), ProviderError> {
        stream::iter(addresses)
            .map(|address| async move {
                self.client
                    .delete_object()
                    .bucket(&self.settings.bucket)
                    .key(self.key(&address)?)
                    .send()
                    .await
                    .map(|_| ())
                    .map_err(|error| refused(&self.settings, "s3:DeleteObject", &address, error))
            })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }

    /// Returns whether the bucket keeps versions; none if nobody says.
    pub(super) async fn keeps_versions(&self) -> Option<bool> {
        let answer = self
            .client
            .get_bucket_versioning()
            .bucket(&self.settings.bucket)
            .send()
            .await
            .ok()?;
        Some(answer.status() == Some(&aws_sdk_s3::types::BucketVersioningStatus::Enabled))
    }
}

/// Returns whether the store says that the condition does not hold.
fn is_contradicted<E, R>(error: &SdkError<E, R>, only: &Only) -> bool
where
    E: aws_smithy_types::error::metadata::ProvideErrorMetadata,
{
    match error.code() {
        Some("PreconditionFailed" | "ConditionalRequestConflict") => true,
        // What was to be replaced is gone.
        Some("NoSuchKey") => matches!(only, Only::Over(_)),
        _ => false,
    }
}

fn tag(tag: Option<&str>, address: &str) -> Result<String, ProviderError> {
    tag.map(ToOwned::to_owned).ok_or_else(|| {
        odd(format!("the store gives `{address}` no entity tag"))
            .help("Keep the state in a store with ETags and conditional writes, as S3 has them.")
    })
}

fn odd(message: String) -> ProviderError {
    ProviderError::new(ErrorClass::Invalid, message)
}

fn mark() -> Result<String, ProviderError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        odd("the system has no randomness for a write".to_owned()).because(error)
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
