//! The provider against servers that speak as AWS does.

mod bad_days;
mod faults;
mod moto;
mod rds_estate;
mod rds_points;
mod rds_restore;
mod session;
