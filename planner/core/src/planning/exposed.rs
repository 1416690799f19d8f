//! The time without protection that a replacement costs.

use std::collections::BTreeMap;

use lifeboat_model::{Address, Notice, Plan, PlanOptions, Severity, Span, Verb};

use crate::check::Finding;

/// Says which targets are less protected than before and after while something of theirs is replaced.
///
/// A protection or a repository that cannot change in place has no recovery point until its first new backup ends,
/// which nothing bounds beforehand; an update of one attribute may strengthen and weaken at once. That needs leave (`allow_exposure`), unless another copy covers the time.
pub(super) fn exposed(plan: &Plan, broken: &[Finding], options: &PlanOptions) -> Vec<Notice> {
    let replaces = plan
        .actions
        .iter()
        .any(|action| action.verb == Verb::Replace);
    let mut found: BTreeMap<Address, Address> = BTreeMap::new();
    for finding in broken {
        if let Finding::LessProtected { target, after, .. } = finding {
            let action = plan.actions.get(after.0 as usize);
            let in_place = action.is_some_and(|action| action.verb == Verb::Update);
            if !replaces && !in_place {
                continue;
            }
            let replaced = action.map_or(target, |action| &action.address);
            found
                .entry(target.clone())
                .or_insert_with(|| replaced.clone());
        }
    }
    let severity = if options.allow_exposure > Span::ZERO {
        Severity::Warning
    } else {
        Severity::Error
    };
    found
        .into_iter()
        .map(|(target, replaced)| Notice {
            severity,
            code: "plan::exposed".to_owned(),
            message: format!(
                "`{target}` is less protected from the change of `{replaced}` until the first backup after it ends"
            ),
            address: Some(target),
            help: Some(
                "Add a second protection first and make this change later, or agree with `--allow-exposure DURATION`."
                    .to_owned(),
            ),
        })
        .collect()
}
