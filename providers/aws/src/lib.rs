//! RDS and S3 on AWS, protected across regions and accounts.
//!
//! `client` is how requests leave: credentials by the SDK's chain, retries, time limits, counting, the classes of
//! errors. `rds` and `s3` each have their kinds, their bulk reads, their changes and what acts on recovery points.
//! `state` keeps the recorded snapshot in a bucket that machines share. `ownership` is what marks an object as managed
//! by a configuration, `iam` what leave each command needs. Nothing else of lifeboat compiles an AWS crate.

mod catalog;
mod client;
mod discover;
mod error;
mod iam;
mod ownership;
mod provider;
mod rds;
mod s3;
mod settings;
mod state;

pub use catalog::{catalog, catalog_elsewhere};
pub use client::{Connection, Identities, Patience};
pub use iam::{Partition, Purpose, policy};
pub use provider::AwsProvider;
pub use state::{S3Store, arguments_of as state_arguments};
