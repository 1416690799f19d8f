//! RDS instances and Aurora clusters.

mod catalog;
pub(crate) mod service;

pub(crate) use catalog::catalog;
