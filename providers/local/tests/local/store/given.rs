//! What the tests start from.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use lifeboat_contract::{Cancel, Check, Progress, ProviderError, Silent};
use lifeboat_local::restore::{RestoreRequest, Restored, Target};
use lifeboat_local::source::{Selection, Source};
use lifeboat_local::store::{
    BackedUp, BackupRequest, InitOptions, Place, Point, Secret, Vault, init,
};
use lifeboat_model::RecoveryPointId;
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "correct horse";
pub(crate) const ADDRESS: &str = "protection.snapshot.docs[\"a, b\"]";

pub(crate) fn silent() -> Arc<dyn Progress> {
    Arc::new(Silent)
}

pub(crate) fn password() -> Secret {
    Secret::new(PASSWORD)
}

/// A directory with an empty source and a repository.
pub(crate) struct Given {
    pub(crate) directory: TempDir,
    pub(crate) source: PathBuf,
    pub(crate) place: Place,
    pub(crate) vault: Vault,
}

pub(crate) fn directory_place(path: &Path) -> Place {
    Place::Directory {
        path: path.to_owned(),
    }
}

impl Given {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let source = directory.path().canonicalize().unwrap().join("source");
        fs::create_dir(&source).unwrap();
        let place = directory_place(&directory.path().join("repository"));
        init(&place, &password(), InitOptions::default()).unwrap();
        let vault = Vault::open(&place, &password(), None).unwrap();
        Self {
            directory,
            source,
            place,
            vault,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn repository(&self) -> PathBuf {
        self.path("repository")
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.source.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn everything(&self) -> Source {
        Source::Directory {
            path: self.source.clone(),
            selection: Selection::everything(),
            one_file_system: false,
        }
    }

    pub(crate) fn back_up(&self, token: &str) -> Result<BackedUp, ProviderError> {
        self.back_up_of(&self.everything(), token)
    }

    pub(crate) fn back_up_of(
        &self,
        source: &Source,
        token: &str,
    ) -> Result<BackedUp, ProviderError> {
        back_up(&self.vault, source, token)
    }

    pub(crate) fn restore(
        &self,
        point: &RecoveryPointId,
        target: Target,
        overwrite: bool,
    ) -> Result<Restored, ProviderError> {
        self.restore_paths(point, target, &[], overwrite)
    }

    pub(crate) fn restore_paths(
        &self,
        point: &RecoveryPointId,
        target: Target,
        paths: &[&str],
        overwrite: bool,
    ) -> Result<Restored, ProviderError> {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        let request = RestoreRequest {
            point,
            target,
            paths: &paths,
            overwrite,
        };
        self.vault.restore(&request, &silent(), &Cancel::default())
    }

    pub(crate) fn verify_restored(&self, point: &RecoveryPointId, into: &Path) -> Vec<Check> {
        lifeboat_local::verify::verify_restored(
            &self.vault,
            point,
            into,
            &[],
            &silent(),
            &Cancel::default(),
        )
        .unwrap()
    }

    pub(crate) fn points(&self) -> Vec<Point> {
        self.vault.points(&Default::default()).unwrap()
    }

    /// Runs Debian's restic on the repository.
    pub(crate) fn restic(&self, arguments: &[&str]) -> String {
        let output = restic(&self.repository(), arguments);
        assert!(
            output.status.success(),
            "restic {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }
}

pub(crate) fn back_up(
    vault: &Vault,
    source: &Source,
    token: &str,
) -> Result<BackedUp, ProviderError> {
    let tags = BTreeSet::from(["nightly".to_owned(), "a,b".to_owned()]);
    let request = BackupRequest {
        source,
        address: ADDRESS,
        token,
        tags: &tags,
        time: Timestamp::now(),
    };
    vault.back_up(&request, &silent(), &Cancel::default())
}

pub(crate) fn restic(repository: &Path, arguments: &[&str]) -> Output {
    Command::new("restic")
        .arg("--no-cache")
        .arg("--repo")
        .arg(repository)
        .args(arguments)
        .env("RESTIC_PASSWORD", PASSWORD)
        .output()
        .expect("restic is installed")
}

pub(crate) fn sqlite(path: &Path) -> Source {
    Source::Sqlite {
        path: path.to_owned(),
        scratch: None,
        patience: Duration::from_millis(300),
    }
}

/// Returns an error as a person sees it: class, message and help.
pub(crate) fn shown(error: &ProviderError, given: &Path) -> String {
    format!(
        "{}: {}\n{}",
        error.class,
        error.message,
        error.help.as_deref().unwrap_or_default()
    )
    .replace(&given.canonicalize().unwrap().display().to_string(), "DIR")
    .replace(&given.display().to_string(), "DIR")
}

pub(crate) fn all_passed(checks: &[Check]) {
    assert!(!checks.is_empty());
    assert!(checks.iter().all(|check| check.passed), "{checks:#?}");
}
