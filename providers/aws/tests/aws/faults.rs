//! A connection on which things go wrong, as often as a test says, in the ways that it says.
//!
//! What goes wrong depends on the seed, the request and how often it was sent before: not on which of many requests
//! that run at once is first.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use lifeboat_aws::{Connection, Patience};

/// A way in which a request goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fault {
    /// Refused for now, in the words of its service.
    Throttled,
    /// 500, and nothing was done.
    Failed,
    /// The connection breaks before anything was done.
    Dropped,
    /// It is done, and the connection breaks before the answer.
    Lost,
    /// No answer ever, and nothing was done.
    Stalled,
    /// It is done, and what comes back is no answer.
    Garbled,
    /// The credentials are over.
    Expired,
}

impl Fault {
    /// The six ways of a bad day; with expired credentials nothing comes right again.
    pub(crate) const SIX: [Self; 6] = [
        Self::Throttled,
        Self::Failed,
        Self::Dropped,
        Self::Lost,
        Self::Stalled,
        Self::Garbled,
    ];
}

/// A connection with faults, and the count of them.
#[derive(Clone, Debug)]
pub(crate) struct Faulty {
    client: SharedHttpClient,
    connector: Option<SharedHttpConnector>,
    seed: u64,
    /// How many of 1,000 requests go wrong.
    rate: u64,
    kinds: Vec<Fault>,
    /// Only requests whose body or path has this text go wrong.
    only: &'static str,
    sent: Arc<Mutex<HashMap<u64, u64>>>,
    struck: Arc<Mutex<HashMap<Fault, u64>>>,
}

impl Faulty {
    /// Returns a connection of made-up credentials where `rate` of all requests, from 0 to 1, go wrong in these ways.
    pub(crate) fn connected(seed: u64, rate: f64, kinds: &[Fault]) -> Connection {
        Self::watched(seed, rate, kinds, "").connection()
    }

    /// Returns one that tells what went wrong, and where only requests with the text `only` do.
    pub(crate) fn watched(seed: u64, rate: f64, kinds: &[Fault], only: &'static str) -> Self {
        assert!((0.0..=1.0).contains(&rate) && !kinds.is_empty());
        Self {
            client: aws_smithy_http_client::Builder::new().build_http(),
            connector: None,
            seed,
            rate: (rate * 1_000.0) as u64,
            kinds: kinds.to_vec(),
            only,
            sent: Arc::default(),
            struck: Arc::default(),
        }
    }

    /// Returns it as a provider takes it: impatient, so that tests are quick.
    pub(crate) fn connection(&self) -> Connection {
        let credentials = Credentials::new("test-key", "test-secret", None, None, "the test");
        Connection {
            credentials: Some(SharedCredentialsProvider::new(credentials)),
            http: Some(SharedHttpClient::new(self.clone())),
            patience: Patience {
                attempt: Duration::from_secs(20),
                call: Duration::from_secs(300),
                first_pause: Duration::from_millis(2),
                longest_pause: Duration::from_millis(20),
                ..Patience::default()
            },
            ..Connection::default()
        }
    }

    /// Returns how many requests went wrong in this way.
    pub(crate) fn struck(&self, fault: Fault) -> u64 {
        let struck = self.struck.lock().unwrap();
        struck.get(&fault).copied().unwrap_or_default()
    }

    /// Returns what happens to a request.
    fn fault(&self, request: &HttpRequest) -> Option<Fault> {
        let body = request.body().bytes().unwrap_or_default();
        let text = String::from_utf8_lossy(body);
        if !text.contains(self.only) && !request.uri().contains(self.only) {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        (self.seed, request.method(), request.uri(), body).hash(&mut hasher);
        let identity = hasher.finish();
        let nth = {
            let mut sent = self.sent.lock().unwrap();
            let nth = sent.entry(identity).or_default();
            *nth += 1;
            *nth
        };
        let mut hasher = DefaultHasher::new();
        (identity, nth).hash(&mut hasher);
        let drawn = hasher.finish();
        if drawn % 1_000 >= self.rate {
            return None;
        }
        let which = usize::try_from(drawn / 1_000).unwrap() % self.kinds.len();
        let fault = match self.kinds[which] {
            // The contents of an object are whatever comes.
            Fault::Garbled if request.method() == "GET" => Fault::Lost,
            fault => fault,
        };
        *self.struck.lock().unwrap().entry(fault).or_default() += 1;
        Some(fault)
    }
}

impl HttpClient for Faulty {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = self.client.http_connector(settings, components);
        SharedHttpConnector::new(Self {
            connector: Some(connector),
            ..self.clone()
        })
    }
}

impl HttpConnector for Faulty {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.connector.clone().expect("made by `http_connector`");
        let fault = self.fault(&request);
        HttpConnectorFuture::new(async move {
            match fault {
                None => connector.call(request).await,
                Some(Fault::Throttled) => Ok(said(&request, 503, "Throttling")),
                Some(Fault::Expired) => Ok(said(&request, 403, "ExpiredToken")),
                Some(Fault::Failed) => Ok(answer(500, "<html>Internal Server Error</html>".into())),
                Some(Fault::Dropped) => Err(broken()),
                Some(Fault::Stalled) => {
                    // The end of an attempt that nobody answers, without the wait for it.
                    let late = std::io::Error::from(std::io::ErrorKind::TimedOut);
                    Err(ConnectorError::timeout(late.into()))
                }
                Some(Fault::Lost) => {
                    connector.call(request).await?;
                    Err(broken())
                }
                Some(Fault::Garbled) => {
                    connector.call(request).await?;
                    Ok(answer(200, "<<<".into()))
                }
            }
        })
    }
}

fn broken() -> ConnectorError {
    ConnectorError::io(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into())
}

fn answer(status: u16, text: String) -> HttpResponse {
    HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(text))
}

/// Returns an error with this code in the form of the service that the request is for.
fn said(request: &HttpRequest, status: u16, code: &str) -> HttpResponse {
    let text = if request.headers().get("x-amz-target").is_some() {
        format!(r#"{{"__type":"{code}","message":"said by the test"}}"#)
    } else if request
        .body()
        .bytes()
        .unwrap_or_default()
        .starts_with(b"Action=")
    {
        format!(
            "<ErrorResponse><Error><Code>{code}</Code><Message>said by the test</Message></Error></ErrorResponse>"
        )
    } else {
        let code = code.replace("Throttling", "SlowDown");
        format!("<Error><Code>{code}</Code><Message>said by the test</Message></Error>")
    };
    answer(status, text)
}
