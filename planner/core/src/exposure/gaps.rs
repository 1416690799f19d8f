//! The gaps of schedules, each enumerated once.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_model::{Schedule, Span};

/// Remembers the gaps of schedules: thousands of protections share a few.
#[derive(Clone, Debug)]
pub(crate) struct Gaps {
    from: Timestamp,
    known: BTreeMap<String, Option<(Span, Span)>>,
    sources: BTreeMap<String, Arc<str>>,
}

impl Gaps {
    /// Returns a memory of enumerations that start at `from`.
    pub(crate) const fn new(from: Timestamp) -> Self {
        Self {
            from,
            known: BTreeMap::new(),
            sources: BTreeMap::new(),
        }
    }

    /// Returns the shortest and the longest time between two runs; none when the schedule never runs again.
    pub(crate) fn of(&mut self, schedule: &str) -> Option<(Span, Span)> {
        if let Some(gaps) = self.known.get(schedule) {
            return *gaps;
        }
        let gaps = schedule
            .parse::<Schedule>()
            .ok()
            .and_then(|schedule| schedule.gaps(self.from));
        self.known.insert(schedule.to_owned(), gaps);
        gaps
    }

    /// Returns the words for what gives these gaps.
    pub(crate) fn source(&mut self, schedule: &str) -> Arc<str> {
        if let Some(source) = self.sources.get(schedule) {
            return source.clone();
        }
        let source: Arc<str> = format!("its schedule `{schedule}`").into();
        self.sources.insert(schedule.to_owned(), source.clone());
        source
    }
}
