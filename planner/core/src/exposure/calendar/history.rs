//! A repository while a schedule and a policy run.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_model::{Retention, Span};

use super::curve::{Curve, Gap};

/// The points that are kept, and the gaps that there were between them.
#[derive(Debug)]
pub(super) struct History<'a> {
    retention: &'a Retention,
    /// From here on the repository is in steady state.
    filled: Timestamp,
    now: Timestamp,
    /// Oldest first.
    held: Vec<Held>,
    /// The widest gap for each range of ages.
    gaps: BTreeMap<(Span, Span), Span>,
    /// The least age that the oldest point had.
    reaches: Option<Span>,
}

/// A point that is kept.
#[derive(Clone, Copy, Debug)]
struct Held {
    at: Timestamp,
    /// Its older neighbour.
    older: Option<Timestamp>,
    /// Since when they are neighbours.
    since: Timestamp,
}

impl<'a> History<'a> {
    /// Returns an empty repository.
    pub(super) const fn new(retention: &'a Retention, filled: Timestamp) -> Self {
        Self {
            retention,
            filled,
            now: filled,
            held: Vec::new(),
            gaps: BTreeMap::new(),
            reaches: None,
        }
    }

    /// Returns how many points are held.
    pub(super) const fn held(&self) -> usize {
        self.held.len()
    }

    /// Returns the points that are held, oldest first.
    #[cfg(test)]
    pub(super) fn points(&self) -> Vec<Timestamp> {
        self.held.iter().map(|held| held.at).collect()
    }

    /// Makes a point and runs the policy.
    pub(super) fn run(&mut self, at: Timestamp) {
        self.now = at;
        if let Some(newest) = self.held.last() {
            let awaited = self.gaps.entry((Span::ZERO, Span::ZERO)).or_default();
            *awaited = Span::between(newest.at, at).max(*awaited);
        }
        self.held.push(Held {
            at,
            older: self.held.last().map(|held| held.at),
            since: at,
        });
        let points: Vec<Timestamp> = self.held.iter().map(|held| held.at).collect();
        let fates = self.retention.fates(&points, at);
        let mut kept = Vec::with_capacity(self.held.len());
        let mut older = None;
        for (mut held, fate) in std::mem::take(&mut self.held).into_iter().zip(fates) {
            if !fate.is_kept() {
                self.close(held);
                continue;
            }
            if held.older != older {
                self.close(held);
                (held.older, held.since) = (older, at);
            }
            older = Some(held.at);
            kept.push(held);
        }
        self.held = kept;
        if let (Some(oldest), true) = (self.held.first(), at >= self.filled) {
            let age = Span::between(oldest.at, at);
            self.reaches = Some(self.reaches.map_or(age, |least| least.min(age)));
        }
    }

    /// Notes the gap between a point and its older neighbour, which ends now.
    fn close(&mut self, held: Held) {
        let Some(older) = held.older.filter(|_| self.now >= self.filled) else {
            return;
        };
        let from = Span::between(held.at, held.since);
        let until = Span::between(held.at, self.now);
        if from < until {
            let spacing = Span::between(older, held.at);
            let widest = self.gaps.entry((from, until)).or_default();
            *widest = spacing.max(*widest);
        }
    }

    /// Returns the worst of what it was.
    pub(super) fn curve(mut self) -> Curve {
        for held in std::mem::take(&mut self.held) {
            self.close(held);
        }
        let gaps = self.gaps.iter().map(|((from, until), spacing)| Gap {
            from: *from,
            until: *until,
            spacing: *spacing,
        });
        Curve::worst_of(gaps.collect(), self.reaches.unwrap_or(Span::ZERO))
    }
}
