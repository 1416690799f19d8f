//! 3-2-1-1-0: three copies, two media, one off-site, one that nobody can delete, no error in the last verification.

use std::collections::BTreeSet;
use std::fmt;

use lifeboat_model::{RecordedState, Scope, Span};
use serde::Serialize;

use crate::exposure::graph::{CopyGraph, Holds, LiftedBy, Logical};
use crate::exposure::loss::survives;

/// How a target stands to the rule 3-2-1-1-0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BackupRule {
    /// Copies, the data themselves included; a replica is one, although it is no backup.
    pub copies: usize,
    /// Things that fail apart: different disks, instances or services.
    pub media: usize,
    /// Copies that survive the loss of the site.
    pub offsite: usize,
    /// Copies whose points nobody can delete for a while.
    pub immutable: usize,
    /// Copies whose last verification found something, or that were never verified.
    pub unproved: usize,
}

impl BackupRule {
    /// Returns whether all five hold.
    pub const fn holds(self) -> bool {
        self.copies >= 3
            && self.media >= 2
            && self.offsite >= 1
            && self.immutable >= 1
            && self.unproved == 0
    }
}

impl fmt::Display for BackupRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!(
            "3-2-1-1-0: {} of 3 copies, {} of 2 media, {} of 1 off-site, {} of 1 immutable, {} unproved",
            self.copies, self.media, self.offsite, self.immutable, self.unproved
        );
        f.pad(&text)
    }
}

/// Returns how a target stands to the rule.
///
/// A medium is what fails at once at the scope of an instance; copies of which nothing is known there count as one
/// medium together. Off-site is what survives the scope region. Immutable needs a lock that nobody but a holder of
/// other credentials lifts.
pub fn backup_rule(graph: &CopyGraph, recorded: &RecordedState) -> BackupRule {
    let held = || {
        let copies = graph.copies.iter().enumerate();
        copies.filter(|(_, copy)| copy.holds != Holds::Nothing)
    };
    let medium = |domains: &[lifeboat_model::Domain]| {
        let ids = domains.iter().filter(|it| it.scope == Scope::Instance);
        ids.map(|it| it.id.clone()).collect::<BTreeSet<String>>()
    };
    let mut media: BTreeSet<BTreeSet<String>> = held().map(|(_, it)| medium(&it.domains)).collect();
    media.insert(medium(&graph.domains));
    let immutable = held().filter(|(_, copy)| {
        copy.lock.as_ref().is_some_and(|lock| {
            lock.lasts.value > Span::ZERO && lock.lifted_by != LiftedBy::Anybody
        })
    });
    let unproved = held().filter(|(_, copy)| {
        let known = recorded.resources.get(&copy.address);
        let verified = known.and_then(|it| it.last_verify.as_ref());
        copy.logical == Logical::Isolated && !verified.is_some_and(|it| it.passed)
    });
    BackupRule {
        copies: held().count() + 1,
        media: media.len(),
        offsite: held()
            .filter(|(index, _)| survives(graph, *index, Scope::Region).is_ok())
            .count(),
        immutable: immutable.count(),
        unproved: unproved.count(),
    }
}
