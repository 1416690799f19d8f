//! What cannot be deleted, and who can lift that.

use lifeboat_model::{Attributes, Domain, Mechanism, Provenance, Scope, Span, role};

use super::builder::Builder;
use super::standing::Vault;
use super::value;
use crate::diff::text;
use crate::exposure::World;
use crate::exposure::graph::{CopyGraph, Input, LiftedBy, Lock};

impl Builder<'_> {
    /// Puts the locks that stand of a target on the copies in their repositories.
    pub(super) fn add_locks(&self, graph: &mut CopyGraph, world: &World<'_>) {
        let target = graph.target.clone();
        for (address, standing) in world.below(&target) {
            let role = address.part.as_ref().map(|part| part.role.as_str());
            if role != Some(Mechanism::Lock.as_str()) {
                continue;
            }
            let of_lock = |name| text(standing.attributes, name);
            for copy in &mut graph.copies {
                let of_copy = world.get(&copy.address).map(|it| it.attributes);
                let with = |name| of_copy.and_then(|it| text(it, name));
                let same_place = of_lock(role::REPOSITORY).is_some()
                    && with(role::REPOSITORY) == of_lock(role::REPOSITORY);
                let named = of_lock(role::FROM) == Some(copy.address.to_string().as_str());
                if same_place || named {
                    let lock = of(standing.attributes, &copy.domains);
                    copy.lock = longer(copy.lock.take(), lock);
                }
            }
        }
    }
}

/// Returns the lock that a protection or its repository gives its points: the longer one.
pub(super) fn with_vault(attributes: &Attributes, vault: Option<&Vault<'_>>) -> Option<Lock> {
    let domains = vault.map_or(&[] as &[Domain], |vault| &vault.facts.domains);
    let own = of(attributes, domains);
    let of_vault = vault.and_then(|vault| of(vault.attributes, domains));
    longer(own, of_vault)
}

/// Returns the lock that attributes ask for.
///
/// Governance is lifted by a permission, which whoever holds the account of the points is taken to have; where the
/// account is not known, by anybody.
fn of(attributes: &Attributes, domains: &[Domain]) -> Option<Lock> {
    let lasts = value::span(attributes, role::LOCK_FOR).filter(|lasts| *lasts > Span::ZERO)?;
    let accounts: Vec<Domain> = domains
        .iter()
        .filter(|domain| domain.scope == Scope::Account)
        .cloned()
        .collect();
    let lifted_by = match text(attributes, role::LOCK_MODE) {
        Some("compliance") => LiftedBy::Nobody,
        _ if accounts.is_empty() => LiftedBy::Anybody,
        _ => LiftedBy::Holders(accounts),
    };
    Some(Lock {
        lasts: Input {
            value: lasts,
            provenance: Provenance::Declared,
            source: "its `lock_for`".into(),
        },
        lifted_by,
    })
}

/// Returns the lock that holds for longer; of two that hold as long, the one that is harder to lift.
fn longer(first: Option<Lock>, second: Option<Lock>) -> Option<Lock> {
    let rank = |lock: &Lock| {
        let hardness = match lock.lifted_by {
            LiftedBy::Nobody => 2,
            LiftedBy::Holders(_) => 1,
            LiftedBy::Anybody => 0,
        };
        (hardness, lock.lasts.value)
    };
    match (first, second) {
        (Some(first), Some(second)) if rank(&second) > rank(&first) => Some(second),
        (Some(first), _) => Some(first),
        (None, second) => second,
    }
}
