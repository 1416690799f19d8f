//! Loss to somebody who holds the target's credentials (model §5).
//!
//! The attacker has held them since the bad write, `dwell` ago: deletes what they may delete, poisons or stops every
//! later capture, and floods what is kept by count. So only what was usable before counts: a point at most `L` older
//! than the first bad write, which must outlive `dwell + L`.

use jiff::Timestamp;
use lifeboat_model::{Bound, Span};

use super::CopyLoss;
use super::corruption::{Numbers, delayed, kept, too_young, unkept};
use super::flow::{Flow, flow, flow_of};
use super::held::{history, is_log, rests_on_retention, window};
use super::survival::{is_locked, is_outside};
use super::telling::{concluded, remark};
use crate::exposure::found::Found;
use crate::exposure::graph::{Capture, Copy, CopyGraph, Logical};
use crate::exposure::trace::{Silent, Trace};

/// Returns what is lost with a copy that [`survives`](super::survives).
///
/// At most `L`: points under way at the bad write may be stopped, later ones are poisoned.
pub(super) fn loss<T: Trace>(
    graph: &CopyGraph,
    index: usize,
    dwell: Span,
    as_of: Timestamp,
    trace: &mut T,
) -> CopyLoss {
    trace.open();
    let (loss, numbers) = clean(graph, index, dwell, as_of, trace);
    trace.close(|| {
        let address = graph.copies.get(index).map(|copy| copy.address.to_string());
        let address = address.unwrap_or_default();
        let lost = loss.rpo.bound;
        let says = match numbers {
            Numbers::None => loss.rpo.reason.to_string(),
            Numbers::Newest | Numbers::Longer(..) => format!(
                "`{address}` loses {lost}: the age of its newest point when the attack began {dwell} ago"
            ),
            Numbers::Delayed(age) => format!(
                "`{address}` loses {lost} = age {age} − dwell {dwell}: stopped before it applies the first bad write"
            ),
            Numbers::RolledForward(lag) => format!(
                "`{address}` loses {lost} = lag {lag}: stopped, and rolled forward to the first bad write"
            ),
        };
        concluded(says, &loss.rpo)
    });
    loss
}

fn clean<T: Trace>(
    graph: &CopyGraph,
    index: usize,
    dwell: Span,
    as_of: Timestamp,
    trace: &mut T,
) -> (CopyLoss, Numbers) {
    let flow = flow(graph, index, Some(as_of), trace);
    let (Some(copy), Ok(flow)) = (graph.copies.get(index), &flow) else {
        let found = flow.err();
        let found = found.unwrap_or_else(|| Found::unbounded("there is no such copy"));
        return (unkept(Bound::Finite(Span::ZERO), found), Numbers::None);
    };
    if let Logical::Follows(delay) = &copy.logical {
        return delayed(copy, flow, delay.value, dwell);
    }
    let address = &copy.address;
    let history = history(graph, index, as_of);
    let outlived = outlived(graph, index, as_of, graph.copies.len());
    let tolerated = match &outlived {
        Ok(dwell) => (*dwell).min(history),
        Err(_) => Bound::Finite(Span::ZERO),
    };
    let outlived = match outlived {
        Ok(outlived) => outlived,
        Err(reason) => return (unkept(tolerated, Found::unbounded(reason)), Numbers::None),
    };
    remark(trace, || {
        format!(
            "whoever attacks, a point made before is kept if the attack is found within {outlived}"
        )
    });
    if Bound::Finite(dwell) > outlived {
        let found = Found::unbounded(format!(
            "a point of `{address}` from before an attack is sure to be kept for {outlived} only, and it is found after {}",
            dwell.rounded()
        ));
        return (unkept(tolerated, found), Numbers::None);
    }
    if Bound::Finite(dwell) > history {
        let found = Found::unbounded(too_young(address, history, dwell));
        return (unkept(tolerated, found), Numbers::None);
    }
    let mut found = flow.found.clone();
    rests_on_retention(graph, index, &mut found);
    (kept(tolerated, found, flow.age, dwell), Numbers::Newest)
}

/// Returns the longest dwell after which the newest point from before the attack is sure to be there still, with all
/// that it needs; or why it may be gone even at once.
///
/// A point must outlive `dwell + L`. A log must reach back to its base: `dwell + max(L, L of the base)`, and the base
/// outlives the same. The full of an increment may be as much older as fulls can be.
fn outlived(
    graph: &CopyGraph,
    index: usize,
    as_of: Timestamp,
    left: usize,
) -> Result<Bound<Span>, String> {
    let flow_at = |at: usize| flow_of(graph, at, Some(as_of), left, &mut Silent);
    let Some(copy) = graph.copies.get(index) else {
        return Err("there is no such copy".to_owned());
    };
    let flow = flow_at(index).map_err(|found| found.reason.into_owned())?;
    let own = Bound::Finite(flow.age);
    let log = is_log(graph, index);
    let proof = if log {
        proof_of_log(graph, copy, &flow)
    } else {
        proof(graph, copy)
    };
    let Some((chain, base)) = copy.chain.and_then(|at| Some((at, graph.copies.get(at)?))) else {
        return longer_than(copy, proof, own);
    };
    if left == 0 {
        return Err(format!("`{}` needs itself", copy.address));
    }
    let below = flow_at(chain).map_or(Bound::Unbounded, |below| Bound::Finite(below.age));
    if log {
        let of_base = longer_than(base, self::proof(graph, base), below)?;
        let of_base = match outlived_base(graph, base, chain, as_of, left - 1) {
            Some(further) => of_base.min(further?),
            None => of_base,
        };
        Ok(longer_than(copy, proof, own.max(below))?.min(of_base))
    } else {
        let full = match (own, below) {
            (Bound::Finite(own), Bound::Finite(below)) => Bound::Finite(own + below),
            _ => Bound::Unbounded,
        };
        let of_full = longer_than(base, self::proof(graph, base), full)?;
        let of_full = match outlived_base(graph, base, chain, as_of, left - 1) {
            Some(further) => of_full.min(further?),
            None => of_full,
        };
        Ok(longer_than(copy, proof, own)?.min(of_full))
    }
}

/// Returns the same for what a base needs itself.
fn outlived_base(
    graph: &CopyGraph,
    base: &Copy,
    chain: usize,
    as_of: Timestamp,
    left: usize,
) -> Option<Result<Bound<Span>, String>> {
    base.chain?;
    Some(outlived(graph, chain, as_of, left))
}

/// Returns by how much what an attacker cannot delete lasts longer than a point may be old.
fn longer_than(copy: &Copy, proof: Bound<Span>, age: Bound<Span>) -> Result<Bound<Span>, String> {
    let address = &copy.address;
    if proof == Bound::Finite(Span::ZERO) {
        return Err(format!(
            "`{address}` keeps points by count, and an attacker can make as many as push out the clean ones"
        ));
    }
    match (proof, age) {
        (Bound::Unbounded, _) => Ok(Bound::Unbounded),
        (Bound::Finite(proof), Bound::Finite(age)) if age <= proof => {
            Ok(Bound::Finite(proof - age))
        }
        (Bound::Finite(proof), age) => Err(format!(
            "`{address}` is sure to keep a point for {proof} only, and the newest one may be as old as {age}"
        )),
    }
}

/// Returns up to which age nobody with the target's credentials can make a point vanish.
///
/// A lock that they cannot lift; and, where they cannot delete, what is kept by time. Whatever is kept by count is the
/// attacker's, who can add points, also with invented times: `last`, and the newest of each period.
fn proof(graph: &CopyGraph, copy: &Copy) -> Bound<Span> {
    let locked = match &copy.lock {
        Some(lock) if is_locked(graph, copy) => lock.lasts.value,
        _ => Span::ZERO,
    };
    let mut proof = Bound::Finite(Span::ZERO);
    if is_outside(graph, copy) {
        let keep = &copy.retention.keep;
        let limit = copy
            .retention
            .delete_after
            .map_or(Bound::Unbounded, Bound::Finite);
        let timed = match keep.within {
            _ if keep.is_empty() => Bound::Unbounded,
            Some(within) => Bound::Finite(within),
            None => Bound::Finite(Span::ZERO),
        };
        proof = timed.min(limit);
    }
    proof.max(Bound::Finite(locked))
}

/// Returns the same for a log: its window is by time. One that is kept from its oldest base on goes with its bases.
fn proof_of_log(graph: &CopyGraph, copy: &Copy, flow: &Flow) -> Bound<Span> {
    let own_window = matches!(
        copy.capture,
        Capture::Log {
            window: Some(_),
            ..
        }
    );
    let keep = &copy.retention.keep;
    let by_time = own_window || keep.is_empty() || keep.within.is_some();
    let whole = proof(graph, copy);
    if is_outside(graph, copy) && by_time {
        let locked = match &copy.lock {
            Some(lock) if is_locked(graph, copy) => lock.lasts.value,
            _ => Span::ZERO,
        };
        return window(copy, flow).max(Bound::Finite(locked));
    }
    whole
}
