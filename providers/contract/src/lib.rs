//! What a provider is: it describes, reads, changes, and acts. Nothing else knows how a real system is spoken to.
//!
//! The entry type is the trait [`Provider`]. The way of the data: [`Provider::catalog`] gives the planner what it
//! must know, as data; [`Provider::read`] answers with live resources in bulk; [`Provider::change`] carries out one
//! planned change and reads it back; [`Provider::back_up`], [`Provider::restore`] and [`Provider::verify`] act on
//! one protection.
//!
//! Rules for every provider, which the `conformance` feature tests:
//! - a call that is repeated with the same token after a crash finds its own work and finishes it, never doubles it;
//! - absence and unreadability are never confused: what does not exist is missing from the answer, what cannot be
//!   read is a failure in it;
//! - attributes that are read back equal the attributes that were applied, so that the next plan is empty;
//! - no secret value leaves the provider, in an attribute, an error or a log.
//!
//! Determinism: none promised; this is where the world begins.

mod act;
mod change;
#[cfg(feature = "conformance")]
pub mod conformance;
mod context;
mod discover;
mod error;
pub mod objects;
mod provider;
mod read;

pub use act::{
    BackUpReport, BackUpRequest, Check, Destination, PathFailure, Protected, RestoreReport,
    RestoreRequest, RestoredRequest, VerifyReport, VerifyRequest,
};
pub use change::{ChangeKind, ChangeRequest};
pub use context::{CallContext, Cancel, Progress, Silent};
pub use discover::{DiscoverQuery, Discovered};
pub use error::{ErrorClass, ProviderError};
pub use provider::Provider;
pub use read::{ReadItem, ReadRequest};
