//! What leaves from a session, answered by a server of the test's own making.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use futures_util::future::join_all;
use lifeboat_contract::{ErrorClass, ProviderError};

use super::{Aws, Connection, Patience};
use crate::error::Failed as _;
use crate::settings::Settings;

/// What the server says: a status and a text, or none where the connection breaks.
type Reply = Option<(u16, &'static str)>;

const INSTANCES: Reply = Some((
    200,
    "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances/></DescribeDBInstancesResult></DescribeDBInstancesResponse>",
));
const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

/// Answers STS as it does, and everything else with what it is told to, in turn; the last reply stays.
#[derive(Clone, Debug, Default)]
struct Server {
    replies: Arc<Mutex<Vec<Reply>>>,
    identities: Arc<AtomicUsize>,
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Server {
    fn saying(replies: &[Reply]) -> Self {
        let server = Self::default();
        *server.replies.lock().unwrap() = replies.iter().rev().copied().collect();
        server
    }

    fn reply(&self, request: &HttpRequest) -> Reply {
        let body = request.body().bytes().unwrap_or_default();
        if body.starts_with(b"Action=GetCallerIdentity") {
            self.identities.fetch_add(1, Ordering::SeqCst);
            return Some((200, IDENTITY));
        }
        let mut replies = self.replies.lock().unwrap();
        match replies.len() {
            0 => None,
            1 => replies[0],
            _ => replies.pop().unwrap(),
        }
    }

    fn connection(&self) -> Connection {
        let credentials = Credentials::new("test-key", "test-secret", None, None, "the test");
        Connection {
            credentials: Some(SharedCredentialsProvider::new(credentials)),
            http: Some(SharedHttpClient::new(self.clone())),
            patience: Patience {
                first_pause: Duration::from_millis(1),
                longest_pause: Duration::from_millis(2),
                ..Patience::default()
            },
            ..Connection::default()
        }
    }

    fn aws(&self, arguments: serde_json::Value) -> Aws {
        aws(arguments, self.connection())
    }
}

impl HttpClient for Server {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Server {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let server = self.clone();
        HttpConnectorFuture::new(async move {
            let now = server.now.fetch_add(1, Ordering::SeqCst) + 1;
            server.most.fetch_max(now, Ordering::SeqCst);
            tokio::task::yield_now().await;
            server.now.fetch_sub(1, Ordering::SeqCst);
            match server.reply(&request) {
                Some((status, text)) => Ok(HttpResponse::new(
                    StatusCode::try_from(status).unwrap(),
                    SdkBody::from(text),
                )),
                None => {
                    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
                    Err(ConnectorError::io(broken.into()))
                }
            }
        })
    }
}

fn aws(arguments: serde_json::Value, connection: Connection) -> Aws {
    let serde_json::Value::Object(arguments) = arguments else {
        panic!("no object");
    };
    let settings = Settings::of(&arguments.into_iter().collect()).unwrap();
    Aws::new(settings, connection)
}

fn in_ireland() -> serde_json::Value {
    serde_json::json!({ "region": "eu-west-1" })
}

async fn describe(aws: &Aws) -> Result<(), ProviderError> {
    let session = aws.home().await?;
    let answer = session.rds.describe_db_instances().send().await;
    answer
        .map(drop)
        .map_err(|error| error.failed("rds:DescribeDBInstances", &session.region))
}

fn shown(answer: Result<(), ProviderError>) -> String {
    let error = answer.unwrap_err();
    let help = error.help.as_deref().unwrap_or("-");
    format!("{}: {}\nhelp: {help}", error.class, error.chain())
}

#[tokio::test]
async fn too_many_requests_without_a_code_are_tried_again() {
    let server = Server::saying(&[Some((429, "")), Some((429, "slow")), INSTANCES]);
    let aws = server.aws(in_ireland());
    describe(&aws).await.unwrap();
    assert_eq!(aws.requests.sent(), 4, "STS, two refusals, and the answer");
}

#[tokio::test]
async fn writers_that_meet_in_s3_try_again_and_one_that_came_late_does_not() {
    let met = "<Error><Code>ConditionalRequestConflict</Code><Message>meet</Message></Error>";
    let late = "<Error><Code>PreconditionFailed</Code><Message>late</Message></Error>";
    let server = Server::saying(&[Some((409, met)), Some((409, met)), Some((412, late))]);
    let aws = server.aws(in_ireland());
    let session = aws.home().await.unwrap();
    let put = session
        .s3
        .put_object()
        .bucket("b")
        .key("k")
        .if_none_match("*");
    let error = put.send().await.unwrap_err().failed("s3:PutObject", "b/k");
    assert_eq!(error.class, ErrorClass::Conflict);
    assert_eq!(
        aws.requests.sent(),
        4,
        "STS, two meetings, and the late one once"
    );
}

#[tokio::test]
async fn a_server_that_is_down_is_left_alone_after_five_attempts() {
    let server = Server::saying(&[Some((503, ""))]);
    let aws = server.aws(in_ireland());
    let error = describe(&aws).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Unavailable);
    assert_eq!(aws.requests.sent(), 6);
}

#[tokio::test]
async fn a_connection_that_is_refused_is_tried_five_times() {
    let server = Server::saying(&[None]);
    let aws = server.aws(in_ireland());
    let error = describe(&aws).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Unavailable);
    assert_eq!(aws.requests.sent(), 6);
}

#[tokio::test]
async fn garbage_in_place_of_an_answer_is_asked_for_again() {
    let server = Server::saying(&[Some((200, "<<<")), Some((200, "{}")), INSTANCES]);
    let aws = server.aws(in_ireland());
    describe(&aws).await.unwrap();
    assert_eq!(aws.requests.sent(), 4);
    let aws = Server::saying(&[Some((200, "<<<"))]).aws(in_ireland());
    let error = describe(&aws).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Unavailable);
}

#[tokio::test]
async fn what_is_throttled_waits_for_its_turn_longer_than_what_fails() {
    let slow = Some((
        503,
        "<Error><Code>SlowDown</Code><Message>later</Message></Error>",
    ));
    let mut replies = vec![slow; 18];
    replies.push(Some((200, "<ListBucketResult/>")));
    let server = Server::saying(&replies);
    let aws = server.aws(in_ireland());
    let session = aws.home().await.unwrap();
    session
        .s3
        .list_objects_v2()
        .bucket("b")
        .send()
        .await
        .unwrap();
    assert_eq!(aws.requests.sent(), 20);
    let server = Server::saying(&[slow]);
    let aws = server.aws(in_ireland());
    let session = aws.home().await.unwrap();
    let answer = session.s3.list_objects_v2().bucket("b").send().await;
    let error = answer.unwrap_err().failed("s3:ListBucket", "b");
    assert_eq!(error.class, ErrorClass::Throttled);
    assert_eq!(aws.requests.sent(), 21);
}

#[tokio::test]
async fn a_spent_budget_refuses_the_next_request_before_it_is_sent() {
    let server = Server::saying(&[INSTANCES]);
    let aws = server.aws(serde_json::json!({ "region": "eu-west-1", "request_budget": 3 }));
    describe(&aws).await.unwrap();
    describe(&aws).await.unwrap();
    insta::assert_snapshot!(shown(describe(&aws).await), @"
    quota: `rds:DescribeDBInstances` on `eu-west-1` was not sent: the budget of 3 requests is spent
    help: Raise `request_budget` of the provider block, and run the same command again.
    ");
    assert_eq!(aws.requests.sent(), 3);
}

#[tokio::test]
async fn a_budget_is_exact_among_many_calls_and_no_more_run_at_once_than_may() {
    let server = Server::saying(&[INSTANCES]);
    let arguments =
        serde_json::json!({ "region": "eu-west-1", "request_budget": 51, "max_concurrency": 4 });
    let aws = server.aws(arguments);
    let answers = join_all((0..200).map(|_| describe(&aws))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 50);
    let refused = answers.into_iter().filter_map(Result::err);
    assert!(
        refused
            .map(|error| error.class)
            .all(|class| class == ErrorClass::Quota)
    );
    assert_eq!(aws.requests.sent(), 51);
    assert_eq!(server.most.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn blocks_of_one_key_ask_sts_once_whatever_their_regions() {
    let server = Server::saying(&[INSTANCES]);
    let connection = server.connection();
    let ireland = aws(in_ireland(), connection.clone());
    let oregon = aws(serde_json::json!({ "region": "us-west-2" }), connection);
    let (first, second) = tokio::join!(ireland.home(), oregon.home());
    assert_eq!(first.unwrap().account, "123456789012");
    assert_eq!(second.unwrap().account, "123456789012");
    assert_eq!(server.identities.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn credentials_of_an_account_that_is_not_allowed_go_no_further() {
    let server = Server::saying(&[INSTANCES]);
    let arguments =
        serde_json::json!({ "region": "eu-west-1", "allowed_account_ids": ["999999999999"] });
    let aws = server.aws(arguments);
    insta::assert_snapshot!(shown(describe(&aws).await), @"
    denied: the credentials are of account `123456789012`, and `allowed_account_ids` has 999999999999
    help: Use credentials of the right account, or another `profile`.
    ");
    assert_eq!(aws.requests.sent(), 1);
}

#[tokio::test]
async fn expired_credentials_are_not_tried_again() {
    let expired = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error><RequestId>4f1c-77</RequestId></ErrorResponse>";
    let server = Server::saying(&[Some((403, expired))]);
    let aws = server.aws(in_ireland());
    insta::assert_snapshot!(shown(describe(&aws).await), @"
    denied: `rds:DescribeDBInstances` on `eu-west-1` failed: ExpiredToken: The security token included in the request is expired
    help: Renew the credentials, and run the same command again.
    ");
    assert_eq!(aws.requests.sent(), 2);
}

#[tokio::test]
async fn a_region_that_nobody_knows_is_named_with_its_neighbour() {
    let server = Server::saying(&[None]);
    let mut connection = server.connection();
    connection.http = Some(SharedHttpClient::new(Silent));
    let mistyped = aws(serde_json::json!({ "region": "eu-wset-1" }), connection);
    insta::assert_snapshot!(shown(describe(&mistyped).await), @"
    invalid: `sts:GetCallerIdentity` on `eu-wset-1` failed: `sts.eu-wset-1.amazonaws.com` cannot be reached, and no region `eu-wset-1` is known: connection refused
    help: Write `eu-west-1`, if that is the one that you mean.
    ");
    let formless = server.aws(serde_json::json!({ "region": "Ireland" }));
    insta::assert_snapshot!(shown(describe(&formless).await), @"
    invalid: there is no region `Ireland`
    help: Write the name of a region, such as `eu-west-1`.
    ");
    assert_eq!(formless.requests.sent(), 0);
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let server = Server::saying(&[INSTANCES]);
    let mut connection = server.connection();
    connection.credentials = Some(SharedCredentialsProvider::new(Nobody));
    let aws = aws(in_ireland(), connection);
    assert_eq!(describe(&aws).await.unwrap_err().class, ErrorClass::Denied);
    assert_eq!(aws.requests.sent(), 0);
}

#[tokio::test]
async fn an_attempt_that_stalls_is_given_up_and_tried_again() {
    let server = Server::saying(&[INSTANCES]);
    let mut connection = server.connection();
    connection.http = Some(SharedHttpClient::new(Stalling(server, Arc::default())));
    connection.patience.attempt = Duration::from_millis(50);
    let aws = aws(in_ireland(), connection);
    describe(&aws).await.unwrap();
    assert_eq!(
        aws.requests.sent(),
        4,
        "the first attempt of each of two calls stalls"
    );
}

/// A host that refuses every connection.
#[derive(Clone, Debug)]
struct Silent;

impl HttpClient for Silent {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Silent {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        HttpConnectorFuture::ready(Err(ConnectorError::io(refused.into())))
    }
}

/// A server that answers every second request only.
#[derive(Clone, Debug)]
struct Stalling(Server, Arc<AtomicUsize>);

impl HttpClient for Stalling {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Stalling {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if self.1.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) {
            return HttpConnectorFuture::new(std::future::pending());
        }
        self.0.call(request)
    }
}

/// A chain of credentials that has none.
#[derive(Debug)]
struct Nobody;

impl ProvideCredentials for Nobody {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::not_loaded_no_source()))
    }
}
