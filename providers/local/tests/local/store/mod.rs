//! Repositories, sources, restores and verification against real files, real SQLite, and Debian's restic.

mod bench;
mod database;
mod given;
mod hazards;
mod nasty;
mod places;
mod points;
mod restoring;
mod trouble;
