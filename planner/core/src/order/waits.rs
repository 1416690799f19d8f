//! What each action waits for when actions run concurrently.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_model::{Address, Effect};

use super::edges::Edges;
use crate::diff::Draft;

/// The steps that the search for waits that others imply takes for one action.
const SEARCH: usize = 64;

/// What was done on one target so far, by place.
#[derive(Debug, Default)]
struct Progress {
    /// Strengthening actions after the last weakening one, none of which waits for another.
    strengthening: Vec<u32>,
    /// The last weakening action.
    weakening: Option<u32>,
}

/// Returns for each place of the sequence the earlier places that it waits for, sorted.
///
/// Beside the edges, an action that weakens a target waits for all earlier ones that strengthen it, and weakening
/// actions on one target go one after another. A wait that others imply is left out, as far as a short search finds.
pub(super) fn waits(drafts: &[Draft], edges: &Edges, sequence: &[usize]) -> Vec<Vec<u32>> {
    let mut places: Vec<u32> = vec![0; sequence.len()];
    for (place, index) in (0..).zip(sequence) {
        if let Some(slot) = places.get_mut(*index) {
            *slot = place;
        }
    }
    let mut progress: BTreeMap<&Address, Progress> = BTreeMap::new();
    let mut waits: Vec<Vec<u32>> = Vec::with_capacity(sequence.len());
    for (place, index) in (0..).zip(sequence) {
        let mut after: BTreeSet<u32> = edges
            .get(*index)
            .into_iter()
            .flatten()
            .filter_map(|before| places.get(*before).copied())
            .collect();
        if let Some(draft) = drafts.get(*index) {
            for target in &draft.weakens {
                let progress = progress.entry(target).or_default();
                after.extend(progress.strengthening.drain(..));
                after.extend(progress.weakening.replace(place));
            }
            let target = draft.action.target.as_ref();
            if let (Effect::Strengthens, Some(target)) = (draft.action.effect, target) {
                let progress = progress.entry(target).or_default();
                progress.strengthening.retain(|it| !after.contains(it));
                progress.strengthening.push(place);
            }
        }
        after.remove(&place);
        waits.push(reduced(after, &waits));
    }
    waits
}

/// Returns the waits that no other of them implies.
fn reduced(after: BTreeSet<u32>, waits: &[Vec<u32>]) -> Vec<u32> {
    let Some(first) = after.first().copied().filter(|_| after.len() > 1) else {
        return after.into_iter().collect();
    };
    let mut implied: BTreeSet<u32> = BTreeSet::new();
    let mut open: Vec<u32> = after.iter().rev().copied().collect();
    let mut left = SEARCH + after.len();
    while let (Some(place), true) = (open.pop(), left > 0) {
        left -= 1;
        for before in waits.get(place as usize).into_iter().flatten() {
            if *before >= first && implied.insert(*before) {
                open.push(*before);
            }
        }
    }
    after.difference(&implied).copied().collect()
}
