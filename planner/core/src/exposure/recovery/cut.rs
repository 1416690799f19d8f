//! A common cut through the points of several members.

use std::collections::BTreeMap;

use lifeboat_model::{Address, Bound, Span};

use super::super::graph::{Capture, Copy, CopyGraph};

/// To which instants a copy can be brought back, as far as the loss of a service needs it.
///
/// Ages are before the failure; for corruption and account before the bad write, so that thinning counts there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Points {
    /// To any instant from its newest one back to this age: a log.
    Continuous {
        /// How far it is sure to reach.
        back_to: Bound<Span>,
    },
    /// To instants that are at most this far apart, all of which are kept up to an age.
    Every {
        /// The longest time between two points that follow each other.
        apart: Span,
        /// Up to this age none is dropped.
        back_to: Bound<Span>,
    },
    /// To one state only: a replica.
    Newest,
}

impl Points {
    /// Returns what the graph alone says of a copy: the safe values where only an enumeration would know better.
    ///
    /// A copy on a schedule of its own sees its source jitter, so its points are as far apart as `acc` and the
    /// freshness of the source together. Of the retention only `last`, `within` and keeping everything count here.
    pub fn of(graph: &CopyGraph, copy: usize) -> Self {
        let Some(it) = graph.copies.get(copy) else {
            return Self::Newest;
        };
        match &it.capture {
            Capture::Log { window, .. } => Self::Continuous {
                back_to: window.map_or_else(|| kept(graph, copy), Bound::Finite),
            },
            Capture::Replica(_) | Capture::Never(_) => Self::Newest,
            Capture::Scheduled { .. } | Capture::Following => match spacing(graph, copy) {
                Some(apart) => Self::Every {
                    apart,
                    back_to: kept(graph, copy),
                },
                None => Self::Newest,
            },
        }
    }

    /// Returns what sorts the finest points first.
    pub(super) const fn fineness(self) -> (u8, Span) {
        match self {
            Self::Continuous { .. } => (0, Span::ZERO),
            Self::Every { apart, .. } => (1, apart),
            Self::Newest => (2, Span::ZERO),
        }
    }

    /// Returns how far from an instant of this age its nearest later point can be, given that it has one.
    fn apart_at(self, age: Span) -> Bound<Span> {
        match self {
            Self::Continuous { back_to } if back_to >= Bound::Finite(age) => {
                Bound::Finite(Span::ZERO)
            }
            Self::Every { apart, back_to } if back_to >= Bound::Finite(age) => Bound::Finite(apart),
            _ => Bound::Unbounded,
        }
    }
}

/// Returns the longest time between two captures; none where nobody knows.
fn every(copy: &Copy) -> Option<Span> {
    let Capture::Scheduled { longest, .. } = &copy.capture else {
        return None;
    };
    let runs = u64::from(copy.tolerated_failures) + 1;
    let late = copy
        .unnoticed
        .as_ref()
        .map_or(Span::ZERO, |late| late.value);
    Some(longest.value.max(copy.prop.value).times(runs) + late)
}

fn spacing(graph: &CopyGraph, copy: usize) -> Option<Span> {
    let it = graph.copies.get(copy)?;
    // A source stands before what is made from it.
    let source = it.source.filter(|source| *source < copy);
    match (&it.capture, source) {
        (Capture::Following, Some(source)) => spacing(graph, source),
        (_, Some(source)) if !it.aligned => Some(every(it)? + freshness(graph, source)?),
        _ => every(it),
    }
}

/// Returns the worst age of the newest point of a copy, all schedules independent.
fn freshness(graph: &CopyGraph, copy: usize) -> Option<Span> {
    let it = graph.copies.get(copy)?;
    let own = match &it.capture {
        Capture::Scheduled { .. } => every(it)?,
        Capture::Following => Span::ZERO,
        _ => return None,
    };
    let below = match it.source.filter(|source| *source < copy) {
        Some(source) => freshness(graph, source)?,
        None => Span::ZERO,
    };
    Some(own + it.hold.value + it.prop.value + below)
}

/// Returns the age up to which its retention is sure to drop nothing.
fn kept(graph: &CopyGraph, copy: usize) -> Bound<Span> {
    let Some(it) = graph.copies.get(copy) else {
        return Bound::Finite(Span::ZERO);
    };
    let shortest = match &it.capture {
        Capture::Scheduled { shortest, .. } if it.source.is_none() => *shortest,
        _ => Span::ZERO,
    };
    let keep = &it.retention.keep;
    let thinned = if keep.is_empty() {
        Bound::Unbounded
    } else {
        let last = u64::from(keep.last.unwrap_or(0).saturating_sub(1));
        let within = keep.within.unwrap_or(Span::ZERO);
        Bound::Finite(shortest.times(last).max(within))
    };
    match it.retention.delete_after {
        Some(limit) => thinned.min(Bound::Finite(limit)),
        None => thinned,
    }
}

/// One member at a cut: the target, the most that it loses, and its points.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    pub(super) target: &'a Address,
    pub(super) loss: Span,
    pub(super) points: Points,
}

/// Two members whose points may be too far apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Skew<'a> {
    /// How far.
    pub(super) by: Span,
    /// The member that is furthest behind.
    pub(super) oldest: &'a Address,
    /// The one that has no point near enough.
    pub(super) other: &'a Address,
}

/// Returns the loss of a group at a cut whose instants are at most `within` apart, or how far apart they may be.
///
/// Derivation. Let `a_i ≤ r_i` be the age of the newest usable point of member `i`, and `k` the member whose newest
/// point is the oldest. Bring `k` back to it, and each other member to its *first* point that is not older; it has one,
/// because its newest is not older. That one is at most `d_i` younger, where `d_i` is the longest time between two
/// points of `i` (zero for a log, which stops at any instant), and it is never younger than the failure, that is, by at
/// most `a_k ≤ r_k`. So nothing is older than `a_k`, the loss is `max r`, and the instants are at most
///
/// ```text
/// skew = max over k of min(r_k, max over i ≠ k of d_i)
/// ```
///
/// apart. `d_i` counts only if all points of `i` up to the age `r_k` are kept; else nothing but `r_k` limits the skew.
///
/// If that is too much, and all members but one (`e`) are logs, they can follow `e` exactly: its newest point that is
/// not younger than what every log holds has an age of at most `max(r_e, max r_log + d_e)`, which is then the loss.
pub(super) fn loss<'a>(members: &[At<'a>], within: Span) -> Result<Span, Skew<'a>> {
    let loss = members.iter().map(|it| it.loss).max().unwrap_or(Span::ZERO);
    match skew(members) {
        Some(skew) if skew.by > within => exact(members).ok_or(skew),
        _ => Ok(loss),
    }
}

/// Returns the two that may be furthest apart. What counts of the oldest is its loss alone, so that each loss is looked
/// at once, with the two members whose points are the coarsest: one of them is not the oldest itself.
fn skew<'a>(members: &[At<'a>]) -> Option<Skew<'a>> {
    let mut losses: BTreeMap<Span, Vec<usize>> = BTreeMap::new();
    for (index, member) in members.iter().enumerate() {
        losses.entry(member.loss).or_default().push(index);
    }
    let mut worst: Option<Skew<'a>> = None;
    for (loss, oldest) in losses {
        let mut coarsest: [Option<(Bound<Span>, usize)>; 2] = [None, None];
        for (index, member) in members.iter().enumerate() {
            let this = Some((member.points.apart_at(loss), index));
            if this.map(|it| it.0) > coarsest[0].map(|it| it.0) {
                coarsest = [this, coarsest[0]];
            } else if this.map(|it| it.0) > coarsest[1].map(|it| it.0) {
                coarsest[1] = this;
            }
        }
        let pair = |(apart, other): (Bound<Span>, usize)| {
            let oldest = oldest.iter().find(|oldest| **oldest != other)?;
            Some((apart, *oldest, other))
        };
        let Some((apart, oldest, other)) = coarsest.into_iter().flatten().find_map(pair) else {
            continue;
        };
        let by = apart.finite().map_or(loss, |apart| apart.min(loss));
        let (Some(oldest), Some(other)) = (members.get(oldest), members.get(other)) else {
            continue;
        };
        if worst.as_ref().is_none_or(|worst| by > worst.by) {
            worst = Some(Skew {
                by,
                oldest: oldest.target,
                other: other.target,
            });
        }
    }
    worst
}

/// Returns the loss when the logs follow the only member that has no log.
fn exact(members: &[At<'_>]) -> Option<Span> {
    let is_log = |it: &&At<'_>| matches!(it.points, Points::Continuous { .. });
    let mut others = members.iter().filter(|it| !is_log(it));
    let (Some(one), None) = (others.next(), others.next()) else {
        return None;
    };
    let Points::Every { apart, .. } = one.points else {
        return None;
    };
    let logs = members.iter().filter(is_log).map(|it| it.loss).max()?;
    let loss = one.loss.max(logs + apart);
    let reaches = |it: &At<'_>| it.points.apart_at(loss) != Bound::Unbounded;
    members.iter().all(reaches).then_some(loss)
}
