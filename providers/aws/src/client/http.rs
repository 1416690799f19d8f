//! The connection: TLS, and the count of what is sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// How many requests were sent, every attempt counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests(Arc<AtomicU64>);

impl Requests {
    /// Returns how many there were.
    pub(crate) fn sent(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a provider connects with, where it is not what the environment says.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The credentials; without them the SDK's chain is asked.
    pub credentials: Option<SharedCredentialsProvider>,
    /// The HTTP client; without it one with TLS of the platform's roots.
    pub http: Option<SharedHttpClient>,
}

impl Connection {
    /// Returns the client, made to count into `requests`.
    pub(super) fn counting(&self, requests: &Requests) -> SharedHttpClient {
        let client = self.http.clone().unwrap_or_else(with_tls);
        SharedHttpClient::new(Counting {
            client,
            requests: requests.clone(),
        })
    }
}

fn with_tls() -> SharedHttpClient {
    let mode = tls::rustls_provider::CryptoMode::AwsLc;
    aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(mode))
        .build_https()
}

#[derive(Debug)]
struct Counting {
    client: SharedHttpClient,
    requests: Requests,
}

impl HttpClient for Counting {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(CountingConnector {
            connector: self.client.http_connector(settings, components),
            requests: self.requests.clone(),
        })
    }
}

#[derive(Debug)]
struct CountingConnector {
    connector: SharedHttpConnector,
    requests: Requests,
}

impl HttpConnector for CountingConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.requests.0.fetch_add(1, Ordering::Relaxed);
        self.connector.call(request)
    }
}
