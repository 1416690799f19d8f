//! One order of all drafts.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use lifeboat_model::{Address, Effect};

use super::CycleError;
use super::edges::Edges;
use crate::diff::Draft;

/// How late a draft comes among those that could be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// It weakens nothing.
    First,
    /// It weakens, and something that strengthens waits for it.
    Unlocks,
    /// It weakens.
    Weakens,
    /// It removes.
    Removes,
}

/// Returns the indices of the drafts in the order in which they are done.
///
/// When something that only weakens or removes has its turn, nothing that strengthens is left: whatever such a thing
/// would wait for has an earlier turn.
pub(super) fn sequence(drafts: &[Draft], edges: &Edges) -> Result<Vec<usize>, CycleError> {
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); drafts.len()];
    let mut open: Vec<usize> = edges.iter().map(Vec::len).collect();
    for (index, edges) in edges.iter().enumerate() {
        for before in edges {
            if let Some(followers) = followers.get_mut(*before) {
                followers.push(index);
            }
        }
    }
    let ranks = ranks(drafts);
    let turns = turns(drafts, edges);
    let key = |index: usize| {
        let turn = turns.get(index).copied().unwrap_or(Turn::Removes);
        Reverse((turn, ranks.get(index).copied().unwrap_or(index), index))
    };
    let mut ready: BinaryHeap<_> = open
        .iter()
        .enumerate()
        .filter(|(_, open)| **open == 0)
        .map(|(index, _)| key(index))
        .collect();
    let mut sequence = Vec::with_capacity(drafts.len());
    while let Some(Reverse((_, _, index))) = ready.pop() {
        sequence.push(index);
        for follower in followers.get(index).into_iter().flatten() {
            if let Some(open) = open.get_mut(*follower) {
                *open -= 1;
                if *open == 0 {
                    ready.push(key(*follower));
                }
            }
        }
    }
    if sequence.len() == drafts.len() {
        return Ok(sequence);
    }
    let stuck: BTreeSet<Address> = drafts
        .iter()
        .zip(&open)
        .filter(|(_, open)| **open > 0)
        .map(|(draft, _)| draft.action.address.clone())
        .collect();
    Err(CycleError(stuck.into_iter().collect()))
}

/// Returns the place of each draft in the order of addresses; drafts of one address keep theirs.
fn ranks(drafts: &[Draft]) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..drafts.len()).collect();
    sorted.sort_by_key(|index| drafts.get(*index).map(|draft| &draft.action.address));
    let mut ranks = vec![0; drafts.len()];
    for (rank, index) in sorted.into_iter().enumerate() {
        if let Some(slot) = ranks.get_mut(index) {
            *slot = rank;
        }
    }
    ranks
}

fn turns(drafts: &[Draft], edges: &Edges) -> Vec<Turn> {
    let mut unlocks = vec![false; drafts.len()];
    let mut open: Vec<usize> = drafts
        .iter()
        .enumerate()
        .filter(|(_, draft)| draft.action.effect == Effect::Strengthens)
        .map(|(index, _)| index)
        .collect();
    while let Some(index) = open.pop() {
        for before in edges.get(index).into_iter().flatten() {
            if let Some(unlocks) = unlocks.get_mut(*before).filter(|unlocks| !**unlocks) {
                *unlocks = true;
                open.push(*before);
            }
        }
    }
    drafts
        .iter()
        .zip(unlocks)
        .map(|(draft, unlocks)| match draft.action.effect {
            _ if draft.removes() && !unlocks => Turn::Removes,
            Effect::Weakens if unlocks => Turn::Unlocks,
            Effect::Weakens => Turn::Weakens,
            Effect::Strengthens | Effect::Neutral => Turn::First,
        })
        .collect()
}
