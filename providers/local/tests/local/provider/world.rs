//! A machine's corner for one test: data, a place for repositories, a scheduler of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_contract::{
    BackUpReport, BackUpRequest, CallContext, Cancel, ChangeKind, ChangeRequest, Protected,
    Provider as _, ProviderError, ReadItem, ReadRequest, Silent,
};
use lifeboat_local::{LocalProvider, LocalSettings};
use lifeboat_model::{Address, Attributes, LiveResource, LiveState, RecoveryPointId};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) const DOCS: &str = "target.local_directory.docs";
pub(crate) const MAIN: &str = "repository.directory.main";
pub(crate) const SECOND: &str = "repository.directory.second";
pub(crate) const DAILY: &str = "target.local_directory.docs.snapshot[\"daily\"]";
pub(crate) const GUARD: &str = "target.local_directory.docs.guard[\"hold\"]";

/// The corner, with a directory `docs` in it.
pub(crate) struct World {
    pub(crate) root: TempDir,
    pub(crate) block: Attributes,
    /// Everything that was asked for, by address: kind and attributes.
    pub(crate) resources: BTreeMap<Address, (String, Attributes)>,
}

pub(crate) fn address(text: &str) -> Address {
    text.parse().unwrap()
}

pub(crate) fn object(value: Value) -> Attributes {
    value.as_object().unwrap().clone().into_iter().collect()
}

impl World {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let docs = root.path().join("docs");
        fs::create_dir_all(docs.join("b")).unwrap();
        fs::write(docs.join("a.txt"), "first").unwrap();
        fs::write(docs.join("b/c.txt"), "second").unwrap();
        fs::write(root.path().join("password"), format!("{PASSWORD}\n")).unwrap();
        let mut world = Self {
            block: object(json!({ "scheduler": "systemd", "systemd_unit_dir": "units" })),
            resources: BTreeMap::new(),
            root,
        };
        let source =
            json!({ "path": "docs", "include": [], "exclude": [], "one_file_system": false });
        world.set(DOCS, "local_directory", source.clone());
        let repository = |path: &str| json!({ "path": path, "password": { "file": "password" }, "compression": "auto" });
        world.set(MAIN, "directory", repository("main"));
        world.set(SECOND, "directory", repository("second"));
        let snapshot = json!({ "target": DOCS, "source": source, "repository": MAIN, "schedule": "6h", "tags": [],
            "retention": { "keep": { "daily": 7 } } });
        world.set(DAILY, "local_snapshot", snapshot);
        world.set(
            GUARD,
            "local_guard",
            json!({ "target": DOCS, "repository": MAIN, "reason": "legal hold 17" }),
        );
        world
    }

    pub(crate) fn set(&mut self, name: &str, kind: &str, attributes: Value) {
        self.resources
            .insert(address(name), (kind.to_owned(), object(attributes)));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Returns the only policy document of the main repository.
    pub(crate) fn policy_file(&self) -> PathBuf {
        let mut files = fs::read_dir(self.path("main/lifeboat")).unwrap();
        files.next().unwrap().unwrap().path()
    }

    pub(crate) fn provider(&self) -> LocalProvider {
        let base = self.root.path().to_owned();
        let settings = LocalSettings::new(
            base.clone(),
            "/usr/bin/lifeboat".into(),
            base.join("cache"),
            base.join("scratch"),
        );
        LocalProvider::new(&self.block, settings).unwrap()
    }

    pub(crate) fn bindings(&self) -> BTreeMap<Address, Attributes> {
        self.resources
            .iter()
            .map(|(address, (_, attributes))| (address.clone(), attributes.clone()))
            .collect()
    }

    /// Changes one resource in a process of its own.
    pub(crate) async fn change(
        &self,
        name: &str,
        change: ChangeKind,
    ) -> Result<Option<LiveResource>, ProviderError> {
        let address = address(name);
        let (kind, attributes) = self.resources.get(&address).unwrap();
        let bindings = self.bindings();
        let request = ChangeRequest {
            address: &address,
            kind,
            change,
            before: (change != ChangeKind::Create).then_some(attributes),
            after: (change != ChangeKind::Delete).then_some(attributes),
            target: None,
            bindings: &bindings,
        };
        self.provider().change(request, &context(0, "change")).await
    }

    pub(crate) async fn create(&self, names: &[&str]) {
        for name in names {
            let done = self.change(name, ChangeKind::Create).await;
            assert!(
                done.unwrap_or_else(|error| panic!("{name}: {}", error.chain()))
                    .is_some()
            );
        }
    }

    /// Reads these resources in a process of its own.
    pub(crate) async fn read(&self, names: &[&str]) -> LiveState {
        let items = names.iter().map(|name| {
            let address = address(name);
            let (kind, attributes) = self.resources.get(&address).unwrap().clone();
            ReadItem {
                address,
                kind,
                attributes,
                target: None,
            }
        });
        let bindings = self.bindings();
        let request = ReadRequest {
            items: items.collect(),
            bindings: &bindings,
        };
        self.provider()
            .read(request, &context(0, "read"))
            .await
            .unwrap()
    }

    /// Says in a line what a reading finds of each of these resources.
    pub(crate) async fn shown(&self, names: &[&str]) -> String {
        let live = self.read(names).await;
        let lines = names.iter().map(|name| {
            let address = address(name);
            let root = self.root.path().display().to_string();
            match (live.resources.get(&address), live.failures.get(&address)) {
                (Some(_), _) => format!("{name}: live"),
                (None, Some(failure)) => format!(
                    "{name}: {}: {} ({})",
                    failure.class,
                    failure.message.replace(&root, "ROOT"),
                    failure
                        .help
                        .as_deref()
                        .unwrap_or("no help")
                        .replace(&root, "ROOT")
                ),
                (None, None) => format!("{name}: absent"),
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    pub(crate) async fn back_up(
        &self,
        name: &str,
        minute: i64,
    ) -> Result<BackUpReport, ProviderError> {
        let address = address(name);
        let (kind, attributes) = self.resources.get(&address).unwrap();
        let bindings = self.bindings();
        let protected = Protected {
            address: &address,
            kind,
            attributes,
            bindings: &bindings,
        };
        let context = context(minute, &format!("{name} at {minute}"));
        self.provider()
            .back_up(BackUpRequest { protected }, &context)
            .await
    }

    pub(crate) async fn delete_points(
        &self,
        name: &str,
        points: &[RecoveryPointId],
    ) -> Result<(), ProviderError> {
        let address = address(name);
        let (kind, attributes) = self.resources.get(&address).unwrap();
        let bindings = self.bindings();
        let protected = Protected {
            address: &address,
            kind,
            attributes,
            bindings: &bindings,
        };
        self.provider()
            .delete_points(protected, points, &context(0, "delete"))
            .await
    }
}

pub(crate) fn context(minute: i64, token: &str) -> CallContext {
    CallContext {
        as_of: Timestamp::from_second(1_790_000_000 + 60 * minute).unwrap(),
        token: token.to_owned(),
        progress: Arc::new(Silent),
        cancel: Cancel::default(),
    }
}

/// Runs Debian's restic on a repository in a directory, and returns what it said if it was content.
pub(crate) fn restic(repository: &Path, arguments: &[&str]) -> String {
    let output = std::process::Command::new("restic")
        .arg("--no-cache")
        .arg("-r")
        .arg(repository)
        .args(arguments)
        .env("RESTIC_PASSWORD", PASSWORD)
        .output()
        .expect("restic is needed: apt-get install restic");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{said}");
    said
}
