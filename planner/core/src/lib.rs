//! The pure planner: from text to a plan, and from a plan to what a reader sees.
//!
//! Way of the data, which is the order of the modules: `language` reads text into a [`configuration`], or says in
//! [`diagnostic`]s what is wrong with it; `design`
//! compiles it to a desired state; `exposure` says what would be lost; `diff` compares recorded, live and desired;
//! `order` sorts the actions so that nothing is ever less protected; `check` grades the plan; `render` shows it.
//!
//! Determinism: no clock, no file system, no network, no entropy. Time and randomness are arguments, maps are
//! ordered: the same input gives the same bytes.

pub mod check;
pub mod configuration;
pub mod cost;
pub mod design;
pub mod diagnostic;
pub mod diff;
pub mod exposure;
pub mod findings;
pub mod language;
pub mod order;
pub mod planning;
pub mod proposal;
pub mod render;
pub mod synthesis;
