//! The local provider over real directories, databases, buckets and schedulers.

mod adopt;
mod bucket;
mod conformance;
mod crontab;
mod guard;
mod moto;
mod policy;
mod repository;
mod site;
mod standing;
mod world;
