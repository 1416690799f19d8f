//! Stores that cannot do everything, buckets of other regions, and answers that are lost: moto, with some requests
//! answered otherwise on the way.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use lifeboat_aws::{AwsProvider, Connection};
use lifeboat_contract::ChangeKind;
use serde_json::json;

use crate::moto::Moto;
use crate::s3_site::{REGION, Site};
use crate::session;

/// What becomes of a request.
enum Way {
    /// It is sent on.
    On,
    /// It is answered on the way.
    Answered(u16, &'static str),
    /// It is sent to another region.
    Redirected(&'static str),
    /// It is sent on, and its answer is lost.
    Lost,
}

type Choose = Arc<dyn Fn(&HttpRequest) -> Way + Send + Sync>;

#[derive(Clone)]
struct Between<T> {
    inner: T,
    choose: Choose,
}

impl<T> fmt::Debug for Between<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Between")
    }
}

impl HttpClient for Between<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Between {
            inner: self.inner.http_connector(settings, components),
            choose: Arc::clone(&self.choose),
        })
    }
}

impl HttpConnector for Between<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = |status: u16, body: &'static str| {
            HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))
        };
        match (self.choose)(&request) {
            Way::On => self.inner.call(request),
            Way::Answered(status, body) => HttpConnectorFuture::ready(Ok(answer(status, body))),
            Way::Redirected(region) => {
                let mut answer = answer(301, "");
                answer.headers_mut().insert("x-amz-bucket-region", region);
                HttpConnectorFuture::ready(Ok(answer))
            }
            Way::Lost => {
                let sent = self.inner.call(request);
                HttpConnectorFuture::new(async move {
                    sent.await?;
                    Err(ConnectorError::io("the connection broke".into()))
                })
            }
        }
    }
}

/// Returns a site whose provider's requests go their way.
fn site(moto: &Moto, choose: impl Fn(&HttpRequest) -> Way + Send + Sync + 'static) -> Site {
    let credentials = Credentials::new("test-key", "test-secret", None, None, "the test");
    let between = Between {
        inner: aws_smithy_http_client::Builder::new().build_http(),
        choose: Arc::new(choose),
    };
    let connection = Connection {
        credentials: Some(SharedCredentialsProvider::new(credentials)),
        http: Some(SharedHttpClient::new(between)),
        ..Connection::default()
    };
    let arguments = session::arguments(&moto.endpoint, REGION);
    let provider = AwsProvider::connected(&arguments, connection).unwrap();
    Site::of(provider, &moto.endpoint)
}

fn asks(request: &HttpRequest, method: &str, what: &str) -> bool {
    request.method() == method && request.uri().contains(what)
}

#[tokio::test]
async fn what_a_store_cannot_do_is_said_when_it_is_read() {
    let moto = Moto::start();
    let mut site = site(&moto, |request| {
        let body = request.body().bytes().unwrap_or_default();
        if body.starts_with(b"Action=GetCallerIdentity") {
            return Way::Answered(
                400,
                "<ErrorResponse><Error><Code>InvalidParameterValue</Code></Error></ErrorResponse>",
            );
        }
        if asks(request, "POST", "/") && !request.uri().contains("?delete") {
            return Way::Answered(405, "");
        }
        if asks(request, "GET", "?replication") {
            return Way::Answered(501, "<Error><Code>NotImplemented</Code></Error>");
        }
        Way::On
    });
    site.bucket("receipts").await;
    let copy = site.copy("receipts", false);
    let log = site.protection("log", "receipts", json!({}));
    let state = site.read(&[&copy, &log]).await;
    assert!(
        !state.failures.contains_key(&log.address),
        "{:?}",
        state.failures
    );
    let failure = &state.failures[&copy.address];
    assert_eq!(failure.class, "invalid");
    let store = moto.endpoint.as_str();
    insta::assert_snapshot!(failure.message.replace(store, "STORE"), @"the store at `STORE` does not do `s3:GetReplicationConfiguration`, which `receipts` needs: NotImplemented");
    insta::assert_snapshot!(failure.help.clone().unwrap(), @"Remove the protection that needs it, or keep the data in a store that can.");
    // Without Resource Groups Tagging each bucket is asked for its tags.
    site.create(&log).await;
    assert!(site.live(&log).await.is_some());
}

#[tokio::test]
async fn a_bucket_of_another_region_is_asked_there() {
    let moto = Moto::start();
    let there = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&there);
    let mut site = site(&moto, move |request| {
        let signed = request.headers().get("authorization").unwrap_or_default();
        if asks(request, "HEAD", "/receipts") && signed.contains("/eu-west-1/s3/") {
            return Way::Redirected("us-west-2");
        }
        if asks(request, "PUT", "?versioning") {
            seen.store(signed.contains("/us-west-2/s3/"), Ordering::SeqCst);
        }
        Way::On
    });
    site.bucket("receipts").await;
    let log = site.protection("log", "receipts", json!({}));
    let live = site.create(&log).await;
    assert!(
        there.load(Ordering::SeqCst),
        "the write is signed for the other region"
    );
    let region = live.domains.iter().find(|it| it.id == "aws:us-west-2");
    assert!(region.is_some(), "{:?}", live.domains);
}

#[tokio::test]
async fn a_bucket_whose_creation_was_answered_and_the_answer_lost_is_ours() {
    let moto = Moto::start();
    let lost = AtomicBool::new(false);
    let mut site = site(&moto, move |request| {
        let creates = request.method() == "PUT" && !request.uri().contains('?');
        if creates && !lost.swap(true, Ordering::SeqCst) {
            return Way::Lost;
        }
        Way::On
    });
    let far = site.repository("far");
    site.create(&far).await;
    assert!(
        site.change(ChangeKind::Delete, &far)
            .await
            .unwrap()
            .is_none(),
        "lifeboat made it"
    );
    assert!(site.live(&far).await.is_none());
}
