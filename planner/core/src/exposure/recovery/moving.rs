//! What a load changes of a restore, apart from what it does not.

use std::sync::Arc;

use lifeboat_model::{Address, Bound, Scope, Span};

use super::super::graph::CopyGraph;
use super::super::trace::Silent;
use super::chain::{busy, reading};
use super::copy_recovery;
use super::load::Load;
use super::quantity::{Nanos, span};
use super::transfer::time_alone;

/// The data of one restore on their way: the part of a recovery that takes longer the more others restore.
///
/// ```text
/// recovery = rest + round up(alone + Σ others on its links)
/// ```
///
/// Many loads can be tried without looking at the copy again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moving {
    /// How long they take when nobody else restores.
    alone: Nanos,
    /// Each link that others may use, with how long they keep it busy.
    pub(super) over: Vec<(Arc<str>, Nanos)>,
}

impl Moving {
    /// Returns the data that a restore from a copy moves; none where something is not known that would have to be.
    pub(crate) fn of(graph: &CopyGraph, copy: usize, scope: Scope) -> Option<Self> {
        let reading = reading(graph, copy, scope).ok()?;
        let pieces = reading.pieces.iter();
        let alone = pieces.map(|piece| time_alone(piece, &mut Silent)).sum();
        let links = busy(&reading).into_iter();
        let links = links.filter(|(link, ..)| !is_own(graph, link));
        let over = links.map(|(link, time, _)| (Arc::clone(link), time));
        Some(Self {
            alone,
            over: over.collect(),
        })
    }

    /// Returns how long they take when nobody else restores.
    pub(crate) fn alone(&self) -> Span {
        span(self.alone)
    }

    /// Returns how long they take beside all that entered a load, but for `own`: what their own target entered with, if
    /// it did.
    pub(crate) fn beside(
        &self,
        load: &Load,
        own: Option<(&Address, Option<&Self>)>,
    ) -> Bound<Span> {
        let mut time = self.alone;
        for (link, _) in &self.over {
            let Some(all) = load.busy(link, own.map(|(target, _)| target)) else {
                return Bound::Unbounded;
            };
            let own = own.and_then(|(_, moving)| moving);
            time += all.saturating_sub(own.map_or(0, |own| own.on(link)));
        }
        Bound::Finite(span(time))
    }

    fn on(&self, link: &Arc<str>) -> Nanos {
        let mut over = self.over.iter();
        over.find(|(known, _)| known == link)
            .map_or(0, |(_, time)| *time)
    }
}

/// Returns whether a link is of one copy alone, which it then has the name of. A graph that stands for those of many
/// targets must not make them share it.
fn is_own(graph: &CopyGraph, link: &str) -> bool {
    let mut copies = graph.copies.iter().map(|copy| &copy.address);
    copies.any(|address| link.starts_with(address.block.keyword()) && *link == address.to_string())
}

/// Returns the recovery time from a copy without the way of its data, which is the same whatever the load and the size.
pub(crate) fn rest(graph: &CopyGraph, copy: usize, scope: Scope, moving: &Moving) -> Bound<Span> {
    let alone = copy_recovery(graph, copy, scope, &Load::alone(), &mut Silent).bound;
    alone.map(|all| all - moving.alone())
}
