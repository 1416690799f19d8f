//! The binary `lifeboat`: the only place with a clock, an environment, a terminal and exit codes.
//!
//! Way of a command: `arguments` → `session` → a file of `commands`, which loads (`load`), prepares (`prepare`), runs
//! the engine and reports. Errors come back as `failure`s and are rendered here only.

mod arguments;
mod clock;
mod commands;
mod events;
mod exit;
mod failure;
mod interrupt;
mod load;
mod operating;
mod prepare;
mod registry;
mod saved;
mod select;
mod session;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Arguments, Command};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use crate::terminal::Terminal;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Fine
            };
            let _ = error.print();
            return exit.into();
        }
    };
    let terminal = Terminal::detect(arguments.global.color);
    let json = arguments.global.json;
    match start(arguments, terminal) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            failure.show(terminal, json);
            failure.code().into()
        }
    }
}

fn start(arguments: Arguments, terminal: Terminal) -> Result<Exit, Failure> {
    if let Some(directory) = &arguments.global.directory {
        std::env::set_current_dir(directory).map_err(|error| {
            Failure::new(
                "cli::directory",
                format!("`{}` cannot be entered", directory.display()),
            )
            .because(error)
        })?;
    }
    log();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("cli::runtime", "the runtime cannot start").because(error))?;
    let session = Session::new(arguments.global, terminal)?;
    let exit = runtime.block_on(async {
        let watch = tokio::spawn(interrupt::watch(session.stop.clone()));
        let exit = dispatch(&session, &arguments.command).await;
        watch.abort();
        session.tell_requests();
        exit
    });
    let json = exit.as_ref().err().and_then(Failure::json);
    if let Some(json) = json
        && let Err(unwritable) = session.write_beside(&json)
    {
        unwritable.show(terminal, session.global.json);
    }
    // A call that was stopped twice may still hold a thread; the process does not wait for it.
    runtime.shutdown_background();
    exit
}

/// Writes diagnostics of the code itself to stderr when `LIFEBOAT_LOG` asks for them.
fn log() {
    let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("LIFEBOAT_LOG") else {
        return;
    };
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .try_init();
}

async fn dispatch(session: &Session, command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::Validate(arguments) => commands::validate::run(session, arguments),
        Command::Fmt(arguments) => commands::fmt::run(arguments),
        Command::Plan(arguments) => commands::plan::run(session, arguments).await,
        Command::Apply(arguments) => commands::apply::run(session, arguments).await,
        Command::Destroy(arguments) => commands::destroy::run(session, arguments).await,
        Command::Drift(arguments) => commands::drift::run(session, arguments).await,
        Command::Status(arguments) => commands::status::run(session, arguments).await,
        Command::Explain(arguments) => commands::explain::run(session, arguments).await,
        Command::Show(arguments) => commands::show::run(session, arguments),
        Command::State(arguments) => commands::state::run(session, arguments).await,
        Command::Import(arguments) => commands::import::run(session, arguments).await,
        Command::Discover(arguments) => commands::discover::run(session, arguments).await,
        Command::Output(arguments) => commands::output::run(session, arguments),
        Command::Backup(arguments) => commands::backup::run(session, arguments).await,
        Command::Restore(arguments) => commands::restore::run(session, arguments).await,
        Command::Verify(arguments) => commands::verify::run(session, arguments).await,
        Command::Drill(arguments) => commands::drill::run(session, arguments).await,
        #[cfg(feature = "aws")]
        Command::Schema(arguments) => commands::schema::run(session, arguments),
        Command::Completions(arguments) => commands::completions::run(arguments),
        Command::Version(arguments) => commands::version::run(session, arguments),
    }
}
