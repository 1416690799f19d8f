//! The codes of findings, each with its page.

/// A code without `finding::`, and its page.
macro_rules! codes {
    ($($code:literal),* $(,)?) => {
        /// The codes of all findings without `finding::`, which are the labels of `ignore` blocks.
        pub const FINDING_CODES: [&str; 18] = [$($code),*];

        const PAGES: [&str; 18] = [$(include_str!(concat!("pages/", $code, ".md"))),*];
    };
}

codes![
    "replica_is_no_backup",
    "same_domain",
    "key_beside_primary",
    "one_key",
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
    "unnamed_place",
];

/// Returns the page of a finding, in Markdown, by its code with or without `finding::`.
pub fn page(code: &str) -> Option<&'static str> {
    let code = code.strip_prefix("finding::").unwrap_or(code);
    let index = FINDING_CODES.iter().position(|known| *known == code)?;
    PAGES.get(index).copied()
}
