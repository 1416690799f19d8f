//! The local provider over real directories, databases, buckets and schedulers.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot set up has failed"
)]

mod adopt;
mod bucket;
mod conformance;
mod crontab;
mod guard;
mod moto;
mod policy;
mod repository;
mod site;
mod world;
