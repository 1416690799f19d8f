//! The provider against servers that speak as AWS does.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot set up has failed"
)]

mod bad_days;
mod conformance_rds;
mod faults;
mod localstack;
mod moto;
mod rds_bulk;
mod rds_copies;
mod rds_estate;
mod rds_planned;
mod rds_points;
mod rds_replicas;
mod rds_restore;
mod rds_settings;
mod s3_localstack;
mod s3_requests;
mod s3_restore;
mod s3_settings;
mod s3_site;
mod s3_stores;
mod session;
mod state;
