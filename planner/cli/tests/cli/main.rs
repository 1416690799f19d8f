//! The binary as a user meets it: real configuration, real files, real repositories.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot set up has failed"
)]

mod bad_input;
mod chosen;
mod corruption;
mod goals;
mod kill;
mod restic;
mod s3;
mod sandbox;
#[cfg(feature = "aws")]
mod schema;
#[cfg(feature = "aws")]
mod shared_state;
mod unattended;
mod walk;
