//! systemd timers: a service and a timer for each entry, named by the digest of its address.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Address, Digest, Schedule, Span};
use serde_json::json;

use super::{CommandLine, Entry, LiveEntry, cron, marker, parse_marker};
use crate::error::{from_io, invalid};
use crate::file::{remove, write_atomically};

/// The timers of the system for root, of the user otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Systemd {
    units: PathBuf,
    /// Whether the units are the system's.
    system: bool,
    /// Whether a manager is there to be told.
    running: bool,
    command: CommandLine,
}

impl Systemd {
    /// Returns the timers in `units`, by default where the manager of this user looks for them.
    ///
    /// # Errors
    /// `invalid` when a user has no home that they could be in.
    pub(crate) fn new(
        units: Option<PathBuf>,
        running: bool,
        command: CommandLine,
    ) -> Result<Self, ProviderError> {
        let system = rustix::process::geteuid().is_root();
        let units = match units {
            Some(units) => units,
            None if system => "/etc/systemd/system".into(),
            None => user_units()?,
        };
        Ok(Self {
            units,
            system,
            running,
            command,
        })
    }

    pub(crate) fn read(
        &self,
        addresses: &[Address],
    ) -> Result<BTreeMap<Address, LiveEntry>, ProviderError> {
        let mut found = BTreeMap::new();
        for address in addresses {
            let timer = self.units.join(format!("{}.timer", name(address)));
            let service = self.units.join(format!("{}.service", name(address)));
            let (Some(timer), Some(service)) = (text(&timer)?, text(&service)?) else {
                continue;
            };
            if self.running && !self.is_active(address)? {
                continue;
            }
            found.insert(address.clone(), self.live(&timer, &service));
        }
        Ok(found)
    }

    pub(crate) fn install(&self, entry: &Entry) -> Result<(), ProviderError> {
        let name = name(&entry.address);
        let timer = timer(entry)?;
        let service = service(entry, &self.command);
        fs::create_dir_all(&self.units).map_err(|error| {
            from_io(format!("`{}` cannot be made", self.units.display()), error)
        })?;
        write_atomically(
            &self.units.join(format!("{name}.service")),
            service.as_bytes(),
            0o644,
        )?;
        write_atomically(
            &self.units.join(format!("{name}.timer")),
            timer.as_bytes(),
            0o644,
        )?;
        if !self.running {
            return Ok(());
        }
        self.systemctl(&["daemon-reload"])?;
        let timer = format!("{name}.timer");
        self.systemctl(&["enable", &timer])?;
        // A running timer keeps its old time until it is started anew.
        self.systemctl(&["restart", &timer])
    }

    pub(crate) fn remove(&self, address: &Address) -> Result<(), ProviderError> {
        let name = name(address);
        let timer = self.units.join(format!("{name}.timer"));
        if self.running && timer.exists() {
            self.systemctl(&["disable", "--now", &format!("{name}.timer")])?;
        }
        let service = self.units.join(format!("{name}.service"));
        if !timer.exists() && !service.exists() {
            return Ok(());
        }
        remove(&timer)?;
        remove(&service)?;
        if self.running {
            self.systemctl(&["daemon-reload"])?;
        }
        Ok(())
    }

    /// Returns what the units say, which their comment only claims.
    fn live(&self, timer_text: &str, service_text: &str) -> LiveEntry {
        let marked = timer_text.lines().find_map(parse_marker);
        let events = settings(timer_text, &["OnCalendar=", "OnUnitActiveSec="]);
        let schedule = marked
            .and_then(|(_, applied)| applied.parse::<Schedule>().ok())
            .filter(|schedule| events_of(schedule).is_ok_and(|rendered| rendered == events))
            .map_or_else(
                || foreign_schedule(&events),
                |schedule| schedule.to_string(),
            );
        let commands = settings(service_text, &["ExecStart="]);
        let marked = service_text.lines().find_map(parse_marker);
        let protection = service_text
            .lines()
            .find_map(|line| line.strip_prefix(PROTECTS))
            .and_then(|text| text.parse::<Address>().ok())
            .filter(|protection| {
                let [command] = commands.as_slice() else {
                    return false;
                };
                marked.is_some() && command.ends_with(&self.command.systemd_tail(protection))
            })
            .map_or_else(|| commands.join("; "), |protection| protection.to_string());
        LiveEntry {
            protection,
            schedule,
            facts: [("entry".to_owned(), json!(events.join("\n")))].into(),
        }
    }

    /// Returns whether the timer is loaded and waits for its next run.
    fn is_active(&self, address: &Address) -> Result<bool, ProviderError> {
        let timer = format!("{}.timer", name(address));
        let output = self
            .systemctl_command(&["is-active", "--quiet", &timer])
            .output()
            .map_err(|error| from_io("`systemctl` cannot be run", error))?;
        Ok(output.status.success())
    }

    fn systemctl_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("systemctl");
        if !self.system {
            command.arg("--user");
        }
        command.args(arguments);
        command
    }

    fn systemctl(&self, arguments: &[&str]) -> Result<(), ProviderError> {
        let output = self
            .systemctl_command(arguments)
            .output()
            .map_err(|error| from_io("`systemctl` cannot be run", error))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(ProviderError::new(
            ErrorClass::Unknown,
            format!(
                "`systemctl {}` failed: {}",
                arguments.join(" "),
                said.trim().replace('\n', "; ")
            ),
        )
        .help("Run it by hand, or choose another `scheduler` in the provider's block."))
    }
}

/// Marks the protection in a service.
const PROTECTS: &str = "# protects ";

fn user_units() -> Result<PathBuf, ProviderError> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(home?.join(".config")))
        .map(|config| config.join("systemd/user"))
        .ok_or_else(|| {
            invalid(
                "there is no place for this user's systemd units: `HOME` is not set",
                "Set `systemd_unit_dir` in the provider's block.",
            )
        })
}

fn name(address: &Address) -> String {
    let digest = Digest::of_bytes(address.to_string().as_bytes());
    format!("lifeboat-{}", digest.short())
}

fn text(path: &Path) -> Result<Option<String>, ProviderError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(from_io(
            format!("`{}` cannot be read", path.display()),
            error,
        )),
    }
}

fn settings(text: &str, names: &[&str]) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| names.iter().any(|name| line.starts_with(name)))
        .map(str::to_owned)
        .collect()
}

/// Returns the lines of a timer that say when.
///
/// A period counts from the start of the run before, and its first run follows the boot.
fn events_of(schedule: &Schedule) -> Result<Vec<String>, ProviderError> {
    match schedule {
        Schedule::Every(span) => Ok(vec![format!("OnUnitActiveSec={}ms", span.as_millis())]),
        Schedule::Cron(expression) => Ok(cron::calendars(expression)?
            .into_iter()
            .map(|event| format!("OnCalendar={event}"))
            .collect()),
    }
}

/// Returns a schedule that is none of ours, as a period where it is one.
fn foreign_schedule(events: &[String]) -> String {
    if let [only] = events
        && let Some(millis) = only.strip_prefix("OnUnitActiveSec=")
        && let Some(Ok(millis)) = millis.strip_suffix("ms").map(str::parse)
    {
        return Span::from_millis(millis).to_string();
    }
    events.join("; ")
}

fn timer(entry: &Entry) -> Result<String, ProviderError> {
    let mut events = events_of(&entry.schedule)?;
    match entry.schedule {
        Schedule::Every(_) => events.push("OnBootSec=2min".to_owned()),
        Schedule::Cron(_) => events.push("Persistent=true".to_owned()),
    }
    Ok(format!(
        "{}\n[Unit]\nDescription=lifeboat: when {} runs\n\n[Timer]\n{}\nAccuracySec=1s\n\n[Install]\nWantedBy=timers.target\n",
        marker(entry),
        described(&entry.protection),
        events.join("\n"),
    ))
}

fn service(entry: &Entry, command: &CommandLine) -> String {
    format!(
        "{}\n{PROTECTS}{}\n[Unit]\nDescription=lifeboat: {}\n\n[Service]\nType=oneshot\nNice=10\nIOSchedulingClass=best-effort\nIOSchedulingPriority=7\nExecStart={}\n",
        marker(entry),
        entry.protection,
        described(&entry.protection),
        command.for_systemd(&entry.protection),
    )
}

/// Returns the address for a description, where `%` begins a specifier.
fn described(address: &Address) -> String {
    address.to_string().replace('%', "%%")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(schedule: &str) -> Entry {
        Entry {
            address: "target.local_sqlite.app.schedule[\"d\"]".parse().unwrap(),
            protection: "target.local_sqlite.app.snapshot[\"d\"]".parse().unwrap(),
            schedule: schedule.parse().unwrap(),
        }
    }

    fn systemd(units: &Path) -> Systemd {
        let command = CommandLine {
            executable: "/usr/bin/lifeboat".into(),
            config_dir: "/etc/life boat".into(),
            state: None,
        };
        Systemd::new(Some(units.to_owned()), false, command).unwrap()
    }

    #[test]
    fn a_timer_says_when_and_its_service_what() {
        let systemd = systemd(Path::new("/units"));
        let entry = entry("15 2 1 * 5");
        let shown = timer(&entry).unwrap() + "---\n" + &service(&entry, &systemd.command);
        insta::assert_snapshot!(shown, @r#"
        # lifeboat target.local_sqlite.app.schedule["d"] schedule=15 2 1 * 5
        [Unit]
        Description=lifeboat: when target.local_sqlite.app.snapshot["d"] runs

        [Timer]
        OnCalendar=*-*-01 02:15:00 UTC
        OnCalendar=Fri *-*-* 02:15:00 UTC
        Persistent=true
        AccuracySec=1s

        [Install]
        WantedBy=timers.target
        ---
        # lifeboat target.local_sqlite.app.schedule["d"] schedule=15 2 1 * 5
        # protects target.local_sqlite.app.snapshot["d"]
        [Unit]
        Description=lifeboat: target.local_sqlite.app.snapshot["d"]

        [Service]
        Type=oneshot
        Nice=10
        IOSchedulingClass=best-effort
        IOSchedulingPriority=7
        ExecStart=/usr/bin/lifeboat -C "/etc/life boat" --lock-timeout 1h backup run "target.local_sqlite.app.snapshot[\"d\"]"
        "#);
    }

    #[test]
    fn units_read_back_as_what_they_run() {
        let units = tempfile::tempdir().unwrap();
        let systemd = systemd(units.path());
        let address = entry("6h").address;
        let live = || {
            let found = systemd.read(std::slice::from_ref(&address)).unwrap();
            found.get(&address).map_or("nothing".to_owned(), |live| {
                format!("{} at {}", live.protection, live.schedule)
            })
        };
        let mut shown = vec![live()];
        for schedule in ["6h", "15 2 * * *"] {
            systemd.install(&entry(schedule)).unwrap();
            shown.push(live());
        }
        let timer = units.path().join(format!("{}.timer", name(&address)));
        let edited = fs::read_to_string(&timer)
            .unwrap()
            .replace("02:15", "03:15");
        fs::write(&timer, edited).unwrap();
        shown.push(live());
        systemd.remove(&address).unwrap();
        systemd.remove(&address).unwrap();
        shown.push(live());
        assert_eq!(fs::read_dir(units.path()).unwrap().count(), 0);
        insta::assert_snapshot!(shown.join("\n"), @r#"
        nothing
        target.local_sqlite.app.snapshot["d"] at 6h
        target.local_sqlite.app.snapshot["d"] at 15 2 * * *
        target.local_sqlite.app.snapshot["d"] at OnCalendar=*-*-* 03:15:00 UTC
        nothing
        "#);
    }

    #[test]
    fn systemd_itself_accepts_the_units() {
        let units = tempfile::tempdir().unwrap();
        let mut systemd = systemd(units.path());
        systemd.command.executable = "/bin/true".into();
        for schedule in ["6h", "*/20 9-17/4 * * mon-fri", "0 0 1,15 * 5"] {
            systemd.install(&entry(schedule)).unwrap();
            let timer = units
                .path()
                .join(format!("{}.timer", name(&entry(schedule).address)));
            match Command::new("systemd-analyze")
                .arg("verify")
                .arg(&timer)
                .output()
            {
                Ok(output) => assert!(
                    output.status.success(),
                    "{}",
                    String::from_utf8_lossy(&output.stderr)
                ),
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::NotFound),
            }
        }
    }
}
