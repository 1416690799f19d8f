//! Every view of one fixture, as a reader sees it.

mod any;
mod fixture;
mod goals;
mod machine;
mod objectives;
mod plan;
mod report;
mod status;
mod value;
