//! The command that an entry runs, quoted for whoever runs it.

use std::path::PathBuf;

use lifeboat_model::Address;

use crate::settings::LocalSettings;

/// What is the same in the command of every entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CommandLine {
    /// The program, absolute.
    pub(crate) executable: PathBuf,
    /// The directory of the configuration, absolute.
    pub(crate) config_dir: PathBuf,
    /// The state file, absolute; none for the one that the program finds by itself.
    pub(crate) state: Option<PathBuf>,
}

/// How long a scheduled run waits for the lock: an apply or another backup may be under way.
const LOCK_TIMEOUT: &str = "1h";

impl CommandLine {
    /// Returns the command of a provider that runs here.
    pub(crate) fn of(settings: &LocalSettings) -> Self {
        Self {
            executable: settings.executable.clone(),
            config_dir: settings.config_dir.clone(),
            state: settings.state.clone(),
        }
    }

    /// Returns the words of the command that backs up `protection`.
    fn words(&self, protection: &Address) -> Vec<String> {
        let mut words = vec![
            self.executable.display().to_string(),
            "-C".to_owned(),
            self.config_dir.display().to_string(),
        ];
        if let Some(state) = &self.state {
            words.extend(["--state".to_owned(), state.display().to_string()]);
        }
        words.extend(["--lock-timeout", LOCK_TIMEOUT, "backup", "run"].map(str::to_owned));
        words.push(protection.to_string());
        words
    }

    /// Returns the command for a crontab: quoted for the shell, and `%` for cron, which takes it for a line end.
    pub(crate) fn for_cron(&self, protection: &Address) -> String {
        quoted(&self.words(protection), shell_quoted).replace('%', "\\%")
    }

    /// Returns the command for `ExecStart=`: quoted for systemd, with its specifiers and variables taken literally.
    pub(crate) fn for_systemd(&self, protection: &Address) -> String {
        quoted(&self.words(protection), unit_quoted)
    }

    /// Returns the end of [`Self::for_cron`] from the configuration on, which is what the command does: another copy
    /// of the program does the same.
    pub(crate) fn cron_tail(&self, protection: &Address) -> String {
        tail(&self.for_cron(protection))
    }

    /// Returns the end of [`Self::for_systemd`] from the configuration on.
    pub(crate) fn systemd_tail(&self, protection: &Address) -> String {
        tail(&self.for_systemd(protection))
    }
}

fn quoted(words: &[String], quote: fn(&str) -> String) -> String {
    let words: Vec<String> = words.iter().map(|word| quote(word)).collect();
    words.join(" ")
}

fn tail(command: &str) -> String {
    let at = command.find(" -C ").unwrap_or(0);
    command.get(at..).unwrap_or(command).to_owned()
}

fn is_plain(word: &str) -> bool {
    !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/._-+=:@,".contains(c))
}

fn shell_quoted(word: &str) -> String {
    if is_plain(word) {
        return word.to_owned();
    }
    // Outside of the single quotes a backslash before `%` is for cron; inside, cron removes it all the same.
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn unit_quoted(word: &str) -> String {
    if is_plain(word) {
        return word.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '%' => quoted.push_str("%%"),
            '$' => quoted.push_str("$$"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> (CommandLine, Address) {
        let command = CommandLine {
            executable: "/opt/life boat/bin/lifeboat".into(),
            config_dir: "/srv/it's 100%".into(),
            state: Some("/srv/a state".into()),
        };
        let address = "target.local_directory.docs[\"a$b\"].snapshot[\"d\"]";
        (command, address.parse().unwrap())
    }

    #[test]
    fn a_shell_reads_back_the_words_that_were_quoted() {
        let (command, address) = command();
        // What cron does before it gives the line to the shell.
        let line = command.for_cron(&address).replace("\\%", "%");
        let output = std::process::Command::new("sh")
            .args(["-c", &format!("printf '%s\\n' {line}")])
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            command.words(&address).join("\n") + "\n"
        );
    }

    #[test]
    fn systemd_gets_its_specifiers_and_variables_doubled() {
        let (command, address) = command();
        insta::assert_snapshot!(command.for_systemd(&address), @r#""/opt/life boat/bin/lifeboat" -C "/srv/it's 100%%" --state "/srv/a state" --lock-timeout 1h backup run "target.local_directory.docs[\"a$$b\"].snapshot[\"d\"]""#);
    }
}
