//! What the terminal can show: results go to stdout, diagnostics and progress to stderr.

use std::io::{IsTerminal as _, Write as _};

/// Whether output is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The two streams of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    /// Whether stdout takes colour.
    pub(crate) color: bool,
    /// Whether stderr takes colour.
    pub(crate) color_stderr: bool,
    /// Whether a person watches stderr.
    pub(crate) interactive_stderr: bool,
    /// Columns of stdout; 80 where it is no terminal.
    pub(crate) width: usize,
}

impl Terminal {
    /// Looks at the streams and the environment.
    pub(crate) fn detect(choice: ColorChoice) -> Self {
        let stdout = std::io::stdout().is_terminal();
        let stderr = std::io::stderr().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = |terminal: bool| match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !plain,
        };
        let columns = rustix::termios::tcgetwinsize(std::io::stdout())
            .map_or(0, |size| usize::from(size.ws_col));
        Self {
            color: color(stdout),
            color_stderr: color(stderr),
            interactive_stderr: stderr,
            width: if stdout && columns >= 40 { columns } else { 80 },
        }
    }
}

/// Writes a result to stdout; a reader that went away (`| head`) is no error.
pub(crate) fn result(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes());
    if !text.ends_with('\n') {
        let _ = stdout.write_all(b"\n");
    }
    let _ = stdout.flush();
}

/// Writes a diagnostic to stderr.
pub(crate) fn notice(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes());
    if !text.ends_with('\n') {
        let _ = stderr.write_all(b"\n");
    }
}

/// Asks on the terminal, and returns the answer; none where nobody can answer.
pub(crate) fn ask(question: &str) -> Option<String> {
    if !std::io::stdin().is_terminal() {
        return None;
    }
    notice(question);
    let mut stderr = std::io::stderr().lock();
    let _ = write!(stderr, "  Enter a value: ");
    let _ = stderr.flush();
    drop(stderr);
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).ok()?;
    Some(answer.trim().to_owned())
}

/// Returns whether the locale can show more than ASCII.
pub(crate) fn unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    locale.is_none_or(|name| {
        let name = name.to_ascii_lowercase();
        name.contains("utf-8") || name.contains("utf8")
    })
}
