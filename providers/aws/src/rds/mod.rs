//! RDS instances and Aurora clusters.
//!
//! `catalog` is what the planner must know, `read` the bulk reads, `change` what is written. `marks` are the tags by
//! which a setting of somebody's database is known as ours. `points` are the recovery points, `restore` brings them back.

mod catalog;
mod change;
mod marks;
mod points;
mod read;
mod restore;
pub(crate) mod service;
mod subject;

pub(crate) use catalog::{CLUSTER, INSTANCE, catalog};
pub(crate) use change::Gates;
pub(crate) use read::{Database, clusters, instances};
