//! The entry: one target after the other.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lifeboat_model::{Address, Catalog, ExposureRow, LiveState, RecordedState};

use super::answer::{Answer, Change, Proposal, Proposals, Unmet};
use super::ask::Ask;
use super::confirm::confirm;
use super::judge::is_kept;
use super::moves::{Move, moves};
use super::search::{DEPTH, search};
use crate::configuration::Configuration;
use crate::design::Design;
use crate::language::Inputs;
use crate::language::written::Texts;

/// So many of the best sets of changes are written into the text and judged there, until one holds.
const TRIED: usize = 12;
/// A plan makes proposals for so many targets …
const SHOWN: usize = 3;
/// … where the configuration has so many targets and protections at most: each proposal reads all of its text again.
const BLOCKS: usize = 500;

/// A configuration, what stands of it, and what was planned.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The text of the configuration.
    pub inputs: &'a Inputs,
    /// What it says.
    pub configuration: &'a Configuration,
    /// What it compiles to, with what the planner chose in it.
    pub design: &'a Design,
    /// What the providers know.
    pub catalog: &'a Catalog,
    /// What is live.
    pub live: &'a LiveState,
    /// What was applied.
    pub recorded: &'a RecordedState,
    /// When live was read.
    pub as_of: Timestamp,
    /// The exposure table of the plan.
    pub rows: &'a [ExposureRow],
}

/// Returns the proposals for the first targets whose objective is not kept after the plan.
pub fn proposals(case: &Case<'_>) -> Proposals {
    let unmet: BTreeSet<&Address> = case
        .rows
        .iter()
        .filter(|row| !is_kept(row))
        .map(|row| &row.target)
        .collect();
    let written: BTreeSet<&Address> = case
        .configuration
        .protections
        .values()
        .map(|block| &block.target)
        .collect();
    let wanting: Vec<&Address> = unmet.intersection(&written).copied().collect();
    let blocks = case.configuration.targets.len() + case.configuration.protections.len();
    let most = if blocks > BLOCKS { 0 } else { SHOWN };
    let shown: Vec<Proposal> = wanting
        .iter()
        .take(most)
        .filter_map(|target| propose(case, target))
        .collect();
    Proposals {
        left: wanting.len().saturating_sub(most),
        shown,
    }
}

/// Returns the smallest change of the configuration that keeps every goal of a target; none for a target that the
/// planner protects, and for one without a goal.
pub fn propose(case: &Case<'_>, target: &Address) -> Option<Proposal> {
    let texts = Texts::new(&case.inputs.files);
    let mut ask = Ask::of(
        target,
        case.configuration,
        &texts,
        case.catalog,
        case.live,
        case.recorded,
        case.as_of,
    )?;
    let own = case.rows.iter().filter(|row| row.target == *target);
    let unmet: BTreeSet<_> = own
        .filter(|row| !is_kept(row))
        .map(|row| row.scope)
        .collect();
    ask.unmet.retain(|(scope, _)| unmet.contains(scope));
    let answer = if unmet.is_empty() {
        Answer::Kept
    } else {
        changed(case, &ask)
    };
    Some(Proposal {
        target: target.clone(),
        answer,
    })
}

fn changed(case: &Case<'_>, ask: &Ask<'_>) -> Answer {
    let target = &ask.target.address;
    let moves = moves(ask);
    let found = search(ask, &moves);
    let of = |set: &[usize]| -> Vec<&Move> { set.iter().filter_map(|it| moves.get(*it)).collect() };
    let says = |set: &[&Move]| -> Vec<String> { set.iter().map(|it| it.says.clone()).collect() };
    for set in found.sets.iter().take(TRIED) {
        let set = of(set);
        let Some(confirmed) = confirm(case, target, &set).filter(|it| it.holds) else {
            continue;
        };
        let requires = set.iter().flat_map(|it| it.requires.clone());
        let (before, after) = (ask.cost(&[]), ask.cost(&set));
        let cost = before
            .zip(after)
            .and_then(|(before, after)| Some((before.planned?, after.planned?, after.currency)));
        return Answer::Change(Box::new(Change {
            files: confirmed.files,
            says: says(&set),
            requires: requires.collect(),
            rows: confirmed.rows,
            cost,
        }));
    }
    let nearest = match found.sets.first() {
        Some(set) => of(set),
        None => of(&found.nearest),
    };
    let confirmed = confirm(case, target, &nearest);
    let own = case.rows.iter().filter(|row| row.target == *target);
    Answer::None(Box::new(Unmet {
        depth: DEPTH,
        nearest: says(&nearest),
        rows: confirmed.map_or_else(|| own.cloned().collect(), |it| it.rows),
    }))
}
