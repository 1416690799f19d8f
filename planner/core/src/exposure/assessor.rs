//! The exposure of one target in one scope: what every copy gives, put together.

use std::sync::Arc;

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
    let mut rto = copy_recovery(graph, copy, scope, load, trace);
    rto.takes_for_granted(&loss.places);
    for place in &loss.places {
        trace.tell(|| Told {
            says: format!("assuming that {place}"),
            bound: None,
            provenance: Some(Provenance::Assumed),
        });
    }
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
            dwell_assuming: Vec::new(),
            rollback: None,
            choices: Vec::new(),
        };
    };
    let mut rpo = fresh.loss.rpo.clone().figure(fresh.address);
    if rpo.bound != Bound::Unbounded {
        rpo.reason = why(graph, fresh.copy, scope, goal, as_of);
    }
    let dwells = matches!(scope, Scope::Corruption | Scope::Account);
    let longest = offers.iter().max_by_key(|offer| {
        let named = offer.loss.places.is_empty();
        (offer.loss.tolerated_dwell, named)
    });
    let longest = longest.filter(|_| dwells).map(|offer| &offer.loss);
    let mut rto = fast.rto.clone();
    rto.takes_for_granted(places_at_once(offers, goal));
    Exposure {
        rpo,
        rto: rto.figure(fast.address),
        tolerated_dwell: longest.map(|loss| loss.tolerated_dwell),
        dwell_assuming: longest.map_or_else(Vec::new, |loss| {
            loss.places.iter().map(ToString::to_string).collect()
        }),
        rollback: fresh.loss.rollback,
        choices: choices(offers),
    }
}

/// Returns what is taken for granted of places where the copy that is fresh and fast enough at once is in one that
/// nobody has named: a copy that is only the freshest and one that is only the fastest prove nothing of both.
fn places_at_once<'o>(offers: &'o [Offer<'_>], goal: &Goal) -> &'o [Arc<str>] {
    let within = |bound: Bound<Span>, goal: Option<Span>| {
        goal.is_none_or(|goal| bound <= Bound::Finite(goal))
    };
    let both = offers
        .iter()
        .filter(|it| within(it.loss.rpo.bound, goal.rpo) && within(it.rto.bound, goal.rto));
    let surest = both.min_by_key(|it| it.loss.places.len());
    surest.map_or(&[], |it| &it.loss.places)
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
