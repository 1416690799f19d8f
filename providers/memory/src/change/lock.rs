//! What a lock lets be done to itself.

use lifeboat_contract::{ErrorClass, ProviderError};
use lifeboat_model::{Address, role};

use crate::catalog;
use crate::resolve::text;
use crate::world::{Record, span};

/// Fails where a lock in compliance mode would be shortened, changed to another mode, or removed: nobody can.
pub(super) fn may_change(
    address: &Address,
    standing: &Record,
    after: Option<&Record>,
) -> Result<(), ProviderError> {
    let is_for_good = |record: &Record| {
        record.kind == catalog::LOCK
            && text(&record.attributes, role::LOCK_MODE) == Some("compliance")
    };
    let lasts = |record: &Record| span(&record.attributes, role::LOCK_FOR).unwrap_or_default();
    let denied = |what: &str, help: &str| {
        let message = format!("`{address}` is a lock in compliance mode and cannot be {what}");
        Err(ProviderError::new(ErrorClass::Denied, message).help(help))
    };
    match after {
        _ if !is_for_good(standing) => Ok(()),
        None => denied("removed", "Keep the lock."),
        Some(after) if !is_for_good(after) => {
            denied("made lighter", "Keep `lock_mode = \"compliance\"`.")
        }
        Some(after) if lasts(after) < lasts(standing) => {
            denied("shortened", "Keep `lock_for`, or make it longer.")
        }
        Some(_) => Ok(()),
    }
}
