//! 3-2-1-1-0: three copies, two media, one off-site, one that nobody can delete, no error in the last verification.

use std::collections::BTreeSet;

use lifeboat_model::{BackupRule, RecordedState, Scope, Span};

use crate::exposure::graph::{CopyGraph, Holds, LiftedBy, Logical};
use crate::exposure::loss::survives;

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
