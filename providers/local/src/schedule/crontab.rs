//! The crontab of the user: a marking comment and a line for each entry, everything else kept byte for byte.
//!
//! Debian's cron runs in the machine's own time zone and knows no other, so that an expression that names hours or
//! days is refused where that zone is not UTC.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Address, Schedule};
use serde_json::json;

use super::{CommandLine, Entry, LiveEntry, cron, marker, parse_marker};
use crate::error::{from_io, invalid};
use crate::settings::LocalSettings;

/// The crontab of the user that runs lifeboat.
#[derive(Clone, Debug)]
pub(crate) struct Crontab {
    /// The command that reads and writes it.
    program: String,
    /// Where that command is started.
    base_dir: PathBuf,
    /// Whether the machine's time is UTC.
    utc: bool,
    command: CommandLine,
    /// Where the lock stands that runs of lifeboat by this user take; a directory that is the user's own.
    lock_dir: PathBuf,
}

/// The crontab is one text: who changes it reads it, and writes all of it.
static WRITING: Mutex<()> = Mutex::new(());

impl Crontab {
    pub(crate) fn new(program: &str, settings: &LocalSettings) -> Self {
        Self {
            program: program.to_owned(),
            base_dir: settings.base_dir.clone(),
            utc: settings.machine.keeps_utc(),
            command: CommandLine::of(settings),
            lock_dir: settings.cache_dir.clone(),
        }
    }

    pub(crate) fn read(
        &self,
        addresses: &[Address],
    ) -> Result<BTreeMap<Address, LiveEntry>, ProviderError> {
        let text = self.list()?;
        let mut found = BTreeMap::new();
        for block in blocks(&text) {
            if addresses.contains(&block.address)
                && let Some(line) = block.line
                && let Some(live) = self.live(&block.address, block.applied, line)
            {
                found.insert(block.address, live);
            }
        }
        Ok(found)
    }

    pub(crate) fn install(&self, entry: &Entry) -> Result<(), ProviderError> {
        let fields = self.fields(entry)?;
        let command = self.command.for_cron(&entry.protection);
        let lines = format!("{}\n{fields} {command}\n", marker(entry));
        self.rewrite(|text| with_block(text, &entry.address, &lines))
    }

    pub(crate) fn remove(&self, address: &Address) -> Result<(), ProviderError> {
        self.rewrite(|text| with_block(text, address, ""))
    }

    fn fields(&self, entry: &Entry) -> Result<String, ProviderError> {
        if let Schedule::Cron(expression) = &entry.schedule
            && !self.utc
            && cron::depends_on_zone(expression)
        {
            return Err(invalid(
                format!(
                    "cron would run `{}` at `{expression}` of this machine's time zone, which is not UTC",
                    entry.protection
                ),
                "Set the machine's time zone to UTC, give a period instead of a time of day, or choose \
                 `scheduler = \"external\"`.",
            ));
        }
        cron::of_schedule(&entry.schedule, &entry.address)
    }

    /// Returns what a line says, which its comment only claims.
    fn live(&self, address: &Address, applied: &str, line: &str) -> Option<LiveEntry> {
        let (fields, command) = split(line)?;
        let schedule = applied
            .parse::<Schedule>()
            .ok()
            .filter(|schedule| {
                cron::of_schedule(schedule, address).is_ok_and(|rendered| rendered == fields)
            })
            .map_or_else(|| fields.clone(), |schedule| schedule.to_string());
        let protection = protection_of(command)
            .filter(|protection| command.ends_with(&self.command.cron_tail(protection)))
            .map_or_else(|| command.to_owned(), |protection| protection.to_string());
        let facts = [("entry".to_owned(), json!(line))].into();
        Some(LiveEntry {
            protection,
            schedule,
            facts,
        })
    }

    /// Changes the text under a lock that other runs of lifeboat by this user take too, and checks what was kept.
    fn rewrite(&self, change: impl Fn(&[u8]) -> Vec<u8>) -> Result<(), ProviderError> {
        let _here = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        let _elsewhere = self.lock()?;
        let before = self.list()?;
        let after = change(&before);
        if after == before {
            return Ok(());
        }
        if after.is_empty() {
            self.run(&["-r"], None)?;
        } else {
            self.run(&["-"], Some(&after))?;
        }
        if self.list()? == after {
            return Ok(());
        }
        Err(ProviderError::new(
            ErrorClass::Conflict,
            format!("`{}` did not keep what was written to it", self.program),
        )
        .help("Run the same command again; somebody else may have changed the crontab."))
    }

    /// Takes the lock of this user's crontab among runs of lifeboat; released when dropped.
    fn lock(&self) -> Result<File, ProviderError> {
        let path = self.lock_dir.join("crontab.lock");
        let failed = |error| {
            from_io(
                format!("the lock `{}` cannot be taken", path.display()),
                error,
            )
        };
        fs::create_dir_all(&self.lock_dir).map_err(failed)?;
        let file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(file)
    }

    /// Returns the text of the crontab, empty where the user has none.
    fn list(&self) -> Result<Vec<u8>, ProviderError> {
        let output = self.start(&["-l"], None)?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            return Ok(output.stdout);
        }
        if said.contains("no crontab for") {
            return Ok(Vec::new());
        }
        Err(self.refused("-l", &said))
    }

    fn run(&self, arguments: &[&str], input: Option<&[u8]>) -> Result<(), ProviderError> {
        let output = self.start(arguments, input)?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(self.refused(&arguments.join(" "), &said))
    }

    fn refused(&self, arguments: &str, said: &str) -> ProviderError {
        let program = &self.program;
        let said = said.trim().replace('\n', "; ");
        ProviderError::new(
            ErrorClass::Denied,
            format!("`{program} {arguments}` was refused: {said}"),
        )
        .help(
            "Let this user have a crontab (cron.allow, cron.deny), or choose another `scheduler`.",
        )
    }

    fn start(
        &self,
        arguments: &[&str],
        input: Option<&[u8]>,
    ) -> Result<std::process::Output, ProviderError> {
        let failed = |error| from_io(format!("`{}` cannot be run", self.program), error);
        let mut child = Command::new(&self.program)
            .args(arguments)
            .current_dir(&self.base_dir)
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        if let (Some(mut pipe), Some(input)) = (child.stdin.take(), input) {
            // A command that refuses closes the pipe first; its answer says why.
            let _ = pipe.write_all(input);
        }
        child.wait_with_output().map_err(failed)
    }
}

/// An entry of ours in the text.
struct Block<'a> {
    address: Address,
    applied: &'a str,
    /// The line that cron runs; none where it is gone or commented out.
    line: Option<&'a str>,
}

fn blocks(text: &[u8]) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut lines = text
        .split(|byte| *byte == b'\n')
        .map(|line| std::str::from_utf8(line).unwrap_or_default())
        .peekable();
    while let Some(line) = lines.next() {
        let Some((address, applied)) = parse_marker(line) else {
            continue;
        };
        let line = lines
            .peek()
            .copied()
            .filter(|next| !next.trim().is_empty() && !next.trim_start().starts_with('#'));
        found.push(Block {
            address,
            applied,
            line,
        });
    }
    found
}

/// Returns the text with this entry's lines replaced by `lines`, or with these appended where it has none.
fn with_block(text: &[u8], address: &Address, lines: &str) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len() + lines.len());
    let mut pending = Some(lines);
    let mut ours = false;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let shown = std::str::from_utf8(line).unwrap_or_default().trim_end();
        let marked = parse_marker(shown).map(|(marked, _)| marked);
        // The line under our mark is ours too, commented out or not, unless it is the next mark.
        if std::mem::take(&mut ours) && marked.is_none() {
            continue;
        }
        if marked.as_ref() == Some(address) {
            ours = true;
            result.extend_from_slice(pending.take().unwrap_or_default().as_bytes());
            continue;
        }
        result.extend_from_slice(line);
    }
    if let Some(lines) = pending.filter(|lines| !lines.is_empty()) {
        if result.last().is_some_and(|byte| *byte != b'\n') {
            result.push(b'\n');
        }
        result.extend_from_slice(lines.as_bytes());
    }
    result
}

/// Splits a line into its time fields, single blanks between them, and its command.
fn split(line: &str) -> Option<(String, &str)> {
    let mut rest = line.trim_start();
    let count = if rest.starts_with('@') { 1 } else { 5 };
    let mut fields = Vec::new();
    for _ in 0..count {
        let end = rest.find(char::is_whitespace)?;
        let (field, after) = rest.split_at(end);
        fields.push(field);
        rest = after.trim_start();
    }
    Some((fields.join(" "), rest.trim_end()))
}

/// Returns the protection that a command of ours backs up.
fn protection_of(command: &str) -> Option<Address> {
    let (_, word) = command.rsplit_once(" backup run ")?;
    let word = word.replace("\\%", "%");
    let bare = word
        .strip_prefix('\'')
        .and_then(|word| word.strip_suffix('\''))
        .map_or_else(|| word.clone(), |word| word.replace("'\\''", "'"));
    bare.parse().ok()
}

#[cfg(test)]
mod tests;
