//! What goes wrong, and what is lost by it: nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

use jiff::Timestamp;
use lifeboat_contract::{Cancel, ErrorClass, Progress};
use lifeboat_local::restore::Target;
use lifeboat_local::source::{Selection, Source};
use lifeboat_local::store::{BackupRequest, InitOptions, Vault, init};
use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};

use crate::store::given::{
    ADDRESS, Given, PASSWORD, all_passed, back_up, directory_place, password, restic, shown, silent,
};
use crate::store::nasty::noise;

pub(crate) fn packs(repository: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(repository.join("data"))
        .unwrap()
        .flat_map(|fan| fs::read_dir(fan.unwrap().path()).unwrap())
        .map(|pack| pack.unwrap().path())
        .collect();
    found.sort_by_key(|path| fs::metadata(path).unwrap().len());
    found
}

#[test]
fn a_missing_source_makes_no_point() {
    let given = Given::new();
    fs::remove_dir(&given.source).unwrap();
    let error = given.back_up("1").unwrap_err();
    insta::assert_snapshot!(shown(&error, given.directory.path()), @r"
    not_found: source directory `DIR/source` does not exist
    Mount it or correct the path; no recovery point was made.
    ");
    fs::write(&given.source, "a file").unwrap();
    assert_eq!(given.back_up("1").unwrap_err().class, ErrorClass::Invalid);
    assert!(given.points().is_empty());
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_saved() {
    let given = Given::new();
    given.write("readable", "readable");
    // Deeper than any path can name; not even the superuser reads that by its path.
    let mut at = openat(CWD, &given.source, OFlags::DIRECTORY, Mode::empty()).unwrap();
    let name = "x".repeat(250);
    for _ in 0..20 {
        mkdirat(&at, &name, Mode::from_raw_mode(0o755)).unwrap();
        at = openat(&at, &name, OFlags::DIRECTORY, Mode::empty()).unwrap();
    }
    let done = given.back_up("1").unwrap();
    assert_eq!(done.unreadable.len(), 1, "{:?}", done.unreadable);
    assert!(done.unreadable[0].message.contains("too long"));
    let into = given.path("restored");
    given
        .restore_paths(
            &done.point.id,
            Target::Into(into.clone()),
            &["readable"],
            false,
        )
        .unwrap();
    assert_eq!(fs::read(into.join("readable")).unwrap(), b"readable");
}

#[test]
fn only_what_is_selected_is_saved() {
    let given = Given::new();
    for name in [
        "docs/a.md",
        "docs/a.tmp",
        "src/b.md",
        "src/c.rs",
        "none/x",
        "cache/d.md",
    ] {
        given.write(name, name);
    }
    let texts = |list: &[&str]| list.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    let source = Source::Directory {
        path: given.source.clone(),
        selection: Selection::new(&texts(&["/docs", "*.md"]), &texts(&["*.tmp", "/cache"]))
            .unwrap(),
        one_file_system: true,
    };
    let point = given.back_up_of(&source, "1").unwrap().point;
    let into = given.path("restored");
    given
        .restore(&point.id, Target::Into(into.clone()), false)
        .unwrap();
    let found: Vec<String> = crate::store::nasty::describe(&into)
        .keys()
        .map(|path| path.display().to_string())
        .collect();
    assert_eq!(found, ["", "docs", "docs/a.md", "src", "src/b.md"]);
}

#[test]
fn a_full_disk_is_an_error_and_leaves_no_point() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not run: only the superuser can mount a small file system");
        return;
    }
    let given = Given::new();
    let small = Mounted::new(&given.path("small"), "12m");
    let place = directory_place(&small.0.join("repository"));
    init(&place, &password(), InitOptions::default()).unwrap();
    let vault = Vault::open(&place, &password(), None).unwrap();
    given.write("fits", "fits");
    back_up(&vault, &given.everything(), "1").unwrap();
    for i in 0..30 {
        given.write(&format!("{i}"), noise(1_000_000, i));
    }
    let error = back_up(&vault, &given.everything(), "2").unwrap_err();
    assert_eq!(error.class, ErrorClass::Quota, "{}", error.chain());
    assert!(error.message.starts_with("cannot"), "{}", error.message);
    let points = vault.points(&Default::default()).unwrap();
    assert_eq!(points.len(), 1);
    all_passed(&vault.verify(true, &silent(), &Cancel::default()).unwrap());
    for i in 0..30 {
        fs::remove_file(given.source.join(format!("{i}"))).unwrap();
    }
    back_up(&vault, &given.everything(), "3").unwrap();
}

/// A small file system in memory, unmounted at the end.
struct Mounted(PathBuf);

impl Mounted {
    fn new(path: &Path, size: &str) -> Self {
        fs::create_dir(path).unwrap();
        let status = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(path)
            .status()
            .unwrap();
        assert!(status.success());
        Self(path.to_owned())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_stopped_backup_leaves_no_point() {
    let given = Given::new();
    given.write("a", noise(3_000_000, 1));
    let cancel = Cancel::default();
    cancel.cancel();
    let source = given.everything();
    let request = BackupRequest {
        source: &source,
        address: ADDRESS,
        token: "1",
        tags: &Default::default(),
        time: Timestamp::now(),
    };
    let error = given
        .vault
        .back_up(&request, &silent(), &cancel)
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Interrupted, "{}", error.chain());
    assert!(given.points().is_empty());
}

#[test]
fn a_truncated_pack_is_found() {
    let given = Given::new();
    given.write("a", noise(3_000_000, 1));
    given.back_up("1").unwrap();
    let verify = |read_data| {
        given
            .vault
            .verify(read_data, &silent(), &Cancel::default())
            .unwrap()
    };
    all_passed(&verify(true));
    let pack = packs(&given.repository()).pop().unwrap();
    let bytes = fs::read(&pack).unwrap();
    fs::remove_file(&pack).unwrap();
    fs::write(&pack, &bytes[..bytes.len() - 1_000]).unwrap();
    let checks = verify(true);
    let name = pack.file_name().unwrap().to_str().unwrap();
    assert!(
        checks
            .iter()
            .any(|c| !c.passed && c.detail.contains(&name[..8])),
        "{checks:?}"
    );
}

#[test]
fn a_flipped_bit_is_found_and_does_not_come_back_as_data() {
    let given = Given::new();
    given.write("damaged", noise(3_000_000, 1));
    let point = given.back_up("1").unwrap().point;
    let pack = packs(&given.repository()).pop().unwrap();
    let mut bytes = fs::read(&pack).unwrap();
    bytes[1_000] ^= 1;
    fs::remove_file(&pack).unwrap();
    fs::write(&pack, bytes).unwrap();
    all_passed(
        &given
            .vault
            .verify(false, &silent(), &Cancel::default())
            .unwrap(),
    );
    let checks = given
        .vault
        .verify(true, &silent(), &Cancel::default())
        .unwrap();
    assert!(checks.iter().any(|check| !check.passed), "{checks:?}");
    let into = given.path("restored");
    let restored = given
        .restore(&point.id, Target::Into(into.clone()), false)
        .unwrap();
    assert_eq!(restored.failed.len(), 1, "{restored:?}");
    assert!(!into.join("damaged").exists());
}

#[test]
fn a_missing_snapshot_file_is_absence_and_a_damaged_one_is_not() {
    let given = Given::new();
    given.write("a", "a");
    given.back_up("1").unwrap();
    let point = given.back_up("2").unwrap().point;
    let file = given.repository().join("snapshots").join(&point.id.0);
    fs::remove_file(&file).unwrap();
    fs::write(
        &file,
        "not sealed by anybody, and long enough to be looked at",
    )
    .unwrap();
    let error = given.vault.points(&Default::default()).unwrap_err();
    assert_eq!(error.class, ErrorClass::Corrupt, "{}", error.chain());
    let checks = given
        .vault
        .verify(false, &silent(), &Cancel::default())
        .unwrap();
    assert!(!checks[0].passed, "{checks:?}");
    given.back_up("3").unwrap();
    fs::remove_file(&file).unwrap();
    assert_eq!(given.points().len(), 2);
}

/// Runs `restic prune` while the backup is under way, and keeps what it said.
#[derive(Debug)]
struct PruneMeanwhile {
    repository: PathBuf,
    said: Mutex<Option<String>>,
}

impl Progress for PruneMeanwhile {
    fn begin(&self, _stage: &str, _total_bytes: Option<u64>) {}
    fn advance(&self, _bytes: u64) {
        let mut said = self.said.lock().unwrap();
        if said.is_none() {
            let output = restic(&self.repository, &["prune"]);
            *said = Some(format!(
                "{} {}",
                output.status.success(),
                String::from_utf8_lossy(&output.stderr)
            ));
        }
    }
    fn end(&self) {}
}

#[test]
fn restic_does_not_prune_during_a_backup() {
    let given = Given::new();
    given.write("a", noise(1_000_000, 1));
    let progress = Arc::new(PruneMeanwhile {
        repository: given.repository(),
        said: Mutex::default(),
    });
    let source = given.everything();
    let request = BackupRequest {
        source: &source,
        address: ADDRESS,
        token: "1",
        tags: &Default::default(),
        time: Timestamp::now(),
    };
    let shared: Arc<dyn Progress> = progress.clone();
    given
        .vault
        .back_up(&request, &shared, &Cancel::default())
        .unwrap();
    let said = progress.said.lock().unwrap().clone().unwrap();
    assert!(said.starts_with("false"), "{said}");
    assert!(said.contains("already locked"), "{said}");
    given.restic(&["prune"]);
    assert_eq!(given.restic(&["list", "locks"]), "");
}

/// A process that is killed at the end.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts `restic prune` and stops it in the middle, while it holds its lock; none if it was too quick.
fn prune_held(repository: &Path) -> Option<Stopped> {
    let child = Command::new("restic")
        .args(["--no-cache", "--repo"])
        .arg(repository)
        .arg("prune")
        .env("RESTIC_PASSWORD", PASSWORD)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut held = Stopped(child);
    let pid = rustix::process::Pid::from_child(&held.0);
    let locked = || {
        fs::read_dir(repository.join("locks")).unwrap().any(|lock| {
            let name = lock.unwrap().file_name();
            name.len() == 64
        })
    };
    while held.0.try_wait().unwrap().is_none() {
        if locked() {
            rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
            return locked().then_some(held);
        }
        sleep(Duration::from_micros(200));
    }
    None
}

#[test]
fn nothing_is_written_while_restic_holds_the_repository_for_itself() {
    let given = Given::new();
    given.write("a", "a");
    given.back_up("1").unwrap();
    let held = (0..20)
        .find_map(|_| prune_held(&given.repository()))
        .expect("restic prune is caught in the middle");
    let error = given.back_up("2").unwrap_err();
    assert_eq!(error.class, ErrorClass::Conflict, "{}", error.chain());
    assert!(error.message.contains("is locked by"), "{}", error.message);
    drop(held);
    // The process is gone: its lock counts no more.
    given.back_up("2").unwrap();
}
