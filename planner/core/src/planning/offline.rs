//! A plan from the configuration alone.

use std::collections::BTreeMap;

use lifeboat_model::{Catalog, LiveResource, LiveState, Plan, PlanOptions, RecordedState};

use super::{PlanError, plan};
use crate::design::Design;

/// Returns the plan of a first apply as the configuration alone foresees it: every target is there, nothing protects
/// any yet, and its failure domains are those that are declared.
///
/// # Errors
/// Those of [`plan`].
pub fn plan_offline(
    design: &Design,
    catalog: &Catalog,
    options: &PlanOptions,
) -> Result<Plan, PlanError> {
    plan(
        design,
        &foreseen(design),
        &RecordedState::default(),
        catalog,
        options,
    )
}

/// Returns the live state in which the targets are as they are described, and nothing else exists.
pub fn foreseen(design: &Design) -> LiveState {
    let targets = design
        .desired
        .resources
        .iter()
        .filter(|(_, it)| !it.managed);
    let resources: BTreeMap<_, _> = targets
        .map(|(address, resource)| {
            let live = LiveResource {
                attributes: resource.attributes.clone(),
                ..LiveResource::default()
            };
            (address.clone(), live)
        })
        .collect();
    LiveState {
        resources,
        ..LiveState::default()
    }
}
