//! A site of the conformance suite: a corner of this machine, and a prefix of a bucket.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use lifeboat_contract::Provider;
use lifeboat_contract::conformance::{Fixture, Item, Meddling, Site, Subject};
use lifeboat_local::store::{Place, Secret, Vault};
use lifeboat_local::{LocalProvider, LocalSettings};
use lifeboat_model::{Address, Block, RecoveryPointId};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::provider::moto::{KEY, Moto, SECRET};
use crate::provider::world::{PASSWORD, object};

/// What is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Directory,
    Sqlite,
}

/// Sites with one kind of target, and repositories in directories or in a bucket.
pub(crate) struct Local {
    target: Target,
    moto: Option<Arc<Moto>>,
    count: AtomicU32,
}

impl Local {
    pub(crate) fn new(target: Target, in_bucket: bool) -> Self {
        Self {
            target,
            moto: in_bucket.then(|| Arc::new(Moto::start())),
            count: AtomicU32::new(0),
        }
    }
}

#[async_trait]
impl Subject for Local {
    async fn site(&self) -> Box<dyn Site> {
        let site = LocalSite {
            root: tempfile::tempdir().unwrap(),
            target: self.target,
            moto: self.moto.clone(),
            prefix: format!("site-{}", self.count.fetch_add(1, Ordering::Relaxed)),
        };
        for (name, secret) in [
            ("right", PASSWORD),
            ("wrong", "a guess"),
            ("key", KEY),
            ("secret", SECRET),
        ] {
            fs::write(site.path(name), secret).unwrap();
        }
        site.begin();
        Box::new(site)
    }
}

struct LocalSite {
    root: TempDir,
    target: Target,
    moto: Option<Arc<Moto>>,
    prefix: String,
}

impl LocalSite {
    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn data(&self) -> PathBuf {
        match self.target {
            Target::Directory => self.path("data"),
            Target::Sqlite => self.path("data.db"),
        }
    }

    fn begin(&self) {
        let data = self.data();
        match self.target {
            Target::Directory => {
                fs::create_dir_all(data.join("b")).unwrap();
                fs::write(data.join("a.txt"), "first").unwrap();
                fs::write(data.join("b/c.txt"), "second").unwrap();
                fs::write(data.join("raw"), [0xff, 0x00, 0xfe]).unwrap();
                // Enough that damage in the middle of a pack is damage of data.
                let noise: Vec<u8> = (0..200_000u32)
                    .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
                    .collect();
                fs::write(data.join("noise"), noise).unwrap();
            }
            Target::Sqlite => sql(
                &data,
                "PRAGMA journal_mode = wal; CREATE TABLE t (k TEXT PRIMARY KEY, v BLOB);
                 INSERT INTO t VALUES ('a', 'first'), ('b', 'second'), ('n', randomblob(400000));",
            ),
        }
    }

    fn repository(&self, name: &str) -> (&'static str, Value) {
        let password = json!({ "file": "right" });
        match &self.moto {
            None => (
                "directory",
                json!({ "path": name, "password": password, "compression": "auto" }),
            ),
            Some(moto) => (
                "s3",
                json!({
                    "endpoint": moto.endpoint, "bucket": "backups", "prefix": format!("{}/{name}", self.prefix),
                    "region": "us-east-1", "access_key": { "file": "key" }, "secret_key": { "file": "secret" },
                    "password": password, "compression": "auto",
                }),
            ),
        }
    }

    fn vault(&self) -> Vault {
        let place = match &self.moto {
            None => Place::Directory {
                path: self.path("main"),
            },
            Some(moto) => Place::S3 {
                endpoint: Some(moto.endpoint.clone()),
                bucket: "backups".to_owned(),
                prefix: format!("{}/main", self.prefix),
                region: "us-east-1".to_owned(),
                access_key: Secret::new(KEY),
                secret_key: Secret::new(SECRET),
            },
        };
        Vault::open(&place, &Secret::new(PASSWORD), None).unwrap()
    }

    fn delete_point(&self, id: &RecoveryPointId) {
        let silent: Arc<dyn lifeboat_contract::Progress> = Arc::new(lifeboat_contract::Silent);
        let cancel = lifeboat_contract::Cancel::default();
        self.vault()
            .delete(std::slice::from_ref(id), &silent, &cancel)
            .unwrap();
    }

    /// Changes the stored files whose names begin so, as somebody with a hex editor.
    fn edit(&self, beginning: &str, change: impl Fn(&mut Vec<u8>)) -> bool {
        match &self.moto {
            None => {
                let files = files(&self.path("main"));
                let files: Vec<_> = files
                    .keys()
                    .filter(|name| name.starts_with(beginning))
                    .collect();
                for name in &files {
                    let path = self.path("main").join(name);
                    let mut bytes = fs::read(&path).unwrap();
                    change(&mut bytes);
                    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
                    fs::write(&path, bytes).unwrap();
                }
                !files.is_empty()
            }
            Some(moto) => {
                let bucket = moto.bucket(&format!("{}/main", self.prefix));
                let names = objects(&bucket);
                let names: Vec<_> = names
                    .iter()
                    .filter(|name| name.starts_with(beginning))
                    .collect();
                for name in &names {
                    let mut bytes = bucket.read(name).unwrap().to_vec();
                    change(&mut bytes);
                    bucket.write(name, bytes).unwrap();
                }
                !names.is_empty()
            }
        }
    }

    fn remove_repository(&self) {
        match &self.moto {
            None => fs::remove_dir_all(self.path("main")).unwrap(),
            Some(moto) => {
                let bucket = moto.bucket(&format!("{}/main", self.prefix));
                for name in objects(&bucket) {
                    bucket.delete(&name).unwrap();
                }
            }
        }
    }

    fn change_source(&self) {
        let data = self.data();
        match self.target {
            Target::Directory => {
                fs::write(data.join("a.txt"), "changed").unwrap();
                fs::write(data.join("new"), "n").unwrap();
                fs::remove_file(data.join("raw")).unwrap();
            }
            Target::Sqlite => sql(
                &data,
                "UPDATE t SET v = 'changed' WHERE k = 'a'; INSERT INTO t VALUES ('c', 'n'); DELETE FROM t WHERE k = 'b';",
            ),
        }
    }

    fn meddle_here(&self, meddling: Meddling<'_>) -> bool {
        match meddling {
            Meddling::ChangeSource => self.change_source(),
            Meddling::MakeFileUnreadable => {
                if self.target == Target::Sqlite || rustix::process::geteuid().is_root() {
                    return false;
                }
                let path = self.data().join("a.txt");
                fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
            }
            Meddling::RemoveSource => self.remove_source(),
            Meddling::DeletePoint(id) => self.delete_point(id),
            Meddling::DamagePoint(_) => {
                return self.edit("data/", |bytes| {
                    let middle = bytes.len() / 2;
                    bytes[middle] ^= 0xff;
                });
            }
            Meddling::EditSnapshot => {
                return self.edit("lifeboat/", |bytes| {
                    let text = String::from_utf8(bytes.clone()).unwrap();
                    *bytes = text.replace("\"1h\"", "\"7d\"").into_bytes();
                });
            }
            Meddling::RemoveRepository => self.remove_repository(),
            Meddling::MakeRepositoryUnreadable => {
                return self.edit("config", |bytes| bytes.fill(0));
            }
            Meddling::Occupy(at) => self.occupy(at),
            Meddling::AlterRestored(into) => self.alter_restored(into),
        }
        true
    }

    fn remove_source(&self) {
        match self.target {
            Target::Directory => fs::remove_dir_all(self.data()).unwrap(),
            Target::Sqlite => {
                for ending in ["", "-wal", "-shm"] {
                    let _ = fs::remove_file(format!("{}{ending}", self.data().display()));
                }
            }
        }
    }

    fn occupy(&self, at: &str) {
        let at = self.path(at);
        fs::create_dir_all(&at).unwrap();
        match self.target {
            Target::Directory => fs::write(at.join("a.txt"), "in the way").unwrap(),
            Target::Sqlite => sql(
                &at.join("data.db"),
                "CREATE TABLE t (k TEXT, v BLOB); INSERT INTO t VALUES ('x', 'y');",
            ),
        }
    }

    fn alter_restored(&self, into: &str) {
        let into = self.path(into);
        match self.target {
            Target::Directory => fs::write(into.join("a.txt"), "altered").unwrap(),
            Target::Sqlite => sql(
                &database(&into),
                "UPDATE t SET v = 'altered' WHERE k = 'a';",
            ),
        }
    }

    fn contents(&self, at: &Path) -> BTreeMap<String, Vec<u8>> {
        match self.target {
            Target::Directory => files(at),
            Target::Sqlite => rows(&database(at)),
        }
    }
}

/// Returns the database at a place: the file, or the one in the directory.
fn database(at: &Path) -> PathBuf {
    if at.is_dir() {
        at.join("data.db")
    } else {
        at.to_owned()
    }
}

fn sql(path: &Path, text: &str) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(text).unwrap();
}

fn rows(path: &Path) -> BTreeMap<String, Vec<u8>> {
    if !path.exists() {
        return BTreeMap::new();
    }
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut statement = connection
        .prepare("SELECT k, CAST(v AS BLOB) FROM t")
        .unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    rows.map(Result::unwrap).collect()
}

/// Returns the files below a directory by their paths in it.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        let Ok(entries) = fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries.map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                directories.push(entry.path());
            } else {
                let name = entry
                    .path()
                    .strip_prefix(root)
                    .unwrap()
                    .display()
                    .to_string();
                found.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

fn objects(bucket: &opendal::blocking::Operator) -> Vec<String> {
    let options = opendal::options::ListOptions {
        recursive: true,
        ..Default::default()
    };
    let entries = bucket.list_options("", options).unwrap();
    let files = entries.iter().filter(|entry| entry.metadata().is_file());
    files.map(|entry| entry.path().to_owned()).collect()
}

#[async_trait]
impl Site for LocalSite {
    fn provider(&self) -> Box<dyn Provider> {
        let base = self.root.path().to_owned();
        let block = object(json!({ "scheduler": "systemd", "systemd_unit_dir": "units" }));
        let settings = LocalSettings::new(
            base.clone(),
            "/usr/bin/lifeboat".into(),
            base.join("cache"),
            base.join("scratch"),
        );
        Box::new(LocalProvider::new(&block, settings).unwrap())
    }

    fn fixture(&self) -> Fixture {
        let (kind, target) = match self.target {
            Target::Directory => (
                "local_directory",
                json!({ "path": "data", "include": [], "exclude": [], "one_file_system": false }),
            ),
            Target::Sqlite => ("local_sqlite", json!({ "path": "data.db" })),
        };
        let (repository_kind, main) = self.repository("main");
        let (_, second) = self.repository("second");
        let mut fixture = Fixture::new(
            Item::new(Block::Target, kind, "data", target),
            Item::new(Block::Repository, repository_kind, "main", main),
            Item::new(Block::Repository, repository_kind, "second", second),
            "local_snapshot",
            json!({ "tags": ["a"], "schedule": "1h", "retention": { "keep": { "daily": 7 } } }),
        )
        .with_copy("local_copy", json!({}))
        .with_guard("local_guard", json!({ "reason": "legal hold" }))
        .with_schedule("local_schedule", "1h");
        let mut locked_out = fixture.repository.attributes.clone();
        locked_out.insert("password".to_owned(), json!({ "file": "wrong" }));
        fixture.locked_out = Some(locked_out);
        fixture.secrets = vec![PASSWORD.to_owned(), SECRET.to_owned()];
        "elsewhere".clone_into(&mut fixture.elsewhere);
        fixture.one_path = (self.target == Target::Directory).then(|| "b/c.txt".to_owned());
        let schedule: Address = fixture.settings[0].address.clone();
        for (address, attribute, value) in [
            (
                fixture.repository.address.clone(),
                "compression",
                json!("max"),
            ),
            (fixture.snapshot.address.clone(), "tags", json!(["b", "c"])),
            (schedule, "schedule", json!("2h")),
        ] {
            fixture = fixture.with_update(&address, attribute, value);
        }
        fixture
    }

    async fn meddle(&self, meddling: Meddling<'_>) -> bool {
        tokio::task::block_in_place(|| self.meddle_here(meddling))
    }

    async fn source(&self) -> BTreeMap<String, Vec<u8>> {
        self.contents(&self.data())
    }

    async fn restored(&self, into: &str) -> BTreeMap<String, Vec<u8>> {
        self.contents(&self.path(into))
    }
}
