//! Failovers that make things worse, and recoveries that wait for others.

use lifeboat_model::{Finding, Scope, Severity, role};

use super::{is_backup, is_replica};
use crate::exposure::loss::survives;
use crate::exposure::recovery::Inversion;
use crate::findings::inspect::{Subject, finding};

/// A replica that would be promoted while the old primary may still take writes.
pub(super) fn no_fencing(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let resources = &subject.inspection.design.desired.resources;
    for copy in subject.graph.copies.iter().filter(|copy| is_replica(copy)) {
        let attributes = resources.get(&copy.address).map(|it| &it.attributes);
        let fenced = attributes.and_then(|it| it.get(role::FENCED));
        if fenced.and_then(serde_json::Value::as_bool) == Some(true) {
            continue;
        }
        found.push(finding(
            "no_fencing",
            Severity::Warning,
            &copy.address,
            format!(
                "nothing cuts `{}` off before it is promoted: both may take writes",
                subject.target()
            ),
            "Fence the old primary first, and say so with `fenced = true`.",
        ));
    }
}

/// After a failover to a replica the data live once: no backup is left in that scope.
pub(super) fn unprotected(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let graph = subject.graph;
    let goals = subject.objective.map(|objective| &objective.goals);
    for scope in [Scope::Instance, Scope::Zone, Scope::Region] {
        if !goals.is_some_and(|goals| goals.contains_key(&scope)) {
            continue;
        }
        let left = |index: usize| survives(graph, index, scope).is_ok();
        let mut replicas = graph.copies.iter().enumerate();
        let Some((_, replica)) = replicas.find(|(i, copy)| is_replica(copy) && left(*i)) else {
            continue;
        };
        let mut backups = graph.copies.iter().enumerate();
        if backups.any(|(i, copy)| is_backup(copy) && left(i)) {
            continue;
        }
        found.push(finding(
            "unprotected_after_failover",
            Severity::Warning,
            subject.target(),
            format!(
                "after a failover to `{}` in a failure of the scope {scope} no backup of it is left",
                replica.address
            ),
            "Keep a backup where the replica is, or elsewhere.",
        ));
        return;
    }
}

/// A recovery that is promised sooner than one that it waits for can end.
pub(in crate::findings) fn inversion(inversion: &Inversion) -> Finding {
    finding(
        "rto_inversion",
        Severity::Error,
        &inversion.service,
        inversion.to_string(),
        "Raise its goal, or make the other one faster.",
    )
}
