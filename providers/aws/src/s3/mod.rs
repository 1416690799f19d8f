//! Buckets of S3, and of stores that speak it.

mod catalog;
pub(crate) mod service;

pub(crate) use catalog::catalog;
