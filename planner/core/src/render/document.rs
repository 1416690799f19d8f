//! The public document of a plan, written row by row: a plan of thousands of actions is never held twice.

use lifeboat_model::{Catalog, Plan, Severity};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Value, json};

use super::json::{
    FORMAT_VERSION, change, cost, drifted, exposure, finding, loss, notice, outputs,
};
use super::measure::Objectives;
use super::proposal;
use super::summary::Summary;
use crate::proposal::Proposals;

/// A plan, serialised as its public document with its keys in order.
///
/// `complete` says that nothing was left out of the plan, `errored` that it carries an error and apply is refused.
#[derive(Clone, Copy, Debug)]
pub struct PlanDocument<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What is known of its kinds, for what an action leaves unknown until it is done.
    pub catalog: Option<&'a Catalog>,
    /// What would keep the objectives that are not kept.
    pub proposals: Option<&'a Proposals>,
}

/// Serialises each row as the value that the function makes of it.
struct Rows<'a, T, F>(&'a [T], F);

impl<T, F: Fn(&T) -> Value> Serialize for Rows<'_, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
}

impl Serialize for PlanDocument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            plan,
            catalog,
            proposals,
        } = *self;
        let errored = plan
            .notices
            .iter()
            .any(|notice| notice.severity == Severity::Error);
        let digest = plan.digest().map(|digest| digest.to_string()).ok();
        let all = Objectives::of(&plan.exposure);
        let objectives = json!({ "total": all.total, "met": all.met, "met_before": all.met_before, "assuming": all.assuming });
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("applyable", &(!plan.is_empty() && !errored))?;
        map.serialize_entry("backup_rules", &plan.backup_rules)?;
        map.serialize_entry("complete", &!errored)?;
        map.serialize_entry("cost", &plan.cost.as_ref().map(cost))?;
        map.serialize_entry("digest", &digest)?;
        map.serialize_entry("errored", &errored)?;
        map.serialize_entry("exposure", &Rows(&plan.exposure, exposure))?;
        map.serialize_entry("findings", &Rows(&plan.findings, finding))?;
        map.serialize_entry("format_version", FORMAT_VERSION)?;
        map.serialize_entry("lifeboat_version", &plan.lifeboat_version)?;
        map.serialize_entry("lineage", &plan.lineage)?;
        map.serialize_entry("losses", &Rows(&plan.losses, loss))?;
        map.serialize_entry("needs_leave", &plan.needs_leave())?;
        map.serialize_entry("notices", &Rows(&plan.notices, notice))?;
        map.serialize_entry("objectives", &objectives)?;
        map.serialize_entry("output_changes", &outputs(plan))?;
        if let Some(all) = proposals {
            map.serialize_entry("proposals", &Rows(&all.shown, proposal::document))?;
            map.serialize_entry("proposals_left", &all.left)?;
        }
        let changes = Rows(&plan.actions, |action: &_| change(action, catalog));
        map.serialize_entry("resource_changes", &changes)?;
        map.serialize_entry("resource_drift", &Rows(&plan.drift, drifted))?;
        map.serialize_entry("serial", &plan.serial)?;
        map.serialize_entry("summary", &Summary::of(&plan.actions))?;
        map.serialize_entry("timestamp", &plan.as_of.to_string())?;
        map.serialize_entry("weakened", &plan.weakened)?;
        map.end()
    }
}
