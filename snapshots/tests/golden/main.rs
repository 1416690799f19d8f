//! One test binary: golden outputs and the rules of the house.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

mod codes;
mod diagnostics;
mod examples;
mod findings;
mod incidents;
mod plans;
mod stage;
mod tidy;
mod world;
