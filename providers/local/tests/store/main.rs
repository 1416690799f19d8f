//! Repositories, sources, restores and verification against real files, real SQLite, and Debian's restic.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot set up has failed"
)]

mod bench;
mod database;
mod given;
mod hazards;
mod nasty;
mod places;
mod points;
mod restoring;
mod trouble;
