//! `lifeboat schema`

use lifeboat_aws::{Partition, Purpose, policy};
use serde_json::Value;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

/// Arguments of `schema`.
#[derive(Debug, clap::Args)]
pub(crate) struct SchemaArguments {
    /// What to write.
    #[command(subcommand)]
    command: SchemaCommand,
}

#[derive(Debug, clap::Subcommand)]
enum SchemaCommand {
    /// Write the smallest IAM policy that a command runs with on AWS.
    Iam {
        /// The command: `plan` is enough for drift and status too, `restore` for drills and `verify`.
        #[arg(long = "for", value_enum, value_name = "COMMAND")]
        purpose: For,
        /// The partition of AWS that the accounts are in.
        #[arg(long, value_enum, default_value_t, value_name = "PARTITION")]
        partition: In,
        /// Where the state lies, where that is S3.
        #[arg(long, value_name = "BUCKET/KEY")]
        state_in: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum For {
    Plan,
    Apply,
    Backup,
    Restore,
    Failover,
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum In {
    #[default]
    Aws,
    AwsCn,
    AwsUsGov,
}

/// Writes a document for others.
pub(crate) fn run(session: &Session, arguments: &SchemaArguments) -> Result<Exit, Failure> {
    let SchemaCommand::Iam {
        purpose,
        partition,
        state_in,
    } = &arguments.command;
    let purpose = match purpose {
        For::Plan => Purpose::Plan,
        For::Apply => Purpose::Apply,
        For::Backup => Purpose::Backup,
        For::Restore => Purpose::Restore,
        For::Failover => Purpose::Failover,
    };
    let partition = match partition {
        In::Aws => Partition::Aws,
        In::AwsCn => Partition::China,
        In::AwsUsGov => Partition::UsGov,
    };
    let policy: Value = policy(purpose, partition, state_in.as_deref());
    session.report(|| format!("{policy:#}"), &policy)?;
    Ok(Exit::Fine)
}
