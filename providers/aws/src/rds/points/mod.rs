//! Recovery points of RDS instances and Aurora clusters: what they are, and making, copying, deleting and checking them.
//!
//! A point is a manual snapshot that carries our tags, or an end of what automated backups reach. Everything that is
//! known of a snapshot stands in its tags, so that a lost state loses nothing: who made it, by which call, of which
//! instant, of what it is a copy, and the groups and the shape of the instance, so that a restore can put them back.

pub(super) mod back_up;
pub(super) mod copy;
mod delete;
pub(super) mod list;
pub(super) mod log;
pub(super) mod name;
pub(super) mod shape;
mod share;
pub(super) mod snapshot;
pub(super) mod source;
pub(super) mod stamp;
pub(super) mod verify;

pub(super) use back_up::back_up;
pub(super) use delete::delete_points;
pub(super) use verify::verify;
