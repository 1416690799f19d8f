//! Writes changes into the text, and judges the text.

use std::collections::BTreeMap;

use lifeboat_model::{Address, Block, ExposureRow, LiveState, Scope};

use super::answer::Changed;
use super::judge::is_kept;
use super::moves::Move;
use super::run::Case;
use crate::design::{Design, compile};
use crate::exposure::wanted;
use crate::language::written::{Splice, spliced};
use crate::language::{Inputs, Outcome, evaluate};
use crate::synthesis::design;

/// What the text says with changes in it.
#[derive(Debug)]
pub(super) struct Confirmed {
    /// The files that change.
    pub(super) files: Vec<Changed>,
    /// The exposure of the target: as it is planned now, and with the changes.
    pub(super) rows: Vec<ExposureRow>,
    /// Whether every goal of the target holds, and every other one that held before.
    pub(super) holds: bool,
}

/// Returns what the whole configuration comes to with these changes in its text; none where the text would not be a
/// configuration.
pub(super) fn confirm(case: &Case<'_>, target: &Address, moves: &[&Move]) -> Option<Confirmed> {
    let splices = moves.iter().flat_map(|it| &it.splices);
    let splices: Vec<Splice> = splices.cloned().collect();
    let mut inputs: Inputs = case.inputs.clone();
    let mut files = Vec::new();
    for file in &mut inputs.files {
        if !splices.iter().any(|it| it.file == file.name) {
            continue;
        }
        let after = spliced(file, &splices)?;
        let before = std::mem::replace(&mut file.text, after.clone());
        files.push(Changed {
            file: file.name.clone(),
            before,
            after,
        });
    }
    let rows = assessed(case, &inputs)?;
    let before: BTreeMap<(&Address, Scope), &ExposureRow> = case
        .rows
        .iter()
        .map(|row| ((&row.target, row.scope), row))
        .collect();
    let holds = rows.iter().all(|row| {
        let held = || {
            before
                .get(&(&row.target, row.scope))
                .copied()
                .is_some_and(is_kept)
        };
        is_kept(row) || (row.target != *target && !held())
    });
    let own = rows.into_iter().filter(|row| row.target == *target);
    let paired = own.filter_map(|row| {
        let before = before.get(&(&row.target, row.scope))?;
        Some(ExposureRow {
            now: before.planned.clone(),
            ..row
        })
    });
    let rows = paired.collect();
    Some(Confirmed { files, rows, holds })
}

/// Returns what these texts come to, read as a user's are.
fn assessed(case: &Case<'_>, inputs: &Inputs) -> Option<Vec<ExposureRow>> {
    let Outcome::Complete(evaluated) = evaluate(inputs, case.catalog).ok()? else {
        return None;
    };
    let configuration = &evaluated.configuration;
    let given = compile(configuration, case.catalog).ok()?;
    let (catalog, recorded, as_of) = (case.catalog, case.recorded, case.as_of);
    let (mut design, _) =
        design(configuration, &given, catalog, case.live, recorded, as_of).ok()?;
    design.objectives.clone_from(&case.design.objectives);
    let live = standing(case.live, &design);
    Some(wanted(&design, &live, recorded, catalog, as_of))
}

/// Returns what is live without the protections that the design does not have: a plan forgets them.
fn standing(live: &LiveState, design: &Design) -> LiveState {
    let mut live = live.clone();
    live.resources.retain(|address, _| {
        let derived = address.block == Block::Target && address.part.is_some();
        !derived || design.desired.resources.contains_key(address)
    });
    live
}
