//! The store that the engine calls.

use std::future::Future;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryPartition;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{Builder, RequestChecksumCalculation};
use lifeboat_contract::objects::{Condition, ObjectStore, Stored, Written};
use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::Attributes;
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

use super::settings::StateSettings;
use super::wire::{Only, Wire};
use crate::client::{Aws, Connection};
use crate::settings::Settings;

/// The longest that one attempt may take: a lease must be renewed before it ends.
const ATTEMPT: Duration = Duration::from_secs(10);
/// The longest that a call may take with all its attempts.
const OPERATION: Duration = Duration::from_secs(20);

/// A state in S3.
///
/// Requests run on a thread of their own, so that callers may block wherever they are, and a heartbeat goes on while
/// everything else of the process is busy.
#[derive(Debug)]
pub struct S3Store {
    address: String,
    inner: Arc<Inner>,
    /// None once the value is being dropped.
    runtime: Option<Runtime>,
}

#[derive(Debug)]
struct Inner {
    settings: StateSettings,
    aws: Aws,
    wire: OnceCell<Wire>,
}

impl S3Store {
    /// Returns the store that a `state "s3"` block with these arguments configures. Makes no call.
    ///
    /// # Errors
    /// `invalid` when an argument makes no sense.
    pub fn new(arguments: &Attributes) -> Result<Self, ProviderError> {
        Self::connected(arguments, Connection::default())
    }

    /// Returns the store of a block, connected like this. Makes no call.
    ///
    /// # Errors
    /// As [`S3Store::new`].
    pub fn connected(
        arguments: &Attributes,
        connection: Connection,
    ) -> Result<Self, ProviderError> {
        let settings = StateSettings::of(arguments)?;
        let reached = [
            ("region".to_owned(), json!(settings.region)),
            ("profile".to_owned(), json!(settings.profile)),
            ("endpoint_url".to_owned(), json!(settings.endpoint_url)),
        ]
        .into();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("lifeboat-state")
            .enable_all()
            .build()
            .map_err(|error| {
                ProviderError::new(ErrorClass::Unavailable, "the system gives no thread")
                    .because(error)
            })?;
        Ok(Self {
            address: format!("{}{}", settings.root(), settings.key),
            inner: Arc::new(Inner {
                aws: Aws::new(Settings::of(&reached)?, connection),
                settings,
                wire: OnceCell::new(),
            }),
            runtime: Some(runtime),
        })
    }

    /// Runs a request on the store's own thread, and waits for its answer here.
    fn wait<T, F>(&self, work: impl FnOnce(Wire) -> F + Send + 'static) -> Result<T, ProviderError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, ProviderError>> + Send,
    {
        let given_up = || ProviderError::new(ErrorClass::Interrupted, "the request was given up");
        let inner = Arc::clone(&self.inner);
        let (tell, told) = mpsc::sync_channel(1);
        let runtime = self.runtime.as_ref().ok_or_else(given_up)?;
        runtime.spawn(async move {
            let answer = match inner.wire().await {
                Ok(wire) => work(wire).await,
                Err(error) => Err(error),
            };
            let _ = tell.send(answer);
        });
        told.recv().map_err(|_| given_up())?
    }
}

/// A runtime must not be waited for where its end may be called from another one.
impl Drop for S3Store {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Inner {
    async fn wire(&self) -> Result<Wire, ProviderError> {
        let wire = self.wire.get_or_try_init(|| async {
            let config = self.aws.load(&self.aws.settings).await;
            if config.region().is_none() {
                return Err(ProviderError::new(
                    ErrorClass::Invalid,
                    "there is no region for the state in S3",
                )
                .help("Give `state \"s3\"` a `region`, or set AWS_REGION."));
            }
            let timeouts = TimeoutConfig::builder()
                .operation_attempt_timeout(ATTEMPT)
                .operation_timeout(OPERATION)
                .build();
            let mut builder = Builder::from(&config)
                .force_path_style(true)
                .timeout_config(timeouts)
                .retry_partition(RetryPartition::new("lifeboat-state"));
            if self.settings.endpoint_url.is_some() {
                // Stores other than S3 may not know the newer checksums.
                builder =
                    builder.request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
            }
            Ok(Wire {
                client: Client::from_conf(builder.build()),
                settings: self.settings.clone(),
            })
        });
        wire.await.cloned()
    }
}

impl ObjectStore for S3Store {
    fn address(&self) -> &str {
        &self.address
    }

    fn locator(&self) -> String {
        self.inner.settings.locator()
    }

    fn read(&self, address: &str) -> Result<Option<Stored>, ProviderError> {
        let address = address.to_owned();
        self.wait(|wire| async move { wire.read(&address).await })
    }

    fn write(
        &self,
        address: &str,
        bytes: &[u8],
        condition: Condition<'_>,
    ) -> Result<Written, ProviderError> {
        let (address, bytes) = (address.to_owned(), bytes.to_vec());
        let only = match condition {
            Condition::Absent => Only::First,
            Condition::Unchanged(version) => Only::Over(version.to_owned()),
        };
        self.wait(|wire| async move { wire.write(&address, bytes, &only).await })
    }

    fn remove(&self, addresses: &[String]) -> Result<(), ProviderError> {
        let addresses = addresses.to_vec();
        self.wait(|wire| async move { wire.remove(addresses).await })
    }

    fn advice(&self) -> Option<String> {
        let kept = self.wait(|wire| async move { Ok(wire.keeps_versions().await) });
        let bucket = &self.inner.settings.bucket;
        match kept {
            Ok(Some(false)) => Some(format!(
                "The bucket `{bucket}` keeps no versions: switch versioning on, so that a state that is overwritten or removed can be brought back."
            )),
            _ => None,
        }
    }
}
