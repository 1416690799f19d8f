//! Sessions: credentials in a region, as the SDK's chain finds them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::TimeSource as _;
use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Address, Attributes};
use tokio::sync::{Mutex, OnceCell, Semaphore};

use super::http::{Connection, Requests};
use crate::error::Failed as _;
use crate::settings::Settings;

/// The longest that one attempt may take, connection included.
const ATTEMPT: Duration = Duration::from_secs(30);
/// The longest that a call may take with all its attempts.
const OPERATION: Duration = Duration::from_secs(120);
/// Attempts of one call. The engine tries again what fails after them and may pass.
const ATTEMPTS: u32 = 4;

/// Everything that leaves from one configured provider.
#[derive(Debug)]
pub(crate) struct Aws {
    /// The arguments of its own block.
    pub(crate) settings: Settings,
    /// What was sent so far.
    pub(crate) requests: Requests,
    connection: Connection,
    home: OnceCell<Arc<Session>>,
    /// Sessions of other provider blocks, by their address.
    elsewhere: Mutex<BTreeMap<Address, Arc<Session>>>,
}

/// Credentials in a region, with a client for each service.
#[derive(Debug)]
pub(crate) struct Session {
    /// The region that requests are signed for.
    pub(crate) region: String,
    /// The account of the credentials, as STS says.
    pub(crate) account: String,
    /// The arguments of the provider block.
    pub(crate) settings: Settings,
    /// What the clients were made of.
    pub(crate) config: SdkConfig,
    /// RDS and Aurora.
    pub(crate) rds: aws_sdk_rds::Client,
    /// S3; buckets in the path, so that stores other than AWS understand it.
    pub(crate) s3: aws_sdk_s3::Client,
    /// Keys.
    pub(crate) kms: aws_sdk_kms::Client,
    /// Tags in bulk.
    pub(crate) tagging: aws_sdk_resourcegroupstagging::Client,
    /// Held by each of many requests that run at once.
    pub(crate) permits: Arc<Semaphore>,
}

impl Session {
    /// Returns the credentials that requests are signed with.
    ///
    /// # Errors
    /// `denied` when there are none.
    pub(crate) async fn credentials(&self) -> Result<Credentials, ProviderError> {
        let found = match self.config.credentials_provider() {
            Some(provider) => provider.provide_credentials().await,
            None => Err(CredentialsError::not_loaded("there is no chain")),
        };
        found.map_err(|error| {
            ProviderError::new(
                ErrorClass::Denied,
                "there are no credentials that can be used",
            )
            .because(error)
        })
    }

    /// Returns the time that requests are signed with.
    pub(crate) fn now(&self) -> SystemTime {
        self.config
            .time_source()
            .map_or_else(SystemTime::now, |source| source.now())
    }
}

impl Aws {
    /// Returns the sessions of a provider. Makes no call.
    pub(crate) fn new(settings: Settings, connection: Connection) -> Self {
        Self {
            settings,
            connection,
            requests: Requests::default(),
            home: OnceCell::new(),
            elsewhere: Mutex::default(),
        }
    }

    /// Returns the session of the provider's own block.
    ///
    /// # Errors
    /// `denied` without credentials, or with those of an account that is not allowed; `invalid` without a region.
    pub(crate) async fn home(&self) -> Result<Arc<Session>, ProviderError> {
        let session = self
            .home
            .get_or_try_init(|| self.open(self.settings.clone()))
            .await?;
        Ok(Arc::clone(session))
    }

    /// Returns the session of another provider block, `provider.aws.dr`, whose arguments stand in `bindings`.
    ///
    /// # Errors
    /// As [`Aws::home`]; `invalid` where there is no such block.
    pub(crate) async fn at(
        &self,
        location: &Address,
        bindings: &BTreeMap<Address, Attributes>,
    ) -> Result<Arc<Session>, ProviderError> {
        let attributes = bindings.get(location).ok_or_else(|| {
            ProviderError::new(
                ErrorClass::Invalid,
                format!("there is no `{location}` in the configuration"),
            )
        })?;
        let settings = Settings::of(attributes)?;
        if settings == self.settings {
            return self.home().await;
        }
        let mut elsewhere = self.elsewhere.lock().await;
        if let Some(session) = elsewhere.get(location)
            && session.settings == settings
        {
            return Ok(Arc::clone(session));
        }
        let session = self.open(settings).await?;
        elsewhere.insert(location.clone(), Arc::clone(&session));
        Ok(session)
    }

    async fn open(&self, settings: Settings) -> Result<Arc<Session>, ProviderError> {
        let config = self.load(&settings).await;
        let region = config.region().map(ToString::to_string).ok_or_else(|| {
            ProviderError::new(
                ErrorClass::Invalid,
                "there is no region for `provider \"aws\"`",
            )
            .help("Give the block a `region`, or set AWS_REGION.")
        })?;
        let sts = aws_sdk_sts::Client::new(&config);
        let identity = sts
            .get_caller_identity()
            .send()
            .await
            .map_err(|error| error.failed("sts:GetCallerIdentity", &region))?;
        let account = identity.account().unwrap_or_default().to_owned();
        let allowed = &settings.allowed_account_ids;
        if !allowed.is_empty() && !allowed.contains(&account) {
            let message = format!(
                "the credentials are of account `{account}`, and `allowed_account_ids` has {}",
                allowed.join(", ")
            );
            return Err(ProviderError::new(ErrorClass::Denied, message)
                .help("Use credentials of the right account, or another `profile`."));
        }
        let s3 = aws_sdk_s3::config::Builder::from(&config)
            .force_path_style(true)
            .build();
        Ok(Arc::new(Session {
            rds: aws_sdk_rds::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            kms: aws_sdk_kms::Client::new(&config),
            tagging: aws_sdk_resourcegroupstagging::Client::new(&config),
            permits: Arc::new(Semaphore::new(settings.max_concurrency.max(1))),
            region,
            account,
            config,
            settings,
        }))
    }

    async fn load(&self, settings: &Settings) -> SdkConfig {
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(OPERATION)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(self.connection.counting(&self.requests))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(timeouts);
        if let Ok(name) = AppName::new("lifeboat") {
            loader = loader.app_name(name);
        }
        if let Some(credentials) = &self.connection.credentials {
            loader = loader.credentials_provider(credentials.clone());
        }
        if let Some(region) = &settings.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &settings.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(endpoint) = &settings.endpoint_url {
            loader = loader.endpoint_url(endpoint);
        }
        let config = loader.load().await;
        let Some(role) = &settings.assume_role else {
            return config;
        };
        let mut provider = AssumeRoleProvider::builder(&role.role_arn)
            .session_name(role.session_name.as_deref().unwrap_or("lifeboat"))
            .configure(&config);
        if let Some(id) = &role.external_id {
            provider = provider.external_id(id);
        }
        let credentials =
            aws_credential_types::provider::SharedCredentialsProvider::new(provider.build().await);
        config
            .into_builder()
            .credentials_provider(credentials)
            .build()
    }
}
