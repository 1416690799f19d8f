//! A directory of its own for each test, with a configuration, data, and the real binary.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// What a command printed, and how it ended.
pub(crate) struct Ran {
    /// Exit code; -1 after a signal.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Fails the test unless the command ended with this code; shows everything then.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout:\n{}\nstderr:\n{}",
            self.out, self.err
        );
        self
    }

    /// Fails the test unless stdout contains the text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(
            self.out.contains(text),
            "`{text}` is not in stdout:\n{}\nstderr:\n{}",
            self.out,
            self.err
        );
        self
    }

    /// Fails the test unless stderr contains the text.
    #[track_caller]
    pub(crate) fn complains(self, text: &str) -> Self {
        assert!(
            self.err.contains(text),
            "`{text}` is not in stderr:\n{}\nstdout:\n{}",
            self.err,
            self.out
        );
        self
    }

    /// Fails the test if either stream contains the text.
    #[track_caller]
    pub(crate) fn never_says(self, text: &str) -> Self {
        assert!(
            !self.out.contains(text) && !self.err.contains(text),
            "`{text}` is in:\n{}\n{}",
            self.out,
            self.err
        );
        self
    }
}

/// A scratch directory with a configuration.
pub(crate) struct Sandbox {
    dir: tempfile::TempDir,
}

/// The password of every repository in these tests; must never be seen in any output or file of ours.
pub(crate) const PASSWORD: &str = "correct-horse-battery-staple";

/// One directory, one SQLite database, two repositories, snapshots and copies, all driven from outside.
pub(crate) const TWO_TARGETS: &str = r#"
provider "local" {
  scheduler = "external"
}

objective "gold" {
  survive "corruption" {
    rpo             = "2h"
    detected_within = "1d"
  }
  drill_every = "30d"
}

retention "gfs" {
  keep {
    last   = 5
    hourly = 48
  }
}

repository "directory" "near" {
  path = "backups/near"
  password {
    env = "LIFEBOAT_TEST_PASSWORD"
  }
}

repository "directory" "second" {
  path = "backups/second"
  password {
    file = "secret"
  }
}

target "local_directory" "docs" {
  path      = "data/docs"
  exclude   = ["**/*.tmp"]
  objective = objective.gold
  retention = retention.gfs
}

target "local_sqlite" "app" {
  path      = "data/app.sqlite"
  objective = objective.gold
  retention = retention.gfs
}

protection "snapshot" "docs" {
  target     = target.local_directory.docs
  repository = repository.directory.near
  schedule   = "1h"
}

protection "snapshot" "app" {
  target     = target.local_sqlite.app
  repository = repository.directory.near
  schedule   = "1h"
}

protection "copy" "docs_second" {
  target     = target.local_directory.docs
  from       = protection.snapshot.docs
  repository = repository.directory.second
}
"#;

impl Sandbox {
    /// Makes an empty one.
    pub(crate) fn empty() -> Self {
        let dir = tempfile::Builder::new()
            .prefix("lifeboat-test-")
            .tempdir()
            .unwrap();
        Self { dir }
    }

    /// Makes one with [`TWO_TARGETS`] and some data.
    pub(crate) fn two_targets() -> Self {
        let sandbox = Self::empty();
        sandbox.write("main.dr.hcl", TWO_TARGETS);
        sandbox.write("secret", PASSWORD);
        sandbox.write("data/docs/readme.txt", "first version\n");
        sandbox.write("data/docs/folder/b.txt", &"b".repeat(10_000));
        sandbox.write("data/docs/junk.tmp", "left out\n");
        std::os::unix::fs::symlink("readme.txt", sandbox.path("data/docs/link")).unwrap();
        sandbox.database("data/app.sqlite", 100);
        sandbox
    }

    /// The directory.
    pub(crate) fn root(&self) -> &Path {
        self.dir.path()
    }

    /// A path below it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file, with its folders.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.set_permissions(fs::Permissions::from_mode(0o600))
            .unwrap();
    }

    /// Reads a file.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Replaces a text in the configuration; it must be there.
    #[track_caller]
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "`{from}` is not in {name}");
        self.write(name, &text.replace(from, to));
    }

    /// Makes a SQLite database in WAL mode with this many rows, through Python's own SQLite.
    pub(crate) fn database(&self, name: &str, rows: u32) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let script = "import sqlite3,sys\n\
            c=sqlite3.connect(sys.argv[1])\n\
            c.execute('PRAGMA journal_mode=WAL')\n\
            c.execute('CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v TEXT)')\n\
            c.executemany('INSERT INTO t (v) VALUES (?)', [(str(i),) for i in range(int(sys.argv[2]))])\n\
            c.commit()\n";
        let status = Command::new("python3")
            .args(["-c", script])
            .arg(&path)
            .arg(rows.to_string())
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Counts the rows of a database that [`Sandbox::database`] made.
    pub(crate) fn rows(path: &Path) -> u32 {
        let script = "import sqlite3,sys\nprint(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM t').fetchone()[0])";
        let output = Command::new("python3")
            .args(["-c", script])
            .arg(path)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout)
            .unwrap()
            .trim()
            .parse()
            .unwrap()
    }

    /// The binary, set up for this directory.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lifeboat"));
        command
            .arg("-C")
            .arg(self.root())
            .args(arguments)
            .env("LIFEBOAT_TEST_PASSWORD", PASSWORD)
            .env("NO_COLOR", "1")
            .env("XDG_CACHE_HOME", self.path(".cache"))
            .env("TMPDIR", self.scratch())
            .stdin(Stdio::null());
        command
    }

    fn scratch(&self) -> PathBuf {
        let path = self.path(".tmp");
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Runs the binary with more environment.
    pub(crate) fn run_with(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Ran {
        Ran::of(
            self.command(arguments)
                .envs(environment.iter().copied())
                .output()
                .unwrap(),
        )
    }

    /// Runs the binary without root's power to read every file; as it is for a user who is not root.
    pub(crate) fn run_unprivileged(&self, arguments: &[&str]) -> Ran {
        if !rustix::process::geteuid().is_root() {
            return self.run(arguments);
        }
        let inner = self.command(arguments);
        let mut command = Command::new("setpriv");
        let dropped = "-dac_override,-dac_read_search";
        command
            .arg(format!("--bounding-set={dropped}"))
            .arg(format!("--inh-caps={dropped}"))
            .arg("--");
        command
            .arg(inner.get_program())
            .args(inner.get_args())
            .stdin(Stdio::null());
        for (name, value) in inner.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        Ran::of(command.output().unwrap())
    }

    /// Starts the binary.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Runs Debian's restic on one of the repositories.
    pub(crate) fn restic(&self, repository: &str, arguments: &[&str]) -> Ran {
        let output = Command::new("restic")
            .arg("-r")
            .arg(self.path(repository))
            .arg("--no-cache")
            .args(arguments)
            .env("RESTIC_PASSWORD", PASSWORD)
            .env("TMPDIR", self.scratch())
            .output()
            .unwrap();
        Ran::of(output)
    }

    /// The snapshots that restic sees in a repository.
    pub(crate) fn restic_snapshots(&self, repository: &str) -> Vec<serde_json::Value> {
        let ran = self.restic(repository, &["snapshots", "--json"]).exits(0);
        serde_json::from_str(&ran.out).unwrap()
    }

    /// Applies the configuration without asking.
    #[track_caller]
    pub(crate) fn apply(&self) -> Ran {
        self.run(&["apply", "--auto-approve"]).exits(0)
    }
}

/// Every path below a directory with what it is, for comparing two trees byte by byte.
pub(crate) fn tree(root: &Path) -> Vec<String> {
    use std::os::unix::fs::MetadataExt as _;
    let mut lines = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            let what = if meta.is_symlink() {
                format!("-> {}", fs::read_link(&path).unwrap().display())
            } else if meta.is_dir() {
                folders.push(path);
                "dir".to_owned()
            } else {
                let bytes = fs::read(&path).unwrap();
                format!(
                    "{} bytes {:?}",
                    bytes.len(),
                    lifeboat_model::Digest::of_bytes(&bytes).short()
                )
            };
            let mtime = if meta.is_symlink() { 0 } else { meta.mtime() };
            lines.push(format!("{name} {:o} {mtime} {what}", meta.mode()));
        }
    }
    lines.sort();
    lines
}
