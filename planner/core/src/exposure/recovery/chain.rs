//! What a restore reads: a copy, and the copies that it is of no use without.

use std::borrow::Cow;
use std::sync::Arc;

use lifeboat_model::{Bound, Rate, Scope, Span};

use super::super::found::Found;
use super::super::graph::{Copy, CopyGraph, Input};
use super::bases::log_since_base;
use super::quantity::{Nanos, nanos, time_of};

/// What is not known and would have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// How much there is.
    Size,
    /// How fast a link is.
    Rate,
    /// How fast the data change.
    WriteRate,
    /// How fast log is replayed.
    ReplayRate,
    /// How far apart the bases of a log are.
    Bases,
    /// What a chain begins with.
    Chain,
    /// Until there is something to restore to.
    Provision,
    /// Until an archived point can be read.
    Unarchive,
    /// Until a replica takes writes.
    Promote,
    /// Until clients use the new place.
    Repoint,
    /// Until it is as fast as it must be.
    Warm,
    /// Until it is known to be right.
    Verify,
}

impl Lack {
    /// Returns the reason: which step it is, and what to do.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Size => {
                "how much data a restore brings back is not known: declare `size` in an `assumptions` block, or run a drill"
            }
            Self::Rate => {
                "its restore bandwidth is not known: declare `restore_bandwidth` in an `assumptions` block, or run a drill"
            }
            Self::WriteRate => {
                "how much log a restore reads is not known: declare `write_rate` in an `assumptions` block, or run a drill"
            }
            Self::ReplayRate => {
                "how fast its log is replayed is not known: declare `replay_rate` in an `assumptions` block, or run a drill"
            }
            Self::Bases => {
                "how far apart the bases of its log are is not known: give the protection that makes them a schedule"
            }
            Self::Chain => {
                "what it is a continuation of is missing: protect the target with a full copy too"
            }
            Self::Provision => {
                "how long it takes to have something to restore to is not known: declare `provision` in an `assumptions` block"
            }
            Self::Unarchive => {
                "how long it takes until its points can be read is not known: declare `unarchive` in an `assumptions` block, or run a drill"
            }
            Self::Promote => {
                "how long it takes until it accepts writes is not known: declare `promote` in an `assumptions` block"
            }
            Self::Repoint => {
                "how long clients take to use the new place is not known: declare `repoint` in an `assumptions` block"
            }
            Self::Warm => {
                "how long it takes to be as fast as it must be is not known: declare `warm` in an `assumptions` block"
            }
            Self::Verify => {
                "how long it takes to know that what came back is right is not known: declare `verify` in an `assumptions` block, or run a drill"
            }
        }
    }

    pub(super) const fn found(self) -> Found {
        Found {
            bound: Bound::Unbounded,
            provenance: lifeboat_model::Provenance::Hard,
            reason: Cow::Borrowed(self.reason()),
            assuming: Vec::new(),
        }
    }
}

/// Walks from a copy to the full that it needs: the copy first.
///
/// Ends with an error where the chain leads nowhere or in a circle, which a graph that is built rightly does not have.
pub(super) fn walk(
    graph: &CopyGraph,
    copy: usize,
) -> impl Iterator<Item = Result<(usize, &Copy), Lack>> {
    let mut next = Some(copy);
    let mut left = graph.copies.len();
    std::iter::from_fn(move || {
        let index = next.take()?;
        let Some(found) = graph.copies.get(index).filter(|_| left > 0) else {
            return Some(Err(Lack::Chain));
        };
        left -= 1;
        next = found.chain;
        Some(Ok((index, found)))
    })
}

/// One copy that a restore reads.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    /// The copy.
    pub(super) copy: &'a Copy,
    /// How it is read.
    pub(super) reads: Reads<'a>,
}

/// How a copy is read.
#[derive(Debug)]
pub(super) enum Reads<'a> {
    /// As one whole restore, of what it continues too. It uses each of these links for that long at most.
    Whole(&'a Input<Span>, Vec<&'a Arc<str>>),
    /// So many bytes over each of its links.
    Bytes(u128, Vec<Leg<'a>>),
}

/// Data on one link.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leg<'a> {
    /// The link.
    pub(super) link: &'a Arc<str>,
    /// For how long the data keep it busy when nobody else uses it: `S / B`.
    pub(super) busy: Nanos,
    /// How fast it is.
    pub(super) rate: Rate,
    /// How long it takes besides, whatever the size.
    pub(super) delay: Span,
}

/// All that a restore from a copy reads.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    /// What it reads, what stands on its own first.
    pub(super) pieces: Vec<Piece<'a>>,
    /// What the amounts and the rates rest on: no time of its own.
    pub(super) basis: Found,
}

/// Returns what a restore from a copy reads, or what would have to be known.
pub(super) fn reading(graph: &CopyGraph, copy: usize, scope: Scope) -> Result<Reading<'_>, Lack> {
    let mut reading = Reading {
        pieces: Vec::new(),
        basis: Found::zero(),
    };
    for step in walk(graph, copy) {
        let (index, copy) = step?;
        if let Some(whole) = &copy.recovery.whole {
            let mut links = Vec::new();
            for below in walk(graph, index) {
                for hop in &below?.1.recovery.hops {
                    if !links.contains(&&hop.link) {
                        links.push(&hop.link);
                    }
                }
            }
            reading.basis.rests_on(&whole.provenance, &whole.source);
            reading.pieces.push(Piece {
                copy,
                reads: Reads::Whole(whole, links),
            });
            break;
        }
        let bytes = if copy.recovery.hops.is_empty() {
            0
        } else {
            amount(graph, copy, scope, &mut reading.basis)?
        };
        let legs = legs(copy, bytes, &mut reading.basis)?;
        reading.pieces.push(Piece {
            copy,
            reads: Reads::Bytes(bytes, legs),
        });
    }
    reading.pieces.reverse();
    Ok(reading)
}

fn legs<'a>(copy: &'a Copy, bytes: u128, basis: &mut Found) -> Result<Vec<Leg<'a>>, Lack> {
    let mut legs = Vec::with_capacity(copy.recovery.hops.len());
    for hop in &copy.recovery.hops {
        let rate = hop.rate.as_ref().ok_or(Lack::Rate)?;
        basis.rests_on(&rate.provenance, &rate.source);
        if let Some(delay) = &hop.delay {
            basis.rests_on(&delay.provenance, &delay.source);
        }
        legs.push(Leg {
            link: &hop.link,
            busy: time_of(bytes, rate.value).ok_or(Lack::Rate)?,
            rate: rate.value,
            delay: hop.delay.as_ref().map_or(Span::ZERO, |delay| delay.value),
        });
    }
    Ok(legs)
}

/// Returns how much of a copy a restore reads: all data, and the log since its base; of a continuation only what was
/// written since.
fn amount(graph: &CopyGraph, copy: &Copy, scope: Scope, basis: &mut Found) -> Result<u128, Lack> {
    let mut bytes = 0;
    if copy.chain.is_none() {
        let size = graph.size.as_ref().ok_or(Lack::Size)?;
        basis.rests_on(&size.provenance, &size.source);
        bytes += u128::from(size.value.0);
    }
    if copy.chain.is_some() || copy.recovery.replay_since.is_some() {
        bytes += log_since_base(graph, copy, scope, basis)?;
    }
    Ok(bytes)
}

/// Returns each link that a reading uses, once, with how long it keeps it busy.
pub(super) fn busy<'a>(reading: &Reading<'a>) -> Vec<(&'a Arc<str>, Nanos, u128)> {
    let mut links: Vec<(&'a Arc<str>, Nanos, u128)> = Vec::new();
    let mut add = |link: &'a Arc<str>, time: Nanos, bytes: u128| match links
        .iter_mut()
        .find(|(known, ..)| *known == link)
    {
        Some(entry) => {
            entry.1 += time;
            entry.2 += bytes;
        }
        None => links.push((link, time, bytes)),
    };
    for piece in &reading.pieces {
        match &piece.reads {
            Reads::Whole(whole, over) => {
                over.iter()
                    .for_each(|link| add(link, nanos(whole.value), 0));
            }
            Reads::Bytes(bytes, legs) => {
                legs.iter().for_each(|leg| add(leg.link, leg.busy, *bytes));
            }
        }
    }
    links
}
