//! Recovery points of RDS instances and Aurora clusters: what they are, and making, copying, deleting and checking them.
//!
//! A point is a manual snapshot that carries our tags, or an end of what automated backups reach. Everything that is
//! known of a snapshot stands in its tags, so that a lost state loses nothing: who made it, by which call, of which
//! instant, of what it is a copy, and the groups and the shape of the instance, so that a restore can put them back.

mod back_up;
mod copy;
mod delete;
mod list;
mod log;
mod name;
mod share;
mod shape;
mod snapshot;
mod source;
mod stamp;
mod verify;

pub(super) use back_up::back_up;
pub(super) use delete::delete_points;
pub(super) use list::{backups_of, cluster, instance, snapshots_of};
pub(super) use log::{Reach, points_of_log};
pub(super) use shape::Shape;
pub(super) use snapshot::{Snapshot, points_of};
pub(super) use source::{Engine, Place, Source, place_of};
pub(super) use verify::verify;
