//! RDS instances and Aurora clusters.
//!
//! `catalog` is what the planner must know, `read` the bulk reads, `change` what is written. `marks` are the tags by
//! which a setting of somebody's database is known as ours.

mod catalog;
mod change;
mod marks;
mod read;
pub(crate) mod service;
mod subject;

pub(crate) use catalog::catalog;
pub(crate) use change::Gates;
