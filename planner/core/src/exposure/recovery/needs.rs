//! Paths that a scope closes.

use std::borrow::Cow;

use lifeboat_model::{Domain, NeedKind, Scope};

use super::super::graph::CopyGraph;
use super::chain;

/// Returns why no restore from this copy is possible at all: a drill refuted it, or a control plane that it calls is
/// lost with the target. The copies that it is of no use without are asked too.
pub(super) fn infeasible(
    graph: &CopyGraph,
    copy: usize,
    scope: Scope,
) -> Option<Cow<'static, str>> {
    for piece in chain::walk(graph, copy) {
        let Ok((_, piece)) = piece else {
            return None; // `steps` says why.
        };
        if let Some(refuted) = &piece.recovery.refuted {
            return Some(Cow::Owned(refuted.to_string()));
        }
        let control = |need: &&lifeboat_model::Need| need.kind == NeedKind::ControlPlane;
        for need in piece.needs.iter().filter(control) {
            let lost = need
                .domains
                .iter()
                .find(|domain| is_lost(graph, domain, scope));
            if let Some(domain) = lost {
                let (target, by) = (&graph.target, &piece.address);
                return Some(Cow::Owned(format!(
                    "a restore from `{by}` calls the control plane {}, which fails with `{target}` ({})",
                    need.what, domain.evidence
                )));
            }
        }
    }
    None
}

/// Returns whether the scope destroys the domain: it is one of those of the target that the scope takes.
fn is_lost(graph: &CopyGraph, domain: &Domain, scope: Scope) -> bool {
    let takes = |level: Scope| match scope {
        Scope::Corruption => false,
        Scope::Account => level == Scope::Account,
        Scope::Instance | Scope::Zone | Scope::Region => level <= scope && level >= Scope::Instance,
    };
    let mut own = graph.domains.iter().filter(|own| takes(own.scope));
    own.any(|own| own.id == domain.id)
}
