//! The connection: TLS, the count of what is sent, and how much may be sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::sync::Semaphore;

use super::retry::Attempt;
use crate::error::{BudgetSpent, Unreachable};

/// What one provider sends: how much so far, how much at most, and how much at once.
///
/// Every attempt of a call is a request, and so are those that ask STS for credentials.
#[derive(Clone, Debug)]
pub(crate) struct Requests {
    sent: Arc<AtomicU64>,
    budget: Option<u64>,
    at_once: Arc<Semaphore>,
}

impl Requests {
    /// Returns a count that begins at none.
    pub(super) fn new(budget: Option<u64>, at_once: usize) -> Self {
        Self {
            sent: Arc::default(),
            budget,
            at_once: Arc::new(Semaphore::new(at_once.clamp(1, Semaphore::MAX_PERMITS))),
        }
    }

    /// Returns how many there were.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Counts one more, if the budget has room for it.
    fn take(&self) -> Result<(), BudgetSpent> {
        let Some(budget) = self.budget else {
            self.sent.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        };
        self.sent
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |sent| {
                (sent < budget).then_some(sent + 1)
            })
            .map(drop)
            .map_err(|_| BudgetSpent { budget })
    }
}

/// Returns a client with TLS, of the platform's roots.
pub(super) fn with_tls() -> SharedHttpClient {
    let mode = tls::rustls_provider::CryptoMode::AwsLc;
    aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(mode))
        .build_https()
}

/// Returns the client, made to count into `requests` and to keep to its limits.
pub(super) fn counting(client: SharedHttpClient, requests: &Requests) -> SharedHttpClient {
    SharedHttpClient::new(Counting {
        client,
        requests: requests.clone(),
    })
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
        let connector = self.connector.clone();
        let requests = self.requests.clone();
        HttpConnectorFuture::new(async move {
            // Never closed; were it, one more request at once would be no harm.
            let _permit = requests.at_once.acquire().await;
            requests
                .take()
                .map_err(|spent| ConnectorError::user(spent.into()))?;
            let host = host_of(request.uri());
            let attempt = Attempt::of(&request);
            match connector.call(request).await {
                Ok(mut answer) => {
                    answer.add_extension(attempt);
                    Ok(answer)
                }
                Err(error) => Err(named(error, host, attempt)),
            }
        })
    }
}

/// Adds to an error of the connection whom it is about.
fn named(error: ConnectorError, host: String, Attempt(attempt): Attempt) -> ConnectorError {
    if !error.is_io() {
        return error;
    }
    let because = error.into_source();
    ConnectorError::io(
        Unreachable {
            host,
            attempt,
            because,
        }
        .into(),
    )
}

/// Returns the host and port of a URL.
fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    rest.get(..end).unwrap_or(rest).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_exact_when_many_ask_at_once() {
        let requests = Requests::new(Some(1_000), 16);
        let granted: usize = std::thread::scope(|scope| {
            let askers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| (0..500).filter(|_| requests.take().is_ok()).count()))
                .collect();
            askers.into_iter().map(|asker| asker.join().unwrap()).sum()
        });
        assert_eq!((granted, requests.sent()), (1_000, 1_000));
    }

    #[test]
    fn a_host_is_what_stands_between_the_scheme_and_the_path() {
        assert_eq!(host_of("http://127.0.0.1:5000/?a=b://c"), "127.0.0.1:5000");
        assert_eq!(host_of("https://s3.amazonaws.com"), "s3.amazonaws.com");
    }
}
