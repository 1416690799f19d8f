//! A file per command: its arguments, whose comments are its help text, and what it does.

pub(crate) mod apply;
pub(crate) mod backup;
pub(crate) mod completions;
pub(crate) mod destroy;
pub(crate) mod discover;
pub(crate) mod drift;
pub(crate) mod drill;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod import;
pub(crate) mod output;
pub(crate) mod plan;
pub(crate) mod restore;
#[cfg(feature = "aws")]
pub(crate) mod schema;
pub(crate) mod show;
pub(crate) mod state;
pub(crate) mod status;
pub(crate) mod validate;
pub(crate) mod verify;
pub(crate) mod version;
