//! Errors of a command: the only place that renders them and maps them to exit codes.

use std::error::Error;

use lifeboat_contract::ProviderError;
use lifeboat_core::diagnostic::{Diagnostics, Sources};
use lifeboat_engine::EngineError;
use lifeboat_engine::audit::AuditError;
use lifeboat_engine::state::StateError;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::terminal::{self, Terminal};

/// Why a command could not do what it was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The configuration is wrong.
    Diagnostics {
        /// What is wrong with it.
        diagnostics: Diagnostics,
        /// Its texts.
        sources: Sources,
    },
    /// Anything else.
    Plain(Box<Plain>),
    /// Already shown; only the exit code is left.
    Shown(Exit),
}

/// An error without a place in the configuration.
#[derive(Debug)]
pub(crate) struct Plain {
    code: String,
    message: String,
    causes: Vec<String>,
    help: Option<String>,
    exit: Exit,
}

impl Failure {
    /// Returns an error with a stable code and a lower-case message.
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self::Plain(Box::new(Plain {
            code: code.to_owned(),
            message: message.into(),
            causes: Vec::new(),
            help: None,
            exit: Exit::Error,
        }))
    }

    /// Returns an error of the command line.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new("cli::usage", message).exit(Exit::Usage)
    }

    /// Returns an error of ours.
    pub(crate) fn bug(message: &str) -> Self {
        Self::new("cli::bug", format!("bug: {message}"))
            .help("Report it, with the command that you ran.")
    }

    /// Returns an error and the chain of what caused it.
    pub(crate) fn from_error(code: &str, error: &(dyn Error + 'static)) -> Self {
        let failure = Self::new(code, error.to_string());
        error.source().map_or_else(
            || Self::new(code, error.to_string()),
            |source| failure.chain(source),
        )
    }

    fn chain(mut self, error: &(dyn Error + 'static)) -> Self {
        if let Self::Plain(plain) = &mut self {
            let mut next = Some(error);
            while let Some(error) = next {
                let text = error.to_string();
                if plain.causes.last() != Some(&text) && plain.message != text {
                    plain.causes.push(text);
                }
                next = error.source();
            }
        }
        self
    }

    /// Adds what caused it.
    pub(crate) fn because(self, error: impl Error + 'static) -> Self {
        self.chain(&error)
    }

    /// Adds what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        if let Self::Plain(plain) = &mut self {
            plain.help = Some(help.into());
        }
        self
    }

    /// Adds what to do, if anything is known.
    pub(crate) fn maybe_help(self, help: Option<String>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// Ends the command with this code.
    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        if let Self::Plain(plain) = &mut self {
            plain.exit = exit;
        }
        self
    }

    /// Returns the code that the command ends with.
    pub(crate) fn code(&self) -> Exit {
        match self {
            Self::Diagnostics { .. } => Exit::Error,
            Self::Plain(plain) => plain.exit,
            Self::Shown(exit) => *exit,
        }
    }

    /// Returns the error for a machine; none if it was shown already.
    pub(crate) fn json(&self) -> Option<Value> {
        match self {
            Self::Diagnostics {
                diagnostics,
                sources,
            } => Some(diagnostics_json(diagnostics, sources)),
            Self::Plain(plain) => Some(json!({
                "type": "diagnostic",
                "severity": "error",
                "code": plain.code,
                "message": plain.message,
                "causes": plain.causes,
                "help": plain.help,
            })),
            Self::Shown(_) => None,
        }
    }

    /// Shows the error: to stderr for a person, as a line of JSON on stdout for a machine.
    pub(crate) fn show(&self, terminal: Terminal, json: bool) {
        if json {
            if let Some(json) = self.json() {
                terminal::result(&json.to_string());
            }
            return;
        }
        match self {
            Self::Diagnostics {
                diagnostics,
                sources,
            } => show_diagnostics(diagnostics, sources, terminal),
            Self::Plain(plain) => terminal::notice(&plain.text(terminal.color_stderr)),
            Self::Shown(_) => {}
        }
    }
}

impl Plain {
    fn text(&self, color: bool) -> String {
        let paint = |codes: &str, text: &str| {
            if color {
                format!("\u{1b}[{codes}m{text}\u{1b}[0m")
            } else {
                text.to_owned()
            }
        };
        let mut text = format!("{} {}", paint("1;31", "Error:"), self.message);
        for cause in &self.causes {
            text.push_str(&format!("\n  {} {cause}", paint("31", "because:")));
        }
        if let Some(help) = &self.help {
            text.push_str(&format!("\n  {} {help}", paint("36", "help:")));
        }
        text.push_str(&paint("2", &format!(" [{}]", self.code)));
        text.push('\n');
        text
    }
}

/// Returns what is wrong with a configuration, for a machine.
fn diagnostics_json(diagnostics: &Diagnostics, sources: &Sources) -> Value {
    json!({
        "format_version": "1.1",
        "valid": !diagnostics.has_errors(),
        "diagnostics": diagnostics.located(sources),
    })
}

/// Shows what is wrong with a configuration, every error with its place.
pub(crate) fn show_diagnostics(diagnostics: &Diagnostics, sources: &Sources, terminal: Terminal) {
    if !terminal.color_stderr {
        terminal::notice(&diagnostics.plain(sources));
        return;
    }
    let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode())
        .with_width(terminal.width)
        .with_context_lines(1);
    for report in diagnostics.reports(sources) {
        let mut text = String::new();
        if handler.render_report(&mut text, &report).is_ok() {
            terminal::notice(&text);
        }
    }
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        let code = format!("provider::{}", error.class);
        let help = error.help.clone();
        Self::from_error(&code, &error).maybe_help(help)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let exit = match &error {
            EngineError::LockHeld(_) => Exit::LockHeld,
            EngineError::Stale { .. } => Exit::Stale,
            EngineError::NeedsLeave { .. } => Exit::NeedsLeave,
            _ => Exit::Error,
        };
        Self::from_error(error.code(), &error)
            .maybe_help(error.help())
            .exit(exit)
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        Self::from_error(error.code(), &error).maybe_help(error.help())
    }
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        Self::from_error(error.code(), &error).maybe_help(error.help())
    }
}
