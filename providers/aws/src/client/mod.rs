//! How requests leave: one session for each provider block, with its credentials, its region and its clients.
//!
//! `session` opens; `connection` is what it opens with, and what blocks share; `credentials` keeps them; `http` counts
//! and holds back; `retry` says what is tried again; `presign` signs calls across regions; `wait` waits.

mod connection;
mod credentials;
mod http;
mod presign;
pub(crate) mod region;
mod retry;
mod session;
mod wait;

pub use connection::{Connection, Identities, Patience};
pub(crate) use presign::presigned_url;
pub(crate) use session::{Aws, Session};
pub(crate) use wait::until;

#[cfg(test)]
mod tests;
