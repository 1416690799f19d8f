//! Repositories as the provider sees them: from attributes to a place, from a place to what is live in it.

mod open;
mod resolve;
mod view;
mod wipe;

pub(crate) use open::{Compression, Repositories};
pub(crate) use resolve::{Access, operator};
pub(crate) use view::{Contents, View};
pub(crate) use wipe::wipe;
