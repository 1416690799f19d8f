//! Bringing recovery points of RDS back, checking what came back, and clearing it away.
//!
//! RDS never restores into an instance: each restore makes a new one, with a new endpoint. What a plain restore loses,
//! the parameter, option, subnet and security groups, the class, Multi-AZ and deletion protection, is put back from
//! what the point recorded. Nothing here asks the region of the original where a copy is restored elsewhere: that
//! region may be what is gone.

mod bring_back;
mod cluster;
mod groups;
mod instance;
mod origin;
mod place;
mod scratch;
mod verify;

pub(super) use bring_back::restore;
pub(super) use scratch::discard_scratch;
pub(super) use verify::verify_restored;
