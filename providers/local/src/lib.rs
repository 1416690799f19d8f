//! Local files and SQLite databases, backed up into repositories in restic's format.

mod catalog;
mod domains;
mod error;
mod file;
mod machine;
pub mod restore;
mod schedule;
mod secret;
pub mod source;
pub mod store;
pub mod verify;

pub use catalog::{
    DIRECTORY, LOCAL_COPY, LOCAL_DIRECTORY, LOCAL_GUARD, LOCAL_SCHEDULE, LOCAL_SNAPSHOT,
    LOCAL_SQLITE, PROVIDER, S3, Scheduling, catalog,
};
