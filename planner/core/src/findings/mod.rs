//! Findings: what an experienced eye would point out in a design, from what has cost others their data.
//!
//! [`inspect`] is the entry: copy graphs and what is recorded go in, [`Finding`]s come out, those that an `ignore`
//! block covers marked as such. Each code has a page of text ([`page`]). [`backup_rule`] counts 3-2-1-1-0.

mod backup_rule;
mod codes;
mod ignored;
mod inspect;
mod rules;
#[cfg(test)]
mod tests;

pub use backup_rule::backup_rule;
pub use codes::{FINDING_CODES, page};
pub(crate) use inspect::{Inspection, inspect};

pub use lifeboat_model::{BackupRule, Finding};
