//! A state in S3, shared between machines: whole objects, written on conditions.
//!
//! `settings` is the block; `store` is what the engine calls, which blocks; `wire` is the requests and what their
//! answers mean; `refusal` says what is wrong with the place, in words that help.

mod locator;
mod refusal;
mod settings;
mod store;
mod wire;

pub use locator::arguments_of;
pub use store::S3Store;
