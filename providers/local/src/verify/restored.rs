//! Checking restored data against the point that it came from.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::WalkBuilder;
use lifeboat_contract::{Cancel, Check, ErrorClass, Progress, ProviderError};
use lifeboat_model::RecoveryPointId;
use rayon::prelude::*;
use rustic_core::IndexedFullStatus;

use super::repository::check;
use crate::restore::metadata::difference;
use crate::restore::write::{holds_piece, pieces};
use crate::restore::{Entry, Layout, lay_out};
use crate::source::{is_sqlite_database, open_read_only};
use crate::store::{Session, Vault, from_io, from_rustic};

/// Checks that `into`, as [`Restored::into`](crate::restore::Restored::into) named it, holds the point, or `paths` of it.
///
/// Every entry is there with its type, permissions, owner, time and link target; every file has the content whose
/// SHA-256 was recorded, blob by blob, when the source was read; of a whole point, nothing else is there. A database
/// also passes SQLite's own `integrity_check` and `foreign_key_check`.
///
/// # Errors
/// When nothing could be checked. A difference is a check that did not pass.
pub fn verify_restored(
    vault: &Vault,
    point: &RecoveryPointId,
    into: &Path,
    paths: &[String],
    progress: &Arc<dyn Progress>,
    cancel: &Cancel,
) -> Result<Vec<Check>, ProviderError> {
    let session = vault.reading(progress, cancel)?;
    let (point, snapshot) = vault.snapshot(&session, point)?;
    let layout = lay_out(&session, &point, &snapshot, paths)?;
    let is_file = layout.root().is_some_and(|root| !root.node.is_dir());
    let root = if is_file && into.is_dir() {
        into.join(layout.source.file_name().unwrap_or_default())
    } else {
        into.to_owned()
    };
    if root.symlink_metadata().is_err() {
        return Err(ProviderError::new(
            ErrorClass::NotFound,
            format!("there is no restored data at `{}`", root.display()),
        )
        .help("Restore the point first."));
    }
    let comparison = Comparison {
        session: &session,
        layout: &layout,
        root: &root,
        progress: progress.as_ref(),
        cancel,
    };
    progress.begin("verifying", Some(layout.total_bytes()));
    let mut checks = comparison.run();
    progress.end();
    if cancel.is_cancelled() {
        return Err(ProviderError::new(
            ErrorClass::Interrupted,
            "the verification was stopped",
        ));
    }
    if point.sqlite {
        checks.as_mut().map_or(Ok(()), |checks| {
            checks.extend(database(&root)?);
            Ok::<_, ProviderError>(())
        })?;
    }
    checks
}

struct Comparison<'a> {
    session: &'a Session<IndexedFullStatus>,
    layout: &'a Layout,
    root: &'a Path,
    progress: &'a dyn Progress,
    cancel: &'a Cancel,
}

impl Comparison<'_> {
    fn run(&self) -> Result<Vec<Check>, ProviderError> {
        let content = Mutex::new(Vec::new());
        let metadata = Mutex::new(Vec::new());
        let asked_for: Vec<&Entry> = self
            .layout
            .entries
            .iter()
            .filter(|entry| entry.asked_for)
            .collect();
        asked_for
            .par_iter()
            .try_for_each(|entry| self.compare(entry, &metadata, &content))?;
        let files = asked_for.iter().filter(|e| e.node.is_file()).count();
        let mut checks = vec![
            check(
                "file hashes",
                format!("{files} files have the content that was saved"),
                sorted(content),
            ),
            check(
                "metadata",
                format!(
                    "{} entries have the metadata that was saved",
                    asked_for.len()
                ),
                sorted(metadata),
            ),
        ];
        if !self.layout.is_partial && self.layout.root().is_some_and(|root| root.node.is_dir()) {
            checks.push(check(
                "nothing else",
                "nothing is there that was not saved".to_owned(),
                self.extra(),
            ));
        }
        Ok(checks)
    }

    fn path(&self, entry: &Entry) -> PathBuf {
        if entry.path.as_os_str().is_empty() {
            self.root.to_owned()
        } else {
            self.root.join(&entry.path)
        }
    }

    fn compare(
        &self,
        entry: &Entry,
        metadata: &Mutex<Vec<String>>,
        content: &Mutex<Vec<String>>,
    ) -> Result<(), ProviderError> {
        let path = self.path(entry);
        let note = |list: &Mutex<Vec<String>>, text: &str| {
            list.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(format!("`{}` {text}", path.display()));
        };
        match difference(&path, &entry.node) {
            Ok(None) => {}
            Ok(Some(text)) => note(metadata, &text),
            Err(error) => note(metadata, &format!("cannot be looked at: {error}")),
        }
        if !entry.node.is_file() {
            return Ok(());
        }
        match self.compare_content(&path, entry)? {
            None => {}
            Some(text) => note(content, &text),
        }
        Ok(())
    }

    /// Returns how the content differs; none if it does not.
    fn compare_content(&self, path: &Path, entry: &Entry) -> Result<Option<String>, ProviderError> {
        let pieces = pieces(self.session, &entry.node).map_err(|error| {
            from_rustic(
                format!("cannot look up the content of `{}`", entry.path.display()),
                &error,
            )
        })?;
        let size: u64 = pieces.iter().map(|piece| piece.length).sum();
        let regular = path.symlink_metadata().is_ok_and(|found| found.is_file());
        if !regular {
            return Ok(Some("is no file".to_owned()));
        }
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) => return Ok(Some(format!("cannot be read: {error}"))),
        };
        let length = file
            .metadata()
            .map_err(|error| from_io(format!("cannot read `{}`", path.display()), &error))?
            .len();
        if length != size {
            return Ok(Some(format!("has {length} bytes, not {size}")));
        }
        let mut buffer = Vec::new();
        for piece in &pieces {
            if self.cancel.is_cancelled() {
                return Ok(None);
            }
            match holds_piece(&file, piece, &mut buffer) {
                Ok(true) => self.progress.advance(piece.length),
                Ok(false) => {
                    return Ok(Some(format!(
                        "differs between bytes {} and {}",
                        piece.offset,
                        piece.offset + piece.length
                    )));
                }
                Err(error) => return Ok(Some(format!("cannot be read: {error}"))),
            }
        }
        Ok(None)
    }

    /// Returns what is there and not in the point.
    fn extra(&self) -> Vec<String> {
        let known: BTreeSet<PathBuf> = self.layout.entries.iter().map(|e| self.path(e)).collect();
        WalkBuilder::new(self.root)
            .standard_filters(false)
            .follow_links(false)
            .build()
            .filter_map(|found| match found {
                Ok(entry) if known.contains(entry.path()) => None,
                Ok(entry) => Some(format!("`{}` was not saved", entry.path().display())),
                Err(error) => Some(error.to_string()),
            })
            .collect()
    }
}

fn sorted(findings: Mutex<Vec<String>>) -> Vec<String> {
    let mut findings = findings
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    findings.sort();
    findings
}

/// Asks SQLite whether a database is sound. The file is not changed, and nothing is made beside it.
fn database(path: &Path) -> Result<Vec<Check>, ProviderError> {
    let failed = |error: rusqlite::Error| {
        ProviderError::new(
            ErrorClass::Corrupt,
            format!("SQLite cannot read `{}`", path.display()),
        )
        .because(error)
    };
    if !is_sqlite_database(path)
        .map_err(|error| from_io(format!("cannot read `{}`", path.display()), &error))?
    {
        return Ok(vec![check(
            "integrity_check",
            String::new(),
            vec![format!("`{}` is not a SQLite database", path.display())],
        )]);
    }
    let connection = open_read_only(path, true).map_err(failed)?;
    let ask = |pragma: &str, columns: usize| -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare(&format!("PRAGMA {pragma}"))?;
        let rows = statement.query_map([], |row| {
            (0..columns)
                .map(|column| {
                    row.get::<_, rusqlite::types::Value>(column)
                        .map(|value| match value {
                            rusqlite::types::Value::Text(text) => text,
                            rusqlite::types::Value::Integer(number) => number.to_string(),
                            other => format!("{other:?}"),
                        })
                })
                .collect::<rusqlite::Result<Vec<_>>>()
                .map(|words| words.join(" "))
        })?;
        rows.collect()
    };
    // Damage can be such that the check itself fails; that is a finding, too.
    let integrity: Vec<String> = match ask("integrity_check", 1) {
        Ok(rows) => rows.into_iter().filter(|row| row != "ok").collect(),
        Err(error) => vec![error.to_string()],
    };
    let keys: Vec<String> = match ask("foreign_key_check", 3) {
        Ok(rows) => rows
            .into_iter()
            .map(|row| format!("row without its parent: {row}"))
            .collect(),
        Err(error) => vec![error.to_string()],
    };
    Ok(vec![
        check("integrity_check", "ok".to_owned(), integrity),
        check("foreign_key_check", "no violation".to_owned(), keys),
    ])
}
