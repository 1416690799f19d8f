//! Which ages a copy is sure to hold, with the copy that it is of no use without.

use jiff::Timestamp;
use lifeboat_model::{Bound, Provenance, Span};

use super::flow::{Flow, flow_of};
use super::kept::{Guarantee, guarantees, reach};
use super::telling::remark;
use crate::exposure::found::Found;
use crate::exposure::graph::{Capture, Copy, CopyGraph, Holds, LiftedBy};
use crate::exposure::trace::{Silent, Trace};

/// Returns whether a copy is a log, or copies one: it brings back any instant, from a base on.
pub(super) fn is_log(graph: &CopyGraph, index: usize) -> bool {
    let mut next = Some(index);
    let mut below = usize::MAX;
    while let Some((at, copy)) = next.and_then(|at| Some((at, graph.copies.get(at)?))) {
        if at >= below {
            return false;
        }
        match copy.capture {
            Capture::Log { .. } => return true,
            Capture::Replica(_) | Capture::Never(_) => return false,
            Capture::Scheduled { .. } | Capture::Following => {}
        }
        (below, next) = (at, copy.source);
    }
    false
}

/// Returns how far back a log reaches without a break.
///
/// Its own window; else what its retention keeps by time, less the piece that may be split. Rules that count apply to
/// its bases: a log is kept from its oldest base on.
pub(super) fn window(copy: &Copy, flow: &Flow) -> Bound<Span> {
    if let Capture::Log {
        window: Some(window),
        ..
    } = copy.capture
    {
        let limit = copy.retention.delete_after.unwrap_or(window);
        return Bound::Finite(window.min(limit));
    }
    let limits = [copy.retention.keep.within, copy.retention.delete_after];
    let least = limits.into_iter().flatten().min();
    least.map_or(Bound::Unbounded, |limit| {
        Bound::Finite(limit - flow.spacing)
    })
}

/// Returns the flow of a copy if the copy that it needs is sure to be there for its newest point.
///
/// - A log needs a base: it must reach back to the newest one, however old that can be.
/// - An increment needs its full, the newest one when it was made: it must be kept for as long after it is superseded
///   as the increment can be old. Losing a full loses all that depend on it.
pub(super) fn based<T: Trace>(
    graph: &CopyGraph,
    index: usize,
    copy: &Copy,
    mut flow: Flow,
    as_of: Option<Timestamp>,
    left: usize,
    trace: &mut T,
) -> Result<Flow, Found> {
    let Some((chain, base)) = copy.chain.and_then(|at| Some((at, graph.copies.get(at)?))) else {
        return Ok(flow);
    };
    let (address, needed) = (&copy.address, &base.address);
    if left == 0 {
        return Err(Found::unbounded(format!("`{address}` needs itself")));
    }
    let below = flow_of(graph, chain, as_of, left - 1, &mut Silent);
    if is_log(graph, index) {
        let window = window(copy, &flow);
        if window == Bound::Unbounded {
            return Ok(flow);
        }
        let oldest = below
            .as_ref()
            .map_or(Bound::Unbounded, |below| Bound::Finite(below.age));
        if oldest > window {
            return Err(Found::unbounded(format!(
                "`{address}` reaches back {window}, and its base in `{needed}` may be older: {oldest}"
            )));
        }
        remark(trace, || {
            format!(
                "replayed from a base in `{needed}` at most {oldest} old: it reaches back {window}"
            )
        });
    } else {
        let below = below.as_ref().map_err(Clone::clone)?;
        let kept = superseded(&held(graph, chain, below, as_of, left - 1));
        if Bound::Finite(flow.age) > kept {
            return Err(Found::unbounded(format!(
                "`{address}` may need a full of `{needed}` that is gone: one is kept {kept} after the next, and an \
                 increment may be {} old",
                flow.age
            )));
        }
    }
    if let Ok(below) = below {
        flow.found
            .inherit(below.found.provenance, below.found.assuming);
    }
    Ok(flow)
}

/// Returns for how long a point is sure to be kept after a newer one has come.
fn superseded(held: &[Guarantee]) -> Bound<Span> {
    held.iter()
        .filter_map(|guarantee| guarantee.superseded)
        .max()
        .unwrap_or(Bound::Finite(Span::ZERO))
}

/// Returns what a copy is sure to hold, once its retention is filled.
pub(super) fn held(
    graph: &CopyGraph,
    index: usize,
    flow: &Flow,
    as_of: Option<Timestamp>,
    left: usize,
) -> Vec<Guarantee> {
    let Some(copy) = graph.copies.get(index) else {
        return Vec::new();
    };
    if is_log(graph, index) {
        return vec![Guarantee {
            rule: "log",
            reaches: log_reaches(graph, copy, flow, as_of, left),
            spacing: flow.spacing,
            superseded: None,
        }];
    }
    let mut held = guarantees(&copy.retention, lock(copy), flow);
    let Some(chain) = copy.chain else {
        return held;
    };
    if left == 0 {
        return Vec::new();
    }
    let Ok(below) = flow_of(graph, chain, as_of, left - 1, &mut Silent) else {
        return Vec::new();
    };
    let kept = superseded(&self::held(graph, chain, &below, as_of, left - 1));
    for guarantee in &mut held {
        guarantee.cut(kept, flow.age);
        guarantee.superseded = guarantee
            .superseded
            .map(|held| held.min(kept.map(|kept| kept - flow.age)));
    }
    held
}

/// Returns how long no automation deletes a point. A lock that anybody can still lift keeps nothing for sure.
fn lock(copy: &Copy) -> Span {
    match &copy.lock {
        Some(lock) if lock.lifted_by != LiftedBy::Anybody => lock.lasts.value,
        _ => Span::ZERO,
    }
}

/// Returns the greatest dwell after which a log and its bases still bring back the instant before the bad write: a base
/// at least that old is kept, and the log reaches back to it, which may be a spacing of the bases older.
fn log_reaches(
    graph: &CopyGraph,
    copy: &Copy,
    flow: &Flow,
    as_of: Option<Timestamp>,
    left: usize,
) -> Bound<Span> {
    let window = window(copy, flow);
    let Some((chain, base)) = copy.chain.and_then(|at| Some((at, graph.copies.get(at)?))) else {
        return window;
    };
    if left == 0 {
        return Bound::Finite(Span::ZERO);
    }
    let Ok(below) = flow_of(graph, chain, as_of, left - 1, &mut Silent) else {
        // Bases are made by hand: what there is, is kept, or nothing is sure.
        let policy = &base.retention;
        let all = policy.keep.is_empty() && policy.delete_after.is_none();
        return if all && window == Bound::Unbounded {
            window
        } else {
            Bound::Finite(Span::ZERO)
        };
    };
    if Bound::Finite(below.age) > window {
        return Bound::Finite(Span::ZERO);
    }
    let mut bases = held(graph, chain, &below, as_of, left - 1);
    for guarantee in &mut bases {
        guarantee.cut(window, below.age);
    }
    reach(&bases)
}

/// Returns the age of the oldest point that is seen, of the copy or of what it needs, whichever is younger.
pub(super) fn history(graph: &CopyGraph, index: usize, as_of: Timestamp) -> Bound<Span> {
    let mut history = Bound::Unbounded;
    let mut next = Some(index);
    for _ in 0..=graph.copies.len() {
        let Some(copy) = next.and_then(|at| graph.copies.get(at)) else {
            break;
        };
        if let Holds::Points { oldest, .. } = copy.holds {
            history = history.min(Bound::Finite(Span::between(oldest, as_of)));
        }
        next = copy.chain;
    }
    history
}

/// Notes that a bound rests on what retention and locks are declared to keep.
pub(super) fn rests_on_retention(graph: &CopyGraph, index: usize, found: &mut Found) {
    found.rests_on(&Provenance::Declared, &"");
    let mut next = Some(index);
    for _ in 0..=graph.copies.len() {
        let Some(copy) = next.and_then(|at| graph.copies.get(at)) else {
            break;
        };
        if let Some(lock) = &copy.lock {
            found.rests_on(&lock.lasts.provenance, &lock.lasts.source);
        }
        next = copy.chain;
    }
}
