//! The command line. Each command's own arguments stand in its file, and are its help text.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use lifeboat_model::Span;

use crate::commands;
use crate::terminal::ColorChoice;

/// Disaster recovery as code: say what you protect, how much you may lose and how long you may be down; see the plan,
/// apply it, and keep proving it.
#[derive(Debug, Parser)]
#[command(
    name = "lifeboat",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    /// What every command understands.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command understands.
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// The directory of the configuration; every relative path is taken from it.
    #[arg(short = 'C', long = "chdir", value_name = "DIR", global = true)]
    pub(crate) directory: Option<PathBuf>,
    /// A value for a variable; wins over every other source.
    #[arg(
        long,
        value_name = "NAME=VALUE",
        global = true,
        help_heading = "Variables"
    )]
    pub(crate) var: Vec<String>,
    /// A file with values for variables.
    #[arg(long, value_name = "FILE", global = true, help_heading = "Variables")]
    pub(crate) var_file: Vec<PathBuf>,
    /// Write results for a machine: one JSON document, or one object a line while something runs.
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) json: bool,
    /// Write the JSON into a file, beside the text for a person.
    #[arg(
        long,
        value_name = "FILE",
        global = true,
        conflicts_with = "json",
        help_heading = "Output"
    )]
    pub(crate) json_into: Option<PathBuf>,
    /// Colour: on a terminal unless `NO_COLOR` is set, always, or never.
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        global = true,
        help_heading = "Output"
    )]
    pub(crate) color: ColorChoice,
    /// Show everything: unchanged attributes and long values too, and how many requests were sent.
    #[arg(short, long, global = true, help_heading = "Output")]
    pub(crate) verbose: bool,
    /// The state: a file, or `s3://BUCKET/KEY?region=REGION`; wins over the one that the configuration names.
    #[arg(long, value_name = "FILE", global = true, help_heading = "Running")]
    pub(crate) state: Option<PathBuf>,
    /// How long to wait for somebody else's lock.
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "0s",
        global = true,
        help_heading = "Running"
    )]
    pub(crate) lock_timeout: Span,
    /// How many changes run at once.
    #[arg(long, value_name = "N", default_value_t = 10, global = true, help_heading = "Running", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) parallelism: u16,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check the configuration: every error of every file.
    Validate(commands::validate::ValidateArguments),
    /// Lay the configuration out in the canonical way.
    Fmt(commands::fmt::FmtArguments),
    /// Show what would change, and what would be lost.
    Plan(commands::plan::PlanArguments),
    /// Make live what the configuration says.
    Apply(commands::apply::ApplyArguments),
    /// Remove everything that is managed here.
    Destroy(commands::destroy::DestroyArguments),
    /// Show what changed behind lifeboat's back. Reads only.
    Drift(commands::drift::DriftArguments),
    /// Show the age of the newest recovery points, the last verification and the last drill.
    Status(commands::status::StatusArguments),
    /// Show why an objective is met or not, number by number; or the page of a finding.
    Explain(commands::explain::ExplainArguments),
    /// Show a saved plan, or the state.
    Show(commands::show::ShowArguments),
    /// Look into the state, or remove something from it.
    State(commands::state::StateArguments),
    /// Take what is live into the state.
    Import(commands::import::ImportArguments),
    /// List the data stores that there are, and what protects each now. Reads only.
    Discover(commands::discover::DiscoverArguments),
    /// Show the values of the outputs.
    Output(commands::output::OutputArguments),
    /// Make a recovery point now, or list the ones that there are.
    Backup(commands::backup::BackupArguments),
    /// Bring a recovery point back.
    Restore(commands::restore::RestoreArguments),
    /// Check recovery points where they are.
    Verify(commands::verify::VerifyArguments),
    /// Rehearse: restore into a scratch place, check it, and record how long it took.
    Drill(commands::drill::DrillArguments),
    /// Write what others need of lifeboat, such as the permissions that a command takes.
    #[cfg(feature = "aws")]
    Schema(commands::schema::SchemaArguments),
    /// Write a completion script for a shell.
    Completions(commands::completions::CompletionsArguments),
    /// Show the version.
    Version(commands::version::VersionArguments),
}
