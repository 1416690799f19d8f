//! The conformance suite: what every provider must do, as one body of checks that each of them runs.
//!
//! A provider's test implements [`Subject`], which makes [`Site`]s: small worlds with one target and two
//! repositories, described by a [`Fixture`]. [`run_all`] makes a new site for each check, so that no check sees what
//! another left, and collects every failure in a [`Report`]. What a provider cannot do it leaves out of its fixture,
//! or answers with `false` when asked to meddle; the checks that need it are then listed as skipped.
//!
//! ```ignore
//! let report = conformance::run_all(&MySubject::new()).await;
//! assert!(report.is_clean(), "{report}");
//! assert_eq!(report.skipped(), ["bulk_reads"]);
//! ```
//!
//! Determinism: names, tokens and times are the same in every run.

mod bench;
mod checks;
mod fixture;
mod report;
mod subject;

pub use checks::{CHECKS, run, run_all};
pub use fixture::{Fixture, Item};
pub use report::{Outcome, Report, Verdict};
pub use subject::{Meddling, Site, Subject};
