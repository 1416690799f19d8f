//! The rules, one idea a file.

mod domain;
mod drill;
mod failover;
mod lock;
mod log;
mod measured;
mod replica;
mod restore;
mod retention;
mod unnamed;

use lifeboat_model::Finding;

use super::inspect::Subject;
use crate::exposure::graph::{Capture, Copy, Logical};

pub(super) use failover::inversion;
pub(super) use measured::contradiction;
pub(super) use unnamed::places;

/// Adds what it finds about one target.
pub(super) type Rule = fn(&Subject<'_>, &mut Vec<Finding>);

/// Every rule that looks at one target.
pub(super) const OF_TARGETS: [Rule; 15] = [
    replica::is_no_backup,
    domain::same,
    domain::key,
    domain::one_key,
    domain::catalogue,
    lock::too_short,
    retention::below_dwell,
    retention::kept_past_deletion,
    log::without_timeout,
    log::queue_drops,
    drill::never,
    drill::overdue,
    failover::no_fencing,
    failover::unprotected,
    restore::rate_unknown,
];

/// Returns whether a copy keeps what was, whatever happens to the data.
fn is_backup(copy: &Copy) -> bool {
    copy.logical == Logical::Isolated && !matches!(copy.capture, Capture::Never(_))
}

/// Returns whether a copy is a live one.
fn is_replica(copy: &Copy) -> bool {
    matches!(copy.capture, Capture::Replica(_))
}
