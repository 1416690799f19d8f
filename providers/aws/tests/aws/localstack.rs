//! LocalStack's S3 for one test: started on a free port of the loopback, stopped by its process id.
//!
//! It keeps the fields of replication, lifecycle and encryption that moto drops. It has no STS; the test answers for it.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>000000000000</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
/// The longest that it may take to start, in tenths of a second.
const PATIENCE: u32 = 1_200;

/// A server that ends with the value.
#[derive(Debug)]
pub(crate) struct LocalStack {
    /// Where it listens.
    pub(crate) endpoint: String,
    server: Child,
    _files: tempfile::TempDir,
}

impl LocalStack {
    /// Starts one, and waits until it answers.
    pub(crate) async fn start() -> Self {
        let home = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        let python = std::env::var("LIFEBOAT_TEST_LOCALSTACK").unwrap_or_else(|_| {
            home.join(".venv-localstack/bin/python")
                .display()
                .to_string()
        });
        let files = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let listen = format!("127.0.0.1:{port}");
        let server = Command::new(&python)
            .args(["-m", "localstack.runtime.main"])
            .envs([
                ("DISABLE_EVENTS", "1"),
                ("SKIP_SSL_CERT_DOWNLOAD", "1"),
                ("DNS_ADDRESS", "0"),
                ("SERVICES", "s3,kms"),
                ("STRICT_SERVICE_LOADING", "1"),
                ("EAGER_SERVICE_LOADING", "0"),
                ("GATEWAY_LISTEN", &listen),
            ])
            .env("FILESYSTEM_ROOT", files.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("LocalStack is needed, and `{python}` cannot be run (`.ci/test` installs it): {error}")
            });
        let mut started = Self {
            endpoint: format!("http://{listen}"),
            server,
            _files: files,
        };
        for _ in 0..PATIENCE {
            if let Some(status) = started.server.try_wait().unwrap() {
                panic!("LocalStack ended with {status} (`.ci/test` installs it for `{python}`)");
            }
            if tokio::net::TcpStream::connect(&listen).await.is_ok() {
                return started;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("LocalStack does not answer at {listen}");
    }
}

impl Drop for LocalStack {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Sends everything on, and says who we are where LocalStack cannot.
#[derive(Debug)]
struct Identified(SharedHttpClient);

/// Returns a client for a provider over LocalStack.
pub(crate) fn http() -> SharedHttpClient {
    let plain = aws_smithy_http_client::Builder::new().build_http();
    SharedHttpClient::new(Identified(plain))
}

impl HttpClient for Identified {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Identifying(self.0.http_connector(settings, components)))
    }
}

#[derive(Debug)]
struct Identifying(SharedHttpConnector);

impl HttpConnector for Identifying {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().unwrap_or_default();
        if body.starts_with(b"Action=GetCallerIdentity") {
            let status = 200_u16.try_into().unwrap();
            let answer = HttpResponse::new(status, SdkBody::from(IDENTITY));
            return HttpConnectorFuture::ready(Ok(answer));
        }
        self.0.call(request)
    }
}
