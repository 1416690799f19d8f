//! Sorts the actions of a plan so that nothing is ever less protected.
//!
//! Strengthening before weakening, as far as nothing strengthening waits for something weakening; then dependencies;
//! removals last, in reverse. Ties go to the order of addresses. Takes n log n time in actions and requirements.

mod edges;
mod sequence;
mod waits;

use lifeboat_model::{Action, ActionId, Address, Loss, RecordedState};

use crate::diff::Draft;

/// Actions that wait for one another.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("actions on {} wait for one another", .0.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", "))]
pub struct CycleError(pub Vec<Address>);

/// Gives each draft its place, and says which earlier actions it waits for.
///
/// # Errors
/// When requirements form a cycle.
pub(crate) fn order(
    drafts: Vec<Draft>,
    recorded: &RecordedState,
) -> Result<(Vec<Action>, Vec<Loss>), CycleError> {
    let edges = edges::edges(&drafts, recorded);
    let sequence = sequence::sequence(&drafts, &edges)?;
    let waits = waits::waits(&drafts, &edges, &sequence);
    let mut slots: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let mut actions = Vec::with_capacity(slots.len());
    let mut losses = Vec::new();
    for ((index, after), id) in sequence.into_iter().zip(waits).zip(0..) {
        let Some(draft) = slots.get_mut(index).and_then(Option::take) else {
            continue;
        };
        let id = ActionId(id);
        let address = draft.action.address.clone();
        losses.extend(draft.lost.into_iter().map(|point| Loss {
            action: id,
            address: address.clone(),
            point,
        }));
        actions.push(Action {
            id,
            after_actions: after.into_iter().map(ActionId).collect(),
            ..draft.action
        });
    }
    Ok((actions, losses))
}
