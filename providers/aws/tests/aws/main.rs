//! The provider against servers that speak as AWS does.

mod bad_days;
mod faults;
mod moto;
mod rds_bulk;
mod rds_copies;
mod rds_estate;
mod rds_planned;
mod rds_points;
mod rds_replicas;
mod rds_restore;
mod rds_settings;
mod session;
