//! A state that machines share, in S3: locks, races, lost replies, and places that are not as they should be.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
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
use aws_smithy_types::body::SdkBody;
use lifeboat_aws::{Connection, S3Store};
use lifeboat_contract::objects::{Condition, ObjectStore, Written};
use lifeboat_engine::state::{Session, StateStore};
use lifeboat_engine::{EngineError, Holder, StateError};
use lifeboat_model::{Attributes, Span};
use serde_json::{Value, json};

use crate::moto::Moto;

const STATE: &str = "s3://acme-dr/prod.state.json";
const LOCK: &str = "s3://acme-dr/prod.state.json.lock";

/// What becomes of a request.
enum Fate {
    Forwarded,
    /// Carried out, and its answer never arrives.
    ReplyLost,
    /// Carried out without its conditions, as by a store that does not know them.
    Unconditional,
    Answered(u16, &'static [(&'static str, &'static str)], &'static str),
}

#[derive(Clone)]
struct Network {
    below: SharedHttpClient,
    fate: Arc<dyn Fn(&HttpRequest) -> Fate + Send + Sync>,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network")
    }
}

impl HttpClient for Network {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Wire {
            below: self.below.http_connector(settings, components),
            fate: Arc::clone(&self.fate),
        })
    }
}

struct Wire {
    below: SharedHttpConnector,
    fate: Arc<dyn Fn(&HttpRequest) -> Fate + Send + Sync>,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl HttpConnector for Wire {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        match (self.fate)(&request) {
            Fate::Forwarded => self.below.call(request),
            Fate::ReplyLost => {
                let answer = self.below.call(request);
                HttpConnectorFuture::new(async move {
                    answer.await?;
                    Err(ConnectorError::io("the connection was reset".into()))
                })
            }
            Fate::Unconditional => {
                request.headers_mut().remove("if-match");
                request.headers_mut().remove("if-none-match");
                self.below.call(request)
            }
            Fate::Answered(status, headers, body) => {
                let status = status.try_into().unwrap();
                let mut response = HttpResponse::new(status, SdkBody::from(body));
                for (name, value) in headers {
                    response.headers_mut().insert(*name, *value);
                }
                HttpConnectorFuture::ready(Ok(response))
            }
        }
    }
}

fn arguments(endpoint: &str) -> Attributes {
    [
        ("bucket".to_owned(), json!("acme-dr")),
        ("key".to_owned(), json!("prod.state.json")),
        ("region".to_owned(), json!("eu-west-1")),
        ("endpoint_url".to_owned(), json!(endpoint)),
    ]
    .into()
}

fn connection(http: Option<SharedHttpClient>) -> Connection {
    let credentials = Credentials::new("test-key", "test-secret", None, None, "the test");
    Connection {
        credentials: Some(SharedCredentialsProvider::new(credentials)),
        http,
        ..Connection::default()
    }
}

/// Returns the objects as a machine of their own sees them.
fn objects(endpoint: &str) -> Arc<S3Store> {
    Arc::new(S3Store::connected(&arguments(endpoint), connection(None)).unwrap())
}

/// Returns the objects seen through a network that does this with requests.
fn through(
    endpoint: &str,
    fate: impl Fn(&HttpRequest) -> Fate + Send + Sync + 'static,
) -> Arc<S3Store> {
    let network = Network {
        below: aws_smithy_http_client::Builder::new().build_http(),
        fate: Arc::new(fate),
    };
    let connection = connection(Some(SharedHttpClient::new(network)));
    Arc::new(S3Store::connected(&arguments(endpoint), connection).unwrap())
}

fn with_lease(objects: Arc<S3Store>, seconds: u64) -> StateStore {
    StateStore::shared(objects, Span::from_secs(seconds), "0.1.0")
}

fn store(endpoint: &str) -> StateStore {
    with_lease(objects(endpoint), 60)
}

async fn open(store: &StateStore, wait: u64) -> Result<Session, EngineError> {
    let clock = Arc::new(jiff::Timestamp::now);
    let holder = Holder::this_process("apply", jiff::Timestamp::now());
    store.open(holder, clock, Span::from_secs(wait)).await
}

/// Writes the state once more; its serial counts how often that was done.
fn touch(session: &mut Session) -> Result<(), StateError> {
    session.change(|_| Ok(()))
}

fn serial(store: &StateStore) -> u64 {
    store.read().unwrap().state.serial
}

fn code(error: &EngineError) -> String {
    let mut text = format!("{}: {error}", error.code());
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(&format!("\n  because: {error}"));
        cause = error.source();
    }
    format!("{text}\n  help: {}", error.help().unwrap_or_default())
}

/// Starts a server with the bucket.
fn moto() -> Moto {
    let moto = Moto::start();
    moto.make_bucket("acme-dr");
    moto
}

/// Puts the lock of another machine there, which gives no more signs of life.
fn leave_lock(endpoint: &str, lease: &str) {
    let note = json!({
        "lock_format": "1.0", "nonce": "dead", "beat": 3, "lease": lease,
        "holder": {
            "user": "ana", "host": "ci-7", "pid": 4711, "operation": "apply",
            "since": "2026-01-01T00:00:00Z", "heartbeat": "2026-01-01T00:00:00Z",
        },
        "processes": "another boot pid:[4026531836]",
    });
    put(endpoint, LOCK, &note.to_string());
}

fn put(endpoint: &str, address: &str, text: &str) {
    let objects = objects(endpoint);
    let version = objects.read(address).unwrap().map(|found| found.version);
    let condition = version
        .as_deref()
        .map_or(Condition::Absent, Condition::Unchanged);
    let written = objects.write(address, text.as_bytes(), condition).unwrap();
    assert!(matches!(written, Written::As(_)));
}

fn lock_note(endpoint: &str) -> Value {
    let found = objects(endpoint).read(LOCK).unwrap().unwrap();
    serde_json::from_slice(&found.bytes).unwrap()
}

#[test]
fn of_two_writers_at_once_exactly_one_wins_a_thousand_times() {
    const RACES: usize = 1_000;
    let moto = moto();
    let counter = "s3://acme-dr/counter";
    put(&moto.endpoint, counter, "0");
    let start = Arc::new(Barrier::new(2));
    let writers: Vec<_> = (0..2)
        .map(|_| {
            let (start, objects) = (Arc::clone(&start), objects(&moto.endpoint));
            std::thread::spawn(move || {
                let mut won = 0;
                for _ in 0..RACES {
                    start.wait();
                    let found = objects.read(counter).unwrap().unwrap();
                    let count: usize = String::from_utf8(found.bytes).unwrap().parse().unwrap();
                    // Both have read the same before either writes.
                    start.wait();
                    let next = (count + 1).to_string();
                    let condition = Condition::Unchanged(&found.version);
                    match objects.write(counter, next.as_bytes(), condition).unwrap() {
                        Written::As(_) => won += 1,
                        Written::Overtaken => {}
                    }
                }
                won
            })
        })
        .collect();
    let won: Vec<usize> = writers.into_iter().map(|w| w.join().unwrap()).collect();
    let last = objects(&moto.endpoint).read(counter).unwrap().unwrap();
    println!(
        "{RACES} races: won {won:?}, counter {}",
        String::from_utf8_lossy(&last.bytes)
    );
    assert_eq!(won.iter().sum::<usize>(), RACES);
    assert_eq!(last.bytes, RACES.to_string().into_bytes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn sessions_that_change_the_state_at_once_lose_no_change() {
    const MACHINES: u64 = 6;
    const CHANGES: u64 = 8;
    let moto = moto();
    let machines: Vec<_> = (0..MACHINES)
        .map(|_| {
            let store = store(&moto.endpoint);
            tokio::spawn(async move {
                for _ in 0..CHANGES {
                    let mut session = open(&store, 3600).await.unwrap();
                    assert_eq!(session.taken_over(), None);
                    touch(&mut session).unwrap();
                }
            })
        })
        .collect();
    for machine in machines {
        machine.await.unwrap();
    }
    let store = store(&moto.endpoint);
    println!(
        "{MACHINES} machines, {CHANGES} changes each: serial {}",
        serial(&store)
    );
    assert_eq!(serial(&store), MACHINES * CHANGES);
    let trail = store.audit();
    assert_eq!(trail.verify_chain().unwrap().entries, MACHINES * CHANGES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_eight_that_want_the_lock_one_gets_it_and_the_others_are_told_who() {
    let moto = moto();
    let contenders: Vec<_> = (0..8)
        .map(|_| {
            let store = store(&moto.endpoint);
            tokio::spawn(async move { open(&store, 0).await })
        })
        .collect();
    let mut won = Vec::new();
    for contender in contenders {
        match contender.await.unwrap() {
            Ok(session) => won.push(session),
            Err(error) => {
                assert!(matches!(error, EngineError::LockHeld(_)), "{error}");
                let told = error.to_string();
                assert!(told.contains("`lifeboat apply`, process"), "{told}");
                assert!(told.contains("sign of life"), "{told}");
            }
        }
    }
    assert_eq!(won.len(), 1);
    won.clear();
    drop(open(&store(&moto.endpoint), 0).await.unwrap());
    assert_eq!(store(&moto.endpoint).holder().unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn an_ended_lease_is_taken_over_by_exactly_one_of_eight_which_says_so() {
    let moto = moto();
    touch(&mut open(&store(&moto.endpoint), 0).await.unwrap()).unwrap();
    leave_lock(&moto.endpoint, "2s");
    let early = open(&store(&moto.endpoint), 0).await.unwrap_err();
    assert!(early.to_string().contains("`ana@ci-7`"), "{early}");
    tokio::time::sleep(Duration::from_secs(6)).await;
    let contenders: Vec<_> = (0..8)
        .map(|_| {
            let store = store(&moto.endpoint);
            tokio::spawn(async move { open(&store, 0).await })
        })
        .collect();
    let mut won = Vec::new();
    for contender in contenders {
        won.extend(contender.await.unwrap().ok());
    }
    assert_eq!(won.len(), 1);
    assert_eq!(won[0].taken_over().unwrap().who(), "ana@ci-7");
    let entries = won[0].audit().entries().unwrap();
    let told: Vec<_> = entries
        .iter()
        .filter(|entry| entry.fact.event == "taken_over")
        .collect();
    assert_eq!(told.len(), 1);
    let detail = told[0].fact.detail.as_deref().unwrap();
    assert!(
        detail.contains("ana@ci-7 (lifeboat apply, process 4711)"),
        "{detail}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_heartbeat_keeps_a_lock_for_longer_than_its_lease() {
    let moto = moto();
    let store = with_lease(objects(&moto.endpoint), 3);
    let mut session = open(&store, 0).await.unwrap();
    tokio::time::sleep(Duration::from_secs(9)).await;
    let other = open(&store, 0).await.unwrap_err();
    assert!(matches!(other, EngineError::LockHeld(_)), "{other}");
    assert!(lock_note(&moto.endpoint)["beat"].as_u64().unwrap() >= 2);
    touch(&mut session).unwrap();
    drop(session);
    assert_eq!(lock_note(&moto.endpoint)["holder"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_lost_reply_of_any_write_is_found_to_have_been_ours() {
    let moto = moto();
    let store = store(&moto.endpoint);
    let mut expected = 0;
    for lost in 0.. {
        let puts = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&puts);
        let objects = through(&moto.endpoint, move |request| {
            if request.method() == "PUT" && seen.fetch_add(1, Ordering::Relaxed) == lost {
                return Fate::ReplyLost;
            }
            Fate::Forwarded
        });
        let faulty = with_lease(objects, 60);
        touch(&mut open(&faulty, 0).await.unwrap()).unwrap();
        expected += 1;
        assert_eq!(
            serial(&store),
            expected,
            "write {lost} was carried out once"
        );
        assert_eq!(store.holder().unwrap(), None);
        if puts.load(Ordering::Relaxed) <= lost {
            println!("each of {lost} writes of a session was lost once");
            assert!(lost >= 5);
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn replies_of_the_state_that_are_lost_at_every_try_are_no_loss() {
    let moto = moto();
    let objects = through(&moto.endpoint, |request| {
        if request.method() == "PUT" && request.uri().contains("prod.state.json?") {
            return Fate::ReplyLost;
        }
        Fate::Forwarded
    });
    touch(&mut open(&with_lease(objects, 60), 0).await.unwrap()).unwrap();
    assert_eq!(serial(&store(&moto.endpoint)), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_has_lost_the_lock_writes_nothing_more() {
    let moto = moto();
    let store = store(&moto.endpoint);
    let mut first = open(&store, 0).await.unwrap();
    touch(&mut first).unwrap();
    let clock = jiff::Timestamp::now;
    let held = store.unlock(false, &clock).unwrap_err();
    assert!(matches!(held, EngineError::LockHeld(_)), "{held}");
    let ended = store.unlock(true, &clock).unwrap().unwrap();
    assert_eq!(ended.pid, std::process::id());

    let mut second = open(&store, 0).await.unwrap();
    touch(&mut second).unwrap();
    let error = touch(&mut first).unwrap_err();
    assert_eq!(error.code(), "lock::lost");
    assert!(error.to_string().contains("has taken it over"), "{error}");
    // Its end leaves the lock of the second alone.
    drop(first);
    assert!(store.holder().unwrap().is_some());
    touch(&mut second).unwrap();
    assert_eq!(serial(&store), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_store_that_ignores_conditions_is_refused_before_anything_is_written() {
    let moto = moto();
    for (ignored, named) in [("if-none-match", "If-None-Match"), ("if-match", "If-Match")] {
        let objects = through(&moto.endpoint, move |request| {
            if request.headers().contains_key(ignored) {
                return Fate::Unconditional;
            }
            Fate::Forwarded
        });
        let error = open(&with_lease(objects, 60), 0).await.unwrap_err();
        assert_eq!(error.code(), "lock::unconditional");
        assert!(error.to_string().contains(&format!("`{named}`")), "{error}");
        assert_eq!(
            store(&moto.endpoint).holder().unwrap(),
            None,
            "and it holds no lock"
        );
    }
    assert_eq!(objects(&moto.endpoint).read(STATE).unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_cannot_be_understood_is_never_taken_for_nothing() {
    let moto = moto();
    let store = store(&moto.endpoint);
    touch(&mut open(&store, 0).await.unwrap()).unwrap();
    let whole = objects(&moto.endpoint).read(STATE).unwrap().unwrap().bytes;
    let whole = String::from_utf8(whole).unwrap();
    let mut told = Vec::new();
    let half = &whole[..whole.len() / 2];
    for text in ["", half, "{\"version\": 4}", "<html>maintenance</html>"] {
        put(&moto.endpoint, STATE, text);
        let read = store.read().unwrap_err();
        let opened = open(&store, 0).await.unwrap_err();
        assert_eq!(read.code(), opened.code());
        told.push(format!("{}: {read}", read.code()));
    }
    objects(&moto.endpoint).remove(&[STATE.to_owned()]).unwrap();
    let gone = store.read().unwrap_err();
    told.push(format!(
        "{}: {gone}\n  {}",
        gone.code(),
        gone.help().unwrap()
    ));
    insta::assert_snapshot!(told.join("\n"), @"
    state::empty: state file `s3://acme-dr/prod.state.json` is empty
    state::truncated: state file `s3://acme-dr/prod.state.json` is truncated
    state::foreign: `s3://acme-dr/prod.state.json` is not a state file of lifeboat
    state::foreign: `s3://acme-dr/prod.state.json` is not a state file of lifeboat
    state::lost: state file `s3://acme-dr/prod.state.json` is gone, but `s3://acme-dr/prod.audit.jsonl` shows that there was one
      Restore an earlier version of `s3://acme-dr/prod.state.json`, or remove it and what is named after it: `lifeboat import --all` rebuilds the state from what is live.
    ");

    put(&moto.endpoint, LOCK, "{}");
    let error = open(&store, 0).await.unwrap_err();
    assert_eq!(error.code(), "lock::foreign");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_place_that_is_not_as_it_should_be_is_told_with_what_to_do() {
    let moto = Moto::start();
    let mut told = Vec::new();
    let missing = open(&store(&moto.endpoint), 0).await.unwrap_err();
    told.push(code(&missing));
    let denied = through(&moto.endpoint, |_| {
        let body = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
        Fate::Answered(403, &[("x-amz-request-id", "R1")], body)
    });
    told.push(code(&open(&with_lease(denied, 60), 0).await.unwrap_err()));
    let elsewhere = through(&moto.endpoint, |_| {
        let body = "<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>";
        Fate::Answered(301, &[("x-amz-bucket-region", "eu-central-1")], body)
    });
    told.push(code(
        &open(&with_lease(elsewhere, 60), 0).await.unwrap_err(),
    ));
    let proxy = through(&moto.endpoint, |_| {
        Fate::Answered(404, &[], "<html>not here</html>")
    });
    told.push(code(&open(&with_lease(proxy, 60), 0).await.unwrap_err()));
    insta::assert_snapshot!(told.join("\n"), @r#"
    state::store: cannot read the lock `s3://acme-dr/prod.state.json.lock`
      because: there is no bucket `acme-dr`
      help: Create the bucket `acme-dr`, with versioning, or correct `bucket`.
    state::denied: cannot read the lock `s3://acme-dr/prod.state.json.lock`
      because: `s3:GetObject` on `s3://acme-dr/prod.state.json.lock` failed: AccessDenied: Access Denied (request R1)
      help: Give the credentials `s3:GetObject`, `s3:PutObject` and `s3:DeleteObject` on `arn:aws:s3:::acme-dr/prod*`, and `s3:ListBucket` on `arn:aws:s3:::acme-dr`, without which S3 does not tell a missing object from a closed one.
    state::store: cannot read the lock `s3://acme-dr/prod.state.json.lock`
      because: the bucket `acme-dr` is in `eu-central-1`, and not in `eu-west-1`
      help: Set `region = "eu-central-1"` where the state is configured.
    state::store: cannot read the lock `s3://acme-dr/prod.state.json.lock`
      because: `s3:GetObject` on `s3://acme-dr/prod.state.json.lock` failed: HTTP 404, and a text that is not of AWS's API
      help: Check that the endpoint speaks AWS's API, and that no proxy answers.
    "#);

    let endpoint = moto.endpoint.clone();
    drop(moto);
    let error = open(&store(&endpoint), 0).await.unwrap_err();
    assert_eq!(error.code(), "state::unreachable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_object_is_encrypted_as_the_block_says() {
    let moto = moto();
    let mut arguments = arguments(&moto.endpoint);
    let key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555";
    arguments.insert("kms_key".to_owned(), json!(key));
    let objects = Arc::new(S3Store::connected(&arguments, connection(None)).unwrap());
    touch(&mut open(&with_lease(objects, 60), 0).await.unwrap()).unwrap();
    for name in [
        "prod.state.json",
        "prod.state.json.lock",
        "prod.audit.jsonl",
    ] {
        let head = moto.head("acme-dr", name);
        assert!(
            head.contains("x-amz-server-side-encryption: aws:kms"),
            "{head}"
        );
        assert!(head.contains(key), "{head}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_bucket_without_versions_is_advised_against() {
    let moto = moto();
    let advice = store(&moto.endpoint).advice().unwrap();
    assert!(advice.contains("`acme-dr` keeps no versions"), "{advice}");
    moto.keep_versions("acme-dr");
    assert_eq!(store(&moto.endpoint).advice(), None);
}
