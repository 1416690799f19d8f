//! Facts about the machine, read where the kernel and the system keep them.

use std::fs;
use std::net::IpAddr;
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

    /// Returns whether a host in lower case is this machine: by its name, with or without a domain, by an address of
    /// its own, or by a name that its `hosts` file gives such an address. Nothing is asked of the network.
    pub(crate) fn is_called(&self, host: &str) -> bool {
        if let Ok(address) = host.parse::<IpAddr>() {
            return self.has_address(address);
        }
        let name = trimmed(&self.proc.join("sys/kernel/hostname")).unwrap_or_default();
        let label = |name: &str| name.split('.').next().unwrap_or(name).to_ascii_lowercase();
        if !name.is_empty() && label(&name) == label(host) {
            return true;
        }
        let hosts = fs::read_to_string(self.etc.join("hosts")).unwrap_or_default();
        hosts.lines().any(|line| {
            let line = line.split('#').next().unwrap_or(line);
            let mut words = line.split_whitespace();
            let address = words.next().and_then(|it| it.parse::<IpAddr>().ok());
            words.any(|word| word.eq_ignore_ascii_case(host))
                && address.is_some_and(|it| it.is_loopback() || self.has_address(it))
        })
    }

    /// Returns whether an address is one of this machine, as the kernel lists them: `fib_trie` has each on a line of
    /// its own before one that says that it is local; `if_inet6` has them without colons.
    fn has_address(&self, address: IpAddr) -> bool {
        let read = |name: &str| fs::read_to_string(self.proc.join(name)).unwrap_or_default();
        match address {
            IpAddr::V4(address) => {
                let wanted = format!("|-- {address}");
                let table = read("net/fib_trie");
                let following = table.lines().skip(1);
                table
                    .lines()
                    .zip(following)
                    .any(|(line, next)| line.trim() == wanted && next.trim() == "/32 host LOCAL")
            }
            IpAddr::V6(address) => {
                let wanted = format!("{:032x}", u128::from(address));
                read("net/if_inet6")
                    .lines()
                    .any(|line| line.starts_with(&wanted))
            }
        }
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
