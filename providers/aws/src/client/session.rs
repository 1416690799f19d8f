//! Sessions: credentials in a region, as the SDK's chain finds them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Address, Attributes};
use tokio::sync::{Mutex, OnceCell, Semaphore};

use super::connection::{Connection, Key, Origin};
use super::credentials::Kept;
use super::http::Requests;
use super::region;
use super::retry::{self, Judge};
use crate::error::{Failed as _, no_credentials, no_region};
use crate::rds::Gates;
use crate::settings::Settings;

/// Everything that leaves from one configured provider.
#[derive(Debug)]
pub(crate) struct Aws {
    /// The arguments of its own block.
    pub(crate) settings: Settings,
    /// What was sent so far, from all its sessions.
    pub(crate) requests: Requests,
    /// What is being changed at RDS.
    pub(crate) gates: Gates,
    connection: Connection,
    permits: Arc<Semaphore>,
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
    /// Held by each of many requests that run at once; one for all sessions of a provider.
    pub(crate) permits: Arc<Semaphore>,
}

/// Returns a configuration of a service with the retries of a provider.
macro_rules! configured {
    ($service:ident, $config:expr, $retries:expr) => {
        $service::config::Builder::from($config)
            .retry_partition($retries.0.clone())
            .retry_classifier($retries.1)
    };
}

impl Session {
    /// Returns the credentials that requests are signed with.
    ///
    /// # Errors
    /// `denied` when there are none.
    pub(crate) async fn credentials(&self) -> Result<Credentials, ProviderError> {
        credentials(&self.config, &self.settings).await
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
        let at_once = settings.max_concurrency;
        Self {
            requests: Requests::new(settings.request_budget, at_once),
            permits: Arc::new(Semaphore::new(at_once)),
            settings,
            connection,
            gates: Gates::default(),
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

    /// Returns the sessions that were opened so far, the provider's own one first.
    pub(crate) async fn opened(&self) -> Vec<Arc<Session>> {
        let home = self.home.get().cloned();
        let elsewhere = self.elsewhere.lock().await;
        home.into_iter()
            .chain(elsewhere.values().cloned())
            .collect()
    }

    /// Returns a session with the credentials of the provider's own block in another region.
    ///
    /// # Errors
    /// As [`Aws::home`].
    pub(crate) async fn in_region(&self, region: &str) -> Result<Arc<Session>, ProviderError> {
        if self.settings.region.as_deref() == Some(region) {
            return self.home().await;
        }
        let settings = Settings {
            region: Some(region.to_owned()),
            ..self.settings.clone()
        };
        self.open(settings).await
    }

    async fn open(&self, settings: Settings) -> Result<Arc<Session>, ProviderError> {
        if let Some(name) = &settings.region
            && !region::has_form(name)
            && settings.endpoint_url.is_none()
        {
            return Err(no_region(name));
        }
        let config = self.load(&settings).await;
        let region = config.region().map(ToString::to_string).ok_or_else(|| {
            ProviderError::new(
                ErrorClass::Invalid,
                "there is no region for `provider \"aws\"`",
            )
            .help("Give the block a `region`, or set AWS_REGION.")
        })?;
        let attempts = self.connection.patience.attempts;
        let retries = (retry::partition(), Judge { attempts });
        let sts = configured!(aws_sdk_sts, &config, retries).build();
        let account = self.account(&config, &settings, &region, sts).await?;
        let s3 = configured!(aws_sdk_s3, &config, retries).force_path_style(true);
        let rds = configured!(aws_sdk_rds, &config, retries);
        let kms = configured!(aws_sdk_kms, &config, retries);
        let tagging = configured!(aws_sdk_resourcegroupstagging, &config, retries);
        Ok(Arc::new(Session {
            rds: aws_sdk_rds::Client::from_conf(rds.build()),
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            kms: aws_sdk_kms::Client::from_conf(kms.build()),
            tagging: aws_sdk_resourcegroupstagging::Client::from_conf(tagging.build()),
            permits: Arc::clone(&self.permits),
            region,
            account,
            config,
            settings,
        }))
    }

    /// Returns whose the credentials are. STS is asked once for each key, whatever the regions.
    async fn account(
        &self,
        config: &SdkConfig,
        settings: &Settings,
        region: &str,
        sts: aws_sdk_sts::Config,
    ) -> Result<String, ProviderError> {
        let key = Key {
            endpoint: config.endpoint_url().map(str::to_owned),
            id: credentials(config, settings)
                .await?
                .access_key_id()
                .to_owned(),
        };
        let known = self.connection.identities.account(key);
        let account = known
            .get_or_try_init(|| async {
                let asked = aws_sdk_sts::Client::from_conf(sts)
                    .get_caller_identity()
                    .send()
                    .await;
                let asked = asked.map_err(|error| error.failed("sts:GetCallerIdentity", region));
                let identity = match (asked, &settings.endpoint_url) {
                    // A store that speaks S3 alone has no accounts: what it is, is where it is.
                    (Err(error), Some(store)) if is_unknown(&error) => return Ok(store.clone()),
                    (asked, _) => asked?,
                };
                identity.account().map(str::to_owned).ok_or_else(|| {
                    let message = "STS names no account for the credentials";
                    ProviderError::new(ErrorClass::Unknown, message)
                })
            })
            .await?;
        let allowed = &settings.allowed_account_ids;
        if !allowed.is_empty() && !allowed.contains(account) {
            let message = format!(
                "the credentials are of account `{account}`, and `allowed_account_ids` has {}",
                allowed.join(", ")
            );
            return Err(ProviderError::new(ErrorClass::Denied, message)
                .help("Use credentials of the right account, or another `profile`."));
        }
        Ok(account.clone())
    }

    pub(crate) async fn load(&self, settings: &Settings) -> SdkConfig {
        let origin = Origin {
            profile: settings.profile.clone(),
            role: settings.assume_role.clone(),
            endpoint: settings.endpoint_url.clone(),
        };
        let mut loader = self.loader(settings);
        if let Some(credentials) = self.connection.identities.credentials(&origin) {
            return loader.credentials_provider(credentials).load().await;
        }
        if let Some(credentials) = &self.connection.credentials {
            loader = loader.credentials_provider(credentials.clone());
        }
        let config = loader.load().await;
        let Some(source) = source(&config, settings).await else {
            return config;
        };
        let clock = config.time_source().unwrap_or_default();
        let kept = SharedCredentialsProvider::new(Kept::new(source, clock));
        let credentials = self.connection.identities.keep(origin, kept);
        config
            .into_builder()
            .credentials_provider(credentials)
            .build()
    }

    fn loader(&self, settings: &Settings) -> ConfigLoader {
        let patience = &self.connection.patience;
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(patience.attempt)
            .operation_timeout(patience.call)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(self.connection.counting(&self.requests))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .retry_config(retry::config(patience))
            .timeout_config(timeouts);
        if let Ok(name) = AppName::new("lifeboat") {
            loader = loader.app_name(name);
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
        loader
    }
}

/// Returns where the credentials of a block come from: the chain, or the role that it takes with those of the chain.
async fn source(config: &SdkConfig, settings: &Settings) -> Option<SharedCredentialsProvider> {
    let Some(role) = &settings.assume_role else {
        return config.credentials_provider();
    };
    let mut provider = AssumeRoleProvider::builder(&role.role_arn)
        .session_name(role.session_name.as_deref().unwrap_or("lifeboat"))
        .configure(config);
    if let Some(id) = &role.external_id {
        provider = provider.external_id(id);
    }
    Some(SharedCredentialsProvider::new(provider.build().await))
}

async fn credentials(
    config: &SdkConfig,
    settings: &Settings,
) -> Result<Credentials, ProviderError> {
    let found = match config.credentials_provider() {
        Some(provider) => provider.provide_credentials().await,
        None => Err(CredentialsError::not_loaded_no_source()),
    };
    found.map_err(|error| no_credentials(&error, settings))
}

/// Returns whether an answer says that there is no such service.
const fn is_unknown(error: &ProviderError) -> bool {
    matches!(error.class, ErrorClass::Invalid | ErrorClass::NotFound)
}
