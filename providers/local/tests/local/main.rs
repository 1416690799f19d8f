//! The local provider over real directories, databases, buckets and schedulers; below it, repositories and restores.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot set up has failed"
)]

mod provider;
mod store;
