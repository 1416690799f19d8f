//! What is proposed.

use lifeboat_model::{Address, ExposureRow, Money};
use similar::{ChangeTag, TextDiff};

use crate::language::format::diff;

/// What would keep the objective of one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The target.
    pub target: Address,
    /// What would.
    pub answer: Answer,
}

/// What would keep an objective.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing has to change.
    Kept,
    /// This change.
    Change(Box<Change>),
    /// No change that is known of.
    None(Box<Unmet>),
}

/// A change of the configuration that keeps every goal of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The files before and after, by name; the text of a file is that of the whole.
    pub files: Vec<Changed>,
    /// What it does, one sentence fragment for each change.
    pub says: Vec<String>,
    /// What must be true besides, and nobody knows: sentences.
    pub requires: Vec<String>,
    /// The exposure of the target in each scope: as it is planned now, and with the change.
    pub rows: Vec<ExposureRow>,
    /// What protects the target costs a month before and after, with the currency; none where nothing has a price.
    pub cost: Option<(Money, Money, String)>,
}

/// That no change was found, and what comes nearest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// The most changes that were looked at together.
    pub depth: usize,
    /// The changes that leave the fewest goals unmet: fragments; empty where none helps.
    pub nearest: Vec<String>,
    /// The exposure of the target as it is planned now, and with the nearest changes.
    pub rows: Vec<ExposureRow>,
}

/// One file of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its name.
    pub file: String,
    /// Its text.
    pub before: String,
    /// Its text with the change.
    pub after: String,
}

/// Lines that others take the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The line from which on, from 1, in the text before.
    pub line: usize,
    /// The lines that go.
    pub before: String,
    /// The lines that come.
    pub after: String,
}

/// The proposals for the first targets that need one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposals {
    /// The proposals, in address order.
    pub shown: Vec<Proposal>,
    /// How many more targets need one: `lifeboat explain` makes it.
    pub left: usize,
}

impl Changed {
    /// Returns the unified difference, as `patch` reads it.
    pub fn diff(&self) -> String {
        diff(&self.file, &self.before, &self.after)
    }

    /// Returns the lines that change, without those around them.
    pub fn hunks(&self) -> Vec<Hunk> {
        let diff = TextDiff::from_lines(self.before.as_str(), self.after.as_str());
        let mut hunks: Vec<Hunk> = Vec::new();
        let mut open = false;
        let mut line = 1;
        for change in diff.iter_all_changes() {
            let tag = change.tag();
            if tag == ChangeTag::Equal {
                (open, line) = (false, line + 1);
                continue;
            }
            if !open {
                hunks.push(Hunk {
                    line,
                    before: String::new(),
                    after: String::new(),
                });
                open = true;
            }
            let Some(hunk) = hunks.last_mut() else {
                continue;
            };
            if tag == ChangeTag::Delete {
                line += 1;
                hunk.before.push_str(change.value());
            } else {
                hunk.after.push_str(change.value());
            }
        }
        hunks
    }
}
