//! Who we are, and who must not be.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use lifeboat_aws::{AwsProvider, Connection};
use lifeboat_contract::{CallContext, Cancel, Provider as _, ReadRequest, Silent};
use lifeboat_model::Attributes;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Returns the arguments of a provider block that speaks to this endpoint.
pub(crate) fn arguments(endpoint: &str, region: &str) -> Attributes {
    [
        ("region".to_owned(), json!(region)),
        ("endpoint_url".to_owned(), json!(endpoint)),
    ]
    .into()
}

/// Returns what surrounds a call.
pub(crate) fn context(token: &str) -> CallContext {
    CallContext {
        as_of: jiff::Timestamp::now(),
        token: token.to_owned(),
        progress: Arc::new(Silent),
        cancel: Cancel::default(),
    }
}

/// Returns a provider of made-up credentials that speaks to this endpoint.
pub(crate) fn provider(endpoint: &str, region: &str) -> AwsProvider {
    let credentials = Credentials::new("test-key", "test-secret", None, None, "the test");
    let connection = Connection {
        credentials: Some(SharedCredentialsProvider::new(credentials)),
        ..Connection::default()
    };
    AwsProvider::connected(&arguments(endpoint, region), connection).unwrap()
}

#[tokio::test]
async fn a_read_of_nothing_asks_nobody() {
    let provider = provider("http://127.0.0.1:1", "eu-west-1");
    let request = ReadRequest {
        items: Vec::new(),
        bindings: &BTreeMap::new(),
    };
    let live = provider.read(request, &context("t")).await.unwrap();
    assert!(live.resources.is_empty());
    assert_eq!(provider.requests(), 0);
}
