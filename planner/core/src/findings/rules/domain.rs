//! Copies, keys and catalogues that fail with the data.

use lifeboat_model::{Domain, Finding, NeedKind, Scope, Severity};

use super::is_backup;
use crate::exposure::graph::Copy;
use crate::exposure::loss::is_locked;
use crate::findings::inspect::{Subject, finding};

/// The narrowest scope whose failure takes the data and every backup of them. Beyond the instance it is told only
/// where the objective promises to survive it. What is locked nobody deletes, whatever it shares with the data.
pub(super) fn same(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let backups: Vec<&Copy> = subject
        .graph
        .copies
        .iter()
        .filter(|it| is_backup(it))
        .collect();
    let Some(first) = backups.first() else {
        return;
    };
    for scope in [Scope::Instance, Scope::Zone, Scope::Region, Scope::Account] {
        let promised = subject
            .objective
            .is_some_and(|objective| objective.goals.contains_key(&scope));
        if scope != Scope::Instance && !promised {
            continue;
        }
        let shared = |copy: &Copy| {
            let locked = scope == Scope::Account && is_locked(subject.graph, copy);
            shared(subject, &copy.domains, scope).filter(|_| !locked)
        };
        let Some(domain) = shared(first) else {
            continue;
        };
        if backups.iter().any(|copy| shared(copy).is_none()) {
            continue;
        }
        let which = match backups.len() {
            1 => format!("the only copy, `{}`,", first.address),
            count => format!("every one of its {count} copies"),
        };
        found.push(finding(
            "same_domain",
            Severity::Warning,
            subject.target(),
            format!("{which} fails with the data: {} ({scope})", domain.evidence),
            "Keep a copy where nothing fails together with the data.",
        ));
        return;
    }
}

/// Returns a domain of the data at this scope that the others stand in, too.
fn shared<'a>(subject: &'a Subject<'_>, domains: &[Domain], scope: Scope) -> Option<&'a Domain> {
    let mut own = subject.graph.domains.iter();
    own.find(|domain| domain.scope == scope && domains.iter().any(|other| other.id == domain.id))
}

pub(super) fn key(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    beside(subject, NeedKind::Key, "key_beside_primary", found);
}

/// A key without which neither the data nor any backup of them can be read: who loses it has lost them all.
pub(super) fn one_key(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let copies = &subject.graph.copies;
    let backups: Vec<&Copy> = copies.iter().filter(|it| is_backup(it)).collect();
    if backups.is_empty() {
        return;
    }
    let keys = subject.needs().iter().filter(|it| it.kind == NeedKind::Key);
    for key in keys {
        let opens = |copy: &&Copy| {
            let mut needs = copy.needs.iter();
            needs.any(|need| need.kind == NeedKind::Key && need.what == key.what)
        };
        if !backups.iter().all(opens) {
            continue;
        }
        let which = match backups.as_slice() {
            [one] => format!("the only copy, `{}`,", one.address),
            all => format!("every one of its {} copies", all.len()),
        };
        found.push(finding(
            "one_key",
            Severity::Warning,
            subject.target(),
            format!(
                "{which} is opened by the key of the data ({}): who deletes it has deleted everything",
                key.what
            ),
            "Keep a copy that another key opens, in another region or account.",
        ));
    }
}

pub(super) fn catalogue(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    beside(
        subject,
        NeedKind::Catalogue,
        "catalogue_beside_primary",
        found,
    );
}

/// A copy that outlives the data and cannot be used, because what opens it does not.
fn beside(subject: &Subject<'_>, kind: NeedKind, code: &str, found: &mut Vec<Finding>) {
    for copy in subject.graph.copies.iter().filter(|it| is_backup(it)) {
        for need in copy.needs.iter().filter(|need| need.kind == kind) {
            let lost = subject.graph.domains.iter().find(|domain| {
                domain.scope != Scope::Account
                    && need.domains.iter().any(|other| other.id == domain.id)
                    && !copy.domains.iter().any(|other| other.id == domain.id)
            });
            let Some(domain) = lost else {
                continue;
            };
            found.push(finding(
                code,
                Severity::Warning,
                &copy.address,
                format!(
                    "it outlives `{}`, but its {} ({}) does not: {}",
                    subject.target(),
                    kind.as_str(),
                    need.what,
                    domain.evidence
                ),
                "Keep it elsewhere as well, and say where with `escrow`.",
            ));
        }
    }
}
