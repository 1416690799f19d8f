//! What one change may be.
//!
//! `change` is of a protection that is written, `add` of one more in a repository that is there, `place` of one more
//! where nothing is yet; `retained` changes what is kept along with them, `block` writes what is new.

mod add;
mod block;
mod change;
mod fresh;
mod place;
mod replica;
mod retained;
mod settings;

use lifeboat_model::{Address, Span};

use super::ask::Ask;
use crate::configuration::{Configuration, ProtectionBlock, RepositoryBlock};
use crate::language::written::Splice;

/// One change: of one protection, with all that it takes besides.
#[derive(Clone, Debug)]
pub(super) struct Move {
    /// The protection as it will be.
    pub(super) protection: ProtectionBlock,
    /// The repository that it needs and that is not there yet.
    pub(super) repository: Option<RepositoryBlock>,
    /// The change of the text.
    pub(super) splices: Vec<Splice>,
    /// What it does: a fragment.
    pub(super) says: String,
    /// What must be true besides: sentences.
    pub(super) requires: Vec<String>,
    /// How much in it nobody knows: numbers that nobody has said or measured, places that are not there yet.
    pub(super) unknown: usize,
}

impl Move {
    /// Does it.
    pub(super) fn apply(&self, configuration: &mut Configuration) {
        if let Some(repository) = &self.repository {
            let address = repository.address.clone();
            configuration
                .repositories
                .insert(address, repository.clone());
        }
        let address = self.protection.address.clone();
        configuration
            .protections
            .insert(address, self.protection.clone());
    }

    /// Returns how many lines of the text it touches or adds.
    pub(super) fn lines(&self) -> usize {
        let lines = |it: &Splice| it.text.matches('\n').count().max(1);
        self.splices.iter().map(lines).sum()
    }
}

/// Returns every change that is worth a look, in a fixed order: of what is there, then of what is new.
pub(super) fn moves(ask: &Ask<'_>) -> Vec<Move> {
    let mut moves = change::moves(ask);
    moves.extend(add::moves(ask));
    moves.extend(place::moves(ask));
    moves.extend(replica::moves(ask));
    moves
}

/// Returns the longest time between two runs of a protection; of a copy without a schedule, of what it copies.
fn every(ask: &Ask<'_>, block: &ProtectionBlock) -> Option<Span> {
    let mut at = block;
    for _ in 0..=ask.configuration.protections.len() {
        if let Some(schedule) = &at.schedule {
            return schedule.worst_gap(ask.as_of).finite();
        }
        let from: &Address = at.from.as_ref()?;
        at = ask.configuration.protections.get(from)?;
    }
    None
}
