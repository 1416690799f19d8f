//! `lifeboat completions`

use clap::CommandFactory as _;

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArguments {
    /// The shell.
    shell: clap_complete::Shell,
}

/// Writes a completion script.
pub(crate) fn run(arguments: &CompletionsArguments) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        "lifeboat",
        &mut script,
    );
    terminal::result(&String::from_utf8_lossy(&script));
    Ok(Exit::Fine)
}
