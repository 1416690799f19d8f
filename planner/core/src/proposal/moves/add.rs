//! One protection more, in a repository that is there.

use lifeboat_model::{Address, Attributes, Mechanism, ProtectionSpec, role};

use super::super::ask::Ask;
use super::fresh::{Fresh, intervals, policies, sources};
use super::{Move, block, settings};
use crate::configuration::ProtectionBlock;

pub(super) fn moves(ask: &Ask<'_>) -> Vec<Move> {
    let mut moves = Vec::new();
    for mechanism in [
        Mechanism::Snapshot,
        Mechanism::Log,
        Mechanism::Copy,
        Mechanism::Lock,
    ] {
        let spec = ask.spec(mechanism).filter(|spec| spec.offer.is_some());
        let Some(spec) = spec.filter(|_| ask.allows(mechanism)) else {
            continue;
        };
        for repository in ask.configuration.repositories.keys() {
            let here = |it: &&ProtectionBlock| it.repository.as_ref() == Some(repository);
            let again: Vec<&ProtectionBlock> = ask.protections().filter(here).collect();
            // A second one of the same in the same place is not another copy.
            if !fits(spec, repository) || again.iter().any(|it| it.mechanism == mechanism) {
                continue;
            }
            if mechanism == Mechanism::Lock && again.is_empty() {
                continue;
            }
            for fresh in all(ask, spec, repository) {
                moves.extend(added(ask, &fresh, repository));
            }
        }
    }
    moves
}

/// Returns whether a mechanism can use a repository.
pub(super) fn fits(spec: &ProtectionSpec, repository: &Address) -> bool {
    let kind = repository.kind.as_deref().unwrap_or_default();
    spec.repository_kinds.iter().any(|known| known == kind)
}

/// Returns every protection of a mechanism that may be put into a repository.
pub(super) fn all<'k>(
    ask: &'k Ask<'_>,
    spec: &'k ProtectionSpec,
    repository: &'k Address,
) -> Vec<Fresh<'k>> {
    let one = Fresh {
        spec,
        name: &repository.name,
        repository: Some(repository),
        from: None,
        every: None,
        policy: None,
        settings: Vec::new(),
    };
    let mut all = Vec::new();
    match spec.mechanism {
        Mechanism::Snapshot => {
            for every in intervals(ask, spec, None) {
                for policy in policies(ask, spec) {
                    let one = one.clone();
                    all.push(Fresh {
                        every,
                        policy,
                        ..one
                    });
                }
            }
        }
        Mechanism::Copy => {
            for from in sources(ask, Some(repository)) {
                for every in intervals(ask, spec, Some(from)) {
                    for policy in policies(ask, spec) {
                        let (from, one) = (Some(from), one.clone());
                        all.push(Fresh {
                            from,
                            every,
                            policy,
                            ..one
                        });
                    }
                }
            }
        }
        Mechanism::Lock | Mechanism::Log => {
            let bases = ask.takes(spec, role::BASE).then(|| sources(ask, None));
            let bases: Vec<_> = bases.into_iter().flatten().map(Some).collect();
            for (_, settings) in settings::offered(ask, spec, &Attributes::new()) {
                for from in bases.iter().copied().chain([None]) {
                    let (settings, one) = (settings.clone(), one.clone());
                    all.push(Fresh {
                        from,
                        settings,
                        ..one
                    });
                }
            }
        }
        Mechanism::Replica | Mechanism::Guard => {}
    }
    all
}

fn added(ask: &Ask<'_>, fresh: &Fresh<'_>, repository: &Address) -> Option<Move> {
    let made = fresh.made(ask);
    let says = format!("{}, in `{repository}`", fresh.says());
    Some(Move {
        splices: vec![block::below(ask, &says, &made.blocks)?],
        protection: made.protection,
        repository: None,
        says,
        requires: Vec::new(),
        unknown: 0,
    })
}
