//! Local files and SQLite databases, backed up into repositories in restic's format.
//!
//! The entry type is [`LocalProvider`]. The way of the data: [`catalog`] says what there is; a read looks at the
//! targets, the repositories and the scheduler of the machine, each place once; a change writes a repository, a policy
//! document or a schedule; acting reads a [`source`], fills a [`store`], [`restore`]s from it and [`verify`]s it.
//! Failure domains come from the devices below the paths.
//!
//! Determinism: none promised; what is read is the machine.

mod act;
mod catalog;
mod change;
mod domains;
mod error;
mod file;
mod local;
mod machine;
mod needs;
mod policy;
mod provider;
mod read;
mod repository;
pub mod restore;
mod schedule;
mod scratch;
mod secret;
mod settings;
pub mod source;
pub mod store;
pub mod verify;

pub use catalog::{
    DIRECTORY, LOCAL_COPY, LOCAL_DIRECTORY, LOCAL_GUARD, LOCAL_SCHEDULE, LOCAL_SNAPSHOT,
    LOCAL_SQLITE, PROVIDER, S3, Scheduling, catalog, catalog_elsewhere, catalog_of,
};
pub use machine::Machine;
pub use provider::LocalProvider;
pub use settings::LocalSettings;
