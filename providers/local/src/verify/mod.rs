//! Verifying: repositories where they are, and restored data against its point.

mod repository;
mod restored;

pub use restored::verify_restored;
