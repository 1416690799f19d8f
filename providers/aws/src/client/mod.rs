//! How requests leave: one session for each provider block, with its credentials, its region and its clients.

mod http;
mod presign;
mod session;
mod wait;

pub use http::Connection;
pub(crate) use http::Requests;
pub(crate) use presign::presigned_url;
pub(crate) use session::{Aws, Session};
pub(crate) use wait::until;
