//! The settings of a bucket that are managed: how each is read and written back.
//!
//! Documents that hold the user's rules too are read, changed in what is ours, and written back whole in one turn.

pub(super) mod access;
pub(super) mod lifecycle;
pub(super) mod lock;
pub(super) mod replication;
pub(super) mod versioning;
