//! Findings: what an experienced eye would point out in a design.

/// The codes of all findings without `finding::`, which are the labels of `ignore` blocks.
pub const FINDING_CODES: [&str; 16] = [
    "replica_is_no_backup",
    "same_domain",
    "key_beside_primary",
    "catalogue_beside_primary",
    "lock_too_short",
    "retention_below_dwell",
    "log_without_timeout",
    "log_queue_drops",
    "never_drilled",
    "drill_overdue",
    "rto_inversion",
    "no_fencing",
    "restore_rate_unknown",
    "unprotected_after_failover",
    "kept_past_deletion",
    "measured_contradicts_declared",
];
