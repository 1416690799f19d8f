//! The exposure of one target in one scope: what every copy gives, put together.

use jiff::Timestamp;
use lifeboat_model::{Address, Bound, Choice, Exposure, Figure, Goal, Provenance, Scope, Span};

use super::found::Found;
use super::graph::CopyGraph;
use super::loss::{CopyLoss, copy_loss, why};
use super::recovery::{Load, copy_recovery};
use super::trace::{Silent, Told, Trace};

/// What one copy that can be used gives.
#[derive(Debug)]
struct Offer<'g> {
    copy: usize,
    address: &'g Address,
    loss: CopyLoss,
    rto: Found,
}

impl Offer<'_> {
    fn freshest_first(&self) -> (Bound<Span>, Bound<Span>, &Address) {
        (self.loss.rpo.bound, self.rto.bound, self.address)
    }

    fn fastest_first(&self) -> (Bound<Span>, Bound<Span>, &Address) {
        (self.rto.bound, self.loss.rpo.bound, self.address)
    }
}

/// Returns the exposure of a target: the least loss and the least time over all copies that survive.
///
/// `load` is of all that fail with it. The figure of the loss is of the freshest copy, that of the time of the fastest
/// one, which need not be the same: [`Exposure::rto_verdict`] asks for one that is both.
pub(crate) fn assess_graph<T: Trace>(
    graph: &CopyGraph,
    scope: Scope,
    goal: &Goal,
    load: &Load,
    as_of: Timestamp,
    trace: &mut T,
) -> Exposure {
    trace.open();
    let mut offers: Vec<Offer<'_>> = Vec::with_capacity(graph.copies.len());
    let mut rejected: Option<String> = None;
    for copy in 0..graph.copies.len() {
        match offer(graph, copy, (scope, goal), load, as_of, trace) {
            Ok(offer) => offers.push(offer),
            Err(reason) => rejected = Some(reason),
        }
    }
    let exposure = combined(graph, &offers, (scope, goal), as_of, rejected);
    trace.close(|| Told {
        says: headline(&graph.target, scope, goal, &exposure),
        bound: Some(exposure.rpo.bound),
        provenance: Some(exposure.rpo.provenance.clone()),
    });
    exposure
}

/// Returns what a copy gives, or why it is of no use in this scope.
fn offer<'g, T: Trace>(
    graph: &'g CopyGraph,
    copy: usize,
    (scope, goal): (Scope, &Goal),
    load: &Load,
    as_of: Timestamp,
    trace: &mut T,
) -> Result<Offer<'g>, String> {
    let it = graph.copies.get(copy).ok_or_else(String::new)?;
    let address = &it.address;
    trace.open();
    let loss = copy_loss(graph, copy, scope, goal, as_of, trace);
    if !loss.survives {
        let reason = loss.rpo.reason.into_owned();
        trace.close(|| Told {
            says: format!("rejected: `{address}`"),
            bound: None,
            provenance: None,
        });
        return Err(reason);
    }
    let rto = copy_recovery(graph, copy, scope, load, trace);
    trace.close(|| Told {
        says: format!(
            "`{address}`: {}, {}",
            loses(loss.rpo.bound),
            takes(rto.bound)
        ),
        bound: None,
        provenance: None,
    });
    Ok(Offer {
        copy,
        address,
        loss,
        rto,
    })
}

/// Tells what one copy gives.
pub(super) fn explain_copy<T: Trace>(
    graph: &CopyGraph,
    copy: usize,
    goal: (Scope, &Goal),
    load: &Load,
    as_of: Timestamp,
    trace: &mut T,
) {
    if let Err(reason) = offer(graph, copy, goal, load, as_of, trace) {
        trace.tell(|| Told {
            says: reason,
            bound: None,
            provenance: None,
        });
    }
}

/// Returns the least loss and the least time alone, each by whichever copy gives it.
pub(crate) fn bounds(
    graph: &CopyGraph,
    scope: Scope,
    goal: &Goal,
    as_of: Timestamp,
) -> (Bound<Span>, Bound<Span>) {
    let alone = Load::alone();
    let mut least = (Bound::Unbounded, Bound::Unbounded);
    for copy in 0..graph.copies.len() {
        let loss = copy_loss(graph, copy, scope, goal, as_of, &mut Silent);
        if loss.survives {
            let rto = copy_recovery(graph, copy, scope, &alone, &mut Silent);
            least = (least.0.min(loss.rpo.bound), least.1.min(rto.bound));
        }
    }
    least
}

fn loses(bound: Bound<Span>) -> String {
    match bound {
        Bound::Finite(loss) => format!("loses at most {}", loss.rounded()),
        Bound::Unbounded => "nothing limits what is lost".to_owned(),
    }
}

fn takes(bound: Bound<Span>) -> String {
    match bound {
        Bound::Finite(time) => format!("is back within {}", time.rounded()),
        Bound::Unbounded => "nothing limits how long it takes".to_owned(),
    }
}

fn headline(target: &Address, scope: Scope, goal: &Goal, exposure: &Exposure) -> String {
    let found = match (scope, goal.detected_within) {
        (Scope::Corruption | Scope::Account, Some(dwell)) => {
            format!(", found within {}", dwell.rounded())
        }
        _ => String::new(),
    };
    format!(
        "`{target}` against {scope}{found}: {}, {}",
        loses(exposure.rpo.bound),
        takes(exposure.rto.bound)
    )
}

fn combined(
    graph: &CopyGraph,
    offers: &[Offer<'_>],
    (scope, goal): (Scope, &Goal),
    as_of: Timestamp,
    rejected: Option<String>,
) -> Exposure {
    let fresh = offers.iter().min_by_key(|offer| offer.freshest_first());
    let fast = offers.iter().min_by_key(|offer| offer.fastest_first());
    let general = || rejected.unwrap_or_else(|| format!("nothing protects `{}`", graph.target));
    let (Some(fresh), Some(fast)) = (fresh, fast) else {
        let reason = general();
        return Exposure {
            rpo: unbounded(reason.clone()),
            rto: unbounded(reason),
            tolerated_dwell: None,
            rollback: None,
            choices: Vec::new(),
        };
    };
    let mut rpo = fresh.loss.rpo.clone().figure(fresh.address);
    if rpo.bound != Bound::Unbounded {
        rpo.reason = why(graph, fresh.copy, scope, goal, as_of);
    }
    let dwells = matches!(scope, Scope::Corruption | Scope::Account);
    let dwell = offers.iter().map(|offer| offer.loss.tolerated_dwell).max();
    Exposure {
        rpo,
        rto: fast.rto.clone().figure(fast.address),
        tolerated_dwell: dwell.filter(|_| dwells),
        rollback: fresh.loss.rollback,
        choices: choices(offers),
    }
}

/// Returns a figure that nothing limits.
pub(super) const fn unbounded(reason: String) -> Figure {
    Figure {
        bound: Bound::Unbounded,
        provenance: Provenance::Hard,
        uses: None,
        reason,
        assuming: Vec::new(),
    }
}

/// Returns the copies that no other one beats in both, freshest first.
fn choices(offers: &[Offer<'_>]) -> Vec<Choice> {
    let mut sorted: Vec<&Offer<'_>> = offers.iter().collect();
    sorted.sort_by_key(|offer| offer.freshest_first());
    let mut kept: Vec<Choice> = Vec::new();
    for offer in sorted {
        if kept.last().is_none_or(|last| offer.rto.bound < last.rto) {
            kept.push(Choice {
                uses: offer.address.clone(),
                rpo: offer.loss.rpo.bound,
                rto: offer.rto.bound,
            });
        }
    }
    kept
}
