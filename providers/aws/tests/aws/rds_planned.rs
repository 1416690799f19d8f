//! What an engine does with protections of RDS: reads them, changes them, and counts what that takes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use lifeboat_aws::{AwsProvider, Connection};
use lifeboat_contract::{
    ChangeKind, ChangeRequest, Provider as _, ProviderError, ReadItem, ReadRequest,
};
use lifeboat_model::{Address, Attributes, LiveResource, LiveState};
use serde_json::{Value, json};

use crate::moto::Moto;
use crate::rds_estate::{Estate, HOME, Protection};
use crate::session;

/// What is done before a request goes out, by its form.
type Before = Arc<dyn Fn(&str) -> futures_util::future::BoxFuture<'static, ()> + Send + Sync>;

/// The names of the actions that were sent to RDS.
#[derive(Clone, Default)]
pub(crate) struct Sent {
    actions: Arc<Mutex<Vec<String>>>,
    before: Option<Before>,
}

impl std::fmt::Debug for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sent")
    }
}

#[derive(Debug)]
struct Recording<T> {
    inner: T,
    sent: Sent,
}

impl HttpClient for Recording<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Recording {
            inner: self.inner.http_connector(settings, components),
            sent: self.sent.clone(),
        })
    }
}

impl HttpConnector for Recording<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let form = request.body().bytes().unwrap_or_default();
        let form = String::from_utf8_lossy(form).into_owned();
        let action = form.split('&').find_map(|it| it.strip_prefix("Action="));
        let action = action.unwrap_or("none").to_owned();
        self.sent.actions.lock().unwrap().push(action);
        let inner = self.inner.clone();
        let Some(before) = self.sent.before.clone() else {
            return inner.call(request);
        };
        HttpConnectorFuture::new(async move {
            before(&form).await;
            inner.call(request).await
        })
    }
}

impl Sent {
    /// Returns how many requests of an action were sent since the last call, and forgets them all.
    pub(crate) fn take(&self) -> BTreeMap<String, usize> {
        let mut counted = BTreeMap::new();
        for action in self.actions.lock().unwrap().drain(..) {
            *counted.entry(action).or_default() += 1;
        }
        counted
    }
}

/// Returns a provider of a configuration that records what it sends.
pub(crate) fn recording(
    moto: &Moto,
    configuration: &str,
    before: Option<Before>,
) -> (AwsProvider, Sent) {
    let sent = Sent {
        before,
        ..Sent::default()
    };
    let credentials = Credentials::new("test-key", "test-secret", None, None, "the test");
    let http = Recording {
        inner: aws_smithy_http_client::Builder::new().build_http(),
        sent: sent.clone(),
    };
    let connection = Connection {
        credentials: Some(SharedCredentialsProvider::new(credentials)),
        http: Some(SharedHttpClient::new(http)),
        ..Connection::default()
    };
    let mut arguments = session::arguments(&moto.endpoint, HOME);
    arguments.insert("configuration".to_owned(), json!(configuration));
    let provider = AwsProvider::connected(&arguments, connection).unwrap();
    (provider, sent)
}

/// Returns a protection as a refresh looks for it.
pub(crate) fn item(protection: &Protection) -> ReadItem {
    ReadItem {
        address: protection.address.clone(),
        kind: protection.kind.to_owned(),
        attributes: protection.attributes.clone(),
        target: Some(protection.address.owner()),
    }
}

/// Reads what is there.
pub(crate) async fn read(
    provider: &AwsProvider,
    items: Vec<ReadItem>,
    bindings: &BTreeMap<Address, Attributes>,
) -> LiveState {
    let request = ReadRequest { items, bindings };
    let context = session::context("read");
    provider.read(request, &context).await.unwrap()
}

/// Reads one protection, which must not fail.
pub(crate) async fn live(provider: &AwsProvider, protection: &Protection) -> Option<LiveResource> {
    let mut live = read(provider, vec![item(protection)], &protection.bindings).await;
    assert_eq!(live.failures, BTreeMap::new());
    live.resources.remove(&protection.address)
}

/// Reads one protection, which must fail: in which class, and what is said.
pub(crate) async fn failure(provider: &AwsProvider, protection: &Protection) -> String {
    let mut live = read(provider, vec![item(protection)], &protection.bindings).await;
    let failure = live.failures.remove(&protection.address).unwrap();
    format!("{}: {}", failure.class, failure.message)
}

/// Carries out one change.
pub(crate) async fn change(
    provider: &AwsProvider,
    protection: &Protection,
    change: ChangeKind,
) -> Result<Option<LiveResource>, ProviderError> {
    let attributes = Some(&protection.attributes);
    let target = protection.address.owner();
    let request = ChangeRequest {
        address: &protection.address,
        kind: protection.kind,
        change,
        before: attributes.filter(|_| change != ChangeKind::Create),
        after: attributes.filter(|_| change != ChangeKind::Delete),
        target: Some(&target),
        bindings: &protection.bindings,
    };
    provider.change(request, &session::context("change")).await
}

/// Makes a protection, and fails unless what is told and what is read then are what was asked for.
pub(crate) async fn create(provider: &AwsProvider, protection: &Protection) -> LiveResource {
    let made = change(provider, protection, ChangeKind::Create).await;
    let made = made.unwrap().unwrap();
    let read = live(provider, protection).await.unwrap();
    assert_eq!(made.attributes, read.attributes);
    for (name, value) in &protection.attributes {
        assert_eq!(read.attributes.get(name), Some(value), "{name}");
    }
    read
}

/// Removes a protection, and fails unless it is gone; twice, because a repeated removal succeeds.
pub(crate) async fn delete(provider: &AwsProvider, protection: &Protection) {
    for _ in 0..2 {
        let left = change(provider, protection, ChangeKind::Delete).await;
        assert_eq!(left.unwrap(), None);
        assert_eq!(live(provider, protection).await, None);
    }
}

/// Returns what goes wrong with a change.
pub(crate) async fn refused(
    provider: &AwsProvider,
    protection: &Protection,
    kind: ChangeKind,
) -> String {
    let error = change(provider, protection, kind).await.unwrap_err();
    let help = error.help.clone().unwrap_or_default();
    format!("{}: {} ({help})", error.class, error.chain())
}

/// Returns an attribute as it is live.
pub(crate) async fn attribute(
    provider: &AwsProvider,
    protection: &Protection,
    name: &str,
) -> Value {
    let live = live(provider, protection).await.unwrap();
    live.attributes.get(name).cloned().unwrap_or_default()
}

/// Returns an estate whose instance `orders` has no protection at all.
pub(crate) async fn plain() -> Estate {
    let estate = Estate::start();
    estate
        .rds(HOME)
        .create_db_instance()
        .db_instance_identifier("orders")
        .engine("postgres")
        .db_instance_class("db.r6g.large")
        .allocated_storage(20)
        .master_username("u")
        .master_user_password("passw0rd12")
        .backup_retention_period(1)
        .preferred_backup_window("01:00-01:30")
        .send()
        .await
        .unwrap();
    estate
}

/// Shows an instance in a state, for so many descriptions where it says so: `modifying:2`.
pub(crate) async fn shown_as(estate: &Estate, name: &str, status: &str) {
    let rds = estate.rds(HOME);
    let tag = aws_sdk_rds::types::Tag::builder()
        .key("test:status")
        .value(status)
        .build();
    rds.add_tags_to_resource()
        .resource_name(format!("arn:aws:rds:{HOME}:123456789012:db:{name}"))
        .tags(tag)
        .send()
        .await
        .unwrap();
}
