//! A moto server for one test: started on a free port of the loopback, stopped by its process id.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A moto server that ends with the value.
#[derive(Debug)]
pub(crate) struct Moto {
    /// Where it listens.
    pub(crate) endpoint: String,
    server: Child,
}

impl Moto {
    /// Starts one, with what it lacks added, and waits until it answers.
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// Starts one with these variables in its environment.
    pub(crate) fn with(variables: &[(&str, &str)]) -> Self {
        let home = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = std::env::var("LIFEBOAT_TEST_PYTHON")
            .unwrap_or_else(|_| home.join("../../.venv/bin/python").display().to_string());
        let mut server = Command::new(&python)
            .arg(home.join("tests/launch.py"))
            .envs(variables.iter().copied())
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
            .expect("moto printed no port: run tests/launch.py by hand to see why");
        Self {
            server,
            endpoint: format!("http://127.0.0.1:{port}"),
        }
    }

    /// Makes a bucket.
    pub(crate) fn make_bucket(&self, name: &str) {
        let answer = self.ask("PUT", name, "");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// Switches the versioning of a bucket on.
    pub(crate) fn keep_versions(&self, bucket: &str) {
        let on = "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>";
        let answer = self.ask("PUT", &format!("{bucket}?versioning"), on);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// Returns the headers of an object.
    pub(crate) fn head(&self, bucket: &str, key: &str) -> String {
        self.ask("HEAD", &format!("{bucket}/{key}"), "")
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        use std::io::{Read as _, Write as _};
        let address = self.endpoint.trim_start_matches("http://");
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let user = "AWS4-HMAC-SHA256 Credential=test-key/20260101/us-east-1/s3/aws4_request";
        write!(
            stream,
            "{method} /{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {user}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
