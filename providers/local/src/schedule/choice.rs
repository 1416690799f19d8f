//! Which scheduler a machine has.

use std::path::{Path, PathBuf};

use lifeboat_contract::ProviderError;
use lifeboat_model::Attributes;

use super::{CommandLine, Crontab, Scheduler, Systemd};
use crate::catalog::{NOBODY, Scheduling, text};
use crate::error::invalid;
use crate::settings::LocalSettings;

/// The scheduler that was chosen, and what the planner is told about it.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// Where entries go, if lifeboat installs any.
    pub(crate) scheduler: Option<Scheduler>,
    /// What the catalog says.
    pub(crate) scheduling: Scheduling,
    /// Whether something runs the entries now.
    pub(crate) daemon_running: bool,
}

const NEITHER: &str = "this machine has neither systemd nor a running cron daemon";

/// Chooses the scheduler that the provider's block asks for, by the facts of the machine.
///
/// `auto` is systemd where it runs the machine, else the crontab where its command exists and a daemon runs it, else
/// none.
///
/// # Errors
/// `invalid` when the block names another one.
pub(crate) fn choose(
    block: &Attributes,
    settings: &LocalSettings,
) -> Result<Choice, ProviderError> {
    let LocalSettings {
        base_dir, machine, ..
    } = settings;
    let crontab_command = text(block, "crontab_command").unwrap_or("crontab");
    let systemd_runs = machine.runs_systemd();
    let daemon = machine.cron_daemon();
    let asked = text(block, "scheduler").unwrap_or("auto");
    let chosen = match asked {
        "auto" if systemd_runs => "systemd",
        "auto" if daemon.is_some() && is_command(crontab_command, base_dir) => "crontab",
        "auto" => "none",
        other => other,
    };
    let choice = match chosen {
        "systemd" => {
            let units = text(block, "systemd_unit_dir").map(|path| base_dir.join(path));
            let systemd = Systemd::new(units, systemd_runs, CommandLine::of(settings))?;
            let unscheduled = "systemd does not run this machine, so that nothing runs its timers";
            installed(Scheduler::Systemd(systemd), systemd_runs, unscheduled)
        }
        "crontab" => {
            let crontab = Crontab::new(crontab_command, settings);
            let unscheduled =
                "no cron daemon runs on this machine, so that nothing runs its crontab";
            installed(Scheduler::Crontab(crontab), daemon.is_some(), unscheduled)
        }
        "external" => absent(Scheduling::External),
        "none" if asked == "auto" => absent(Scheduling::Nobody(NEITHER.to_owned())),
        "none" => absent(Scheduling::Nobody(NOBODY.to_owned())),
        other => {
            return Err(invalid(
                format!("`{other}` is not a scheduler"),
                "Choose `auto`, `systemd`, `crontab`, `external` or `none`.",
            ));
        }
    };
    Ok(choice)
}

fn installed(scheduler: Scheduler, daemon_running: bool, unscheduled: &str) -> Choice {
    Choice {
        scheduler: Some(scheduler),
        scheduling: Scheduling::Installed {
            unscheduled: (!daemon_running).then(|| unscheduled.to_owned()),
        },
        daemon_running,
    }
}

fn absent(scheduling: Scheduling) -> Choice {
    Choice {
        scheduler: None,
        scheduling,
        daemon_running: false,
    }
}

/// Returns whether a command can be found: by its path, or in the directories of `PATH`.
fn is_command(command: &str, base_dir: &Path) -> bool {
    if command.contains('/') {
        return base_dir.join(command).is_file();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/bin")])
        .any(|dir| dir.join(command).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Machine;
    use serde_json::json;

    fn chosen(scheduler: &str, systemd: bool, cron: bool) -> String {
        let root = tempfile::tempdir().unwrap();
        let machine = Machine {
            proc: root.path().join("proc"),
            run: root.path().join("run"),
            ..Machine::default()
        };
        if systemd {
            std::fs::create_dir_all(machine.run.join("systemd/system")).unwrap();
        }
        if cron {
            std::fs::create_dir_all(machine.proc.join("9")).unwrap();
            std::fs::write(machine.proc.join("9/comm"), "cron\n").unwrap();
        }
        std::fs::write(root.path().join("crontab"), "").unwrap();
        let block = [
            ("scheduler".to_owned(), json!(scheduler)),
            ("crontab_command".to_owned(), json!("./crontab")),
            ("systemd_unit_dir".to_owned(), json!("units")),
        ]
        .into();
        let path = |name: &str| root.path().join(name);
        let base = path(".");
        let settings = LocalSettings {
            machine,
            ..LocalSettings::new(base, path("lifeboat"), path("cache"), path("scratch"))
        };
        match choose(&block, &settings) {
            Ok(choice) => format!(
                "{}: {:?}",
                choice.scheduler.map_or("nothing", |s| s.name()),
                choice.scheduling
            ),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_machine_decides_unless_the_block_does() {
        let table = [
            chosen("auto", true, true),
            chosen("auto", false, true),
            chosen("auto", false, false),
            chosen("crontab", false, false),
            chosen("systemd", false, true),
            chosen("external", true, true),
            chosen("none", true, true),
            chosen("at", true, true),
        ];
        insta::assert_snapshot!(table.join("\n"), @r#"
        systemd: Installed { unscheduled: None }
        crontab: Installed { unscheduled: None }
        nothing: Nobody("this machine has neither systemd nor a running cron daemon")
        crontab: Installed { unscheduled: Some("no cron daemon runs on this machine, so that nothing runs its crontab") }
        systemd: Installed { unscheduled: Some("systemd does not run this machine, so that nothing runs its timers") }
        nothing: External
        nothing: Nobody("the provider's block says `scheduler = \"none\"`")
        `at` is not a scheduler
        "#);
    }
}
