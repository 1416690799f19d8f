//! 3-2-1-1-0: three copies, two media, one off-site, one that nobody can delete, no error in the last verification.

use std::collections::BTreeSet;

use lifeboat_model::{BackupRule, Domain, RecordedState, Scope, Span};

use crate::exposure::graph::{CopyGraph, Holds, LiftedBy, Logical};
use crate::exposure::loss::survival;

/// Returns how a target stands to the rule.
///
/// A medium is what fails at once at the scope of an instance: what shares any of it is one, and what nothing is known
/// of is none of its own. Off-site is what survives the scope region in a place that
/// has a name. Immutable needs a lock that nobody but a holder
/// of other credentials lifts.
pub fn backup_rule(graph: &CopyGraph, recorded: &RecordedState) -> BackupRule {
    let held = || {
        let copies = graph.copies.iter().enumerate();
        copies.filter(|(_, copy)| copy.holds != Holds::Nothing)
    };
    let medium = |domains: &[Domain]| {
        let ids = domains.iter().filter(|it| it.scope == Scope::Instance);
        ids.map(|it| it.id.clone()).collect::<BTreeSet<String>>()
    };
    let mut media = vec![medium(&graph.domains)];
    media.extend(held().map(|(_, it)| medium(&it.domains)));
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
        media: apart(media).max(1),
        offsite: held()
            .filter(|(index, _)| {
                survival(graph, *index, Scope::Region).is_ok_and(|it| it.places.is_empty())
            })
            .count(),
        immutable: immutable.count(),
        unproved: unproved.count(),
    }
}

/// Returns how many of these sets are left once all that share an element are put together.
fn apart(sets: Vec<BTreeSet<String>>) -> usize {
    let mut groups: Vec<BTreeSet<String>> = Vec::new();
    for mut set in sets.into_iter().filter(|set| !set.is_empty()) {
        let (joined, others): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|group| !group.is_disjoint(&set));
        set.extend(joined.into_iter().flatten());
        groups = others;
        groups.push(set);
    }
    groups.len()
}
