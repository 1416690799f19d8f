//! A repository on an S3 endpoint: a real HTTP server on the loopback.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::sandbox::{PASSWORD, Sandbox};

/// A moto server, stopped by its process id.
pub(crate) struct Moto {
    child: Child,
    pub(crate) endpoint: String,
}

impl Moto {
    pub(crate) fn start() -> Self {
        let python = std::env::var("LIFEBOAT_TEST_PYTHON").unwrap_or_else(|_| {
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../.venv/bin/python").to_owned()
        });
        let script = "import sys\n\
            from moto.moto_server.threaded_moto_server import ThreadedMotoServer\n\
            server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)\n\
            server.start()\n\
            print(server.get_host_and_port()[1], flush=True)\n\
            sys.stdin.read()\n";
        let mut child = Command::new(&python)
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{python}: {error}; `.ci/test` installs it"));
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let port: u16 = line
            .trim()
            .parse()
            .expect("moto printed no port: `.ci/test` installs it");
        Self {
            child,
            endpoint: format!("http://127.0.0.1:{port}"),
        }
    }

    pub(crate) fn make_bucket(&self, name: &str) {
        self.ask("PUT", name, "");
    }

    /// Sends a request of a known user, and returns the body of the answer.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> String {
        use std::io::{Read as _, Write as _};
        let address = self.endpoint.trim_start_matches("http://");
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let user = "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/s3/aws4_request";
        write!(
            stream,
            "{method} /{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {user}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) const ENVIRONMENT: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "testing"),
    ("AWS_SECRET_ACCESS_KEY", "testing-secret"),
    ("APP_BACKUP_PASSWORD", PASSWORD),
];

#[test]
fn the_example_backs_up_to_s3_and_restores() {
    let moto = Moto::start();
    moto.make_bucket("backups");
    let sandbox = Sandbox::empty();
    sandbox.write(
        "main.dr.hcl",
        include_str!("../../../../examples/sqlite-s3/main.dr.hcl"),
    );
    sandbox.write(
        "lifeboat.vars.hcl",
        &format!(
            "endpoint = \"{}\"\nbucket = \"backups\"\nscheduler = \"external\"\n",
            moto.endpoint
        ),
    );
    sandbox.database("data/app.sqlite", 250);

    sandbox
        .run_with(&ENVIRONMENT, &["apply", "--auto-approve"])
        .exits(0)
        .never_says("testing-secret");
    sandbox
        .run_with(&ENVIRONMENT, &["plan", "--detailed-exitcode"])
        .exits(0)
        .says("No changes.");
    sandbox
        .run_with(&ENVIRONMENT, &["drill", "target.local_sqlite.app"])
        .exits(0)
        .says("integrity_check");
    sandbox
        .run_with(&ENVIRONMENT, &["verify", "--read-data"])
        .exits(0);

    let endpoint = moto.endpoint.clone();
    drop(moto);
    sandbox
        .run_with(&ENVIRONMENT, &["plan"])
        .exits(1)
        .complains(endpoint.trim_start_matches("http://"));
}
