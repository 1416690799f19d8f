//! Buckets of S3, and of stores that speak it.
//!
//! `catalog` is what the planner knows, `read` the bulk read, `change` what is written, `act` what is done with points.
//! `settings` has a file for each setting of a bucket, `tags` who manages which, `estate` what there is, `bucket` one
//! bucket in its region, `points` the instants that versions bring back, `wanted` what attributes ask for.

mod act;
mod ask;
mod bucket;
mod catalog;
mod change;
mod estate;
mod points;
mod read;
pub(crate) mod service;
mod settings;
mod tags;
mod wanted;

pub(crate) use catalog::catalog;
