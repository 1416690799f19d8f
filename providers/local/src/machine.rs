//! Facts about the machine, read where the kernel and the system keep them.

use std::fs;
use std::path::{Path, PathBuf};

/// Where facts about the machine are read; the default is this machine.
///
/// A test gives other roots, with real files of the same shape below them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// The sysfs: `/sys`.
    pub sys: PathBuf,
    /// The procfs: `/proc`.
    pub proc: PathBuf,
    /// The directory of run-time state: `/run`.
    pub run: PathBuf,
    /// The system's configuration: `/etc`.
    pub etc: PathBuf,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            sys: "/sys".into(),
            proc: "/proc".into(),
            run: "/run".into(),
            etc: "/etc".into(),
        }
    }
}

impl Machine {
    /// Returns what names this machine: its machine id, else its host name.
    pub(crate) fn id(&self) -> String {
        trimmed(&self.etc.join("machine-id"))
            .filter(|id| !id.is_empty())
            .or_else(host_name)
            .unwrap_or_else(|| "localhost".to_owned())
    }

    /// Returns whether systemd runs the machine.
    pub(crate) fn runs_systemd(&self) -> bool {
        self.run.join("systemd/system").is_dir()
    }

    /// Returns the name of the cron daemon that runs, if one does.
    ///
    /// Looked for among the processes, not by a file with a process id: such a file outlives a crash.
    pub(crate) fn cron_daemon(&self) -> Option<String> {
        fs::read_dir(&self.proc)
            .ok()?
            .filter_map(Result::ok)
            .filter(|entry| {
                let name = entry.file_name();
                name.as_encoded_bytes().iter().all(u8::is_ascii_digit)
            })
            .filter_map(|entry| trimmed(&entry.path().join("comm")))
            .find(|name| CRON_DAEMONS.contains(&name.as_str()))
    }

    /// Returns whether the machine's own time is UTC all year, which is what a cron daemon goes by.
    ///
    /// A compiled time zone ends in its rule for all years to come; a constant rule without an offset is UTC.
    pub(crate) fn keeps_utc(&self) -> bool {
        let Ok(zone) = fs::read(self.etc.join("localtime")) else {
            return true;
        };
        let mut lines = zone.rsplit(|byte| *byte == b'\n');
        let rule = lines.nth(1).unwrap_or_default();
        let name_end = rule
            .iter()
            .position(|byte| !byte.is_ascii_alphabetic())
            .unwrap_or(rule.len());
        rule.get(name_end..) == Some(b"0".as_slice())
    }
}

const CRON_DAEMONS: [&str; 5] = ["cron", "crond", "fcron", "bcron-sched", "dcron"];

fn host_name() -> Option<String> {
    hostname::get().ok()?.into_string().ok()
}

/// Returns the text of a small file without the white space around it; none when it cannot be read.
pub(crate) fn trimmed(path: &Path) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(root: &Path) -> Machine {
        Machine {
            sys: root.join("sys"),
            proc: root.join("proc"),
            run: root.join("run"),
            etc: root.join("etc"),
        }
    }

    #[test]
    fn a_cron_daemon_is_found_among_the_processes() {
        let root = tempfile::tempdir().unwrap();
        let machine = machine(root.path());
        for (pid, name) in [("1", "init"), ("77", "cron")] {
            assert_eq!(machine.cron_daemon(), None);
            fs::create_dir_all(machine.proc.join(pid)).unwrap();
            fs::write(machine.proc.join(pid).join("comm"), format!("{name}\n")).unwrap();
        }
        assert_eq!(machine.cron_daemon().as_deref(), Some("cron"));
    }

    #[test]
    fn a_time_zone_is_utc_only_when_its_rule_for_ever_is() {
        let root = tempfile::tempdir().unwrap();
        let machine = machine(root.path());
        assert!(machine.keeps_utc());
        fs::create_dir_all(&machine.etc).unwrap();
        for (rule, utc) in [
            ("UTC0", true),
            ("GMT0BST,M3.5.0/1,M10.5.0", false),
            ("CET-1CEST,M3.5.0,M10.5.0/3", false),
            ("<+0530>-5:30", false),
        ] {
            fs::write(machine.etc.join("localtime"), format!("TZif2…\n{rule}\n")).unwrap();
            assert_eq!(machine.keeps_utc(), utc, "{rule}");
        }
    }
}
