//! Shows plans, exposure, drift and status; each format a view of one value.
//!
//! Entry: [`plan_text`]. Way of the data: a value of the model and a [`Style`] → text or JSON, never anything else.
//! The order of the files is the order of a plan's text: recovery points, drift, exposure, actions, notices, summary.
//!
//! Determinism: what is written depends on the arguments only; ages are counted from an `as_of`. Colour is written
//! in one place (`canvas`), which also spells out control characters, so that no name can steer a terminal.

mod action;
mod canvas;
mod cost;
mod document;
mod drift;
mod explain;
mod exposure;
mod findings;
mod goals;
mod json;
mod markdown;
mod measure;
mod moment;
mod notice;
mod offline;
mod page;
mod plan;
mod points;
mod proposal;
mod report;
mod state;
mod status;
mod status_goals;
mod status_runs;
mod status_text;
mod style;
mod summary;
#[cfg(test)]
#[expect(clippy::too_many_lines, reason = "a test shows the whole output")]
mod tests;
mod value;
mod wording;

pub use document::PlanDocument;
pub use drift::drift_text;
pub use explain::{Explanation, ScopeExplanation, explain_json, explain_text};
pub use goals::objectives_text;
pub use json::{
    FORMAT_VERSION, drift_json, event_json, plan_events, plan_json, points_json, report_json,
};
pub use markdown::plan_markdown;
pub use measure::Objectives;
pub use offline::{offline_json, offline_text};
pub use page::page_text;
pub use plan::{Next, PlanView, plan_text};
pub use points::points_text;
pub use proposal::proposal_text;
pub use report::{
    BackUpView, CheckResult, DrillView, PathProblem, RestoreView, VerifyView, backup_text,
    drill_text, restore_text, verify_text,
};
pub use state::{state_list, state_show, state_text};
pub use status::{
    ProtectionStatus, ServiceStatus, StatusInputs, StatusReport, TargetStatus, status,
};
pub use status_goals::{GoalStatus, GoalVerdict};
pub use status_runs::Runner;
pub use status_text::{status_objectives_text, status_text};
pub use style::Style;
pub use summary::{Summary, applied_text};
