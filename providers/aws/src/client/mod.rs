//! How requests leave: one session for each provider block, with its credentials, its region and its clients.

mod http;
mod session;

pub use http::Connection;
pub(crate) use http::Requests;
pub(crate) use session::{Aws, Session};
