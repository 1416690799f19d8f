//! The nouns of lifeboat, below everything else.
//!
//! A crate of plain values: [`Address`] names a thing, [`Span`] and [`Bound`] measure time, [`Objective`] and
//! [`Retention`] state the promise, [`DesiredState`], [`LiveState`] and [`RecordedState`] are the three snapshots
//! that a plan compares, [`Catalog`] is what providers know, and [`Plan`] is what an apply executes.
//!
//! Way of the data: configuration → [`DesiredState`]; providers → [`LiveState`]; state file → [`RecordedState`];
//! the three → [`Plan`].
//!
//! Determinism: nothing here reads a clock, a file, the environment or entropy. Time is an argument
//! ([`jiff::Timestamp`]); every map is ordered, so that the same value has the same bytes.

mod address;
mod bound;
mod catalog;
mod desired;
mod digest;
mod exposure;
mod finding;
mod input;
mod live;
mod objective;
mod plan;
mod price;
mod provenance;
mod recorded;
mod retention;
mod schedule;
mod scope;
mod size;
mod span;

pub use address::{Address, AddressError, Block, Part};
pub use bound::Bound;
pub use catalog::{
    AttributeSpec, Catalog, KindRole, KindSpec, Mechanism, Offer, ProtectionSpec, Strength,
    ValueType, role,
};
pub use desired::{Attributes, DesiredResource, DesiredState, OnRemove};
pub use digest::Digest;
pub use exposure::{Choice, Exposure, ExposureRow, Figure, Step, Verdict};
pub use finding::{BackupRule, Finding, Ignored};
pub use input::{InputSpec, InputUnit, InputValue, Measurement, ModelInput};
pub use live::{
    Domain, LiveResource, LiveState, Need, NeedKind, ReadFailure, RecoveryPoint, RecoveryPointId,
};
pub use objective::{Goal, Objective};
pub use plan::{
    Action, ActionId, Cause, Drift, DriftKind, Effect, Loss, Notice, Plan, PlanOptions, Severity,
    Verb,
};
pub use price::{Cost, Money, Price, PriceItem};
pub use provenance::Provenance;
pub use recorded::{DrillRecord, RecordedResource, RecordedState, VerifyRecord};
pub use retention::{Fate, Keep, Retention, Tier};
pub use schedule::{Runs, Schedule, ScheduleError};
pub use scope::Scope;
pub use size::{ByteSize, Rate, SizeError};
pub use span::{Span, SpanError};
