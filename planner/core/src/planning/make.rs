//! The driver: each stage once.

use lifeboat_model::{
    Action, Catalog, Cause, LiveState, Notice, Plan, PlanOptions, RecordedState, Verb,
};

use super::PlanError;
use super::bindings::bindings;
use super::exposed::exposed;
use crate::check::{EXACT, grade, steps};
use crate::cost;
use crate::design::Design;
use crate::diff::{Snapshots, differences, drift};
use crate::exposure::survey;
use crate::order::order;

/// The shape of the plan document.
const FORMAT_VERSION: &str = "1.1";

/// Returns what apply shall do to bring live to the design.
///
/// A plan with a notice of [`Severity::Error`](lifeboat_model::Severity::Error) is complete as far as it goes, and
/// shown; apply refuses it.
///
/// # Errors
/// When a selector names nothing, when recorded resources require one another, and, a bug, when the checker refuses
/// the plan.
pub fn plan(
    design: &Design,
    live: &LiveState,
    recorded: &RecordedState,
    catalog: &Catalog,
    options: &PlanOptions,
) -> Result<Plan, PlanError> {
    let snapshots = Snapshots {
        design,
        live,
        recorded,
        catalog,
        options,
    };
    let differences = differences(snapshots)?;
    let (mut actions, losses) = order(differences.drafts, recorded)?;
    say_why(&mut actions, design);
    let survey = survey(&snapshots, &actions);
    let mut plan = Plan {
        cost: cost::of_plan(&snapshots, &actions),
        backup_rules: if options.destroy {
            Default::default()
        } else {
            survey.backup_rules
        },
        findings: if options.destroy {
            Vec::new()
        } else {
            survey.findings
        },
        format_version: FORMAT_VERSION.to_owned(),
        lifeboat_version: options.lifeboat_version.clone(),
        as_of: options.as_of,
        seed: options.seed,
        lineage: recorded.lineage.clone(),
        serial: recorded.serial,
        drift: drift(recorded, live, catalog, options.as_of),
        exposure: survey.rows,
        weakened: Vec::new(),
        notices: notices(design, options, differences.notices),
        bindings: bindings(&snapshots, &actions),
        outputs: design.outputs.clone(),
        actions,
        losses,
    };
    let steps = steps(&plan, design, live, recorded, catalog, EXACT);
    plan.weakened = steps.weakened;
    let exposed = exposed(&plan, &steps.broken, options);
    plan.notices.extend(exposed);
    sort(&mut plan.notices);
    let findings = grade(&plan, design, live, recorded, catalog);
    if findings.is_empty() {
        Ok(plan)
    } else {
        Err(PlanError::Bug(findings))
    }
}

/// Says of what the planner chose why it did.
fn say_why(actions: &mut [Action], design: &Design) {
    for action in actions {
        let made = matches!(action.verb, Verb::Create | Verb::Update | Verb::Replace);
        let reason = design.reasons.get(&action.address).filter(|_| made);
        action
            .causes
            .extend(reason.map(|reason| Cause::Chosen(reason.to_string())));
    }
}

/// Returns the notices of the design and of the differences.
fn notices(design: &Design, options: &PlanOptions, found: Vec<Notice>) -> Vec<Notice> {
    let mut notices = if options.destroy {
        Vec::new()
    } else {
        design.notices.clone()
    };
    notices.extend(found);
    notices
}

/// Returns the actions that the configuration asks for, not drift alone: what is pending when nothing has drifted.
pub fn pending(plan: &Plan) -> impl Iterator<Item = &Action> {
    plan.actions.iter().filter(|action| {
        action.causes.iter().any(|cause| {
            !matches!(
                cause,
                Cause::Drifted(_)
                    | Cause::DeletedOutside
                    | Cause::CannotUpdate(_)
                    | Cause::Follows(_)
                    | Cause::Chosen(_)
            )
        })
    })
}

/// Sorts notices: gravest first, then by address.
fn sort(notices: &mut [Notice]) {
    notices
        .sort_by(|a, b| (a.severity, &a.address, &a.code).cmp(&(b.severity, &b.address, &b.code)));
}
