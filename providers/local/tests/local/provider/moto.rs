//! An S3 service on a free loopback port.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use opendal::blocking::Operator;

/// A moto server with a bucket, stopped by its process id.
#[derive(Debug)]
pub(crate) struct Moto {
    server: Child,
    pub(crate) endpoint: String,
}

pub(crate) const KEY: &str = "lifeboat-test-key";
pub(crate) const SECRET: &str = "lifeboat-test-secret";

const PROGRAM: &str = "
import boto3, sys, threading
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
s3 = boto3.client('s3', endpoint_url=f'http://127.0.0.1:{port}', region_name='us-east-1',
                  aws_access_key_id='a', aws_secret_access_key='b')
s3.create_bucket(Bucket='backups')
print(port, flush=True)
sys.stdin.read()
";

impl Moto {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts a service that knows no key, and asks for one after the bucket is made.
    pub(crate) fn start_strict() -> Self {
        Self::start_with(&[("INITIAL_NO_AUTH_ACTION_COUNT", "1")])
    }

    fn start_with(environment: &[(&str, &str)]) -> Self {
        let python = std::env::var("LIFEBOAT_TEST_PYTHON").unwrap_or_else(|_| {
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../.venv/bin/python").to_owned()
        });
        let mut server = Command::new(&python)
            .args(["-c", PROGRAM])
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("`{python}` cannot be run (`.ci/test` installs it): {error}")
            });
        let mut line = String::new();
        BufReader::new(server.stdout.take().expect("piped"))
            .read_line(&mut line)
            .unwrap();
        let port: u16 = line
            .trim()
            .parse()
            .expect("moto printed no port: `.ci/test` installs it");
        Self {
            server,
            endpoint: format!("http://127.0.0.1:{port}"),
        }
    }

    /// Opens the bucket at a prefix, as somebody outside lifeboat.
    pub(crate) fn bucket(&self, prefix: &str) -> Operator {
        opendal::install_default();
        let service = opendal::services::S3::default()
            .endpoint(&self.endpoint)
            .bucket("backups")
            .root(&format!("/{prefix}"))
            .region("us-east-1")
            .access_key_id(KEY)
            .secret_access_key(SECRET)
            .disable_config_load();
        Operator::new(opendal::Operator::new(service).unwrap()).unwrap()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
