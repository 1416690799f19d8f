//! The binary as a user meets it: real configuration, real files, real repositories.

mod bad_input;
mod kill;
mod restic;
mod s3;
mod sandbox;
mod walk;
