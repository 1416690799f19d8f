//! A consistent copy of a live SQLite database, through SQLite's online backup.
//!
//! In WAL mode the copy is made inside one read transaction: it sees one instant, and neither waits for writers nor
//! stops them. In the rollback modes a reader keeps writers out, so the copy goes in steps with pauses; each write of
//! another process in between restarts it, and after a few restarts it holds writers off until it is done.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use ignore::WalkBuilder;
use lifeboat_contract::{Cancel, ErrorClass, Progress, ProviderError};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use rustic_core::repofile::Node;
use rustic_core::{LocalSourceSaveOptions, ReadSourceEntry};
use tempfile::NamedTempFile;

use super::directory::above;
use super::entry::Opener;
use super::record::Recorder;
use crate::store::from_io;

/// What every SQLite database begins with.
pub(crate) const HEADER: &[u8; 16] = b"SQLite format 3\0";

/// Pages of one step: at most 4 MiB with the usual page size.
const PAGES: i32 = 1024;

/// After so many restarts writers are held off.
const RESTARTS: u32 = 3;

/// A copy of a database, and what its file was like.
#[derive(Debug)]
pub(super) struct Capture {
    path: PathBuf,
    node: Node,
    copy: NamedTempFile,
    size: u64,
    is_empty: bool,
}

impl Capture {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Returns whether the database's file held nothing at all; SQLite's copy of that is a page long.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Returns the directories above the database, and the database.
    pub(super) fn entries(&self, recorder: &Arc<Recorder>) -> Vec<ReadSourceEntry<Opener>> {
        let mut entries = above(&self.path, recorder);
        recorder.offer();
        entries.push(ReadSourceEntry {
            path: self.path.clone(),
            node: self.node.clone(),
            open: Some(Opener {
                file: self.copy.path().to_owned(),
                path: self.path.clone(),
                recorder: Arc::clone(recorder),
            }),
        });
        entries
    }
}

/// Returns whether a file begins as a SQLite database does. An empty file is an empty database.
pub(crate) fn is_database(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?
        .take(HEADER.len() as u64)
        .read_to_end(&mut start)?;
    Ok(start.is_empty() || start == HEADER)
}

/// Copies the database at `path` into a private temporary file.
///
/// # Errors
/// `not_found` where there is none, `invalid` for a file that is none, `unavailable` when another process keeps it
/// locked for longer than `patience`, `quota` when the copy does not fit.
pub(super) fn capture(
    path: &Path,
    scratch: Option<&Path>,
    patience: Duration,
    progress: &Arc<dyn Progress>,
    cancel: &Cancel,
) -> Result<Capture, ProviderError> {
    let shown = path.display();
    let path = path.canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ProviderError::new(
            ErrorClass::NotFound,
            format!("database `{shown}` does not exist"),
        )
        .help("Correct the path; no recovery point was made."),
        _ => from_io(format!("cannot read database `{shown}`"), &error),
    })?;
    let not_a_database = || {
        ProviderError::new(
            ErrorClass::Invalid,
            format!("`{shown}` is not a SQLite database"),
        )
        .help("Name the database file, or protect the directory with `local_directory`.")
    };
    let unreadable = |error: &io::Error| from_io(format!("cannot read database `{shown}`"), error);
    let metadata = fs::metadata(&path).map_err(|error| unreadable(&error))?;
    if !metadata.is_file() || !is_database(&path).map_err(|error| unreadable(&error))? {
        return Err(not_a_database());
    }
    let scratch = scratch.map_or_else(std::env::temp_dir, Path::to_owned);
    let copy = room_for(&scratch, metadata.len())?;
    let job = Job {
        path: &path,
        patience,
        progress,
        cancel,
    };
    job.copy_into(copy.path())
        .map_err(|error| error.into_provider_error(&path))?;
    let mut node = node_of(&path).ok_or_else(not_a_database)?;
    let size = fs::metadata(copy.path())
        .map_err(|error| unreadable(&error))?
        .len();
    node.meta.size = size;
    // The copy is a file of its own, whatever other names the original has.
    node.meta.links = 1;
    Ok(Capture {
        path,
        node,
        copy,
        size,
        is_empty: metadata.len() == 0,
    })
}

/// Makes the temporary file, if the file system has room for `bytes` more.
fn room_for(scratch: &Path, bytes: u64) -> Result<NamedTempFile, ProviderError> {
    let message = || format!("cannot make a temporary file in `{}`", scratch.display());
    let space = rustix::fs::statvfs(scratch).map_err(|error| from_io(message(), &error.into()))?;
    if space.f_bavail.saturating_mul(space.f_frsize) < bytes {
        return Err(ProviderError::new(
            ErrorClass::Quota,
            format!(
                "`{}` has no room for a copy of {} of the database",
                scratch.display(),
                lifeboat_model::ByteSize(bytes)
            ),
        )
        .help("Free space there, or set `TMPDIR` to a larger place."));
    }
    tempfile::Builder::new()
        .prefix(".lifeboat-sqlite-")
        .tempfile_in(scratch)
        .map_err(|error| from_io(message(), &error))
}

fn node_of(path: &Path) -> Option<Node> {
    let found = WalkBuilder::new(path)
        .standard_filters(false)
        .build()
        .next()?;
    LocalSourceSaveOptions::default()
        .map_entry(found.ok()?)
        .ok()
        .map(|entry| entry.node)
}

/// Why a copy failed.
enum Failure {
    Sqlite(rusqlite::Error),
    Locked(Duration),
    Stopped,
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Failure {
    fn into_provider_error(self, path: &Path) -> ProviderError {
        let shown = path.display();
        let locked = |waited: String| {
            ProviderError::new(
                ErrorClass::Unavailable,
                format!("database `{shown}` is locked by another process{waited}"),
            )
            .help("Let that process finish its transaction, then run the backup again.")
        };
        match self {
            Self::Stopped => ProviderError::new(
                ErrorClass::Interrupted,
                format!("the backup of database `{shown}` was stopped"),
            ),
            Self::Locked(patience) => locked(format!(" for more than {} s", patience.as_secs())),
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    locked(String::new()).because(error)
                }
                Some(ErrorCode::NotADatabase) => ProviderError::new(
                    ErrorClass::Invalid,
                    format!("`{shown}` is not a SQLite database"),
                )
                .because(error),
                Some(ErrorCode::DatabaseCorrupt) => ProviderError::new(
                    ErrorClass::Corrupt,
                    format!("database `{shown}` is damaged"),
                )
                .help("Restore it from an earlier recovery point; no new one was made.")
                .because(error),
                Some(ErrorCode::DiskFull) => ProviderError::new(
                    ErrorClass::Quota,
                    format!("there is no room for the copy of database `{shown}`"),
                )
                .help("Set `TMPDIR` to a larger place.")
                .because(error),
                Some(ErrorCode::ReadOnly) => ProviderError::new(
                    ErrorClass::Unavailable,
                    format!("database `{shown}` was left by a crash in the middle of a write"),
                )
                .help("Open it once with its application, which repairs it.")
                .because(error),
                Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => ProviderError::new(
                    ErrorClass::Denied,
                    format!("cannot open database `{shown}`"),
                )
                .help("Check the permissions of the file and of its directory.")
                .because(error),
                _ => ProviderError::new(
                    ErrorClass::Unknown,
                    format!("cannot copy database `{shown}`"),
                )
                .because(error),
            },
        }
    }
}

/// Opens a database for reading. A path can hold any byte, so it goes in as a URI.
pub(crate) fn open_read_only(path: &Path, immutable: bool) -> rusqlite::Result<Connection> {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                uri.push(char::from(*byte));
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str(if immutable {
        "?mode=ro&immutable=1"
    } else {
        "?mode=ro"
    });
    Connection::open_with_flags(
        uri,
        OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
}

struct Job<'a> {
    path: &'a Path,
    patience: Duration,
    progress: &'a Arc<dyn Progress>,
    cancel: &'a Cancel,
}

impl Job<'_> {
    fn copy_into(&self, copy: &Path) -> Result<(), Failure> {
        let source = open_read_only(self.path, false)?;
        source.busy_timeout(self.patience)?;
        let mode: String = source.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
        let mut target = Connection::open(copy)?;
        // The copy is read once and thrown away: a crash leaves nothing that anybody would want to recover.
        target.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;")?;
        if mode == "wal" {
            hold(&source)?;
        }
        self.progress.begin(
            "copying the database",
            fs::metadata(self.path).ok().map(|m| m.len()),
        );
        let copied = self.steps(&source, &mut target, mode != "wal");
        self.progress.end();
        copied?;
        target.close().map_err(|(_, error)| error)?;
        Ok(())
    }

    fn steps(
        &self,
        source: &Connection,
        target: &mut Connection,
        mut polite: bool,
    ) -> Result<(), Failure> {
        let page: u64 = source.query_row("PRAGMA page_size", [], |row| {
            row.get::<_, i64>(0).map(i64::unsigned_abs)
        })?;
        let backup = Backup::new(source, target)?;
        let mut waiting_since = None;
        let (mut done, mut restarts) = (0, 0);
        loop {
            if self.cancel.is_cancelled() {
                return Err(Failure::Stopped);
            }
            let result = backup.step(PAGES)?;
            if matches!(result, StepResult::Busy | StepResult::Locked) {
                let since = *waiting_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= self.patience {
                    return Err(Failure::Locked(self.patience));
                }
                sleep(Duration::from_millis(20));
                continue;
            }
            waiting_since = None;
            let state = backup.progress();
            let now = u64::try_from(state.pagecount - state.remaining).unwrap_or(0);
            if now < done {
                restarts += 1;
            } else {
                self.progress.advance((now - done) * page);
            }
            done = now;
            if matches!(result, StepResult::Done) {
                return Ok(());
            }
            if polite && restarts >= RESTARTS {
                hold(source)?;
                polite = false;
            }
            if polite {
                sleep(Duration::from_millis(1));
            }
        }
    }
}

/// Begins a read transaction and makes it see the present instant.
fn hold(source: &Connection) -> rusqlite::Result<()> {
    source.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;")
}
