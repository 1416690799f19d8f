//! Grades a finished plan, apart from the planner that made it.
//!
//! Nothing here is shared with the stages that make a plan, except the model of exposure: a mistake of theirs is
//! found, not repeated.

mod downsets;
mod finding;
mod protection;
mod shape;
mod touched;

use lifeboat_model::{Catalog, LiveState, Plan, RecordedState};

pub use finding::Finding;
pub(crate) use protection::EXACT;
pub(crate) use protection::{less_protected, steps};

use crate::design::Design;

/// Returns everything that is wrong with a plan; nothing for a sound one.
pub fn grade(
    plan: &Plan,
    design: &Design,
    live: &LiveState,
    recorded: &RecordedState,
    catalog: &Catalog,
) -> Vec<Finding> {
    let mut findings = shape::shape(plan);
    findings.extend(touched::touched(plan, live, recorded, catalog));
    findings.extend(less_protected(plan, design, live, recorded, catalog));
    findings
}
