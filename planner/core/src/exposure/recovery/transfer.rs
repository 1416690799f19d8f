//! How long the data travel.

use std::sync::Arc;

use lifeboat_model::{Bound, ByteSize, Provenance, Span};

use super::super::found::Found;
use super::super::graph::CopyGraph;
use super::super::trace::Trace;
use super::chain::{Leg, Piece, Reading, Reads, busy, walk};
use super::load::Load;
use super::quantity::{Nanos, nanos, span};
use super::{steps, told};

/// Returns how long all that a restore reads is on its way.
///
/// One after another (store-and-forward, the safe default) `Σ S / B + Σ delay`, at once (pipelined)
/// `max S / B + Σ delay`, where a link that is used twice counts twice; the pieces of a chain one after another; then
/// what the others on the same links cost, see [`Load`].
pub(super) fn found<T: Trace>(
    graph: &CopyGraph,
    copy: usize,
    reading: &Reading<'_>,
    load: &Load,
    trace: &mut T,
) -> Found {
    if is_in_place(reading) {
        return reading.basis.clone();
    }
    trace.open();
    let mut alone: Nanos = 0;
    for piece in &reading.pieces {
        alone += time_alone(piece, trace);
    }
    let mut basis = reading.basis.clone();
    let others = others(graph, copy, reading, load, (&mut basis, trace));
    let mut found = Found {
        bound: Bound::Finite(Span::ZERO),
        ..basis
    };
    match others {
        Ok(others) => found.bound = Bound::Finite(span(alone + others)),
        Err(reason) => {
            found.bound = Bound::Unbounded;
            found.reason = reason.into();
        }
    }
    trace.close(|| {
        let says = match found.bound {
            Bound::Finite(time) => format!("the data are there within {}", time.rounded()),
            Bound::Unbounded => format!("nothing limits the transfer: {}", found.reason),
        };
        told(says, &found)
    });
    found
}

/// Returns whether no data travel at all: a replica.
fn is_in_place(reading: &Reading<'_>) -> bool {
    reading.pieces.iter().all(|piece| match &piece.reads {
        Reads::Whole(..) => false,
        Reads::Bytes(_, legs) => legs.is_empty(),
    })
}

/// Returns how long one piece takes when nobody else uses its links.
pub(super) fn time_alone<T: Trace>(piece: &Piece<'_>, trace: &mut T) -> Nanos {
    match &piece.reads {
        Reads::Whole(whole, _) => {
            steps::input(whole, "for a whole restore", trace);
            nanos(whole.value)
        }
        Reads::Bytes(_, legs) if legs.is_empty() => 0,
        Reads::Bytes(bytes, legs) => {
            let delays: Nanos = legs.iter().map(|leg| nanos(leg.delay)).sum();
            let pipelined = piece.copy.recovery.pipelined;
            let moving = if pipelined {
                let on = |link| legs.iter().filter(move |leg| leg.link == link);
                let each = legs
                    .iter()
                    .map(|leg| on(leg.link).map(|leg| leg.busy).sum());
                each.max().unwrap_or(0)
            } else {
                legs.iter().map(|leg| leg.busy).sum()
            };
            trace.tell(|| {
                let time = Found {
                    bound: Bound::Finite(span(moving + delays)),
                    provenance: Provenance::Hard,
                    ..Found::zero()
                };
                let mut step = told(described(piece, *bytes, legs, span(moving + delays)), &time);
                step.provenance = None;
                step
            });
            moving + delays
        }
    }
}

/// Returns the formula of a piece with its numbers: "1.3 TiB from `x`: over `tape` at 231.9 MiB/s + 24h".
fn described(piece: &Piece<'_>, bytes: u128, legs: &[Leg<'_>], time: Span) -> String {
    let shown = ByteSize(u64::try_from(bytes).unwrap_or(u64::MAX));
    let legs: Vec<String> = legs
        .iter()
        .map(|leg| {
            let delay = match leg.delay {
                Span::ZERO => String::new(),
                delay => format!(" + {}", delay.rounded()),
            };
            format!("over {} at {}{delay}", leg.link, leg.rate)
        })
        .collect();
    let how = match (legs.len(), piece.copy.recovery.pipelined) {
        (1, _) => "",
        (_, true) => " (all at once, as fast as the slowest)",
        (_, false) => " (one after another)",
    };
    format!(
        "{shown} of `{}` {}{how}: {}",
        piece.copy.address,
        legs.join(", "),
        time.rounded()
    )
}

/// Returns how long the others on all links keep them busy.
fn others<T: Trace>(
    graph: &CopyGraph,
    copy: usize,
    reading: &Reading<'_>,
    load: &Load,
    (basis, trace): (&mut Found, &mut T),
) -> Result<Nanos, String> {
    let mut sum = 0;
    for (link, ..) in busy(reading) {
        let how = use_of(graph, copy, link);
        if let Some(others) = load.others(graph, link, how, basis)? {
            sum += others.time;
            trace.tell(|| {
                let time = Found {
                    bound: Bound::Finite(span(others.time)),
                    ..basis.clone()
                };
                let amount = match others.bytes {
                    0 => String::new(),
                    bytes => format!(
                        " and move {} in all",
                        ByteSize(u64::try_from(bytes).unwrap_or(u64::MAX))
                    ),
                };
                told(
                    format!(
                        "{} restore over {link} at once{amount}: the others may come first, + {}",
                        others.count,
                        span(others.time).rounded()
                    ),
                    &time,
                )
            });
        }
    }
    Ok(sum)
}

/// Returns how often a restore uses a link, and whether it uses no other at the same time.
fn use_of(graph: &CopyGraph, copy: usize, link: &Arc<str>) -> (u32, bool) {
    let mut passes = 0;
    let mut alone = true;
    for (_, piece) in walk(graph, copy).filter_map(Result::ok) {
        let hops = &piece.recovery.hops;
        let here = hops.iter().filter(|hop| hop.link == *link).count();
        passes += u32::try_from(here).unwrap_or(u32::MAX);
        alone &= here == 0 || here == hops.len() || !piece.recovery.pipelined;
    }
    (passes, alone)
}
